"""Who decides about sender, recipient and message, and keeps what is accepted in the mailbox. Never passes mail on.

Must not know the commands' syntax: aiosmtpd has read that.
"""
# ruff: noqa: N802 - aiosmtpd finds its hooks by these names

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from aiosmtpd.proxy_protocol import ProxyData
from aiosmtpd.smtp import Envelope, Session

from wizard.practice.fault import LOCAL_DOMAIN, Fault, Step
from wizard.practice.mailbox import Mailbox, Message
from wizard.practice.sasl import Account, SignIn
from wizard.profile import Security

HOSTNAME = "practice.test"
SIZE_LIMIT = 10 * 1024 * 1024  # bytes


class Line(Protocol):
    """What the desk asks of the session it serves."""

    signed_in: str

    @property
    def tls_version(self) -> str:
        """The TLS version, empty in clear."""

    async def stumble(self, step: Step) -> str | None:
        """The fault's reply for a step, or None."""


@dataclass
class House:
    """What all sessions of one server share."""

    fault: Fault
    account: Account
    mailbox: Mailbox
    sign_ins: list[SignIn] = field(default_factory=list)


class Desk:
    """aiosmtpd's handler: decides about sender, recipient and message."""

    def __init__(self, house: House, port: Security) -> None:
        self._house = house
        self._port = port  # which port it is, whatever the fault has it speak

    async def handle_PROXY(self, smtp: Line, session: Session, envelope: Envelope, proxy: ProxyData) -> bool:
        """Take what a balancer says of the client, where a fault waits for it; believing it harms nobody here."""
        return True

    async def handle_MAIL(self, smtp: Line, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        """Take a sender; on the submission ports only from who signed in."""
        if not session.authenticated and (self._port is not Security.NONE or self._house.fault.wants_auth):
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(self, smtp: Line, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        """Take any recipient from who signed in, and those of our own domain from anybody. All of it stays here."""
        if not session.authenticated and not address.lower().endswith("@" + LOCAL_DOMAIN):
            return f"554 5.7.1 <{address}>: Relay access denied"
        if len(envelope.rcpt_tos) >= 100:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, smtp: Line, session: Session, envelope: Envelope) -> str:
        """Put the message into the mailbox and say under which queue id."""
        refusal = await smtp.stumble(Step.MESSAGE)
        if refusal is not None:
            return refusal
        content = envelope.original_content or b""
        queue_id = secrets.token_hex(5).upper()
        message = Message(
            number=self._house.mailbox.count + 1,
            queue_id=queue_id,
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            content=content,
            received=datetime.now(UTC),
            username=smtp.signed_in,
            tls=smtp.tls_version,
        )
        self._house.mailbox.add(message)
        return f"250 2.0.0 Ok: queued as {queue_id}"
