"""All rules in one order, and the two passes that pick the most specific. Must not know what any rule says."""

from __future__ import annotations

from wizard.diagnosis import auth, auth_offer, certificates, hello, mail, message, reach, tls
from wizard.diagnosis.filling import finding
from wizard.diagnosis.model import Finding, Rule, Seen


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
