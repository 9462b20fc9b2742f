"""What a provider offers and what not, in words: ports, and how much it takes. Must not know how a try went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.diagnosis.hosts import named
from wizard.diagnosis.model import Seen
from wizard.modes import MODES
from wizard.smtp.observation import Stage

if TYPE_CHECKING:
    from wizard.providers import Limits, Provider

# How each number of Limits is said; the others (wrong passwords) are said where a sign-in is about to be tried.
_AMOUNTS = (
    ("messages_per_second", "message", "a second"),
    ("messages_per_minute", "message", "a minute"),
    ("messages_per_hour", "message", "an hour"),
    ("messages_per_day", "message", "a day"),
    ("recipients_per_day", "recipient", "a day"),
    ("recipients_per_message", "recipient", "for one message"),
    ("connections", "connection", "at once"),
)
_BEFORE_SMTP = (Stage.CONNECT, Stage.TLS, Stage.GREETING, Stage.EHLO, Stage.STARTTLS)


def not_offered(seen: Seen) -> str:
    """Say in one sentence that the provider does not offer the port that was tried, and what it offers; empty otherwise."""
    if seen.observation.stage not in _BEFORE_SMTP:
        return ""
    here = named(seen.profile.endpoint.host, seen.observation.context)
    return next((f" {said}" for one in here if (said := without(one, seen.profile.endpoint.port))), "")


def without(provider: Provider, port: int) -> str:
    """Say that a provider does not offer a port, and which it offers first; empty when the port is not known to be missing."""
    if port not in provider.not_offered:
        return ""
    best = provider.ports[0]
    return f"{provider.name} does not offer port {port}: it takes mail on port {best.port} with {MODES[best.security]}."


def limits_of(provider: Provider) -> str:
    """Say how much a provider takes, in a sentence or two; empty when no source says."""
    said = (_limit(limit) for limit in provider.limits)
    whole = " ".join(sentence for sentence in said if sentence)
    return f"Known limits of {provider.name}: {whole}" if whole else ""


def _limit(limit: Limits) -> str:
    amounts = [
        f"{value:,} {what}{'s' if value != 1 else ''} {per}"
        for name, what, per in _AMOUNTS
        if (value := getattr(limit, name)) is not None
    ]
    if not amounts:
        return ""
    listed = " and ".join([", ".join(amounts[:-1]), amounts[-1]] if len(amounts) > 1 else amounts)
    return f"{listed}. {limit.text}".strip()
