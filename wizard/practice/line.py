"""One client's line: aiosmtpd with bounds that fit, enhanced codes, a quiet end, and the fault's answers in place of its own.

Must not know the commands, nor how ports are opened.
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections import defaultdict

from aiosmtpd.smtp import SMTP

from wizard.practice.act import LineGoneError, perform
from wizard.practice.desk import HOSTNAME, SIZE_LIMIT, Desk, House
from wizard.practice.fault import Foreign, Say, Step
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
_PROXY_PATIENCE = 3.0  # seconds to wait for the PROXY line; the protocol's own text asks for at least that
_BARE = re.compile(r"(?P<code>[245]\d\d) (?![245]\.\d{1,3}\.\d{1,3} )(?:OK\b ?|Error: )?(?P<words>.*)", re.DOTALL)


class FaultyLine(SMTP):
    """The protocol of one connection, without its commands.

    ``port`` is which port was called, ``speaks`` what it really speaks, ``tls`` the context for STARTTLS, ``peers`` all sessions
    alive.
    """

    line_length_limit = 12288 + 2  # RFC 4954 4.3: what a sign-in line may need; aiosmtpd's 1001 cuts long passwords off

    def __init__(self, house: House, port: Security, speaks: Security, tls: ssl.SSLContext, peers: set[FaultyLine]) -> None:
        super().__init__(
            Desk(house, port),
            hostname=HOSTNAME,
            ident="ESMTP SMTP Wizard practice server",
            enable_SMTPUTF8=True,
            data_size_limit=SIZE_LIMIT if house.fault.size is None else house.fault.size,
            tls_context=tls if speaks is Security.STARTTLS else None,
            auth_require_tls=False,
            proxy_protocol_timeout=_PROXY_PATIENCE if house.fault.wants_proxy and speaks is not Security.TLS else None,
            loop=asyncio.get_running_loop(),
        )
        # aiosmtpd keeps these limits on the class, for all sessions together; RFC 5321 4.5.3.1.4 and the extensions' own.
        self.command_size_limits = defaultdict(lambda: 1024, AUTH=12288)
        self._house = house
        self._port = port
        self._peers = peers
        self._instead = ""  # what is said in place of aiosmtpd's next reply
        self._ehlo = ""
        self._mail = ""
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
        await self.say(status)

    async def say(self, reply: str | bytes) -> None:
        """Send a reply as it is."""
        await super().push(reply.encode() if isinstance(reply, str) else reply)

    @property
    def tls_version(self) -> str:
        """``TLSv1.3`` and the like; empty on a line in clear."""
        ssl_object = self.transport.get_extra_info("ssl_object") if self.transport else None
        return str(ssl_object.version()) if ssl_object else ""

    @property
    def spared(self) -> bool:
        """Whether the fault leaves this line alone, because it is encrypted or came by another port."""
        fault = self._house.fault
        return (fault.only_in_clear and bool(self.tls_version)) or fault.only_on not in (None, self._port)

    # -- stumbling -----------------------------------------------------------------------------------------------------

    async def stumble(self, step: Step) -> str | None:
        """Return the fault's reply for this step, or None when nothing is wrong here. Raises LineGoneError, as faults may."""
        answer = None if self.spared else self._house.fault.at.get(step)
        match answer:
            case None:
                return None
            case Say(unless=unless) if unless and self._excepted(step, unless):
                return None
            case Say(text=text, close=close):
                filled = self._filled(text)
                if not close:
                    return filled
                await self.say(filled)
                self._writer.close()
                raise LineGoneError
            case Foreign():
                raise AssertionError("a foreign protocol stands in for the whole connection")
            case _:
                return await perform(answer, self._writer)

    def _excepted(self, step: Step, unless: str) -> bool:
        return self._ehlo.startswith(unless) if step in (Step.EHLO, Step.HELO) else unless == self._mail

    def _filled(self, text: str) -> str:
        assert self.session is not None
        facts = {
            "{host}": HOSTNAME,
            "{peer}": str(self.session.peer[0]) if self.session.peer else "",
            "{ehlo}": self._ehlo,
            "{sender}": self._mail,
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
        await self.say(reply)
        return True

    async def _handle_client(self) -> None:
        """Greet, then serve commands; a fault may have another idea of the greeting."""
        try:
            self._instead = await self.stumble(Step.GREETING) or ""
            await super()._handle_client()
        except LineGoneError:
            self._writer.close()


def _noticed(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        task.exception()
