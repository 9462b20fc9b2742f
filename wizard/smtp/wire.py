"""Bytes to replies and back: reads whatever a server sends, within bounds, and writes every line into the transcript.

Must not know stages, rules or what a reply means. Secrets are hidden here, before a line reaches anybody.
"""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Iterable
from typing import ClassVar

from aiosmtplib import SMTPResponse
from aiosmtplib.protocol import SMTPProtocol

from wizard.smtp.observation import Kind, Reply

# RFC 5321 4.5.3.1.5 allows 512 octets a reply line; real EHLO replies stay under 4 KiB. Beyond these nothing is kept.
MAX_LINE = 8192
MAX_REPLY = 65536
MAX_WAITING = 64
KEPT_RAW = 512
HIDDEN = "••••"

_CODE = re.compile(rb"[2-5]\d\d(?P<more>[ -]?)")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


class WireError(Exception):
    """The conversation cannot go on. ``raw`` holds the first bytes (at most 512) of what was no reply, ``kind`` its name."""

    kind: ClassVar[Kind] = Kind.CLOSED

    def __init__(self, raw: bytes = b"") -> None:
        super().__init__(shown(raw[:KEPT_RAW]))
        self.raw = raw[:KEPT_RAW]


class MalformedReply(WireError):  # noqa: N818 - reads as what happened
    """Bytes that are no SMTP reply."""

    kind = Kind.MALFORMED


class ReplyTooLong(WireError):  # noqa: N818
    """A line or reply beyond MAX_LINE or MAX_REPLY, or more replies than commands."""

    kind = Kind.TOO_LONG


class LineClosed(WireError):  # noqa: N818
    """The server closed the connection; ``__cause__`` is the error when it was not a plain end of file."""


