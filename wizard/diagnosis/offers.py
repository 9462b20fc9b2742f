"""What a provider offers and what not, beside the port that was tried. Must not know how the try went."""

from __future__ import annotations

from wizard.diagnosis.hosts import named
from wizard.diagnosis.model import Seen
from wizard.modes import MODES
from wizard.providers import Provider
from wizard.smtp.observation import Stage

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
