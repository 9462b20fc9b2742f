"""From which public address mail leaves this host: given, told by the mail server, or this host's own. Must not know records."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

from wizard.dnstypes import ResolverFailed
from wizard.domain.asking import Asker

# Of the nets kept for documentation (RFC 5737): the system names its way out, and nothing is sent.
_OUTWARD = "192.0.2.1"


class Leaving(NamedTuple):
    """The address, and how it came to be known."""

    address: IPv4Address | IPv6Address
    how: str


async def leaving(asker: Asker, host: str, given: str | None, heard: Awaitable[str | None] | None) -> Leaving | None:
    """Return the address, or None where it cannot be known before the asker loses patience.

    ``heard`` gives what the mail server repeats in its EHLO reply, once it has. Raises ValueError when ``given`` is no address.
    """
    if given:
        return Leaving(ip_address(given), "as given")
    own = await _own(asker, host)
    if own:
        return own
    if heard is None:
        return None
    try:
        async with asyncio.timeout_at(asker.patience):
            told = await heard
    except TimeoutError:
        return None
    return _public(told, "as the mail server sees it") if told else None


async def _own(asker: Asker, host: str) -> Leaving | None:
    """Return this host's own address towards the mail server, where it is a public one: then nothing translates it."""
    from wizard.smtp.here import here

    towards = await addresses_of(asker, host)
    return _public(here(towards[0] if towards else _OUTWARD).address, "this host's own")


def _public(text: str, how: str) -> Leaving | None:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return Leaving(address, how) if address.is_global else None


async def addresses_of(asker: Asker, host: str) -> list[str]:
    """Return the addresses of a mail server, which may be an address itself; none where the resolver fails."""
    if not host:
        return []
    try:
        return [str(ip_address(host))]
    except ValueError:
        pass
    try:
        return await asker.all_addresses(host)
    except ResolverFailed:
        return []
