"""Where a real server hands over what it accepted: an LMTP server on a socket file, in the test's own loop. Knows no wizard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session


class Arrivals:
    """The messages that were handed over, in order."""

    def __init__(self) -> None:
        self._messages: asyncio.Queue[EmailMessage] = asyncio.Queue()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Take a message (aiosmtpd's name for it)."""
        content = envelope.content
        assert isinstance(content, bytes)
        self._messages.put_nowait(message_from_bytes(content, policy=default))
        return "250 2.0.0 taken"

    async def next(self) -> EmailMessage:
        """Wait for the next message, at most 20 seconds."""
        async with asyncio.timeout(20):
            return await self._messages.get()


@contextmanager
def _open_door(path: Path) -> Iterator[None]:
    """Let any user write to the socket file: the servers do not run as the one who started the tests."""
    path.chmod(0o666)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@asynccontextmanager
async def arrivals_at(path: Path) -> AsyncIterator[Arrivals]:
    """Listen on the socket file until the test is over."""
    taken = Arrivals()
    listening = await asyncio.get_running_loop().create_unix_server(lambda: LMTP(taken, enable_SMTPUTF8=True), path)
    with _open_door(path):
        yield taken
        listening.close()
