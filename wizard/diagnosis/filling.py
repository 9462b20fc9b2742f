"""A rule that holds becomes a finding: its sentences filled from what was seen. Must not know which rules there are."""

from __future__ import annotations

from wizard.diagnosis.facts import evidence_of, facts_of, trimmed
from wizard.diagnosis.model import Evidence, Finding, Possible, Remedy, Rule, Seen, Severity
from wizard.diagnosis.tried import ruled_out
from wizard.smtp.observation import Stage


def finding(rule: Rule, seen: Seen) -> Finding:
    """Fill a rule's sentences from an observation. Remedies that were seen to work stand first, advice last."""
    sign = rule.sign(seen)
    facts = {**facts_of(seen), **rule.facts(seen), "sign": trimmed(sign)}
    gone = ruled_out(seen) if seen.observation.alternatives else frozenset[str]()
    cures = sorted(rule.cures(seen), key=lambda remedy: not remedy.proven)
    return Finding(
        id=rule.id,
        severity=rule.severity,
        stage=seen.observation.stage if seen.placed else None,
        title=sentence(rule.title.format_map(facts)),
        meaning=sentence(rule.meaning.format_map(facts)),
        evidence=_evidence(rule, seen, sign),
        also_possible=tuple(
            Possible(other.id, other.tell_apart.format_map(facts)) for other in rule.also if other.id not in gone
        ),
        remedies=(*cures, *(Remedy(text.format_map(facts)) for text in rule.advice)),
        log_line="" if seen.pasted else rule.log_line.format_map(facts),
        link=rule.link.format_map(facts) if rule.link else None,
    )


def sentence(text: str) -> str:
    """Begin with a capital where a placeholder came first; a host name keeps its own letters."""
    return f"{text[0].upper()}{text[1:]}" if text.startswith(("the ", "port ")) else text


def _evidence(rule: Rule, seen: Seen, sign: str) -> Evidence:
    """Return what the finding rests on: the sign the rule names, before the words of a reply or exception."""
    if rule.severity is not Severity.ERROR:
        return _warning_evidence(seen)
    evidence = evidence_of(seen.observation)
    return evidence._replace(text=trimmed(sign)) if sign else evidence


def _warning_evidence(seen: Seen) -> Evidence:
    """Return what a warning rests on: the certificate's end, or how the sign-in went."""
    certificate = seen.certificate
    if seen.observation.stage is Stage.TLS and certificate:
        return Evidence(text=f"{certificate.subject}, valid until {certificate.not_after}")
    if seen.observation.stage is Stage.AUTH:
        return Evidence(text=seen.observation.context.mechanism or "")
    return Evidence()
