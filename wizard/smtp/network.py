"""The ground under a session: names to addresses, addresses to a connected socket. The one seam tests replace.

Knows sockets and nothing of SMTP. Both verbs are bounded and can be cancelled at any moment.
"""

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from wizard.smtp.observation import AddressFate
from wizard.smtp.race import Address as Address
from wizard.smtp.race import Race
from wizard.smtp.race import Resolution as Resolution
from wizard.values import is_address, to_ascii

T = TypeVar("T")

# RFC 8305 3: how long to wait for the other family's answer, in seconds.
RESOLUTION_DELAY = 0.05

FAMILIES = {socket.AF_INET6: "ipv6", socket.AF_INET: "ipv4"}


class Network:
    """The host's own network. Subclasses in tests map names and ports to loopback."""

    async def resolve(self, host: str, port: int) -> Resolution:
        """Ask for IPv4 and IPv6 addresses at once.

        Returns as soon as one family answered and the other had RESOLUTION_DELAY seconds to follow; a later answer is in
        ``late``. Raises socket.gaierror when both families have none, UnicodeError for a name DNS cannot hold.
        """
        if is_address(host):
            family = "ipv6" if ":" in host else "ipv4"
            return Resolution([Address(family, host)])
        name = to_ascii(host)
        tasks = {family: asyncio.create_task(self.lookup(name, port, family)) for family in FAMILIES}
        try:
            return await self._first_answer(list(tasks.values()))
        except BaseException:
            for task in tasks.values():
                task.cancel()
            raise

    async def _first_answer(self, tasks: list[asyncio.Task[list[Address]]]) -> Resolution:
        pending = set(tasks)
        problems: list[socket.gaierror] = []
        known: list[Address] = []
        while pending and not known:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            _collect(done, known, problems)
        if pending:
            done, pending = await asyncio.wait(pending, timeout=RESOLUTION_DELAY)
            _collect(done, known, problems)
        if not known:
            # A temporary failure of one family says more than "no such record" of the other.
            raise min(problems, key=lambda problem: problem.errno in _NO_NAME)
        return Resolution(_interleaved(known), next(iter(pending), None))

    async def lookup(self, name: str, port: int, family: socket.AddressFamily) -> list[Address]:
        """Ask the host's resolver for one family. Raises socket.gaierror."""
        host = name.encode("ascii")  # as bytes: the name is in its IDNA form already, and a str would go through the codec again
        answer = await in_daemon_thread(lambda: socket.getaddrinfo(host, port, family, socket.SOCK_STREAM))
        texts = dict.fromkeys(str(entry[4][0]) for entry in answer)
        return [Address(FAMILIES[family], text) for text in texts]

    async def connect(self, address: Address, port: int) -> socket.socket:
        """Open one TCP connection. Returns a connected, non-blocking socket the caller closes. Raises OSError."""
        family = socket.AF_INET6 if address.family == "ipv6" else socket.AF_INET
        made = socket.socket(family, socket.SOCK_STREAM)
        try:
            made.setblocking(False)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await asyncio.get_running_loop().sock_connect(made, (address.text, port))
        except BaseException:
            made.close()
            raise
        return made

    async def race(self, resolution: Resolution, port: int, fates: dict[Address, AddressFate]) -> socket.socket | None:
        """Race connection attempts as RFC 8305 says; return the first connected socket, or None when all failed.

        ``fates`` is filled as things become known, so that a caller whose deadline ends the race still has every address's
        fate: what is in flight then stands as ``timeout``.
        """
        race = Race(self.connect, port, fates)
        try:
            return await race.run(resolution)
        finally:
            resolution.cancel()
            race.end()


_NO_NAME = {
    socket.EAI_NONAME,
    getattr(socket, "EAI_NODATA", socket.EAI_NONAME),
    getattr(socket, "EAI_ADDRFAMILY", socket.EAI_NONAME),
}


def name_is_unknown(problem: socket.gaierror) -> bool:
    """Return whether the resolver said that the name has no address (and not that it failed)."""
    return problem.errno in _NO_NAME


def _collect(done: set[asyncio.Task[list[Address]]], known: list[Address], problems: list[socket.gaierror]) -> None:
    for task in done:
        problem = task.exception()
        if problem is None:
            known.extend(task.result())
        elif isinstance(problem, socket.gaierror):
            problems.append(problem)
        else:
            raise problem


def _interleaved(addresses: list[Address]) -> list[Address]:
    """Order IPv6 first and the families in turn (RFC 8305 4), keeping the resolver's order within each."""
    six = [address for address in addresses if address.family == "ipv6"]
    four = [address for address in addresses if address.family == "ipv4"]
    shorter = min(len(six), len(four))
    paired = [address for pair in zip(six, four, strict=False) for address in pair]
    return paired + six[shorter:] + four[shorter:]


async def in_daemon_thread(work: Callable[[], T]) -> T:
    """Run blocking work beside the loop. Unlike an executor's, this thread never delays the program's end."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def settle(value: T | None, problem: BaseException | None) -> None:
        if outcome.done():
            return
        if problem is None:
            outcome.set_result(value)  # type: ignore[arg-type]  # None is T's own None here
        else:
            outcome.set_exception(problem)

    def run() -> None:
        value, problem = None, None
        try:
            value = work()
        except (OSError, UnicodeError, ValueError) as caught:
            problem = caught
        with suppress(RuntimeError):  # the loop has ended meanwhile: nobody waits for the answer
            loop.call_soon_threadsafe(settle, value, problem)

    threading.Thread(target=run, daemon=True).start()
    return await outcome
