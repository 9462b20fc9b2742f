"""MX: does the sender's domain take the answers and bounces that come back. Must not know the rest of the domain."""

from __future__ import annotations

import asyncio

from wizard.diagnosis.model import Severity
from wizard.dnstypes import ResolverFailed
from wizard.domain.asking import Asker
from wizard.domain.model import Part, Publish, fact, found, unknown
from wizard.values import is_address

MOST = 10  # hosts whose addresses are asked; a hostile record may name hundreds


async def examine(asker: Asker, domain: str) -> Part:
    """Look at the MX records of a domain and at the hosts they name. Raises nothing."""
    try:
        hosts = await asker.exchanges(domain)
        if not hosts:
            return await _without(asker, domain)
    except ResolverFailed as problem:
        return unknown(f"Whether {domain} takes mail (MX): the resolver did not say ({problem}).")
    named = [host for host in hosts if host]
    if not named:
        return fact("MX", "none, by its own word (null MX)") | found(
            "mx-null",
            f"{domain} says that it takes no mail",
            "Answers and bounces cannot come back, and many servers refuse mail from such a domain.",
            seen=f"{domain}. MX 0 .",
            advice=(f"Send from an address of a domain that takes mail, or replace the MX record of {domain} by a real one.",),
        )
    part = fact("MX", ", ".join(named))
    for one in await asyncio.gather(*(_named(asker, domain, host) for host in named[:MOST])):
        part |= one
    return part


async def _without(asker: Asker, domain: str) -> Part:
    """Without MX, the domain's own address takes the mail (RFC 5321 5.1)."""
    addresses = await asker.all_addresses(domain)
    if addresses:
        return fact("MX", f"none; mail goes to the domain's own address, {', '.join(addresses[:4])}")
    return fact("MX", "none") | found(
        "mx-missing",
        f"{domain} takes no mail",
        "It has no MX record and no address of its own. Answers and bounces cannot come back, and many servers refuse its mail.",
        seen=f"{domain}: no MX, A or AAAA record",
        publish=(Publish("mx-missing", domain, "MX", f"10 mail.{domain}."),),
        advice=(
            f"In the record, put the name of the server that takes the mail of {domain}. If the name is mistyped, correct it.",
        ),
    )


async def _named(asker: Asker, domain: str, host: str) -> Part:
    """An MX record names a host by its own name: no address, and no alias (RFC 1035 3.3.9, RFC 2181 10.3)."""
    if is_address(host):
        return found(
            "mx-is-address",
            f"The MX record of {domain} holds an address",
            f"An MX record names a host. Servers look for a host called {host}, find none, and mail does not come back.",
            seen=f"{domain}. MX {host}",
            publish=(
                Publish("mx-is-address", domain, "MX", f"10 mail.{domain}.", (host,)),
                Publish("mx-is-address", f"mail.{domain}", "AAAA" if ":" in host else "A", host),
            ),
        )
    reached, alias = await asyncio.gather(_host(asker, host), _alias(asker, domain, host))
    return reached | alias


async def _alias(asker: Asker, domain: str, host: str) -> Part:
    """A resolver that fails here takes nothing away: whether the host can be found is asked beside it."""
    try:
        targets = await asker.aliases(host)
    except ResolverFailed:
        return Part()
    if not targets:
        return Part()
    return found(
        "mx-is-alias",
        f"The MX record of {domain} names an alias",
        f"{host} is another name of {targets[0]}. An MX record has to name the host itself; most servers follow, some do not.",
        seen=f"{domain}. MX {host}, and {host}. CNAME {targets[0]}.",
        severity=Severity.INFO,
        publish=(Publish("mx-is-alias", domain, "MX", f"10 {targets[0]}.", (host,)),),
    )


async def _host(asker: Asker, host: str) -> Part:
    try:
        addresses = await asker.all_addresses(host)
    except ResolverFailed as problem:
        return unknown(f"Whether the mail server {host} can be found: the resolver did not say ({problem}).")
    if addresses:
        return Part()
    return found(
        "mx-unresolvable",
        f"The mail server {host} leads nowhere",
        "An MX record names it, but it has no address: mail cannot come back through it.",
        seen=f"{host}: no A or AAAA record",
        advice=(f"Publish an address for {host}, or take it out of the MX records.",),
    )
