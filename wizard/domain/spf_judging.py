"""What SPF says about the way this mail takes, and the one record that would allow it. Must not know DMARC or reverse DNS."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

from wizard.diagnosis.model import Severity
from wizard.dnstypes import ResolverFailed
from wizard.domain import relays
from wizard.domain.asking import Asker
from wizard.domain.leaving import addresses_of
from wizard.domain.model import Part, Publish, fact, found, unknown
from wizard.domain.spf import LOOKUPS, Result, Verdict, evaluate
from wizard.domain.spf_needed import needed
from wizard.domain.spf_publish import merged, with_terms
from wizard.domain.spf_record import is_spf, parse
from wizard.domain.spf_walk import Walk, walk
from wizard.domain.way import Way

_ONE = "Never publish a second SPF record beside it: two make both worthless."
_OTHERS = "If other servers send for this domain as well, they have to stand in the record too."


async def examine(asker: Asker, way: Way) -> Part:
    """Judge the SPF of the envelope sender's domain. Raises nothing: what the resolver does not say is unknown."""
    try:
        texts = await asker.texts(way.domain)
    except ResolverFailed as problem:
        return unknown(f"The SPF record of {way.domain}: the resolver did not say ({problem}).")
    records = tuple(sorted(text for text in texts if is_spf(text)))  # DNS gives them in any order
    seen = fact("SPF", " and ".join(records) or "none")
    provider = relays.owner(way.domain)
    if provider:
        return seen | _not_yours(way, provider.name, provider.family)
    judging = _Judging(asker, way, records)
    if len(records) != 1:
        return seen | await judging.number()
    return seen | await judging.record(await walk(asker, way.domain, parse(records[0])))


def _not_yours(way: Way, name: str, family: str) -> Part:
    if way.relay and way.relay.provider.family == family:
        return fact("Relay in SPF", f"{way.domain} and the mail server both belong to {name}")
    if not way.host and way.leaving is None:
        return Part()
    return found(
        "spf-not-covering",
        f"Only {name} may send for {way.domain}",
        f"{way.domain} belongs to {name}, which alone publishes its records. Through another server, its mail is likely refused.",
        seen=f"{way.domain} through {way.host or 'this host'}",
        advice=(f"Send through the server of {name}, or use a sender of a domain of your own.",),
    )


