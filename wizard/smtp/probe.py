"""Looks at a host's mail ports, IPv4 and IPv6, all at once, and says which one to use. It never sends credentials or mail.

Every port is an observation of its own; must not know words for users or screens.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

from wizard.smtp.glance import Target
from wizard.smtp.network import Address, Network, name_is_unknown
from wizard.smtp.observation import Kind
from wizard.smtp.portlook import PortLook
from wizard.smtp.ports import PortResult, PortState, ProbeResult, Recommendation, recommend

__all__ = ["PORTS", "PortResult", "PortState", "ProbeResult", "Recommendation", "probe"]

PORTS = (25, 465, 587, 2525)
DEFAULT_TIMEOUT = 5.0
# Seconds the slower address family still gets once every port of the other one is known (RFC 8305: it must not cost more).
LATE_FAMILY = 0.5


async def probe(
    host: str,
    emit: Callable[[PortResult], None],
    *,
    ports: tuple[int, ...] = PORTS,
    ca_file: Path | None = None,
    ehlo_name: str = "",
    timeout: float = DEFAULT_TIMEOUT,
    network: Network | None = None,
) -> ProbeResult:
    """Look at every port of a host over every family it has addresses in, at once; ``emit`` each result as it is known.

    ``timeout`` bounds the search for addresses, and then each port, in seconds; so the whole takes as long as its slowest port.
    Raises OSError when ``ca_file`` cannot be used. Cancelling closes every connection.
    """
    target = Target.of(host, ehlo_name, ca_file)
    search = _Search(network or Network(), target, dict.fromkeys(ports), timeout, emit)
    kind = await search.run(host)
    found = tuple(sorted(search.results, key=lambda result: (result.port, result.family)))
    return ProbeResult(host, found, recommend(found), kind)


class _Search:
    """The looks under way: IPv4 and IPv6 start as their addresses become known."""

    def __init__(
        self, network: Network, target: Target, ports: dict[int, None], timeout: float, emit: Callable[[PortResult], None]
    ) -> None:
        self.network = network
        self.target = target
        self.ports = ports
        self.timeout = timeout
        self.emit = emit
        self.results: list[PortResult] = []

    async def run(self, host: str) -> Kind:
        """Find the addresses and look at all of them; return how the finding went."""
        try:
            async with asyncio.timeout(self.timeout):
                resolution = await self.network.resolve(host, next(iter(self.ports)))
        except TimeoutError:
            return Kind.RESOLVER_FAILED
        except socket.gaierror as problem:
            return Kind.NAME_NOT_FOUND if name_is_unknown(problem) else Kind.RESOLVER_FAILED
        except UnicodeError:
            return Kind.NAME_NOT_FOUND
        try:
            async with asyncio.TaskGroup() as group:
                looks = self._start(group, resolution.known)
                if resolution.late:
                    self._start(group, await self._late(resolution.late, resolution.known, looks))
        finally:
            resolution.cancel()
        return Kind.PASSED

    async def _late(
        self, late: asyncio.Task[list[Address]], known: list[Address], looks: set[asyncio.Task[None]]
    ) -> list[Address]:
        """Wait for the slower family's addresses while the ports of the other one are looked at, and a moment longer."""
        while looks and not late.done():
            _, rest = await asyncio.wait({late, *looks}, return_when=asyncio.FIRST_COMPLETED)
            looks = {look for look in looks if look in rest}
        await asyncio.wait({late}, timeout=LATE_FAMILY)
        if not late.done() or late.cancelled() or late.exception():
            return []
        return [address for address in late.result() if address not in known]

    def _start(self, group: asyncio.TaskGroup, addresses: list[Address]) -> set[asyncio.Task[None]]:
        families: dict[str, list[Address]] = {}
        for address in addresses:
            families.setdefault(address.family, []).append(address)
        return {group.create_task(self._one(port, family)) for family in families.values() for port in self.ports}

    async def _one(self, port: int, addresses: list[Address]) -> None:
        result = await PortLook(self.network, self.target, port, addresses, self.timeout).run()
        self.results.append(result)
        self.emit(result)
