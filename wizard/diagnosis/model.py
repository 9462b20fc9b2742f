"""The handbook's forms: severity, finding, remedy, rule. Must not know sockets, async or screens."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from wizard.diagnosis.when import Seen as Seen
from wizard.diagnosis.when import When
from wizard.draft import Change
from wizard.smtp.observation import Stage


class Severity(StrEnum):
    """``error`` stopped the run; ``warning`` stands beside a passed stage; ``info`` is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Evidence(NamedTuple):
    """Why the handbook thinks so: the reply's code, enhanced code and words, or what was seen instead of a reply."""

    code: int | None = None
    enhanced: str | None = None
    text: str = ""


class Possible(NamedTuple):
    """Another cause the same evidence allows, and how to tell the two apart."""

    id: str
    tell_apart: str


class Remedy(NamedTuple):
    """A cure. With ``changes`` one key applies it; without, it is advice. No remedy weakens encryption or verification.

    ``proven`` is True when the engine saw the changed setting work during this very run.
    """

    label: str
    changes: tuple[Change, ...] = ()
    proven: bool = False


class Finding(NamedTuple):
    """A cause in plain words. ``title`` says what happened, ``meaning`` why and what it means."""

    id: str
    severity: Severity
    stage: Stage | None
    title: str
    meaning: str
    evidence: Evidence = Evidence()
    also_possible: tuple[Possible, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    log_line: str = ""  # what IdentityIQ's log is expected to show, where it is known
    link: str | None = None


def merged(known: tuple[Finding, ...], found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return ``known`` with what is new in ``found``: each id once, errors first, otherwise in order of appearance."""
    ids = {finding.id for finding in known}
    fresh = (finding for finding in found if finding.id not in ids)
    return tuple(sorted((*known, *fresh), key=lambda finding: list(Severity).index(finding.severity)))


class Rule(NamedTuple):
    """One entry of the handbook.

    It speaks when one of ``when`` holds; ``fallback`` is asked only after no rule's ``when`` held, so that what is specific
    wins over what is general wherever it stands. ``title``, ``meaning``, ``advice`` and ``log_line`` are format strings,
    filled from the facts of facts.py, the rule's own ``facts`` and ``{sign}``. ``cures`` gives remedies with changes; ``advice``
    is what a person has to do.
    """

    id: str
    title: str
    meaning: str
    when: tuple[When, ...] = ()
    fallback: tuple[When, ...] = ()
    advice: tuple[str, ...] = ()
    cures: Callable[[Seen], tuple[Remedy, ...]] = lambda _: ()
    also: tuple[Possible, ...] = ()
    severity: Severity = Severity.ERROR
    log_line: str = ""
    link: str | None = None
    sign: Callable[[Seen], str] = lambda _: ""  # what was seen, in words, where a reply or exception does not show it
    facts: Callable[[Seen], Mapping[str, str]] = lambda _: {}  # placeholders that only this rule's sentences use
    source: str = ""  # where the rule is known from: an RFC section or a vendor page; for docs/findings.md only


def days_between(today: date, moment: str) -> int | None:
    """Return whole days from ``today`` to an ISO 8601 moment; None when the moment cannot be read."""
    try:
        return (date.fromisoformat(moment[:10]) - today).days
    except ValueError:
        return None
