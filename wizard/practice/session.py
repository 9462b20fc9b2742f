"""One client's session: aiosmtpd, made to answer like a mail server of today, and to stumble where the fault says so.

Must not know how ports are opened, nor what becomes of a message.
"""
# ruff: noqa: N802 - aiosmtpd finds its commands by these names

from __future__ import annotations

import asyncio
import binascii
import logging
import re
import ssl
from collections import defaultdict
from typing import Any

from aiosmtpd.smtp import SMTP, TLSSetupException

from wizard.practice.act import LineGoneError, perform
from wizard.practice.desk import HOSTNAME, SIZE_LIMIT, Desk, House
from wizard.practice.fault import Foreign, Say, Step
from wizard.practice.sasl import MECHANISMS, OFFERED, SignIn
from wizard.profile import Security

# aiosmtpd logs what clients do wrong; without a handler the logging module would print that over a screen.
logging.getLogger("mail.log").addHandler(logging.NullHandler())

# aiosmtpd's own replies have no enhanced code (RFC 3463); these are the general ones.
_ENHANCED = {
    "250": "2.0.0",
    "221": "2.0.0",
    "500": "5.5.2",
    "501": "5.5.4",
    "502": "5.5.1",
    "503": "5.5.1",
    "552": "5.3.4",
    "555": "5.5.4",
}
_BARE = re.compile(r"(?P<code>[245]\d\d) (?![245]\.\d{1,3}\.\d{1,3} )(?:OK\b ?|Error: )?(?P<words>.*)", re.DOTALL)


