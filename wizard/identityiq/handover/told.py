"""How an import ended, in words, and the way back. Must not know streams or screens."""

from __future__ import annotations

import shlex
from typing import assert_never

from wizard.identityiq.handover.outcome import Applied, Status


def outcome_lines(applied: Applied, folder: str = "") -> tuple[str, ...]:
    """Return what stands, row by row where it is not what was wanted, and how to take it back.

    ``folder`` is the installation's, for the command to copy. Rows begin with two blanks.
    """
    return (*what_stands(applied), *way_back(applied, folder))


def what_stands(applied: Applied) -> tuple[str, ...]:
    """Return what went wrong and what stands, without the way back."""
    lines = [*_problem(applied), *_standing(applied)]
    if applied.lost:
        lines.append(
            f"Gone from SystemConfiguration, although a merge removes nothing: {', '.join(applied.lost)}. "
            "Put the whole object back."
        )
    return tuple(lines)


def _problem(applied: Applied) -> list[str]:
    if not applied.problem:
        return []
    return [f"The import did not go well. {applied.problem}"]


def _standing(applied: Applied) -> list[str]:
    match applied.status:
        case Status.DONE:
            return [f"Read back: {_all(len(applied.rows))} as wanted."]
        case Status.UNCHANGED:
            return ["Read back: IdentityIQ's mail settings stand as they did before. Nothing was changed."]
        case Status.PARTLY:
            right = sum(row.right for row in applied.rows)
            width = max(len(row.label) for row in applied.rows)
            wrong = [f"  {row.label:<{width}}  is {row.stands}, wanted {row.wanted}" for row in applied.rows if not row.right]
            return [f"Read back: {right} of {len(applied.rows)} entries stand as wanted, these do not:", *wrong]
        case Status.UNKNOWN:
            return [
                "It could not be read back, so what stands in IdentityIQ now is not known. Once its console answers again, look "
                "with: smtp-wizard iiq read"
            ]
        case _:
            assert_never(applied.status)


def _all(number: int) -> str:
    return "the entry stands" if number == 1 else f"all {number} entries stand"


def way_back(applied: Applied, folder: str = "") -> tuple[str, ...]:
    """Return how to take the change back, as sentences with commands to copy."""
    where = f" --folder {shlex.quote(folder)}" if folder else ""
    said = []
    if applied.status is not Status.UNCHANGED and applied.kept.rollback:
        said += ["To take it back:", f"  smtp-wizard iiq undo {shlex.quote(str(applied.kept.rollback))}{where}"]
    if applied.status is not Status.UNCHANGED:
        whole = shlex.quote(str(applied.kept.whole))
        said += ["To put the whole object back, with all that was changed in it since:", f"  smtp-wizard iiq undo {whole}{where}"]
    said += ["The backup export, readable by you alone:", f"  {applied.kept.backup}"]
    return tuple(said)
