"""What a port showed and which one to use: facts and their rank. Must not know sockets or words for users."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from wizard.draft import Change, Field
from wizard.profile import Security
from wizard.smtp.observation import Kind, TlsFacts


class PortState(StrEnum):
    """What became of a connection to a port."""

    OPEN = "open"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    PROHIBITED = "prohibited"


@dataclass(frozen=True, slots=True)
class PortResult:
    """One port over one address family.

    ``security`` are the modes seen to work there: ``tls``, ``starttls`` or ``none``; empty when nothing spoke SMTP. ``auth`` are
    the mechanisms offered in the best of them, ``auth_in_clear`` those offered before any encryption. ``kind`` says how the look
    ended (PASSED when everything worked), ``smtp`` whether an SMTP server answered, ``encrypts`` whether TLS or STARTTLS was
    offered, working or not; ``seconds`` is how long it all took.
    """

    port: int
    family: str  # "ipv4" | "ipv6"
    address: str
    state: PortState
    greeting: str = ""
    security: tuple[Security, ...] = ()
    tls: TlsFacts | None = None
    auth: tuple[str, ...] = ()
    auth_in_clear: tuple[str, ...] = ()
    seconds: float = 0.0
    kind: Kind = Kind.TIMEOUT
    smtp: bool = False
    encrypts: bool = False


class Because(StrEnum):
    """Why a port is recommended; what was wrong with the better ones is seen in the ports themselves."""

    VERIFIED_TLS = "verified-tls"  # encrypted from the first byte, certificate verified, sign-in offered
    VERIFIED_STARTTLS = "verified-starttls"  # encrypted by STARTTLS, certificate verified, sign-in offered
    VERIFIED_RELAY = "verified-relay"  # encrypted and verified, but no sign-in is offered
    UNVERIFIED = "unverified"  # encrypted, and the certificate did not verify
    CLEAR = "clear"  # nothing offers encryption


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The port and mode to use, and why."""

    port: int
    security: Security
    because: Because

    def changes(self) -> tuple[Change, ...]:
        """The edits that take this recommendation."""
        return (Change(Field.PORT, str(self.port)), Change(Field.SECURITY, self.security.value))


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """Everything seen, by port and family. ``kind`` is PASSED, or how the search for the host's addresses failed."""

    host: str
    ports: tuple[PortResult, ...]
    recommended: Recommendation | None
    kind: Kind = Kind.PASSED

    @property
    def speaks_smtp(self) -> bool:
        """Whether any port answered as an SMTP server."""
        return any(result.smtp for result in self.ports)


def recommend(ports: Iterable[PortResult]) -> Recommendation | None:
    """Pick the port to use: verified before unverified, with sign-in before without; implicit TLS on 465 first (RFC 8314 3),
    then STARTTLS on 587.

    A port in clear is named only where nothing offers encryption at all: encryption that is offered and broken may be somebody's
    doing, and is to be repaired. None when there is nothing to recommend.
    """
    seen = tuple(ports)
    choices = [(result, mode) for result in seen for mode in result.security]
    if any(result.encrypts for result in seen):
        choices = [(result, mode) for result, mode in choices if mode is not Security.NONE]
    if not choices:
        return None
    result, mode = min(choices, key=lambda choice: _rank(*choice))
    return Recommendation(result.port, mode, _because(result, mode))


_USUAL = [(465, Security.TLS), (587, Security.STARTTLS), (2525, Security.STARTTLS)]


def _rank(result: PortResult, mode: Security) -> tuple[bool, bool, int]:
    verified = result.tls is not None and result.tls.verified
    usual = _USUAL.index((result.port, mode)) if (result.port, mode) in _USUAL else len(_USUAL) + (mode is not Security.TLS)
    return not verified, not result.auth, usual


def _because(result: PortResult, mode: Security) -> Because:
    match mode:
        case Security.NONE:
            return Because.CLEAR
        case _ if result.tls is None or not result.tls.verified:
            return Because.UNVERIFIED
        case _ if not result.auth:
            return Because.VERIFIED_RELAY
        case Security.TLS:
            return Because.VERIFIED_TLS
        case Security.STARTTLS:
            return Because.VERIFIED_STARTTLS
        case _:
            assert_never(mode)
