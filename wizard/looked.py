"""What a look at each server found for a domain said: one short probe of its port, nothing signed in or sent. Knows no DNS."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from wizard.candidate import Candidate, Discovery, Look

if TYPE_CHECKING:
    from wizard.profile import Security
    from wizard.smtp.network import Network
    from wizard.smtp.ports import PortResult


async def look_at(found: Discovery, *, seconds: float, network: Network | None = None) -> Discovery:
    """Look at every candidate at once, within ``seconds``; return the same candidates with what was seen.

    The order stays by source; within one source those that answered come first. What was looked at before is kept.
    """
    hosts = dict.fromkeys(candidate.host for candidate in found.candidates if candidate.look is None)
    ports = {host: _ports(found, host) for host in hosts}
    looks = await asyncio.gather(*(_results(host, ports[host], seconds, network) for host in hosts))
    seen = dict(zip(hosts, looks, strict=True))
    told = [each if each.look else replace(each, look=_told(each, seen[each.host])) for each in found.candidates]
    ranks = {source: place for place, source in enumerate(dict.fromkeys(each.source for each in told))}
    told.sort(key=lambda each: (ranks[each.source], not (each.look and each.look.answers)))
    return replace(found, candidates=tuple(told))


def _ports(found: Discovery, host: str) -> tuple[int, ...]:
    return tuple(dict.fromkeys(candidate.port for candidate in found.candidates if candidate.host == host))


async def _results(host: str, ports: tuple[int, ...], seconds: float, network: Network | None) -> list[PortResult]:
    from wizard.smtp.probe import probe

    results: list[PortResult] = []
    try:
        async with asyncio.timeout(seconds):
            await probe(host, results.append, ports=ports, timeout=seconds, network=network)
    except TimeoutError:
        pass  # what is known by then is told
    return results


def _told(candidate: Candidate, results: list[PortResult]) -> Look:
    here = [result for result in results if result.port == candidate.port]
    working = [result for result in here if candidate.security in result.security]
    return look_of(working[0] if working else here[0] if here else None, candidate.security)


def look_of(result: PortResult | None, security: Security) -> Look:
    """Return in a few words what a port said, and whether it can be used the way it is meant."""
    from wizard.modes import MODES
    from wizard.smtp.ports import PortState

    mode = MODES[security]
    if result is None:
        return Look(False, "no answer from its name or port just now")
    match result.state:
        case PortState.OPEN if security in result.security:
            trust = "verified" if result.tls and result.tls.verified else "certificate not verified"
            offers = f"sign-in by {' '.join(result.auth)}" if result.auth else "no sign-in offered"
            return Look(True, f"answers just now: {mode}, {trust}, {offers}")
        case PortState.OPEN if result.smtp:
            return Look(False, f"a mail server answers, and {mode} does not work there")
        case PortState.OPEN:
            return Look(False, "open, and no mail server answered")
        case PortState.REFUSED:
            return Look(False, "refuses the connection just now")
        case PortState.UNREACHABLE:
            return Look(False, "no way there from this host")
        case PortState.PROHIBITED:
            return Look(False, "forbidden by a firewall")
        case _:
            return Look(False, "no answer just now")
