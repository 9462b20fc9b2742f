"""The terms an SPF record needs for the way a mail takes. Must not know findings, nor what the record says now."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

from wizard.dnstypes import ResolverFailed
from wizard.domain import relays
from wizard.domain.asking import Asker
from wizard.domain.leaving import addresses_of
from wizard.domain.spf_publish import address_term
from wizard.domain.spf_record import is_spf
from wizard.domain.way import Way


async def needed(asker: Asker, way: Way, *, alone: bool) -> list[str]:
    """Return the terms that allow this mail; empty where they cannot be known.

    A name is offered only when the resolver says that it has an SPF record today. ``alone``: the domain has no record yet, and
    whoever keeps its mailboxes sends for it too.
    """
    named = [way.relay] if way.relay else []
    if alone:
        named += relays.for_exchanges(await _exchanges(asker, way.domain))
    includes = list(dict.fromkeys(relay.include for relay in named))
    alive = await asyncio.gather(*(_has_record(asker, include) for include in includes))
    terms = [f"include:{include}" for include, lives in zip(includes, alive, strict=True) if lives]
    return terms if way.relay else [*terms, *await _of_addresses(asker, way)]


async def _of_addresses(asker: Asker, way: Way) -> list[str]:
    """The mail server where it has a public address, for recipients see it last; else this host's own way out."""
    servers = [one for one in await addresses_of(asker, way.host) if ip_address(one).is_global]
    if servers:
        return [address_term(ip_address(way.host)) if servers == [way.host] else f"a:{way.host}"]
    return [address_term(way.leaving.address)] if way.leaving else []


async def _exchanges(asker: Asker, domain: str) -> tuple[str, ...]:
    try:
        return tuple(host for host in await asker.exchanges(domain) if host)
    except ResolverFailed:
        return ()


async def _has_record(asker: Asker, name: str) -> bool:
    try:
        return any(is_spf(text) for text in await asker.texts(name))
    except ResolverFailed:
        return False
