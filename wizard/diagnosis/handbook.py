"""All rules in one order, and the two passes that pick the most specific. Must not know what any rule says."""

from __future__ import annotations

from wizard.diagnosis import auth, auth_offer, certificates, hello, mail, message, reach, tls
from wizard.diagnosis.facts import evidence_of, facts_of
from wizard.diagnosis.model import Evidence, Finding, Possible, Remedy, Rule, Seen, Severity
from wizard.diagnosis.warnings import WARNINGS, warning_facts
from wizard.smtp.observation import Stage


def _only(rules: tuple[Rule, ...], *ids: str) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if rule.id in ids)


def _without(rules: tuple[Rule, ...], *ids: str) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if rule.id not in ids)


# Where several rules hold, the first speaks: who answers at all comes before what it says, what the domain lacks before what
# follows from it, and a wrong password, which any refused sign-in may be, after everything that names a better reason.
_STRANGERS = ("not-smtp", "middlebox")
_DOMAIN = "sender-unauthenticated-domain"
_WRONG_PASSWORD = "auth-bad-credentials"  # noqa: S105 - the id of a finding
RULES: tuple[Rule, ...] = (
    *_only(hello.RULES, *_STRANGERS),
    *reach.RULES,
    *tls.RULES,
    *certificates.RULES,
    *_without(auth.RULES, _WRONG_PASSWORD),
    *auth_offer.RULES,
    *_only(auth.RULES, _WRONG_PASSWORD),
    *_without(hello.RULES, *_STRANGERS),
    *_only(mail.RULES, _DOMAIN),
    *message.RULES,
    *_without(mail.RULES, _DOMAIN),
)

UNKNOWN = Rule(
    id="unknown",
    title="The server's answer at {stage} is not in the handbook",
    meaning="The test ended here, and no entry fits. In its own words: {said}",
    advice=(
        "Ask whoever runs the server what this reply means; its log has more.",
        "The conversation, which shows no secret, says what was sent and what came back.",
    ),
)


def find(seen: Seen, *, words_only: bool = False) -> Finding | None:
    """Return the finding of the most specific rule that holds, or None. ``words_only`` leaves the general ones out."""
    for rule in RULES:
        if any(when.holds(seen) for when in rule.when):
            return finding(rule, seen)
    if words_only:
        return None
    return next((finding(rule, seen) for rule in RULES if any(when.holds(seen) for when in rule.fallback)), None)


def unknown(seen: Seen) -> Finding:
    """Return the finding for what no rule knows: it quotes what was seen."""
    return finding(UNKNOWN, seen)


def warn(seen: Seen) -> tuple[Finding, ...]:
    """Return every warning that holds."""
    return tuple(finding(rule, seen) for rule in WARNINGS if any(when.holds(seen) for when in rule.when))


def finding(rule: Rule, seen: Seen) -> Finding:
    """Fill a rule's sentences from an observation. Remedies that were seen to work stand first, advice last."""
    facts = {**facts_of(seen), **warning_facts(seen)}
    cures = sorted(rule.cures(seen), key=lambda remedy: not remedy.proven)
    return Finding(
        id=rule.id,
        severity=rule.severity,
        stage=seen.observation.stage,
        title=sentence(rule.title.format_map(facts)),
        meaning=sentence(rule.meaning.format_map(facts)),
        evidence=evidence_of(seen.observation) if rule.severity is Severity.ERROR else _warning_evidence(seen),
        also_possible=tuple(Possible(other.id, other.tell_apart.format_map(facts)) for other in rule.also),
        remedies=(*cures, *(Remedy(text.format_map(facts)) for text in rule.advice)),
        log_line="" if seen.pasted else rule.log_line.format_map(facts),
        link=rule.link,
    )


def sentence(text: str) -> str:
    """Begin with a capital where a placeholder came first; a host name keeps its own letters."""
    return f"{text[0].upper()}{text[1:]}" if text.startswith(("the ", "port ")) else text


def _warning_evidence(seen: Seen) -> Evidence:
    """Return what a warning rests on: the certificate's end, or how the sign-in went."""
    certificate = seen.certificate
    if seen.observation.stage is Stage.TLS and certificate:
        return Evidence(text=f"{certificate.subject}, valid until {certificate.not_after}")
    if seen.observation.stage is Stage.AUTH:
        return Evidence(text=seen.observation.context.mechanism or "")
    return Evidence()
