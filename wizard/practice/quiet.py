"""aiosmtpd's line with what every server of ours wants: bounds of its own, enhanced codes, one sign-in dialogue, a quiet end.

Must not know what is served on it: neither faults nor what becomes of a message.
"""

from __future__ import annotations

import asyncio
import binascii
import logging
import re
from collections import defaultdict
from collections.abc import MutableSet
from typing import Any

from aiosmtpd.smtp import SMTP

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


class QuietLine(SMTP):
    """The protocol of one connection. ``peers`` is the server's own set of all connections alive, which it joins and leaves."""

    line_length_limit = 12288 + 2  # RFC 4954 4.3: what a sign-in line may need; aiosmtpd's 1001 cuts long passwords off

    def __init__(self, handler: object, peers: MutableSet[Any], **settings: Any) -> None:
        super().__init__(handler, loop=asyncio.get_running_loop(), **settings)
        # aiosmtpd keeps these limits on the class, for all sessions together; RFC 5321 4.5.3.1.4 and the extensions' own.
        self.command_size_limits = defaultdict(lambda: 1024, AUTH=12288)
        self._peers = peers
        self._instead = ""  # what is said in place of aiosmtpd's next reply

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, and see to it that the end of the session's task is never reported as an unnoticed error."""
        super().connection_made(transport)
        self._peers.add(self)
        if self._handler_coroutine is not None:
            self._handler_coroutine.add_done_callback(_noticed)

    def connection_lost(self, error: Exception | None) -> None:
        """Leave the server's list of sessions; a line that was turned away before it became one is on none."""
        if self.session is None:
            return
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

    async def say_offers(self, offers: list[str]) -> None:
        """Answer EHLO in one piece (aiosmtpd sends a packet per line); the first offer is the server's own name."""
        await self.say("\r\n".join([*(f"250-{line}" for line in offers[:-1]), f"250 {offers[-1]}"]))

    async def _ask(self, question: bytes) -> bytes | None:
        """Put one question (a 334 reply); None when the client broke off or answered no base64: it has been told."""
        answer: Any = await self.challenge_auth(question)
        return answer if isinstance(answer, bytes) else None


def decoded(text: str) -> bytes | None:
    """Return what a base64 word stands for, None where it is none; ``=`` is the empty initial response (RFC 4954 4)."""
    if text == "=":
        return b""
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        return None


def _noticed(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        task.exception()
