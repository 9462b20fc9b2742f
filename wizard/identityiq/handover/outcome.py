"""What stands in IdentityIQ after an import, and whether it is what was wanted. Must not know how it was read back."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from wizard.identityiq.console.words import hidden
from wizard.identityiq.handover.kept import Kept
from wizard.identityiq.handover.plan import Plan
from wizard.identityiq.handover.words import label, shown_value
from wizard.identityiq.settings import SECRET_KEYS, Entry, PasswordForm, Settings

if TYPE_CHECKING:
    from wizard.identityiq.console.session import Answer
    from wizard.identityiq.installation import Installation

_KEY = re.compile(r"""<entry\b[^<>]*?\bkey=(?:"([^"]*)"|'([^']*)')""")


class Status(StrEnum):
    """What stands in IdentityIQ after an import, as far as reading back tells."""

    DONE = "done"  # everything as wanted
    UNCHANGED = "unchanged"  # as before
    PARTLY = "partly"  # neither
    UNKNOWN = "unknown"  # it could not be read back


class Row(NamedTuple):
    """One entry after the import: what was wanted and what stands, for a person; secrets as dots."""

    key: str
    wanted: str
    stands: str
    right: bool

    @property
    def label(self) -> str:
        """The page's word."""
        return label(self.key)


class Applied(NamedTuple):
    """How it ended. ``problem`` is what the console said or did wrong, ``lost`` the keys that were there before and are gone."""

    status: Status
    kept: Kept
    rows: tuple[Row, ...] = ()
    problem: str = ""
    lost: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Whether there is nothing to look after."""
        return self.status is Status.DONE and not self.problem and not self.lost


class Standing(NamedTuple):
    """What was read back, with all keys of the object, those that are not about mail too."""

    settings: Settings
    keys: frozenset[str]


def standing(answers: tuple[Answer, ...], installation: Installation) -> Standing | None:
    """Return what the answer to SETTINGS says; None where it is of no use, so that another session may be asked."""
    from wizard.identityiq.console.session import ConsoleProblem, export_of

    try:
        settings = export_of(answers, installation).settings
    except ConsoleProblem:
        return None
    return Standing(settings, keys_of(answers[0].output)) if settings else None


def gist(settings: Settings) -> tuple[dict[str, str], str]:
    """Return values and password of every entry about mail: equal where nothing changed, wherever it was read from."""
    return {entry.key: entry.value for entry in settings.entries}, settings.password.reveal() if settings.password else ""


def keys_of(text: str) -> frozenset[str]:
    """Return the keys of every entry of SystemConfiguration in a text that may have other objects and noise around it."""
    start = re.search(r"<Configuration\b[^<>]*\bname=[\"']SystemConfiguration[\"']", text)
    if start is None:
        return frozenset()
    end = text.find("</Configuration>", start.end())
    return frozenset(one or other for one, other in _KEY.findall(text, start.end(), end if end >= 0 else len(text)))


def judged(plan: Plan, kept: Kept, after: Standing | None, problem: str, before: frozenset[str]) -> Applied:
    problem = hidden(problem, tuple(one for one in (plan.password, plan.before.password) if one))
    if after is None:
        return Applied(Status.UNKNOWN, kept, problem=problem)
    rows = compare(plan, after.settings)
    lost = tuple(sorted(before - after.keys)) if after.keys and not plan.whole else ()
    if all(row.right for row in rows):
        return Applied(Status.DONE, kept, rows, problem, lost)
    status = Status.UNCHANGED if gist(after.settings) == gist(plan.before) else Status.PARTLY
    return Applied(status, kept, rows, problem or "The console reported no error.", lost)


def compare(plan: Plan, after: Settings) -> tuple[Row, ...]:
    """Return every entry that was wanted beside what stands; of a whole object also what should be gone."""
    rows = [_row(plan, wanted, after) for wanted in plan.entries]
    rows += [
        Row(entry.key, "(not set)", shown_value(entry), False)
        for entry in after.entries
        if plan.whole and entry.key not in {wanted.key for wanted in plan.entries}
    ]
    return tuple(rows)


def _row(plan: Plan, wanted: Entry, after: Settings) -> Row:
    stands = after.entry(wanted.key)
    if wanted.key not in SECRET_KEYS:
        right = stands is not None and stands.value == wanted.value
        return Row(wanted.key, shown_value(wanted), shown_value(stands), right)
    return Row(wanted.key, shown_value(wanted), shown_value(stands), _same_secret(plan, after))


def _same_secret(plan: Plan, after: Settings) -> bool:
    """It may come back encrypted another way: then another stored form than before is as much as can be seen."""
    if after.password_form is PasswordForm.ABSENT or after.password is None:
        return False
    stored = plan.password.reveal() if plan.password else ""
    before = plan.before.password.reveal() if plan.before.password else ""
    return after.password.reveal() == stored or after.password.reveal() != before
