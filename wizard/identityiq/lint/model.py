"""The forms of the lint: a rule, what it found, and a flaw with its place. Must not know any rule."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from wizard.diagnosis.model import Finding, Remedy, Severity
from wizard.identityiq.certainty import Certainty
from wizard.identityiq.settings import Entry, Settings


class Look(NamedTuple):
    """What a rule looks at. ``production`` is what the caller knows; None where nobody said."""

    settings: Settings
    production: bool | None = None

    @property
    def whole(self) -> bool:
        """Whether an entry that is absent here is absent in IdentityIQ too; not so in a merge file."""
        return not self.settings.merged


class Hit(NamedTuple):
    """One place a rule speaks of. ``facts`` fill its sentences; ``severity`` overrides the rule's own."""

    key: str
    facts: Mapping[str, str] = {}
    remedies: tuple[Remedy, ...] = ()
    entry: Entry | None = None
    severity: Severity | None = None
    line: int = 0
    column: int = 0


class LintRule(NamedTuple):
    """One entry of the table. ``title``, ``meaning`` and ``advice`` are format strings over a hit's facts and ``{key}``.

    ``advice`` is what a person has to do; it follows the remedies a hit brings. ``source`` says where the rule is known from
    and ``certainty`` how well.
    """

    id: str
    severity: Severity
    title: str
    meaning: str
    find: Callable[[Look], tuple[Hit, ...]]
    source: str
    certainty: Certainty
    advice: tuple[str, ...] = ()
    log_line: str = ""


class Flaw(NamedTuple):
    """A finding with its place: ``key`` is the entry it is about; ``line`` and ``column`` count from 1, 0 where not known."""

    finding: Finding
    key: str
    line: int = 0
    column: int = 0
