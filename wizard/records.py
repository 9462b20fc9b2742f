"""Records from the host's own resolver, through dnspython. Must not know what they are asked for."""

from __future__ import annotations

from typing import Any

import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver
import dns.reversename

from wizard.dnstypes import ResolverFailed, Service

_NOTHING = (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.EmptyLabel)


class HostResolver:
    """Asks the servers named in this host's own configuration, and no others. ``deadline`` in seconds for each question.

    Tests give a ``resolver`` that asks loopback.
    """

    def __init__(self, deadline: float, resolver: dns.asyncresolver.Resolver | None = None) -> None:
        self.deadline = deadline
        self.resolver = resolver

    async def services(self, name: str) -> list[Service]:
        """The SRV records of a name. Raises ResolverFailed."""
        records = await self._ask(name, "SRV")
        return [Service(record.priority, record.weight, record.port, record.target.to_text()) for record in records]

    async def exchanges(self, domain: str) -> list[str]:
        """The MX hosts of a domain, best first. Raises ResolverFailed."""
        records = await self._ask(domain, "MX")
        return [record.exchange.to_text() for record in sorted(records, key=lambda record: record.preference)]

    async def texts(self, name: str) -> list[str]:
        """The TXT records of a name, each in one piece; bytes beyond ASCII as escapes. Raises ResolverFailed."""
        records = await self._ask(name, "TXT")
        return [b"".join(record.strings).decode("ascii", "backslashreplace") for record in records]

    async def addresses(self, name: str, version: int) -> list[str]:
        """The IPv4 (``version`` 4) or IPv6 (6) addresses of a name. Raises ResolverFailed."""
        return [record.address for record in await self._ask(name, "A" if version == 4 else "AAAA")]

    async def servers(self, name: str) -> list[str]:
        """The name servers of a zone (NS). Raises ResolverFailed."""
        return [record.target.to_text() for record in await self._ask(name, "NS")]

    async def aliases(self, name: str) -> list[str]:
        """The name this one is an alias of (CNAME), without the last dot; none for a name of its own. Raises ResolverFailed."""
        return [record.target.to_text(omit_final_dot=True) for record in await self._ask(name, "CNAME")]

    async def names(self, address: str) -> list[str]:
        """The names an IP address is said to have (PTR), without the last dot. Raises ResolverFailed, ValueError."""
        try:
            reverse = dns.reversename.from_address(address).to_text(omit_final_dot=True)
        except dns.exception.DNSException:
            raise ValueError(f"{address!r} is no IP address") from None
        return [record.target.to_text(omit_final_dot=True) for record in await self._ask(reverse, "PTR")]

    async def _ask(self, name: str, kind: str) -> list[Any]:
        """Return the records; dnspython types them by kind at run time only."""
        try:
            self.resolver = resolver = self.resolver or dns.asyncresolver.Resolver()
            answer = await resolver.resolve(f"{name}.", kind, lifetime=self.deadline, search=False)
        except _NOTHING:
            return []
        except (dns.exception.DNSException, OSError) as problem:
            raise ResolverFailed(_in_words(problem)) from problem
        return list(answer)


def _in_words(problem: Exception) -> str:
    """Say what the resolver did; dnspython's own words list every server and try."""
    match problem:
        case dns.resolver.LifetimeTimeout():
            return "no answer in time"
        case dns.resolver.NoNameservers():
            return "every name server failed or refused to answer"
        case dns.resolver.NoResolverConfiguration():
            return "this host has no resolver set up"
        case _:
            return str(problem) or type(problem).__name__
