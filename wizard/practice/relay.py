"""A relay on this host for a while: an application is pointed to it, every mail is shown, and held or sent on.

Never an open relay: only clients on loopback, or on a list of addresses, are served. What it accepted is on the disk before it
says so, and stays there until the real server has accepted it. Must not know whose application it is, nor words for people.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Self

from wizard.practice.authority import Authority
from wizard.practice.relay_events import Fate, Mail, RelayEvent, TurnedAway
from wizard.practice.relay_line import HOSTNAME, Door, RelayLine, Submitted
from wizard.practice.relay_sender import PAUSES, Sender, Upstream
from wizard.practice.relay_store import Kept, NoRoomError, Store, with_line_ends
from wizard.practice.relay_text import show
from wizard.practice.server import PortError

SIZE_LIMIT = 16 * 1024 * 1024  # bytes of one mail
AT_ONCE = 16  # sessions served at the same time; the next ones wait for the greeting
MOST_LINES = 256  # connections at the same time, waiting ones included
MOST_STRANGERS = 4  # of them, those of clients that are not on the list: they are heard out, and keep nobody else waiting
DRAIN = 10.0  # seconds in which what waits is still sent on at the end
_STORING = 5.0  # seconds for mails that are being written when the relay closes
_BUSY = b"421 4.3.2 Too many connections at once, try again later\r\n"


class UnsafeBindError(ValueError):
    """Asked to listen beyond loopback without a list of who may come. Its text is the user's sentence."""