class PracticeSMTP(SMTP):
    """The protocol of one connection.

    ``security`` is what the port speaks, ``tls`` the context for STARTTLS, ``peers`` all sessions alive.
    """

    line_length_limit = 12288 + 2  # RFC 4954 4.3: what a sign-in line may need; aiosmtpd's 1001 cuts long passwords off

    def __init__(self, house: House, security: Security, tls: ssl.SSLContext | None, peers: set[PracticeSMTP]) -> None:
        super().__init__(
            Desk(house, security),
            hostname=HOSTNAME,
            ident="ESMTP SMTP Wizard practice server",
            enable_SMTPUTF8=True,
            data_size_limit=SIZE_LIMIT if house.fault.size is None else house.fault.size,
            tls_context=tls if security is Security.STARTTLS else None,
            auth_require_tls=False,
            loop=asyncio.get_running_loop(),
        )
        # aiosmtpd keeps these limits on the class, for all sessions together; RFC 5321 4.5.3.1.4 and the extensions' own.
        self.command_size_limits = defaultdict(lambda: 1024, AUTH=12288)
        self._house = house
        self._security = security
        self._peers = peers
        self._instead = ""  # what is said in place of aiosmtpd's next reply
        self._ehlo = ""
        self._rcpt = ""
        self.signed_in = ""

    # -- the line ------------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, and see to it that the end of the session's task is never reported as an unnoticed error."""
        super().connection_made(transport)
        self._peers.add(self)
        if self._handler_coroutine is not None:
            self._handler_coroutine.add_done_callback(_noticed)

    def connection_lost(self, error: Exception | None) -> None:
        """Leave the server's list of sessions."""
        super().connection_lost(error)
        self._peers.discard(self)

    async def close(self) -> None:
        """End the session at once and wait until its task is over."""
        task, transport = self._handler_coroutine, self._original_transport or self.transport
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def handle_exception(self, error: Exception) -> str:
        """Answer a failure of our own as a server would, without a traceback on anybody's screen."""
        return "451 4.3.0 Local error in processing"

    async def push(self, status: str | bytes) -> None:
        """Send a reply, with an enhanced status code where aiosmtpd's own words have none."""
        if self._instead:
            status, self._instead = self._instead, ""
        elif isinstance(status, str) and (found := _BARE.fullmatch(status)) and found["code"] in _ENHANCED:
            status = f"{found['code']} {_ENHANCED[found['code']]} {found['words'] or 'Ok'}"
        await super().push(status.encode() if isinstance(status, str) else status)

    @property
    def tls_version(self) -> str:
        """``TLSv1.3`` and the like; empty on a line in clear."""
        ssl_object = self.transport.get_extra_info("ssl_object") if self.transport else None
        return str(ssl_object.version()) if ssl_object else ""

    # -- stumbling -----------------------------------------------------------------------------------------------------

    async def stumble(self, step: Step) -> str | None:
        """Return the fault's reply for this step, or None when nothing is wrong here. Raises LineGoneError, as faults may."""
        answer = self._house.fault.at.get(step)
        match answer:
            case None:
                return None
            case Say(text=text, close=close):
                filled = self._filled(text)
                if not close:
                    return filled
                await super().push(filled)
                self._writer.close()
                raise LineGoneError
            case Foreign():
                raise AssertionError("a foreign protocol stands in for the whole connection")
            case _:
                return await perform(answer, self._writer)

    def _filled(self, text: str) -> str:
        assert self.session is not None
        assert self.envelope is not None
        facts = {
            "{host}": HOSTNAME,
            "{peer}": str(self.session.peer[0]) if self.session.peer else "",
            "{ehlo}": self._ehlo,
            "{sender}": self.envelope.mail_from or "",
            "{recipient}": self._rcpt,
        }
        for mark, fact in facts.items():
            text = text.replace(mark, fact)
        return text.replace("\n", "\r\n")

    async def _stumbled(self, step: Step) -> bool:
        """Answer this step's command with the fault's reply, if it has one."""
        reply = await self.stumble(step)
        if reply is None:
            return False
        await super().push(reply)
        return True

    # -- the commands --------------------------------------------------------------------------------------------------

    async def _handle_client(self) -> None:
        """Greet, then serve commands; a fault may have another idea of the greeting."""
        try:
            self._instead = await self.stumble(Step.GREETING) or ""
            await super()._handle_client()
        except LineGoneError:
            self._writer.close()

    async def smtp_EHLO(self, hostname: str) -> None:
        """Say what is offered, in one piece (aiosmtpd sends a packet per line)."""
        self._ehlo = hostname or ""
        if not hostname:
            await self.push("501 5.5.4 Syntax: EHLO hostname")
            return
        if await self._stumbled(Step.EHLO):
            return
        assert self.session is not None
        self._set_rset_state()  # type: ignore[no-untyped-call]
        self.session.extended_smtp = True
        self.session.host_name = hostname
        lines = [HOSTNAME, *self._capabilities()]
        await super().push("\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"]))

    def _capabilities(self) -> list[str]:
        fault = self._house.fault
        offers = ["PIPELINING", f"SIZE {self.data_size_limit}", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8"]
        if self.tls_context and not self.tls_version:
            offers.insert(1, "STARTTLS")
        if self._mechanisms():
            offers.append("AUTH " + " ".join(self._mechanisms()))
        return [offer for offer in offers if offer.split()[0] not in fault.hides] + list(fault.shows)

    def _mechanisms(self) -> tuple[str, ...]:
        """What may be used to sign in here and now: nothing in clear, unless the fault is just that."""
        fault = self._house.fault
        if "AUTH" in fault.hides or not (self.tls_version or fault.clear_auth):
            return ()
        return OFFERED if fault.mechanisms is None else fault.mechanisms

    async def smtp_STARTTLS(self, arg: str | None) -> None:
        """Go over to TLS; a handshake that fails ends the session quietly, as it is the client's good right."""
        if self.tls_version:
            await self.push("503 5.5.1 TLS is already active")
            return
        reply = await self.stumble(Step.STARTTLS) or "220 2.0.0 Ready to start TLS"
        if not reply.startswith("220"):
            await super().push(reply)
            return
        if Step.TLS in self._house.fault.at:
            await super().push(reply)
            await self._reader.read(1)
            await self.stumble(Step.TLS)
        self._instead = reply
        try:
            await super().smtp_STARTTLS(arg)
        except (TLSSetupException, ssl.SSLError, ConnectionError):
            raise LineGoneError from None

    async def smtp_AUTH(self, arg: str | None) -> None:
        """RFC 4954. aiosmtpd's own knows no TLS from the first byte, and writes the user name to a log."""
        mechanism, _, initial = (arg or "").partition(" ")
        refusal = self._auth_refusal(mechanism.upper())
        if refusal:
            await self.push(refusal)
            return
        if await self._stumbled(Step.AUTH_COMMAND):
            return
        first: bytes | None = None
        if initial:
            first = b"" if initial == "=" else _decoded(initial)
            if first is None:
                await self.push("501 5.5.2 Cannot decode the initial response")
                return
        outcome = await MECHANISMS[mechanism.upper()](self._house.account, first, self._ask)
        if outcome is not None:
            await self._verdict(mechanism.upper(), *outcome)

    def _auth_refusal(self, mechanism: str) -> str:
        assert self.session is not None
        if not self.session.host_name:
            return "503 5.5.1 Send EHLO first"
        if self.session.authenticated:
            return "503 5.5.1 Already signed in"
        if self._house.fault.wants_tls and not self.tls_version:
            return "538 5.7.11 Encryption required for requested authentication mechanism"
        if mechanism not in self._mechanisms() or mechanism not in MECHANISMS:
            return "504 5.5.4 Unrecognized authentication type"
        return ""

    async def _ask(self, question: bytes) -> bytes | None:
        """Put one question (a 334 reply); None when the client broke off or answered no base64: it has been told."""
        answer: Any = await self.challenge_auth(question)
        return answer if isinstance(answer, bytes) else None

    async def _verdict(self, mechanism: str, username: str, right: bool) -> None:
        accepted = right and Step.AUTH not in self._house.fault.at
        self._house.sign_ins.append(SignIn(mechanism, username, accepted))
        if await self._stumbled(Step.AUTH):
            return
        assert self.session is not None
        if not right:
            await self.push("535 5.7.8 Error: authentication failed: user name or password is wrong")
            return
        self.session.authenticated = True
        self.signed_in = username
        await self.push("235 2.7.0 Authentication successful")

    async def smtp_MAIL(self, arg: str | None) -> None:
        """MAIL FROM; in clear only where the fault does not insist on encryption."""
        if self._house.fault.wants_tls and not self.tls_version:
            await self.push("530 5.7.0 Must issue a STARTTLS command first")
            return
        if not await self._stumbled(Step.MAIL):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        """RCPT TO; without a sender it is out of order, whatever the fault."""
        self._rcpt = (arg or "").partition("<")[2].partition(">")[0]
        if not (self.envelope and self.envelope.mail_from and await self._stumbled(Step.RCPT)):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str | None) -> None:
        """DATA; without a recipient it is out of order, whatever the fault."""
        if not (self.envelope and self.envelope.rcpt_tos and await self._stumbled(Step.DATA)):
            await super().smtp_DATA(arg)

    async def smtp_QUIT(self, arg: str | None) -> None:
        """QUIT, with the farewell a mail server has."""
        if not await self._stumbled(Step.QUIT):
            await super().smtp_QUIT(arg)


def _decoded(text: str) -> bytes | None:
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        return None


def _noticed(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        task.exception()
