"""All rules in one order, and the two passes that pick the most specific. Must not know what any rule says."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from wizard.diagnosis import (
    auth,
    auth_kind,
    auth_offer,
    between,
    certificates,
    endings,
    hello,
    mail,
    message,
    middle,
    numbers,
    reach,
    recipient,
    sender,
    starttls,
    tls,
)
from wizard.diagnosis.filling import finding
from wizard.diagnosis.model import Finding, Rule, Seen
from wizard.diagnosis.refusals import known_refusal
from wizard.diagnosis.status import by_the_standard
from wizard.diagnosis.when import When


def _only(rules: tuple[Rule, ...], *ids: str) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if rule.id in ids)


def _without(rules: tuple[Rule, ...], *ids: str) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if rule.id not in ids)


# Where several rules hold, the first speaks: who answers at all comes before what it says, what the domain lacks before what
# follows from it, and a wrong password, which any refused sign-in may be, after everything that names a better reason.
_STRANGER = "not-smtp"
_TOKEN = "auth-oauth-token-invalid"  # noqa: S105 - the id of a finding
_NO_BACK_END = "auth-temporary"
_BROKEN_WORD = "protocol-violation"
_WRONG_MODE = "port-speaks-plain"
_NO_MAILBOX = "recipient-unknown"
_DOMAIN = "sender-unauthenticated-domain"
_STRANGER_RULES = len(middle.RULES) + len(starttls.IN_CLEAR) + sum(rule.id == _STRANGER for rule in hello.RULES)
_WRONG_PASSWORD = "auth-bad-credentials"  # noqa: S105 - the id of a finding
RULES: tuple[Rule, ...] = (
    *_only(hello.RULES, _STRANGER),
    *middle.RULES,
    *starttls.IN_CLEAR,
    *between.RULES,
    *reach.RULES,
    *_only(tls.RULES, _BROKEN_WORD, _WRONG_MODE),
    *endings.RULES,
    *starttls.RULES,
    *_without(tls.RULES, _BROKEN_WORD, _WRONG_MODE),
    *certificates.RULES,
    *_without(auth_kind.RULES, _TOKEN),
    *_without(auth.RULES, _WRONG_PASSWORD, _NO_BACK_END),
    *_only(auth_kind.RULES, _TOKEN),
    *_only(auth.RULES, _NO_BACK_END),
    *auth_offer.RULES,
    *_only(auth.RULES, _WRONG_PASSWORD),
    *numbers.RULES,
    *_without(hello.RULES, _STRANGER),
    *_only(mail.RULES, _DOMAIN),
    *message.RULES,
    *_without(mail.RULES, _DOMAIN),
    *_only(recipient.RULES, _NO_MAILBOX),
    *sender.RULES,
    *_without(recipient.RULES, _NO_MAILBOX),
)

UNKNOWN = Rule(
    id="unknown",
    title="The server's answer at {stage} is not in the handbook",
    meaning="The test ended here, and no entry fits. In its own words: {said}",
    advice=(
        "Ask whoever runs the server what this reply means; its log has more.",
        "The conversation, which shows no secret, says what was sent and what came back.",
    ),
    log_line="{said}",
    source="RFC 3463, RFC 5248 and the IANA registry of enhanced status codes, for what the numbers say",
)

# What is asked in which order. Strangers first: whoever is not the server one means, its codes mean nothing. Then what a precise
# code says by the standard, then everything else that is specific; after all of these the general, again codes before words.
_Asked = tuple[tuple[Rule, When], ...]


def _asked(rules: Iterable[Rule], keep: Callable[[When], bool]) -> _Asked:
    return tuple((rule, when) for rule in rules for when in rule.when if keep(when))


def _last_asked(keep: Callable[[When], bool]) -> _Asked:
    return tuple((rule, when) for rule in RULES for when in rule.fallback if keep(when))


def _by_code(when: When) -> bool:
    """Whether a matcher rests on an enhanced code, with no words to confirm it."""
    return bool(when.enhanced) and when.says is None


def _otherwise(when: When) -> bool:
    return not _by_code(when)


_STRANGERS: _Asked = _asked(RULES[:_STRANGER_RULES], lambda _: True)
_SPECIFIC: _Asked = (*_asked(RULES[_STRANGER_RULES:], _by_code), *_asked(RULES[_STRANGER_RULES:], _otherwise))
_GENERAL: _Asked = (*_last_asked(_by_code), *_last_asked(_otherwise))


def find(seen: Seen, *, words_only: bool = False) -> Finding | None:
    """Return the finding of the most specific rule that holds, or None. ``words_only`` leaves the general ones out."""
    asked = _SPECIFIC if words_only else (*_SPECIFIC, *_GENERAL)
    return _first(_STRANGERS, seen) or known_refusal(seen, RULES) or _first(asked, seen)


def _first(asked: _Asked, seen: Seen) -> Finding | None:
    return next((finding(rule, seen) for rule, when in asked if when.holds(seen)), None)


def unknown(seen: Seen) -> Finding:
    """Return the finding for what no rule knows: it quotes what was seen, and says what its numbers mean by the standards."""
    reply = seen.observation.reply
    standard = by_the_standard(reply.code, reply.enhanced) if reply else ""
    if not standard:
        return finding(UNKNOWN, seen)
    return finding(UNKNOWN._replace(meaning=f"{UNKNOWN.meaning}. By the standard its numbers say: {standard}"), seen)
