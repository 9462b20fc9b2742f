"""SPF as a receiver evaluates it (RFC 7208, section 4 and 5): may this address send for this domain. Must not know findings."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple

from wizard.dnstypes import ResolverFailed
from wizard.domain.asking import Asker
from wizard.domain.macros import Sending, expand
from wizard.domain.spf_record import Term, is_spf, parse

LOOKUPS = 10  # terms that ask DNS, in the whole evaluation (RFC 7208 4.6.4)
VOID_LOOKUPS = 2  # of them, how many may come back empty
NAMES = 10  # hosts of one mx term, names of one ptr term


class Result(StrEnum):
    """What an evaluation ends with (RFC 7208 2.6)."""

    PASS = "pass"  # noqa: S105 - a result of SPF
    FAIL = "fail"
    SOFTFAIL = "softfail"
    NEUTRAL = "neutral"
    NONE = "none"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


_QUALIFIERS = {"+": Result.PASS, "-": Result.FAIL, "~": Result.SOFTFAIL, "?": Result.NEUTRAL}


class Verdict(NamedTuple):
    """The result, the term that decided, whose record it stands in, and for an error why; ``limit``: a limit was exceeded."""

    result: Result
    term: str = ""
    domain: str = ""
    why: str = ""
    limit: bool = False


class _Broken(Exception):  # noqa: N818 - reads as what happened
    def __init__(self, why: str, *, limit: bool = False) -> None:
        super().__init__(why)
        self.limit = limit


async def evaluate(asker: Asker, sending: Sending, domain: str) -> Verdict:
    """Evaluate the record of ``domain`` for one mail. Raises nothing: a resolver that fails gives ``temperror``."""
    try:
        return await _Evaluation(asker, sending._replace(address=_plain(sending.address))).of(domain)
    except _Broken as problem:
        return Verdict(Result.PERMERROR, why=str(problem), limit=problem.limit)
    except ResolverFailed as problem:
        return Verdict(Result.TEMPERROR, why=str(problem))


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """An IPv4 address dressed as IPv6 is judged as IPv4 (RFC 7208 5)."""
    return getattr(address, "ipv4_mapped", None) or address


class _Evaluation:
    """One evaluation and its counters."""

    def __init__(self, asker: Asker, sending: Sending) -> None:
        self.asker = asker
        self.sending = sending
        self.lookups = 0
        self.voids = 0

    async def of(self, domain: str) -> Verdict:
        records = [text for text in await self.asker.texts(domain) if is_spf(text)]
        if not records:
            return Verdict(Result.NONE, domain=domain)
        if len(records) > 1:
            raise _Broken(f"{domain} has {len(records)} SPF records")
        record = parse(records[0])
        if record.problems:
            raise _Broken(f"{domain}: {record.problems[0]}")
        for term in record.terms:
            if await self._matches(term, domain):
                return Verdict(_QUALIFIERS[term.qualifier], term.text, domain)
        if not record.redirect:
            return Verdict(Result.NEUTRAL, domain=domain)
        self._count()
        target = self._name(record.redirect, domain)
        verdict = await self.of(target)
        if verdict.result is Result.NONE:
            raise _Broken(f"redirect={target}: that name has no SPF record")
        return verdict

    async def _matches(self, term: Term, domain: str) -> bool:
        match term.name:
            case "all":
                return True
            case "ip4" | "ip6":
                return term.network is not None and self.sending.address in term.network
        self._count()
        target = self._name(term.domain, domain) if term.domain else domain
        match term.name:
            case "include":
                return await self._include(target)
            case "exists":
                return bool(self._void(await self.asker.addresses(target, 4)))
            case "a":
                return self._within(term, self._void(await self.asker.addresses(target, self.sending.address.version)))
            case "mx":
                return await self._mx(term, target)
            case _:
                return await self._ptr(target)

    async def _include(self, target: str) -> bool:
        verdict = await self.of(target)
        if verdict.result is Result.NONE:
            raise _Broken(f"include:{target}: that name has no SPF record")
        return verdict.result is Result.PASS

    async def _mx(self, term: Term, target: str) -> bool:
        hosts = self._void([host for host in await self.asker.exchanges(target) if host])
        if len(hosts) > NAMES:
            raise _Broken(f"{target} has more than {NAMES} mail servers", limit=True)
        version = self.sending.address.version
        found = await asyncio.gather(*(self.asker.addresses(host, version) for host in hosts))
        # The limit counts terms: a term whose hosts have addresses of the other version only is void once, not once a host.
        return self._within(term, [address for addresses in found for address in addresses])

    async def _ptr(self, target: str) -> bool:
        """A resolver that fails makes no name match here (RFC 7208 5.5)."""
        own, version = str(self.sending.address), self.sending.address.version
        try:
            names = self._void(await self.asker.names(own))[:NAMES]
        except ResolverFailed:
            return False
        ending = f".{target.lower()}"
        for name in (name for name in names if f".{name}".endswith(ending)):
            try:
                if own in await self.asker.addresses(name, version):
                    return True
            except ResolverFailed:
                continue
        return False

    def _within(self, term: Term, addresses: list[str]) -> bool:
        length = term.four if self.sending.address.version == 4 else term.six
        return any(self.sending.address in ip_network(f"{ip_address(one)}/{length}", strict=False) for one in addresses)

    def _name(self, text: str, domain: str) -> str:
        try:
            return expand(text, self.sending, domain)
        except ValueError as problem:
            raise _Broken(f"{domain}: {problem}") from None

    def _count(self) -> None:
        self.lookups += 1
        if self.lookups > LOOKUPS:
            raise _Broken(f"more than {LOOKUPS} terms that ask DNS", limit=True)

    def _void(self, found: list[str]) -> list[str]:
        if not found:
            self.voids += 1
            if self.voids > VOID_LOOKUPS:
                raise _Broken(f"more than {VOID_LOOKUPS} names in it lead nowhere", limit=True)
        return found
