"""The looks after a failure, where they tell look-alikes apart: which are made, all at once and for a moment only.

None signs in, names a sender or sends anything. Must not know rules or words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from wizard.profile import Profile
from wizard.smtp import handshakes, hello_names, proxy_line
from wizard.smtp.network import Address, Network
from wizard.smtp.observation import Context, Fate, Kind, Observation, Stage
from wizard.values import to_ascii

# Seconds all of them together may take after the failure.
MOMENT = 1.5
# How many other addresses of the host are looked at: a pool of hundreds is told by a few.
_ADDRESSES = 3
_NOT_REACHED = (Fate.REFUSED, Fate.UNREACHABLE, Fate.PROHIBITED)
_AFTER_CONNECT = (Stage.TLS, Stage.GREETING, Stage.EHLO, Stage.STARTTLS)


async def facts(observation: Observation, profile: Profile, network: Network) -> dict[str, Any]:
    """Return what the looks add to the observation of a failed stage, as its fields; {} when none is worth making.

    Ends within MOMENT seconds, or the profile's timeout where that is shorter. Cancelling closes every connection.
    """
    address = _called(observation.context)
    if address is None or observation.stage not in _AFTER_CONNECT:
        return {}
    seconds = min(MOMENT, profile.timeout)
    found: dict[str, Any] = {}
    for one in await asyncio.gather(*_looks(observation, profile, network, address, seconds)):
        found |= one
    return found


def _looks(
    observation: Observation, profile: Profile, network: Network, address: Address, seconds: float
) -> list[Awaitable[dict[str, Any]]]:
    endpoint, looks = profile.endpoint, list[Awaitable[dict[str, Any]]]()
    host = to_ascii(endpoint.host)
    way = handshakes.Way(network, address, endpoint.port, endpoint.security, host, observation.context.ehlo_name)
    if handshakes.tells_more(observation):
        looks.append(handshakes.shake_again(way, observation, seconds))
    if hello_names.tells_more(observation):
        looks.append(hello_names.try_names(way, observation, seconds))
    if proxy_line.tells_more(observation, endpoint.security):
        looks.append(_proxy(way, seconds))
    others = _other_addresses(observation)
    if others:
        looks.append(_elsewhere(profile, others, network))
    return looks


async def _proxy(way: handshakes.Way, seconds: float) -> dict[str, Any]:
    return {"wants_proxy": True} if await proxy_line.wants_proxy_line(way, seconds) else {}


async def _elsewhere(profile: Profile, addresses: list[Address], network: Network) -> dict[str, Any]:
    from wizard.smtp.neighbours import try_addresses

    return {"other_addresses": await try_addresses(profile, addresses, network)}


def _called(context: Context) -> Address | None:
    """The address the session was with."""
    return _address(context.address) if context.address else None


def _other_addresses(observation: Observation) -> list[Address]:
    """The first few of the host's other addresses, where one of a pool may differ from the rest; none that cannot be reached."""
    if observation.kind is Kind.CA_FILE:
        return []
    known = observation.context.addresses
    usable = [one.address for one in known if one.address != observation.context.address and one.fate not in _NOT_REACHED]
    return [_address(text) for text in usable[:_ADDRESSES]]


def _address(text: str) -> Address:
    return Address("ipv6" if ":" in text else "ipv4", text)
