"""The name of the address mail leaves from, and the name said in EHLO: do they lead to each other. Must not know SPF or DMARC."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

from wizard.diagnosis.model import Severity
from wizard.dnstypes import ResolverFailed
from wizard.domain.asking import Asker
from wizard.domain.generic import looks_generic
from wizard.domain.leaving import Leaving
from wizard.domain.model import Part, Publish, fact, found, unknown
from wizard.domain.way import Way

MOST = 10  # PTR names that are followed
_RELAYED = " A server that takes your mail after a sign-in seldom minds; one that knows you by your address often does."


async def examine(asker: Asker, way: Way, *, relayed: bool) -> Part:
    """Look at the address's name and the EHLO name. ``relayed``: a known provider or a sign-in stands between. Raises nothing."""
    severity = Severity.INFO if relayed else Severity.WARNING
    hello = _ehlo(asker, way.leaving, way.ehlo_name, severity)
    if way.leaving is None:
        return await hello
    parts = await asyncio.gather(_reverse(asker, way, way.leaving, severity), hello)
    return parts[0] | parts[1]


async def _reverse(asker: Asker, way: Way, leaving: Leaving, severity: Severity) -> Part:
    address, pointer = str(leaving.address), leaving.address.reverse_pointer
    try:
        names = (await asker.names(address))[:MOST]
    except ResolverFailed as problem:
        return unknown(f"Which name {address} has (PTR): the resolver did not say ({problem}).")
    if not names:
        own = _own_name(way)
        return fact("Reverse DNS", f"{address} has no name") | found(
            "reverse-dns-missing",
            f"{address} has no name",
            f"Many servers refuse mail from an address without a PTR record.{_RELAYED}",
            seen=f"{pointer}: no PTR record",
            severity=severity,
            publish=(Publish("reverse-dns-missing", pointer, "PTR", f"{own}."),),
            advice=(f"Only whoever owns the address can publish it: ask them, and give {own} this address too.",),
        )
    answers = await asyncio.gather(*(_leads_to(asker, name, address) for name in names))
    if True in answers:
        name = names[answers.index(True)]
        return fact("Reverse DNS", f"{address} is {name}, and that name leads back to it") | _generic(
            way, leaving, name, severity
        )
    if None in answers:
        name = names[answers.index(None)]
        return fact("Reverse DNS", f"{address} is {name}") | unknown(f"Whether {name} leads back to {address}: no answer.")
    return fact("Reverse DNS", f"{address} is {names[0]}, which does not lead back to it") | found(
        "reverse-dns-mismatch",
        f"{names[0]} does not lead back to {address}",
        f"Anyone can give an address a name; servers believe it only when the name has the address too.{_RELAYED}",
        seen=f"{pointer}. PTR {', '.join(names)}",
        severity=severity,
        publish=(Publish("reverse-dns-mismatch", names[0], "A" if leaving.address.version == 4 else "AAAA", address),),
        advice=("Or have whoever owns the address change its PTR record to a name that has it.",),
    )


def _generic(way: Way, leaving: Leaving, name: str, severity: Severity) -> Part:
    why = looks_generic(name, str(leaving.address))
    if not why:
        return Part()
    own = _own_name(way)
    return found(
        "reverse-dns-generic",
        f"The name of {leaving.address} looks like that of a customer's line",
        f"{why[0].upper()}{why[1:]}. Names a network gives by itself are refused by some servers as senders of mail.{_RELAYED}",
        seen=f"{leaving.address.reverse_pointer}. PTR {name}",
        severity=severity,
        publish=(Publish("reverse-dns-generic", leaving.address.reverse_pointer, "PTR", f"{own}.", (name,)),),
        advice=(f"Only whoever owns the address can publish it: ask them, and give {own} this address too.",),
    )


def _own_name(way: Way) -> str:
    """A name for the address: the EHLO name where that is a full one."""
    return way.ehlo_name if "." in way.ehlo_name and not way.ehlo_name.startswith("[") else f"mail.{way.domain}"


async def _leads_to(asker: Asker, name: str, address: str) -> bool | None:
    try:
        return address in await asker.addresses(name, ip_address(address).version)
    except ResolverFailed:
        return None


async def _ehlo(asker: Asker, leaving: Leaving | None, name: str, severity: Severity) -> Part:
    if not name or name.startswith("["):
        return fact("EHLO name", name) if name else Part()
    try:
        addresses = await asker.all_addresses(name)
    except ResolverFailed as problem:
        return unknown(f"Whether the EHLO name {name} leads anywhere: the resolver did not say ({problem}).")
    if not addresses:
        kind = "A" if leaving is None or leaving.address.version == 4 else "AAAA"
        record = (Publish("ehlo-name-unresolvable", name, kind, str(leaving.address)),) if leaving and "." in name else ()
        return fact("EHLO name", f"{name}, which leads nowhere") | found(
            "ehlo-name-unresolvable",
            f"The EHLO name {name} leads nowhere",
            f"Servers that look it up find nothing, and some refuse the mail for it.{_RELAYED}",
            seen=f"{name}: no A or AAAA record",
            severity=severity,
            publish=record,
            advice=("Set ehlo_name to a full name of this host that exists in DNS.",),
        )
    part = fact("EHLO name", f"{name} is {', '.join(addresses[:4])}")
    if leaving is None or str(leaving.address) in addresses:
        return part
    return part | found(
        "ehlo-name-mismatch",
        f"The EHLO name {name} belongs to another address",
        f"Mail leaves from {leaving.address}. No server may refuse for this alone, but spam filters count it.",
        seen=f"{name}: {', '.join(addresses[:4])}",
        severity=Severity.INFO,
        advice=(f"Set ehlo_name to the name of {leaving.address}.",),
    )