class Redactor:
    """Knows which texts must not be shown, once they have been said on the wire."""

    def __init__(self) -> None:
        self._secrets: set[bytes] = set()

    def hide(self, secrets: Iterable[bytes]) -> None:
        """Hide these byte strings and their base64 from now on. Those under four bytes are words of the language, not secrets."""
        for secret in secrets:
            for form in (secret, b64encode(secret), b64encode(secret).rstrip(b"=")):
                if len(form) >= 4:
                    self._secrets.add(form)

    def __call__(self, data: bytes) -> bytes:
        """Return the line without what must not be shown."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            if secret in data:
                data = data.replace(secret, HIDDEN.encode())
        return data


def shown(data: bytes) -> str:
    """Return bytes as text for eyes: UTF-8 where it is, everything unprintable as ``\\xNN``."""
    text = data.decode("utf-8", "backslashreplace")
    return _CONTROL.sub(lambda found: "".join(f"\\x{byte:02x}" for byte in found[0].encode()), text)


class Wire(SMTPProtocol):
    """One connection's lines. ``tell(sender, text)`` is called for every line, already redacted.

    ``hush`` is True while credentials travel: then whole lines are hidden, whoever sends them.
    """

    def __init__(self, tell: Callable[[str, str], None]) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self.tell = tell
        self.redact = Redactor()
        self.hush = False
        self.said_quit = False
        self._pending = bytearray()
        self._lines: list[bytes] = []
        self._size = 0
        self._replies: deque[Reply] = deque()
        self._trouble: WireError | None = None
        self._arrived = asyncio.Event()

    # What arrives ------------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Cut what arrived into lines and the lines into replies."""
        if self._trouble:
            return
        self._pending += data
        while self._trouble is None and (end := self._pending.find(b"\n", 0, MAX_LINE + 1)) >= 0:
            line = bytes(self._pending[: end + 1])
            del self._pending[: end + 1]
            self._take(line)
        if self._trouble is None and len(self._pending) > MAX_LINE:
            self._fail(ReplyTooLong(bytes(self._pending)))

    def _take(self, line: bytes) -> None:
        text = line.rstrip(b"\r\n")
        text = text[:4] + self.redact(text[4:])  # the code itself is never a secret
        found = _CODE.match(text)
        if not found or (text[3:4] not in (b"", b" ", b"-")):
            self._pending[:0] = line
            self._fail(MalformedReply(self.redact(bytes(self._pending))))
            return
        self.tell("S", self._eyes(line, text))
        self._lines.append(text)
        self._size += len(line)
        if self._size > MAX_REPLY:
            self._fail(ReplyTooLong(text))
        elif found["more"] != b"-":
            self._finish()

    def _eyes(self, line: bytes, text: bytes) -> str:
        challenge = self.hush and text.startswith(b"334")
        return f"334 {HIDDEN}" if challenge else shown(text) + _odd_end(line)

    def _finish(self) -> None:
        reply = Reply.from_lines(self._lines)
        self._lines, self._size = [], 0
        if reply is None or len(self._replies) >= MAX_WAITING:
            self._fail(ReplyTooLong())
        else:
            self._replies.append(reply)
            self._arrived.set()

    def _fail(self, trouble: WireError) -> None:
        """Note the first trouble, show what was pending, and stop reading: memory stays bounded whatever follows."""
        self._trouble = trouble
        self.flush()
        if self.transport is not None and not self.transport.is_closing():
            pause = getattr(self.transport, "pause_reading", None)
            if pause and getattr(self.transport, "is_reading", lambda: True)():
                pause()
        self._arrived.set()

    def flush(self) -> None:
        """Put the beginning of an unfinished line into the transcript, and drop the rest."""
        if self._pending:
            self.tell("S", shown(self.redact(bytes(self._pending[:KEPT_RAW]))) + f" [{len(self._pending)} bytes, no reply]")
            self._pending.clear()

    def eof_received(self) -> bool:
        """Note that the server has closed its side."""
        self._end(None)
        return bool(super().eof_received())

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the connection is gone, and why."""
        self._end(exc)
        super().connection_lost(exc)

    def _end(self, exc: Exception | None) -> None:
        if self._trouble is None:
            closed = LineClosed(self.redact(bytes(self._pending)))
            closed.__cause__ = exc
            self._trouble = closed
            self.flush()
            self._arrived.set()

    # What is asked for -------------------------------------------------------------------------------------------

    @property
    def partial(self) -> bytes:
        """The bytes of a reply that has not ended yet, at most 512."""
        return (b"\n".join(self._lines) + bytes(self._pending))[:KEPT_RAW]

    @property
    def has_surplus(self) -> bool:
        """Whether the server has said something that nobody asked for."""
        odd = isinstance(self._trouble, MalformedReply | ReplyTooLong)
        return bool(odd or self._pending or self._lines or self._replies)

    @property
    def surplus(self) -> bytes:
        """The first bytes of what nobody asked for."""
        waiting = [str(reply).encode() for reply in self._replies]
        odd = self._trouble.raw if self._trouble else b""
        return b"\n".join(part for part in [*waiting, self.partial, odd] if part)[:KEPT_RAW]

    def still_open(self) -> None:
        """Raise LineClosed when the server has ended the line."""
        if self._trouble is not None:
            raise self._trouble
        if self.transport is None or self.transport.is_closing():
            raise LineClosed

    async def reply(self) -> Reply:
        """Return the next reply. Raises WireError when none can come; waits without a deadline of its own."""
        while not self._replies:
            if self._trouble is not None:
                raise self._trouble
            self._arrived.clear()
            await self._arrived.wait()
        return self._replies.popleft()

    async def read_response(self, timeout: float | None = None) -> SMTPResponse:
        """Return the next reply in aiosmtplib's form, so that its commands work on this wire."""
        async with asyncio.timeout(timeout):
            reply = await self.reply()
        lines = (f"{reply.enhanced} {line}" if reply.enhanced and not index else line for index, line in enumerate(reply.lines))
        return SMTPResponse(reply.code, "\n".join(lines))

    def write(self, data: bytes) -> None:
        """Send bytes; every line of them goes into the transcript first."""
        if self.hush:
            self.tell("C", _hidden_command(data))
        else:
            self.said_quit = self.said_quit or data.endswith(b"QUIT\r\n")
            for line in data.splitlines(keepends=True):
                self.tell("C", shown(self.redact(line.rstrip(b"\r\n"))) + _odd_end(line))
        super().write(data)


def _hidden_command(data: bytes) -> str:
    """Return ``AUTH PLAIN ••••`` for an AUTH command, dots for anything else said while signing in."""
    words = data.split()
    if words and words[0].upper() == b"AUTH":
        named = shown(b" ".join(words[:2]))
        return f"{named} {HIDDEN}" if len(words) > 2 else named
    return "*" if data.strip() == b"*" else HIDDEN


def _odd_end(line: bytes) -> str:
    """Name a line end that is not CRLF (RFC 5321 2.3.8), so that the transcript is true to the byte."""
    if line.endswith(b"\r\n"):
        return ""
    return " [bare LF]" if line.endswith(b"\n") else ""
