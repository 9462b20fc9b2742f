"""One client's line to the relay: who may talk, STARTTLS, a sign-in accepted unseen, and a mail taken once it is on the disk.

Must not know what becomes of a mail afterwards, nor how ports are opened.
"""
# ruff: noqa: N802, N815 - aiosmtpd finds its commands and hooks by these names

from __future__ import annotations

import re
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import NamedTuple

from aiosmtpd.smtp import Envelope, Session, TLSSetupException

from wizard.practice.act import LineGoneError
from wizard.practice.quiet import QuietLine, decoded
from wizard.practice.relay_events import TriedSignIn
from wizard.practice.sasl import MECHANISMS, Account
from wizard.profile import Password

HOSTNAME = "relay.smtp-wizard.localhost"
OFFERED = ("LOGIN", "PLAIN")  # what every Java mail library has; a sign-in is accepted whatever it is
MOST_RECIPIENTS = 1000
_TIMEOUT = 120.0  # seconds of silence after which a session ends
_NULL_SENDER = "<>"  # aiosmtpd takes an empty sender for a missing one
# An address goes on to the real server inside <>: what could end it there, or a line, would be a command of the sender's own.
_CARRIED = re.compile(
    r'(?:[^\s<>"\x00-\x1f\x7f-\x9f]+|"(?:[^"\\\x00-\x1f\x7f-\x9f]|\\[\x20-\x7e])*")(?:@[^\s<>"\x00-\x1f\x7f-\x9f]+)?'
)
_NOT_CARRIED = "553 5.1.3 An address with a control character, or a blank or < outside quotation marks, is not taken"
_WEB = "421 4.7.0 This is a mail server, and you speak HTTP"


class AnyAccount(Account):
    """Admits everybody: the password that comes belongs to the real server, and is let go of unseen."""

    def admits(self, username: str, password: bytes) -> bool:
        """Return True."""
        return True


_ANYBODY = AnyAccount("", Password(""))


class Submitted(NamedTuple):
    """A mail as it came over the line; ``content`` as received."""

    peer: str
    hello: str
    encryption: str
    sign_in: TriedSignIn | None
    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass
class Door:
    """What all lines of one relay share. ``take`` keeps a mail and returns the reply; ``turned_away`` tells of a refusal."""

    take: Callable[[Submitted], Awaitable[str]]
    turned_away: Callable[[str, str], None]
    allowed: frozenset[str]  # IP addresses; empty: whatever is on loopback
    size_limit: int
    tls: ssl.SSLContext
    lines: set[QuietLine] = field(default_factory=set)

    def welcomes(self, peer: str) -> bool:
        """Return whether a client's address is on the list, or on loopback where there is none."""
        address = ip_address(peer.partition("%")[0])
        address = getattr(address, "ipv4_mapped", None) or address
        return str(address) in self.allowed if self.allowed else address.is_loopback


class Desk:
    """aiosmtpd's handler."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def handle_MAIL(self, smtp: RelayLine, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        """Take any sender from who is on the list."""
        refusal = smtp.refusal()
        if refusal:
            return refusal
        if address not in ("", _NULL_SENDER) and not _CARRIED.fullmatch(address):
            return _NOT_CARRIED
        envelope.mail_from = address or _NULL_SENDER
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(self, smtp: RelayLine, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        """Take any recipient: whether the mail goes on to it is decided later, and it is shown in any case."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        if not _CARRIED.fullmatch(address):
            return _NOT_CARRIED
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, smtp: RelayLine, session: Session, envelope: Envelope) -> str:
        """Keep the mail; only then is it accepted."""
        sender = envelope.mail_from or ""
        return await self._door.take(
            Submitted(
                peer=smtp.address,
                hello=session.host_name or "",
                encryption=smtp.tls_version,
                sign_in=smtp.sign_in,
                sender="" if sender == _NULL_SENDER else sender,
                recipients=tuple(envelope.rcpt_tos),
                content=envelope.original_content or b"",
            )
        )


