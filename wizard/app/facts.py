"""A report's stages as rows to show: sign, plain name, one fact, time. Must not know Textual, so that tests read plain text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wizard.render.stages import duration, ending, fact, name_of
from wizard.report import Report, StageResult
from wizard.smtp.events import Why
from wizard.smtp.observation import LADDER, Alternative, Kind, Stage


class Mark(StrEnum):
    """How a row stands; the sign is readable without colour."""

    OK = "ok"
    FAILED = "X"
    RUNNING = "..."
    SKIPPED = "-"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the stage list. ``time`` is a duration, or the bound of a stage that still runs."""

    mark: Mark
    name: str
    fact: str = ""
    time: str = ""


_NOT_SET = {Stage.AUTH: "no user name is set", Stage.MAIL: "no sender is set", Stage.RCPT: "no recipient is set"}


def rows(report: Report) -> tuple[Row, ...]:
    """Return the rows of a report in the order things happened; what was not reached stands together in the last one.

    The goodbye is left out unless it failed: it says nothing the total time does not.
    """
    found: list[Row] = []
    left_out: list[str] = []
    for result in report.stages:
        if result.stage is Stage.QUIT and result.status in ("passed", "skipped"):
            continue
        if result.skipped in (Why.NOT_REACHED, Why.STOPPED):
            left_out.append(name_of(result, report))
        else:
            found.append(_row(result, report))
    if left_out:
        found.append(Row(Mark.SKIPPED, " · ".join(left_out)))
    return tuple(found)


def expected(report: Report) -> int:
    """Return how many rows a run that passes will have, so that a list can keep the room while it grows."""
    return 0 if report.ended else len(LADDER[report.profile.endpoint.security]) - 1


def _row(result: StageResult, report: Report) -> Row:
    name = name_of(result, report)
    observation = result.observation
    if result.skipped is not None:
        why = _NOT_SET.get(result.stage, "not set up") if result.skipped is Why.NOT_CONFIGURED else "not asked for"
        return Row(Mark.SKIPPED, name, why)
    if observation is None:
        bound = f"<= {result.deadline:.0f} s" if result.deadline else ""
        return Row(Mark.RUNNING, name, _looking_around(report.alternatives) or "running", bound)
    if not observation.passed:
        # A stopped stage was not measured to its end: the total in the line below says how long it had.
        took = "" if observation.kind is Kind.STOPPED else duration(observation.seconds)
        return Row(Mark.FAILED, name, ending(observation), took)
    return Row(Mark.OK, name, fact(observation, report), duration(observation.seconds))


def _looking_around(tried: tuple[Alternative, ...]) -> str:
    if not tried:
        return ""
    seen = ", ".join(f"{each.port} {'works' if each.works else 'no'}" for each in tried[-4:])
    return f"looking at other ports: {seen}"
