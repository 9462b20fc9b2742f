"""SRV and MX records from the host's own resolver, through dnspython. Must not know what they are asked for."""

from __future__ import annotations

from typing import Any

import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver

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

    async def _ask(self, name: str, kind: str) -> list[Any]:
        """Return the records; dnspython types them by kind at run time only."""
        try:
            resolver = self.resolver or dns.asyncresolver.Resolver()
            answer = await resolver.resolve(f"{name}.", kind, lifetime=self.deadline, search=False)
        except _NOTHING:
            return []
        except (dns.exception.DNSException, OSError) as problem:
            raise ResolverFailed(str(problem)) from problem
        return list(answer)
