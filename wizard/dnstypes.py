"""What discovery asks of DNS and what it gets: light types, so that asking nobody loads no library. Must not know records."""

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
