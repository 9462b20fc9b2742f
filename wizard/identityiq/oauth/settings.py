"""The values of HTTP/OAuth as typed. Must not know what is right or wrong about them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from wizard.draft import Field
from wizard.identityiq.settings import Key
from wizard.profile import DEFAULT_TIMEOUT, DEFAULT_TOTAL_TIMEOUT, Profile


class Slot(StrEnum):
    """One value of the test; ``value`` is its name in the draft without ``iiq_``."""

    EMAIL_ENDPOINT = "email_endpoint"
    TOKEN_ENDPOINT = "token_endpoint"  # noqa: S105 - the name of a field
    REFRESH_ENDPOINT = "refresh_endpoint"
    SCOPE = "scope"
    CLIENT_ID = "client_id"
    CLIENT_SECRET = "client_secret"  # noqa: S105 - the name of a field
    SENDER = "sender"
    RECIPIENT = "recipient"

    @property
    def label(self) -> str:
        """What IdentityIQ's page calls it."""
        return _LABELS[self]

    @property
    def field(self) -> Field:
        """The field of the draft that holds it."""
        return Field(self.value) if self in (Slot.SENDER, Slot.RECIPIENT) else Field(f"iiq_{self.value}")


_LABELS = {
    Slot.EMAIL_ENDPOINT: "Email Service Endpoint",
    Slot.TOKEN_ENDPOINT: "Token Endpoint",
    Slot.REFRESH_ENDPOINT: "Refresh Token Endpoint",
    Slot.SCOPE: "Scope",
    Slot.CLIENT_ID: "Client ID",
    Slot.CLIENT_SECRET: "Client Secret",
    Slot.SENDER: Key.FROM.label,
    Slot.RECIPIENT: "Test recipient",
}


class OAuthSettings(NamedTuple):
    """The values as typed. The secret is not among them. ``timeout`` seconds for one step, ``total_timeout`` for the test."""

    email_endpoint: str = ""
    token_endpoint: str = ""
    refresh_endpoint: str = ""
    scope: str = ""
    client_id: str = ""
    sender: str = ""
    recipient: str = ""
    ca_file: Path | None = None
    timeout: float = DEFAULT_TIMEOUT
    total_timeout: float = DEFAULT_TOTAL_TIMEOUT

    def get(self, slot: Slot) -> str:
        """Return a value; the secret is never known here."""
        text: str = "" if slot is Slot.CLIENT_SECRET else getattr(self, slot.value)
        return text

    @classmethod
    def of(cls, profile: Profile) -> OAuthSettings:
        """Return the values a profile holds."""
        side = profile.identityiq
        return cls(
            email_endpoint=side.email_endpoint if side else "",
            token_endpoint=side.token_endpoint if side else "",
            refresh_endpoint=side.refresh_endpoint if side else "",
            scope=side.scope if side else "",
            client_id=side.client_id if side else "",
            sender=profile.sender,
            recipient=profile.recipient,
            ca_file=profile.ca_file,
            timeout=profile.timeout,
            total_timeout=profile.total_timeout,
        )
