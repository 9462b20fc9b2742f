"""From a mail address or domain to the servers that may send for it: the provider table, SRV and MX records, confirmed guesses.

Asks only the host's own resolver and the domain's own servers, and never invents a host. Must not know screens or secrets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from wizard import values
from wizard.candidate import Candidate, Discovery, Source
from wizard.dnstypes import Resolver, ResolverFailed, Service
from wizard.profile import Security
from wizard.providers import Match, for_domain, for_host, for_mx
from wizard.smtp.network import Network

__all__ = ["Candidate", "Discovery", "ResolverFailed", "Service", "Source", "contacts", "discover", "read"]

DEADLINE = 5.0
# Seconds a guess gets: it may lead to a host that never answers, and the rest should not wait for it.
GUESS_TIMEOUT = 2.5
# SRV names and the mode they stand for: RFC 8314 5.1 adds _submissions to the _submission of RFC 6186 3.1.
_SERVICES = {"_submissions._tcp": Security.TLS, "_submission._tcp": Security.STARTTLS}
_GUESSES = ("smtp", "mail")
_GUESS_PORTS = (465, 587)


def read(text: str) -> tuple[str, str]:
    """Read an address or a bare domain; return address (or "") and domain as DNS wants it.

    Raises ValueError with a sentence when it is neither.
    """
    clean = text.strip().rpartition("<")[2].rstrip(">").strip().removeprefix("mailto:")
    if "@" not in clean:
        return "", values.to_ascii(_domain(clean)).lower()
    address = values.mail_address(clean)
    domain = address.rpartition("@")[2]
    if domain.startswith("["):
        raise ValueError(
            f"'{values.shown(text)}' has an IP address behind the @: type one with a domain, for example iiq@example.com"
        )
    return address, values.to_ascii(values.host(domain)).lower()


def _domain(text: str) -> str:
    if not text:
        raise ValueError("type a mail address, for example iiq@example.com")
    name = values.host(text)
    if values.is_address(name) or "." not in name:
        raise ValueError(f"'{values.shown(text)}' is not a mail domain: type an address, for example iiq@example.com")
    return name


def contacts(domain: str) -> tuple[str, ...]:
    """What discovery will ask and contact for a domain, one line each, to be shown before."""
    if for_domain(domain):
        return ()
    guesses = " and ".join(f"{guess}.{domain}" for guess in _GUESSES)
    ports = " and ".join(str(port) for port in _GUESS_PORTS)
    return (
        f"this host's resolver: {', '.join(f'{service}.{domain}' for service in _SERVICES)}, MX of {domain}",
        f"{guesses}, and the domain's own mail server, on ports {ports}",
    )


async def discover(
    address_or_domain: str, *, deadline: float = DEADLINE, network: Network | None = None, resolver: Resolver | None = None
) -> Discovery:
    """Find the servers that may send for an address or domain, within ``deadline`` seconds.

    A domain in the provider table is answered without a network. Otherwise SRV and MX are asked and guesses are tried, all at
    once; a guess counts only when a mail server with encryption answered. Raises ValueError with a sentence for what is no
    address and no domain.
    """
    address, domain = read(address_or_domain)
    known = tuple(_of_match(match, Source.TABLE, domain, address) for match in for_domain(domain))
    if known:
        return Discovery(domain, address, known)
    from wizard.records import HostResolver

    search = _Search(domain, network or Network(), resolver or HostResolver(deadline), deadline)
    await search.run()
    found = (replace(candidate, address=address) for candidate in search.found)
    return Discovery(domain, address, _ranked(found), search.no_mail, search.problem)


def _of_match(match: Match, source: Source, record: str, address: str = "") -> Candidate:
    best = match.provider.ports[0]
    host = match.provider.host_in(match.region)
    return Candidate(host, best.port, best.security, source, record, address, match.provider, match.region)


def _ranked(found: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Order by source, then as found, and name each setting once."""
    ordered = sorted(found, key=lambda candidate: (list(Source).index(candidate.source), not candidate.verified))
    once: dict[tuple[str, int, Security], Candidate] = {}
    for candidate in ordered:
        once.setdefault((candidate.host, candidate.port, candidate.security), candidate)
    return tuple(once.values())


