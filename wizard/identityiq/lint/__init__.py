"""What is wrong with IdentityIQ's mail settings, each with its cure: tables of rules. Must not know files or screens."""

from wizard.diagnosis.model import Finding, Remedy, Severity
from wizard.identityiq.lint import entries, line, people, sending
from wizard.identityiq.lint.model import Flaw, Hit, LintRule, Look
from wizard.identityiq.settings import Settings

__all__ = ["RULES", "Flaw", "LintRule", "lint"]

RULES: tuple[LintRule, ...] = (*entries.RULES, *line.RULES, *people.RULES, *sending.RULES)
_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def lint(settings: Settings, *, production: bool | None = None) -> tuple[Flaw, ...]:
    """Return every flaw, errors first, each rank in the order of the file.

    ``production`` says whether real people get this mail; None leaves it to what the settings look like.
    """
    look = Look(settings, production)
    flaws = [_flaw(rule, hit) for rule in RULES for hit in rule.find(look)]
    return tuple(sorted(flaws, key=lambda flaw: (_RANK[flaw.finding.severity], flaw.line or 10**9)))


def _flaw(rule: LintRule, hit: Hit) -> Flaw:
    facts = {"key": hit.key, **hit.facts}
    advice = tuple(Remedy(words.format_map(facts)) for words in rule.advice)
    finding = Finding(
        id=rule.id,
        severity=hit.severity or rule.severity,
        stage=None,
        title=rule.title.format_map(facts),
        meaning=rule.meaning.format_map(facts),
        remedies=(*hit.remedies, *advice),
        log_line=rule.log_line.format_map(facts),
    )
    return Flaw(finding, hit.key, hit.entry.line if hit.entry else hit.line, hit.entry.column if hit.entry else hit.column)
