"""A race of connection attempts (RFC 8305): who answers first carries the session, and every address's fate is kept.

Must not know names, nor what is said on a connection.
"""

import asyncio
import errno
import socket
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, NamedTuple

from wizard.smtp.observation import AddressFate, Fate

# RFC 8305 5: how long an attempt is alone before the next one starts, in seconds.
ATTEMPT_DELAY = 0.25
_UNREACHABLE = {
    errno.ENETUNREACH,
    errno.EHOSTUNREACH,
    errno.EADDRNOTAVAIL,
    errno.EAFNOSUPPORT,
    errno.ENETDOWN,
    errno.EINVAL,
}


class Address(NamedTuple):
    """One address of a host as ``connect`` wants it: ``family`` is ``ipv4`` or ``ipv6``, ``text`` without brackets."""

    family: str
    text: str


class Resolution:
    """The addresses of a name while they come in: IPv4 and IPv6 are asked at once, and neither waits long for the other."""

    def __init__(self, known: list[Address], late: asyncio.Task[list[Address]] | None = None) -> None:
        self.known = known
        self.late = late

    def cancel(self) -> None:
        """Stop waiting for the slower family."""
        if self.late:
            self.late.cancel()


def fate_of(problem: OSError) -> Fate:
    """Return what an error of connect() means for that address."""
    match problem.errno:
        case errno.ECONNREFUSED | errno.ECONNRESET:
            return Fate.REFUSED
        case errno.EPERM | errno.EACCES:
            return Fate.PROHIBITED
        case number if number in _UNREACHABLE:
            return Fate.UNREACHABLE
        case _:
            return Fate.TIMEOUT


class Race:
    """The attempts of one race: the next one starts when the one before failed or ATTEMPT_DELAY passed."""

    def __init__(
        self, connect: Callable[[Address, int], Coroutine[Any, Any, socket.socket]], port: int, fates: dict[Address, AddressFate]
    ) -> None:
        self.connect = connect
        self.port = port
        self.fates = fates
        self.running: dict[asyncio.Task[socket.socket], Address] = {}
        self.loop = asyncio.get_running_loop()
        self.started: dict[Address, float] = {}

    async def run(self, resolution: Resolution) -> socket.socket | None:
        waiting = list(resolution.known)
        late = resolution.late
        for address in waiting:
            self._note(address, Fate.UNTRIED)
        while waiting or self.running or late:
            if waiting:
                self._start(waiting.pop(0))
            watched: set[asyncio.Task[socket.socket] | asyncio.Task[list[Address]]] = {*self.running}
            if late:
                watched.add(late)
            delay = ATTEMPT_DELAY if waiting else None
            await asyncio.wait(watched, timeout=delay, return_when=asyncio.FIRST_COMPLETED)
            winner = self._harvest()
            if winner:
                return winner
            if late and late.done():
                waiting += self._late_addresses(late)
                late = None
        return None

    def _late_addresses(self, late: asyncio.Task[list[Address]]) -> list[Address]:
        with suppress(socket.gaierror, asyncio.CancelledError):
            new = [address for address in late.result() if address not in self.fates]
            for address in new:
                self._note(address, Fate.UNTRIED)
            return new
        return []

    def _start(self, address: Address) -> None:
        self.started[address] = self.loop.time()
        self._note(address, Fate.TIMEOUT)
        self.running[asyncio.create_task(self.connect(address, self.port))] = address

    def _harvest(self) -> socket.socket | None:
        winner = None
        for task in [task for task in self.running if task.done()]:
            address = self.running.pop(task)
            problem = task.exception()
            if problem is None and winner is None:
                winner = task.result()
                self._note(address, Fate.CONNECTED)
            elif problem is None:
                task.result().close()
                self._note(address, Fate.UNTRIED)
            elif isinstance(problem, OSError):
                self._note(address, fate_of(problem))
            else:
                raise problem
        return winner

    def _note(self, address: Address, fate: Fate) -> None:
        begun = self.started.get(address)
        took = None if begun is None else self.loop.time() - begun
        self.fates[address] = AddressFate(address.text, address.family, fate, took)

    def end(self) -> None:
        """End what still runs, without waiting: a winner must not be lost to a cancellation that comes just now."""
        connected = any(fate.fate is Fate.CONNECTED for fate in self.fates.values())
        for task, address in self.running.items():
            self._note(address, Fate.SLOW if connected else Fate.TIMEOUT)
            task.cancel()
            task.add_done_callback(_close_loser)


def _close_loser(task: asyncio.Task[socket.socket]) -> None:
    """An attempt that connected in the very moment it was cancelled is closed."""
    if not task.cancelled() and task.exception() is None:
        task.result().close()