class _Search:
    """The questions under way for one domain."""

    def __init__(self, domain: str, network: Network, resolver: Resolver, deadline: float) -> None:
        self.domain = domain
        self.network = network
        self.resolver = resolver
        self.deadline = deadline
        self.found: list[Candidate] = []
        self.no_mail = False
        self.problem = False

    async def run(self) -> None:
        """Ask everything at once; once DNS has named a server, guesses that are still open are dropped."""
        guesses = [asyncio.create_task(self._try(f"{guess}.{self.domain}")) for guess in _GUESSES]
        try:
            async with asyncio.timeout(self.deadline):
                strangers = await self._ask()
                if not self.found:
                    guesses.extend(asyncio.create_task(self._try(host)) for host in strangers)
                    await asyncio.gather(*guesses)
        except TimeoutError:
            self.problem = self.problem or not self.found
        finally:
            for guess in guesses:
                guess.cancel()
            await asyncio.gather(*guesses, return_exceptions=True)

    async def _ask(self) -> tuple[str, ...]:
        """Ask for SRV and MX; return the domain's own MX host, where no provider is known for it."""
        *_, strangers = await asyncio.gather(*(self._service(name) for name in _SERVICES), self._exchange())
        return strangers or ()

    async def _service(self, service: str) -> tuple[str, ...]:
        name = f"{service}.{self.domain}"
        try:
            records = await self.resolver.services(name)
        except ResolverFailed:
            self.problem = True
            return ()
        # RFC 2782: lowest priority first, the heavier within it; RFC 6186 3.4: "." says the service is not there.
        for record in sorted(records, key=lambda record: (record.priority, -record.weight)):
            host = record.target.removesuffix(".").lower()
            if host and record.port:
                self.found.append(self._published(host, record.port, _SERVICES[service], name))
        return ()

    def _published(self, host: str, port: int, security: Security, name: str) -> Candidate:
        foreign = host != self.domain and not host.endswith(f".{self.domain}")
        provider = for_host(host)
        return Candidate(host, port, security, Source.SRV, name, provider=provider, foreign=foreign and provider is None)

    async def _exchange(self) -> tuple[str, ...]:
        try:
            hosts = await self.resolver.exchanges(self.domain)
        except ResolverFailed:
            self.problem = True
            return ()
        if hosts == ["."]:
            self.no_mail = True
            return ()
        for host in hosts:
            self.found.extend(_of_match(match, Source.MX, host) for match in for_mx(host))
        return tuple(host.lower().removesuffix(".") for host in hosts[:1] if not for_mx(host))

    async def _try(self, host: str) -> None:
        """Look whether a host speaks encrypted SMTP on the usual ports; only then it is a candidate, even when time is up."""
        from wizard.smtp.ports import Because, PortResult, recommend
        from wizard.smtp.probe import probe

        seen: list[PortResult] = []
        try:
            await probe(host, seen.append, ports=_GUESS_PORTS, timeout=min(GUESS_TIMEOUT, self.deadline), network=self.network)
        finally:
            best = recommend(seen)
            if best and best.security is not Security.NONE:
                from wizard.looked import look_of

                foreign = not host.endswith(f".{self.domain}")
                here = next((one for one in seen if one.port == best.port and best.security in one.security), None)
                verified = best.because is not Because.UNVERIFIED
                self.found.append(
                    Candidate(
                        host,
                        best.port,
                        best.security,
                        Source.ANSWERED,
                        host,
                        foreign=foreign,
                        verified=verified,
                        look=look_of(here, best.security),
                    )
                )
