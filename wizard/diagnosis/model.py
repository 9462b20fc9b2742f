"""The handbook's forms: severity, finding, remedy, rule. Must not know sockets, async or screens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from wizard.draft import Change
from wizard.profile import Profile
from wizard.smtp.observation import Observation, Stage


class Severity(StrEnum):
    """``error`` stopped the run; ``warning`` stands beside a passed stage; ``info`` is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why the handbook thinks so: the reply's code, enhanced code and words, or what was seen instead of a reply."""

    code: int | None = None
    enhanced: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Possible:
    """Another cause the same evidence allows, and how to tell the two apart."""

    id: str
    tell_apart: str


@dataclass(frozen=True, slots=True)
class Remedy:
    """A cure. With ``changes`` one key applies it; without, it is advice. No remedy weakens encryption or verification.

    ``proven`` is True when the engine saw the changed setting work during this very run.
    """

    label: str
    changes: tuple[Change, ...] = ()
    proven: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
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


@dataclass(frozen=True, slots=True)
class Seen:
    """What a rule looks at: one observation and the profile it was made with."""

    observation: Observation
    profile: Profile


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of the handbook: when ``matches`` says yes, ``words`` are said and ``remedies`` offered.

    ``title`` and ``meaning`` are format strings filled from ``facts(seen)``.
    """

    id: str
    matches: Callable[[Seen], bool]
    title: str
    meaning: str
    severity: Severity = Severity.ERROR
    remedies: Callable[[Seen], tuple[Remedy, ...]] = lambda _: ()
    also_possible: tuple[Possible, ...] = ()
    log_line: str = ""
    link: str | None = None
    facts: Callable[[Seen], dict[str, str]] = field(default=lambda _: {})
