"""What can be seen of a mail server from here, gathered while you type, as rows to show. Must not know Textual.

Only looks: names, ports, encryption, certificate, sign-in methods on offer. Never signs in, never names an address.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from wizard import values
from wizard.draft import Draft
from wizard.modes import MODES_SEEN
from wizard.profile import Profile, Security, parse

if TYPE_CHECKING:
    from wizard.smtp.network import Network
    from wizard.smtp.observation import Certificate
    from wizard.smtp.probe import PortResult, Recommendation

USUAL_PORTS = (25, 465, 587, 2525)
STATES = {
    "open": "open",
    "refused": "refused",
    "timeout": "no answer",
    "unreachable": "no way there",
    "prohibited": "blocked",
}


@dataclass(frozen=True, slots=True)
class Target:
    """What is looked at: host and ports, with the trust and the name the profile would use."""

    host: str
    ports: tuple[int, ...]
    ca_file: Path | None = None
    ehlo_name: str = ""

    def __str__(self) -> str:
        return f"{self.host}, ports {' '.join(str(port) for port in self.ports)}"


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen so far. ``problem`` is a sentence when the name led nowhere; ``name_seconds`` how long the name took."""

    target: Target | None = None
    addresses: tuple[str, ...] = ()
    name_seconds: float | None = None
    problem: str = ""
    results: tuple[PortResult, ...] = ()
    recommended: Recommendation | None = None
    looking: bool = False

    def best(self, port: int) -> PortResult | None:
        """Return what is known of a port: an open answer of either address family wins."""
        here = [result for result in self.results if result.port == port]
        return next((result for result in here if str(result.state) == "open"), here[0] if here else None)

    def families(self, port: int) -> str:
        """Return ``IPv4 only`` or ``IPv6 only`` when both were tried and one alone is open; empty otherwise."""
        here = {result.family: str(result.state) == "open" for result in self.results if result.port == port}
        opened = [family for family, is_open in here.items() if is_open]
        if len(here) == 2 and len(opened) == 1:
            return "IPv4 only" if opened[0] == "ipv4" else "IPv6 only"
        return ""

    def certificate(self, port: int | None) -> Certificate | None:
        """Return the certificate of a port, or of the first that showed one."""
        chosen = self.best(port) if port else None
        candidates = [chosen] if chosen else []
        for result in (*candidates, *self.results):
            if result.tls and result.tls.certificate:
                return result.tls.certificate
        return None


def target_of(draft: Draft, only: Iterable[int] = ()) -> Target | None:
    """Return what to look at for a draft, or None while the host is not whole enough to be looked up.

    ``only`` replaces the usual ports (the practice server has its own). A typed port outside the usual ones is added.
    """
    try:
        host = values.host(draft.host.strip())
    except ValueError:
        return None
    # A single word is nearly always half a name; looking it up would only tell the resolver what is being typed.
    if not (values.is_address(host) or "." in host or host == "localhost"):
        return None
    ports = list(only) or list(USUAL_PORTS)
    try:
        typed = values.port(draft.port.strip())
    except ValueError:
        typed = None
    if typed and typed not in ports:
        ports.insert(0, typed)
    trust = parse(draft)
    known = trust if isinstance(trust, Profile) else None
    return Target(host, tuple(ports), known.ca_file if known else None, known.ehlo_name if known else "")


async def look(target: Target, network: Network | None, show: Callable[[Sight], None]) -> None:
    """Look at a target and call ``show`` with more each time something is known. Cancelling it stops at once."""
    from wizard.smtp.network import Network

    sight = Sight(target, looking=True)
    show(sight)
    network = network or Network()
    begun = time.perf_counter()
    try:
        resolution = await network.resolve(target.host, target.ports[0])
    except (OSError, UnicodeError):
        pass  # the probe asks again, and says what kind of failure it is
    else:
        resolution.cancel()
        sight = replace(
            sight, addresses=tuple(address.text for address in resolution.known), name_seconds=time.perf_counter() - begun
        )
        show(sight)
    await _probe(target, network, sight, show)


async def _probe(target: Target, network: Network, sight: Sight, show: Callable[[Sight], None]) -> None:
    from wizard.smtp.observation import Kind
    from wizard.smtp.probe import probe

    def add(result: PortResult) -> None:
        nonlocal sight
        sight = replace(sight, results=(*sight.results, result))
        show(sight)

    try:
        done = await probe(
            target.host, add, ports=target.ports, ca_file=target.ca_file, ehlo_name=target.ehlo_name, network=network
        )
    except OSError as problem:
        show(
            replace(sight, looking=False, problem=f"The CA file {target.ca_file} cannot be used: {problem.strerror or problem}.")
        )
        return
    trouble = {
        Kind.NAME_NOT_FOUND: f"{target.host} has no address: check the spelling of the host.",
        Kind.RESOLVER_FAILED: f"This host's resolver gave no answer for {target.host}: it may be down, or the name misspelt.",
    }.get(done.kind, "")
    show(replace(sight, results=done.ports, recommended=done.recommended, looking=False, problem=trouble))


def port_words(sight: Sight, port: int) -> str:
    """Return what one row says of a port: state, encryption and TLS version, address family where they differ."""
    result = sight.best(port)
    if result is None:
        return "..." if sight.looking else "not looked at"
    state = STATES[str(result.state)]
    if str(result.state) != "open":
        return state
    if not result.security:
        return "open, but no mail server"
    mode = max(result.security, key=lambda mode: mode is not Security.NONE)
    version = result.tls.version.removeprefix("TLSv") if result.tls and mode is not Security.NONE else ""
    return " ".join(part for part in (f"{state:<5}", MODES_SEEN[mode], version, sight.families(port)) if part)


def days_left(certificate: Certificate, now: datetime | None = None) -> int | None:
    """Return whole days until a certificate ends, negative when it has; None when its date cannot be read."""
    from wizard.diagnosis.model import days_between

    return days_between((now or datetime.now(UTC)).date(), certificate.not_after)


def certificate_words(certificate: Certificate, now: datetime | None = None) -> str:
    """Return ``213 days, *.example.com``: the days first, because a long name is cut off at the end of the row."""
    name = certificate.names[0] if certificate.names else certificate.subject
    left = days_left(certificate, now)
    if left is None:
        return name
    if left < 0:
        return f"ended {-left} days ago, {name}"
    return f"{left} days, {name}"
