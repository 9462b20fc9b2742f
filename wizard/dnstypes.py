"""What is asked of DNS and what it gives: light types, so that asking nobody loads no library. Must not know records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class ResolverFailed(Exception):  # noqa: N818 - reads as what happened
    """The resolver failed, or gave no answer in time; the name may or may not exist."""


@dataclass(frozen=True, slots=True)
class Service:
    """An SRV record (RFC 2782)."""

    priority: int
    weight: int
    port: int
    target: str


class Resolver(Protocol):
    """What discovery asks of DNS. A name without records gives an empty list. Both raise ResolverFailed."""

    async def services(self, name: str) -> list[Service]:
        """The SRV records of a name."""
        ...

    async def exchanges(self, domain: str) -> list[str]:
        """The MX hosts of a domain, best first; ``"."`` alone means that it takes no mail."""
        ...


class Records(Protocol):
    """What the examination of a domain asks of DNS. A name without such records gives an empty list. All raise ResolverFailed."""

    async def texts(self, name: str) -> list[str]:
        """The TXT records of a name, each in one piece."""
        ...

    async def addresses(self, name: str, version: int) -> list[str]:
        """The addresses of a name, IP version 4 or 6."""
        ...

    async def names(self, address: str) -> list[str]:
        """The names of an address (PTR)."""
        ...

    async def servers(self, name: str) -> list[str]:
        """The name servers of a zone (NS)."""
        ...

    async def aliases(self, name: str) -> list[str]:
        """The name this one is an alias of (CNAME)."""
        ...

    async def exchanges(self, domain: str) -> list[str]:
        """The MX hosts of a domain, best first; ``"."`` alone means that it takes no mail."""
        ...