class Relay:
    """``async with Relay(tell, folder=...) as relay:`` listens on ``relay.port`` from the first line of the block to its end.

    ``tell`` is given every event, in the loop it runs in. ``folder`` holds the mails, one private file each. ``bind`` is the
    address to listen on; beyond loopback ``allow`` must name the clients' addresses, and with ``allow`` nobody else is served.
    With ``upstream`` and ``send_on`` mails go on to the real server; with ``upstream`` alone they are held until ``release``.
    Raises UnsafeBindError, PortError (an OSError) when the port cannot be had, and OSError for the folder.
    """

    def __init__(
        self,
        tell: Callable[[RelayEvent], None],
        *,
        folder: Path,
        bind: str = "127.0.0.1",
        port: int = 0,
        allow: Sequence[str] = (),
        upstream: Upstream | None = None,
        send_on: bool = False,
        size_limit: int = SIZE_LIMIT,
        keep_bytes: int | None = None,
        pauses: Sequence[float] = PAUSES,
        drain: float = DRAIN,
    ) -> None:
        if not allow and not ip_address(bind).is_loopback:
            raise UnsafeBindError(f"{bind} can be reached from other hosts: name those that may send through the relay")
        self.bind = bind
        self.port = port
        self.folder = folder
        self.send_on = send_on and upstream is not None
        self.count = 0
        self._tell = tell
        self._allow = frozenset(str(ip_address(address)) for address in allow)
        self._upstream = upstream
        self._size_limit = size_limit
        self._keep_bytes = keep_bytes
        self._pauses = pauses
        self._drain = drain
        self._mark = secrets.token_hex(8)
        self._files: dict[int, Path] = {}
        self._storing: set[asyncio.Task[str]] = set()
        self._server: asyncio.Server | None = None
        self._working: asyncio.Task[None] | None = None
        self._sender: Sender | None = None

    async def __aenter__(self) -> Self:
        """Make the certificate and open the port."""
        self._store = Store(self.folder) if self._keep_bytes is None else Store(self.folder, keep_bytes=self._keep_bytes)
        self._private = Path(tempfile.mkdtemp(prefix="smtp-wizard-relay-"))
        try:
            authority = Authority(self._private)
            self.ca_file = authority.ca_file
            self._door = Door(self._take, self._turn_away, self._allow, self._size_limit, authority.context())
            await self._listen()
        except BaseException:
            self._store.close()
            shutil.rmtree(self._private, ignore_errors=True)
            raise
        if self._upstream is not None:
            self._sender = Sender(self._upstream, self._store, self._tell, self._pauses)
            self._working = asyncio.create_task(self._sender.work())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close everything."""
        await self.close()

    async def _listen(self) -> None:
        slots, few = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(MOST_STRANGERS)
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: _Line(self._door, slots, few), self.bind, self.port)
        except OSError as problem:
            raise PortError(problem, self.port) from None
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Take no more, finish what is being written, send on for a moment, and end. Harmless when done twice.

        Mails that were not sent on stay in their files: ``left`` names them.
        """
        if self._server is None:
            return
        self._server.close()
        self._server = None
        if self._storing:
            await asyncio.wait(set(self._storing), timeout=_STORING)
        await asyncio.gather(*(line.close() for line in list(self._door.lines)))
        if self._working is not None and self._sender is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._drain):
                    await self._sender.drained()
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)
        self._store.close()
        shutil.rmtree(self._private, ignore_errors=True)

    def left(self) -> tuple[Path, ...]:
        """Return the files of this run's mails that are still there: held, or not sent on to everybody. Oldest first."""
        return tuple(path for _, path in sorted(self._files.items()) if path.exists())

    def release(self, number: int) -> None:
        """Have a held mail of this run sent on. Raises KeyError for a number not there, ValueError without ``upstream``."""
        if self._sender is None:
            raise ValueError("no server to send on to")
        self._sender.add(number, self._files[number])

    # -- one mail ------------------------------------------------------------------------------------------------------

    async def _take(self, submitted: Submitted) -> str:
        """Keep a mail and tell of it; the reply says that it is accepted only when it is on the disk."""
        # A task of its own: a client that hangs up now must not stop what is half written.
        task = asyncio.ensure_future(self._kept(submitted))
        self._storing.add(task)
        task.add_done_callback(self._storing.discard)
        return await asyncio.shield(task)

    async def _kept(self, submitted: Submitted) -> str:
        if self._mark.encode() in submitted.content[:65536]:
            return "554 5.4.6 Routing loop: this relay has seen this mail before"
        try:
            mail = await self._store.aside(lambda: self._store_mail(submitted))
        except NoRoomError:
            return self._full(submitted, "452 4.3.1 No room for more mail: try again later")
        except OSError:
            return self._full(submitted, "452 4.3.1 The mail could not be written to the disk: try again later")
        self.count += 1
        self._files[mail.number] = mail.file
        self._tell(mail)
        if self.send_on and self._sender is not None:
            self._sender.add(mail.number, mail.file)
        return f"250 2.0.0 Ok: queued as {mail.queue_id}"

    def _full(self, submitted: Submitted, reply: str) -> str:
        self._tell(TurnedAway(submitted.peer, reply, datetime.now(UTC)))
        return reply

    def _store_mail(self, submitted: Submitted) -> Mail:
        """Write the mail and read what is to be shown of it. Runs in a thread. Raises OSError."""
        number, queue_id, at = self._store.next_number(), secrets.token_hex(5).upper(), datetime.now(UTC)
        content = with_line_ends(submitted.content)
        trace = self._trace(submitted, queue_id, at)
        file = self._store.add(number, queue_id, Kept(submitted.sender, submitted.recipients, trace + content))
        shown = show(content)
        return Mail(
            number=number,
            at=at,
            peer=submitted.peer,
            hello=submitted.hello,
            encryption=submitted.encryption,
            sign_in=submitted.sign_in,
            sender=submitted.sender,
            recipients=submitted.recipients,
            header_from=shown.header_from,
            subject=shown.subject,
            body=shown.body,
            html=shown.html,
            size=len(content),
            token=shown.token,
            queue_id=queue_id,
            file=file,
            fate=Fate.WAITING if self.send_on else Fate.HELD,
        )

    def _trace(self, submitted: Submitted, queue_id: str, at: datetime) -> bytes:
        """Return the Received header every relay adds (RFC 5321 4.4), with this run's mark, by which a loop is seen."""
        hello = "".join(letter for letter in submitted.hello if letter.isalnum() or letter in ".-_[]:")[:255] or "unknown"
        peer = f"IPv6:{submitted.peer}" if ":" in submitted.peer else submitted.peer
        protocol = "ESMTP" + ("S" if submitted.encryption else "") + ("A" if submitted.sign_in else "")
        return (
            f"Received: from {hello} ([{peer}])\r\n\tby {HOSTNAME} (SMTP Wizard {self._mark})\r\n"
            f"\twith {protocol} id {queue_id};\r\n\t{format_datetime(at)}\r\n"
        ).encode("ascii", "replace")

    def _turn_away(self, peer: str, reply: str) -> None:
        self._tell(TurnedAway(peer, reply, datetime.now(UTC)))


class _Line(RelayLine):
    """A line that waits for a free place before it is greeted: a Java program waits without end, and loses nothing."""

    def __init__(self, door: Door, slots: asyncio.Semaphore, few: asyncio.Semaphore) -> None:
        super().__init__(door)
        self._slots, self._few = slots, few

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("peername")
        if peer and not self._door.welcomes(str(peer[0])):
            self._slots = self._few
        strangers = sum(isinstance(line, _Line) and line._slots is line._few for line in self._door.lines)
        full = len(self._door.lines) >= MOST_LINES or (self._slots is self._few and strangers >= MOST_STRANGERS)
        if full and isinstance(transport, asyncio.WriteTransport):
            transport.write(_BUSY)
            transport.close()
            return
        super().connection_made(transport)

    async def _handle_client(self) -> None:
        async with self._slots:
            await super()._handle_client()