class _Judging:
    """One domain's records against the way mail leaves."""

    def __init__(self, asker: Asker, way: Way, records: tuple[str, ...]) -> None:
        self.asker = asker
        self.way = way
        self.records = records

    async def number(self) -> Part:
        """Judge no record, or too many."""
        domain, terms = self.way.domain, await needed(self.asker, self.way, alone=not self.records)
        if self.records:
            return found(
                "spf-invalid",
                f"{domain} has {len(self.records)} SPF records",
                "Only one is allowed. With more, receivers call it an error and use none of them.",
                seen=" and ".join(self.records),
                publish=(self._publish("spf-invalid", merged(self.records, terms)),),
            )
        record = (self._publish("spf-missing", with_terms("v=spf1", terms)),) if terms else ()
        aside = self.way.relay is not None and self.way.relay.rewrites
        return found(
            "spf-missing",
            f"{domain} does not say who may send for it",
            self._rewritten()
            if aside
            else "Without an SPF record, receivers cannot tell your mail from forged mail, and more of it goes to spam.",
            seen=f"{domain}: no TXT record that begins with v=spf1",
            severity=Severity.INFO if aside else Severity.WARNING,
            publish=record,
            advice=(_OTHERS,) if record else (self._say_how(),),
        )

    async def record(self, walked: Walk) -> Part:
        """Judge the one record there is: its form, its cost, then whether it covers this mail."""
        silent = Part(
            unknown=tuple(f"What the SPF record of {name} says: the resolver did not say." for name in walked.silent[:3])
        )
        if walked.problems:
            return silent | await self._invalid(walked.problems)
        broken = await self._costly(walked) | self._open(walked)
        if broken.findings:
            return silent | broken
        return silent | await (self._by_relay(walked, self.way.relay) if self.way.relay else self._by_address(walked))

    async def _invalid(self, problems: tuple[str, ...]) -> Part:
        own = any(problem.startswith(f"{self.way.domain}: '") for problem in problems)
        record = merged(self.records, await needed(self.asker, self.way, alone=not self.records)) if own else ""
        return found(
            "spf-invalid",
            f"The SPF record of {self.way.domain} breaks a rule",
            f"{problems[0][0].upper()}{problems[0][1:]}. Receivers call this an error and do not trust the record.",
            seen=f"{self.records[0]} ({'; '.join(problems[:3])})",
            publish=(self._publish("spf-invalid", record),) if record else (),
            advice=(_ONE,) if record else ("Take the broken include out of the record, or have its owner mend it.",),
        )

    async def _costly(self, walked: Walk) -> Part:
        if walked.asked <= LOOKUPS:
            return Part()
        costs = ", ".join(f"{name} {number}" for name, number in walked.costs[:5])
        return self._too_many(f"at least {walked.asked} terms ask DNS ({costs})" if costs else f"{walked.asked} terms ask DNS")

    def _too_many(self, why: str) -> Part:
        return found(
            "spf-too-many-lookups",
            f"The SPF record of {self.way.domain} asks too much",
            f"Receivers stop after {LOOKUPS} questions, or 2 without an answer, and then call the record an error.",
            seen=f"{self.records[0]} ({why})",
            advice=(
                "Take out the includes that are no longer used, the dearest first; write fixed addresses as ip4: and ip6: terms.",
                "Or send from a subdomain that has a short SPF record of its own.",
            ),
        )

    def _open(self, walked: Walk) -> Part:
        if not any(term.name == "all" and term.qualifier == "+" for term in walked.record.terms):
            return Part()
        return found(
            "spf-allows-everyone",
            f"The SPF record of {self.way.domain} allows everyone",
            "The term +all lets every server in the world send for this domain; receivers take that as a sign of spam.",
            seen=self.records[0],
            publish=(self._publish("spf-allows-everyone", with_terms(self.records[0], ())),),
            advice=(_OTHERS,),
        )

    async def _by_relay(self, walked: Walk, relay: relays.Relay) -> Part:
        name = relay.provider.name
        included = next((one for one in relay.names if one in walked.includes), None)
        if included:
            return fact("Relay in SPF", f"{name}: include:{included} stands in the record")
        if await self._flattened(relay):
            return fact("Relay in SPF", f"{name}: its addresses are covered, without its include; they change now and then")
        if walked.silent:
            return unknown(f"Whether the SPF record of {self.way.domain} covers {name}: a part of it could not be read.")
        terms = await needed(self.asker, self.way, alone=not self.records)
        record = (self._publish("spf-not-covering", with_terms(self.records[0], terms)),) if terms else ()
        return found(
            "spf-not-covering",
            f"The SPF record of {self.way.domain} does not allow {name}",
            self._rewritten()
            if relay.rewrites
            else f"Receivers see mail that comes from {name} and is not allowed by the sender's domain.",
            seen=self.records[0],
            severity=Severity.INFO if relay.rewrites else Severity.WARNING,
            publish=record,
            advice=(_ONE,) if record else (self._say_how(),),
        )

    async def _flattened(self, relay: relays.Relay) -> bool:
        """Whether addresses of the relay pass although its include is not there: some copy the addresses into their record."""
        try:
            texts = [text for text in await self.asker.texts(relay.include) if is_spf(text)]
        except ResolverFailed:
            return False
        networks = (await walk(self.asker, relay.include, parse(texts[0]))).networks if texts else ()
        samples = [str(network[0]) for network in (*networks[:1], *networks[-1:])]
        verdicts = [await self._evaluate(address) for address in samples]
        return bool(verdicts) and all(verdict.result is Result.PASS for verdict in verdicts)

    async def _by_address(self, walked: Walk) -> Part:
        servers = [one for one in await addresses_of(self.asker, self.way.host) if ip_address(one).is_global][:4]
        own = [str(self.way.leaving.address)] if self.way.leaving else []
        addresses = list(dict.fromkeys((*own, *servers)))
        if not addresses:
            return unknown(f"Whether the SPF record of {self.way.domain} covers this mail. {self._say_how()}")
        verdicts = await asyncio.gather(*(self._evaluate(address) for address in addresses))
        for address, verdict in zip(addresses, verdicts, strict=True):
            if verdict.result is Result.PASS:
                return fact("SPF of this mail", f"pass: {address} is covered by {verdict.term} of {verdict.domain}")
        return await self._not_covered(addresses[0], verdicts[0], walked, through=bool(servers))

    async def _not_covered(self, address: str, verdict: Verdict, walked: Walk, *, through: bool) -> Part:
        match verdict.result:
            case Result.TEMPERROR:
                return unknown(
                    f"Whether the SPF record of {self.way.domain} covers {address}: the resolver failed ({verdict.why})."
                )
            case Result.PERMERROR if verdict.limit:
                return self._too_many(verdict.why)
            case Result.PERMERROR:
                return await self._invalid((verdict.why,))
        record = self._publish(
            "spf-not-covering", with_terms(self.records[0], await needed(self.asker, self.way, alone=not self.records))
        )
        passing_on = (
            f" Recipients see the last server on the way: where {self.way.host} passes mail on from another address, that counts."
            if through or self.way.host
            else ""
        )
        decided = f"{verdict.term} of {verdict.domain}" if verdict.term else "no term of it"
        return fact("SPF of this mail", f"{verdict.result}: {address}") | found(
            "spf-not-covering",
            f"The SPF record of {self.way.domain} does not allow {address}",
            f"Its evaluation ends with {verdict.result}.{passing_on}",
            seen=f"{self.records[0]} ({address}: {decided})",
            publish=(record,),
            advice=(_ONE,),
        )

    async def _evaluate(self, address: str) -> Verdict:
        return await evaluate(self.asker, self.way.sending(address), self.way.domain)

    def _publish(self, id: str, value: str) -> Publish:  # noqa: A002 - the finding's own word
        return Publish(id, self.way.domain, "TXT", value, self.records)

    def _rewritten(self) -> str:
        name = self.way.relay.provider.name if self.way.relay else ""
        return f"{name} puts an envelope sender of its own unless told otherwise: recipients ask for its SPF record, not yours."

    def _say_how(self) -> str:
        if self.way.relay:
            return f"See how {self.way.relay.provider.name} wants to be named: {self.way.relay.source}"
        return "The address recipients see is not known from here. Name it with --exit-address, or the mail server with --host."
