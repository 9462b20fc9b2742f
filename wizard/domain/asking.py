"""Questions to the resolver: each asked once, all at once, under one deadline. Must not know what the answers mean."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, cast

from wizard.dnstypes import Records, ResolverFailed

T = TypeVar("T")
_KEPT = 0.5  # of the time is kept for questions that follow from what somebody else had to say first


class Asker:
    """Asks ``records``; whoever asks the same again gets the same answer. ``deadline`` in seconds from now, for everything.

    Every question raises ResolverFailed where the resolver fails or is silent when time is up. ``failed`` keeps which ones
    did, and why. ``patience`` is when to wait no longer for anything but DNS, by the loop's clock. Made within the running
    loop; ``close`` ends what is still under way.
    """

    def __init__(self, records: Records, deadline: float) -> None:
        self._records = records
        self._end = asyncio.get_running_loop().time() + deadline
        self.patience = self._end - deadline * _KEPT
        self._asked: dict[tuple[str, str], asyncio.Task[Any]] = {}
        self.failed: dict[tuple[str, str], str] = {}

    async def texts(self, name: str) -> list[str]:
        """The TXT records of a name."""
        return await self._once("TXT", name, lambda: self._records.texts(name))

    async def addresses(self, name: str, version: int) -> list[str]:
        """The addresses of a name, IP version 4 or 6."""
        return await self._once("A" if version == 4 else "AAAA", name, lambda: self._records.addresses(name, version))

    async def all_addresses(self, name: str) -> list[str]:
        """The addresses of a name, both versions; one of the two failing is no failure while the other answers with some."""
        both = await asyncio.gather(self.addresses(name, 4), self.addresses(name, 6), return_exceptions=True)
        found = [address for one in both if not isinstance(one, BaseException) for address in one]
        for one in both:
            if isinstance(one, BaseException) and not (found and isinstance(one, ResolverFailed)):
                raise one
        return found

    async def exchanges(self, domain: str) -> list[str]:
        """The MX hosts of a domain, best first, without the last dot; ``""`` alone is the null MX of RFC 7505."""
        hosts = await self._once("MX", domain, lambda: self._records.exchanges(domain))
        return [host.removesuffix(".").lower() for host in hosts]

    async def servers(self, name: str) -> list[str]:
        """The name servers of a zone."""
        return await self._once("NS", name, lambda: self._records.servers(name))

    async def aliases(self, name: str) -> list[str]:
        """The name this one is an alias of (CNAME), or nothing."""
        return [target.lower() for target in await self._once("CNAME", name, lambda: self._records.aliases(name))]

    async def names(self, address: str) -> list[str]:
        """The names of an address (PTR), in order: DNS gives them in any."""
        return sorted(name.lower() for name in await self._once("PTR", address, lambda: self._records.names(address)))

    async def close(self) -> None:
        """End the questions nobody waits for any more."""
        for task in self._asked.values():
            task.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)

    async def _once(self, kind: str, name: str, ask: Callable[[], Coroutine[Any, Any, list[T]]]) -> list[T]:
        question = kind, name.lower()
        task = self._asked.get(question)
        if task is None:
            task = self._asked[question] = asyncio.create_task(ask())
        try:
            async with asyncio.timeout_at(self._end):
                return cast("list[T]", await asyncio.shield(task))
        except TimeoutError:
            self.failed[question] = "no answer in time"
            raise ResolverFailed("no answer in time") from None
        except ResolverFailed as problem:
            self.failed[question] = str(problem)
            raise
