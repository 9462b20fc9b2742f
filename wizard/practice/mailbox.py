"""The practice server's mailbox: the newest messages, in memory only. Must not know SMTP, files or screens."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property

KEEP_MESSAGES = 200
KEEP_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Message:
    """A message that arrived. ``content`` is as received; ``username`` is who signed in, empty when nobody did."""

    number: int
    queue_id: str
    sender: str
    recipients: tuple[str, ...]
    content: bytes = field(repr=False)
    received: datetime
    username: str = ""
    tls: str = ""

    @cached_property
    def parsed(self) -> EmailMessage:
        """The message as the standard library reads it."""
        return message_from_bytes(self.content, policy=policy.default)

    @property
    def subject(self) -> str:
        """The subject, decoded; empty when there is none."""
        return self.header("subject")

    def header(self, name: str) -> str:
        """One header, decoded, on one line; empty when there is none."""
        return " ".join(str(self.parsed.get(name, "")).split())

    @property
    def text(self) -> str:
        """The plain text of the message; empty when it has none."""
        return self._body("plain")

    @property
    def html(self) -> str:
        """The HTML of the message; empty when it has none."""
        return self._body("html")

    def _body(self, kind: str) -> str:
        part = self.parsed.get_body((kind,))
        if part is None:
            return ""
        payload = part.get_payload(decode=True)
        raw = payload if isinstance(payload, bytes) else b""
        try:
            return raw.decode(part.get_content_charset("utf-8"), "replace")
        except LookupError:
            return raw.decode("latin-1")

    def has(self, token: str) -> bool:
        """Return whether the token stands in the message: in its bytes, its headers, or its decoded text."""
        return token.encode() in self.content or token in self.subject or token in self.text or token in self.html


class Mailbox:
    """Holds the newest KEEP_MESSAGES messages within KEEP_BYTES; older ones make room."""

    def __init__(self, keep_messages: int = KEEP_MESSAGES, keep_bytes: int = KEEP_BYTES) -> None:
        self._kept: deque[Message] = deque()
        self._keep_messages = keep_messages
        self._keep_bytes = keep_bytes
        self._bytes = 0
        self._arrived = asyncio.Event()
        self.count = 0

    @property
    def messages(self) -> tuple[Message, ...]:
        """What is in the mailbox, oldest first."""
        return tuple(self._kept)

    def add(self, message: Message) -> None:
        """Keep a message, wake whoever waits, and let go of the oldest ones beyond the bounds (the newest always stays)."""
        self._kept.append(message)
        self._bytes += len(message.content)
        self.count += 1
        while len(self._kept) > self._keep_messages or (self._bytes > self._keep_bytes and len(self._kept) > 1):
            self._bytes -= len(self._kept.popleft().content)
        arrived, self._arrived = self._arrived, asyncio.Event()
        arrived.set()

    async def wait_for(self, token: str, timeout: float = 5.0) -> Message:
        """Return the message that carries the token, as soon as it is there. Raises TimeoutError after ``timeout`` seconds."""
        async with asyncio.timeout(timeout):
            async for message in self.arrivals(from_start=True):
                if message.has(token):
                    return message
        raise AssertionError("arrivals never end")

    async def arrivals(self, from_start: bool = False) -> AsyncIterator[Message]:
        """Yield messages as they arrive, from now on or from the oldest kept one. Never ends by itself."""
        seen = 0 if from_start else self.count
        while True:
            arrived = self._arrived
            new = [message for message in self._kept if message.number > seen]
            for message in new:
                seen = message.number
                yield message
            if not new:
                await arrived.wait()