class RelayLine(QuietLine):
    """The protocol of one connection."""

    def __init__(self, door: Door) -> None:
        super().__init__(
            Desk(door),
            door.lines,
            hostname=HOSTNAME,
            ident="ESMTP SMTP Wizard relay",
            enable_SMTPUTF8=True,
            data_size_limit=door.size_limit,
            tls_context=door.tls,
            auth_require_tls=False,
            timeout=_TIMEOUT,
        )
        self._door = door
        self.sign_in: TriedSignIn | None = None

    @property
    def address(self) -> str:
        """The client's IP address."""
        peer = self.session.peer if self.session else None
        return str(peer[0]) if peer else ""

    def refusal(self) -> str:
        """Return the reply for a client that is not on the list, empty for one that is."""
        if self._door.welcomes(self.address):
            return ""
        reply = f"550 5.7.1 {self.address} is not on the list of this relay"
        self._door.turned_away(self.address, reply)
        return reply

    async def smtp_EHLO(self, hostname: str) -> None:
        """Say what is offered; to a stranger, nothing that leads to a secret on the line."""
        if not hostname:
            await self.push("501 5.5.4 Syntax: EHLO hostname")
            return
        assert self.session is not None
        self._set_rset_state()  # type: ignore[no-untyped-call]
        self.session.extended_smtp = True
        self.session.host_name = hostname
        offers = [HOSTNAME, "PIPELINING", f"SIZE {self.data_size_limit}", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8"]
        if not self.tls_version:
            offers.append("STARTTLS")
        if self._may_sign_in():
            offers.append("AUTH " + " ".join(OFFERED))
        await self.say_offers(offers)

    def _may_sign_in(self) -> bool:
        """In clear on loopback only: from another host the password would travel where others can read it."""
        if not self._door.welcomes(self.address):
            return False
        return bool(self.tls_version) or ip_address(self.address.partition("%")[0]).is_loopback

    async def smtp_POST(self, arg: str | None) -> None:
        """End the session: a page in a browser on this host may post to any port, and write mail in the form it posts."""
        await self.push(_WEB)
        raise LineGoneError

    smtp_GET = smtp_PUT = smtp_OPTIONS = smtp_CONNECT = smtp_POST

    async def smtp_STARTTLS(self, arg: str | None) -> None:
        """Go over to TLS; a handshake that fails, because our certificate is not trusted, ends the session quietly."""
        if self.tls_version:
            await self.push("503 5.5.1 TLS is already active")
            return
        self._instead = "220 2.0.0 Ready to start TLS"
        try:
            await super().smtp_STARTTLS(arg)
        except (TLSSetupException, ssl.SSLError, ConnectionError):
            raise LineGoneError from None

    async def smtp_AUTH(self, arg: str | None) -> None:
        """Accept a sign-in and remember its mechanism and user name (RFC 4954); the secret is dropped as it comes."""
        assert self.session is not None
        mechanism, _, initial = (arg or "").partition(" ")
        mechanism = mechanism.upper()
        if not self.session.host_name:
            await self.push("503 5.5.1 Send EHLO first")
        elif self.session.authenticated:
            await self.push("503 5.5.1 Already signed in")
        elif not self._may_sign_in():
            await self.push(self.refusal() or "538 5.7.11 Encryption required for requested authentication mechanism")
        elif mechanism not in OFFERED:
            await self.push("504 5.5.4 Unrecognized authentication type")
        else:
            await self._sign_in(mechanism, initial)

    async def _sign_in(self, mechanism: str, initial: str) -> None:
        first = decoded(initial) if initial else None
        if initial and first is None:
            await self.push("501 5.5.2 Cannot decode the initial response")
            return
        outcome = await MECHANISMS[mechanism](_ANYBODY, first, self._ask)
        if outcome is None:
            return
        assert self.session is not None
        self.session.authenticated = True
        self.sign_in = TriedSignIn(mechanism, outcome[0])
        await self.push("235 2.7.0 Accepted")

    async def _handle_client(self) -> None:
        try:
            await super()._handle_client()
        except LineGoneError:
            self._writer.close()
