"""The practice server: three ports on loopback, a CA of its own, one account, one mailbox, and perhaps one fault.

Runs in the loop of whoever opens it. Never relays, and stores no mail on disk.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
import socket
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from wizard.draft import Draft
from wizard.practice.act import Serve, server_of, shake_hands, stand_in
from wizard.practice.authority import Authority
from wizard.practice.desk import House
from wizard.practice.fault import HEALTHY, RECIPIENT, SENDER, USERNAME, Fault, Say, Send, Step
from wizard.practice.faults import find
from wizard.practice.line import FaultyLine
from wizard.practice.mailbox import Mailbox
from wizard.practice.sasl import Account, SignIn
from wizard.practice.session import PracticeSMTP
from wizard.profile import Password, Security


class PortError(OSError):
    """A chosen port cannot be had; ``port`` is its number, ``errno`` says why."""

    def __init__(self, problem: OSError, port: int) -> None:
        super().__init__(problem.errno, problem.strerror)
        self.port = port


class PracticeServer:
    """``async with PracticeServer("greylisting") as server:`` listens from the first line of the block to its end.

    ``fault`` is a name from FAULTS, else UnknownFaultError (a ValueError) is raised; ``ports`` chooses ports by mode, the others
    are the system's choice. Raises PortError (an OSError) when a port cannot be had.
    """

    def __init__(self, fault: str | None = None, host: str = "127.0.0.1", ports: Mapping[Security, int] | None = None) -> None:
        self.fault: Fault = find(fault) if fault else HEALTHY
        self.host = host
        self.ports: dict[Security, int] = {}
        self.username = USERNAME
        self.password = Password(secrets.token_urlsafe(12))
        self._wanted = dict(ports or {})
        self._servers: list[asyncio.Server] = []
        self._sessions: set[FaultyLine] = set()
        self._held: list[socket.socket] = []
        self._strangers: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Make the certificates and open the ports."""
        self._folder = Path(tempfile.mkdtemp(prefix="smtp-wizard-practice-"))
        self._house = House(self.fault, Account(self.username, self.password), Mailbox())
        try:
            authority = Authority(self._folder)
            self.ca_file = authority.ca_file
            self._context = authority.context(self.fault.leaf, self.fault.handshake)
            self.password_file = authority.keep("password", self.password.reveal())
            for security in Security:
                await self._open(security)
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close everything."""
        await self.close()

    @property
    def mailbox(self) -> Mailbox:
        """What arrived."""
        return self._house.mailbox

    @property
    def sign_ins(self) -> tuple[SignIn, ...]:
        """Every sign-in attempt so far, oldest first, without the secrets that were tried."""
        return tuple(self._house.sign_ins)

    def draft(self, security: Security | None = None) -> Draft:
        """Return settings ready for a check of the port of this mode (by default the mode the fault is best seen with).

        Only the password is missing: it is in ``password``, and in ``password_file`` as long as the server runs (mode 0600, in
        a private folder), so that a command line need not carry it. Nobody signs in on the plain port.
        """
        mode = security or self.fault.security
        draft = Draft(
            host="localhost",
            port=str(self.ports[mode]),
            security=mode,
            username="" if mode is Security.NONE else self.username,
            sender=SENDER,
            recipient=RECIPIENT,
            ca_file=str(self.ca_file),
        )
        return draft.with_changes(*self.fault.changes)

    async def close(self) -> None:
        """Close the ports, end every session, remove the certificates. Harmless when done twice."""
        for server in self._servers:
            server.close()
        await asyncio.gather(*(session.close() for session in list(self._sessions)))
        for task in self._strangers:
            task.cancel()
        await asyncio.gather(*self._strangers, return_exceptions=True)
        for held in self._held:
            held.close()
        self._servers.clear()
        shutil.rmtree(self._folder, ignore_errors=True)

    # -- ports ---------------------------------------------------------------------------------------------------------

    async def _open(self, port: Security) -> None:
        try:
            await self._listen(port)
        except OSError as problem:
            raise PortError(problem, self._wanted.get(port, 0)) from None

    async def _listen(self, port: Security) -> None:
        """Listen on the port of one mode, which by the fault's wish may speak another mode, another protocol, or nothing."""
        speaks = self.fault.speaks.get(port, port)
        wanted = self._wanted.get(port, 0)
        if port in self.fault.closed:
            self.ports[port] = self._reserve(wanted)
            return
        serve = self._stranger(speaks)
        if serve is not None:
            server = await asyncio.start_server(partial(self._accept, serve), self.host, wanted)
        else:
            context = self._context if speaks is Security.TLS else None
            loop = asyncio.get_running_loop()
            server = await loop.create_server(partial(self._session, port, speaks), self.host, wanted, ssl=context)
        self._servers.append(server)
        self.ports[port] = server.sockets[0].getsockname()[1]

    def _session(self, port: Security, speaks: Security) -> PracticeSMTP:
        return PracticeSMTP(self._house, port, speaks, self._context, self._sessions)

    def _stranger(self, speaks: Security) -> Serve | None:
        """Return what serves a port in place of a mail session: another protocol, or a handshake that never succeeds."""
        answer, wait = self.fault.at.get(Step.CONNECT), False
        if answer is None and speaks is Security.TLS:
            if self.fault.handshake.refuses:
                return partial(shake_hands, self._context)
            answer, wait = self.fault.at.get(Step.TLS), True
        if isinstance(answer, Say):
            answer = Send(answer.text.encode() + b"\r\n", close=True)
        return None if answer is None else server_of(answer, wait)

    def _accept(self, serve: Serve, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(stand_in(serve, reader, writer))
        self._strangers.add(task)
        # Here and not in the task: one that is cancelled before its first step never reaches a ``finally``.
        task.add_done_callback(lambda _: writer.close())
        task.add_done_callback(self._strangers.discard)

    def _reserve(self, wanted: int) -> int:
        """Hold a port without listening on it, so that whoever connects is refused, and nobody else takes it meanwhile."""
        held = socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET)
        self._held.append(held)
        held.bind((self.host, wanted))
        number: int = held.getsockname()[1]
        return number
