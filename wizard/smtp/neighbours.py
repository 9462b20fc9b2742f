"""Tries the ports and modes next to a failing one, all at once and briefly: the ground for a remedy that was seen to work.

Must not know findings, words or which remedy is offered.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from wizard.profile import Profile, Security
from wizard.smtp.events import AlternativeTried
from wizard.smtp.glance import Glance, Look, Target
from wizard.smtp.network import Address, Network, Resolution
from wizard.smtp.observation import AddressFate, Alternative, Fate, Kind, mechanisms

# Seconds each neighbour gets, names and certificate included: a user who waits for a cure gets it within two.
DEADLINE = 1.5
# Seconds a nearer neighbour still gets once a farther one has worked: the host is known to answer, silence means no by then.
GRACE = 0.4

Setting = tuple[int, Security]
_USUAL: tuple[Setting, ...] = (
    (465, Security.TLS),
    (587, Security.STARTTLS),
    (2525, Security.STARTTLS),
    (25, Security.STARTTLS),
)
_OTHER_MODES = {
    Security.TLS: (Security.STARTTLS,),
    Security.STARTTLS: (Security.TLS,),
    Security.NONE: (Security.STARTTLS, Security.TLS),
}


def neighbours(port: int, security: Security) -> tuple[Setting, ...]:
    """The settings to try beside a failing one, nearest first: its port in another mode, then the usual ones; never in clear."""
    here = [(port, mode) for mode in _OTHER_MODES[security]]
    return tuple(setting for setting in dict.fromkeys((*here, *_USUAL)) if setting != (port, security))


async def try_neighbours(
    profile: Profile, emit: Callable[[AlternativeTried], None], network: Network, *, curious: bool = False
) -> tuple[Alternative, ...]:
    """Try every neighbour of the profile's endpoint at once; emit each as it is known. Returns the tried ones, nearest first.

    Each gets DEADLINE seconds, or the profile's own timeout where that is shorter. Once a neighbour worked (and offers
    the sign-in the profile needs), nearer ones get GRACE seconds more and farther ones are left alone; with ``curious``, where
    the others tell something as well, farther ones get them too. An unusable CA file or an unknown host gives (). Nothing is
    signed in or named. Cancelling closes every connection.
    """
    endpoint = profile.endpoint
    try:
        target = Target.of(endpoint.host, profile.ehlo_name, profile.ca_file)
        async with asyncio.timeout(min(DEADLINE, profile.timeout)):
            resolution = await network.resolve(endpoint.host, endpoint.port)
    except (OSError, ValueError):
        return ()
    resolution.cancel()
    return await _Round(profile, target, resolution.known, network, emit, curious=curious).run()


async def try_addresses(profile: Profile, addresses: Iterable[Address], network: Network) -> tuple[Alternative, ...]:
    """Look at the profile's own port and mode on each of these addresses of its host, all at once, DEADLINE seconds at most.

    Security ``none`` is looked at as STARTTLS is: in clear, then on where STARTTLS is offered. Nothing is signed in or named.
    """
    endpoint = profile.endpoint
    mode = Security.TLS if endpoint.security is Security.TLS else Security.STARTTLS
    try:
        target = Target.of(endpoint.host, profile.ehlo_name, profile.ca_file)
    except OSError:
        return ()
    attempts = [_Attempt(profile, target, (address,), network, (endpoint.port, mode)) for address in addresses]
    return tuple(await asyncio.gather(*(attempt.result() for attempt in attempts)))


class _Round:
    """The neighbours under way."""

    def __init__(
        self,
        profile: Profile,
        target: Target,
        addresses: list[Address],
        network: Network,
        emit: Callable[[AlternativeTried], None],
        *,
        curious: bool,
    ) -> None:
        self.profile = profile
        self.target = target
        self.curious = curious
        self.addresses = addresses
        self.network = network
        self.emit = emit
        self.settings = neighbours(profile.endpoint.port, profile.endpoint.security)
        self.tried: dict[Setting, Alternative] = {}

    async def run(self) -> tuple[Alternative, ...]:
        """Try all; stop as soon as nothing that is still open could be better than what worked."""
        running = {asyncio.create_task(self._try(setting)) for setting in self.settings}
        try:
            while running and (self.curious or not self._settled()):
                patience = GRACE if any(self._fits(found) for found in self.tried.values()) else None
                done, running = await asyncio.wait(running, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
                if not done:
                    break
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        return tuple(self.tried[setting] for setting in self.settings if setting in self.tried)

    def _settled(self) -> bool:
        """Whether a neighbour fits, and every nearer one has answered."""
        for setting in self.settings:
            found = self.tried.get(setting)
            if found is None:
                return False
            if self._fits(found):
                return True
        return False

    def _fits(self, found: Alternative) -> bool:
        """Whether a neighbour works, and offers to sign in where the profile wants to."""
        return found.works and bool(found.auth or self.profile.login is None)

    async def _try(self, setting: Setting) -> None:
        self.tried[setting] = await _Attempt(self.profile, self.target, self.addresses, self.network, setting).result()
        self.emit(AlternativeTried(self.tried[setting]))


class _Attempt:
    """One neighbour: connect, look with verification, and look again without it where the certificate failed."""

    def __init__(
        self, profile: Profile, target: Target, addresses: Sequence[Address], network: Network, setting: Setting
    ) -> None:
        self.profile = profile
        self.target = target
        self.addresses = list(addresses)
        self.network = network
        self.port, self.security = setting
        self.timeout = min(DEADLINE, profile.timeout)
        self.fates: dict[Address, AddressFate] = {}
        self.glance = Glance()
        self.verified = True

    async def result(self) -> Alternative:
        """Look, for as long as a neighbour gets; what is known by then stays known."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.timeout):
                await self._run()
        return self._alternative()

    async def _run(self) -> None:
        connected = await self.network.race(Resolution(self.addresses), self.port, self.fates)
        if connected is None:
            return
        await self._look(connected, verify=True)
        if self.glance.kind is Kind.TLS_CERTIFICATE:
            await self._look_without_verifying()

    async def _look_without_verifying(self) -> None:
        """See whose certificate it was that failed, and what the server offers behind it."""
        failure, address = self.glance.failure, self._connected
        self.verified = False
        if address is None:
            return
        try:
            again = await self.network.connect(address, self.port)
        except OSError:
            return
        await self._look(again, verify=False)
        if failure and self.glance.tls:
            facts = self.glance.tls._replace(verify_code=failure.verify_code, verify_reason=failure.verify_reason)
            self.glance = replace(self.glance, tls=facts)

    async def _look(self, connected: socket.socket, *, verify: bool) -> None:
        look = Look(self.target, implicit=self.security is Security.TLS, verify=verify)
        try:
            await look.at(connected, self.timeout)
        finally:
            self.glance = look.glance

    @property
    def _connected(self) -> Address | None:
        return next((address for address, fate in self.fates.items() if fate.fate is Fate.CONNECTED), None)

    def _alternative(self) -> Alternative:
        """What is known: it works when EHLO was answered under TLS that verified, or that the profile accepts unverified."""
        glance, address = self.glance, self._connected
        trusted = self.verified or self.profile.accept_unverified_tls
        return Alternative(
            port=self.port,
            security=self.security,
            works=glance.kind is Kind.PASSED and glance.tls is not None and trusted,
            greeting=str(glance.greeting) if glance.greeting else glance.raw,
            auth=glance.mechanisms if glance.tls else (),
            tls=glance.tls,
            fate=_fate(self.fates),
            ended=glance.kind if address else None,
            ehlo=glance.ehlo,
            capabilities=tuple(glance.capabilities),
            auth_in_clear=mechanisms(glance.clear),
            starttls=glance.starttls_offered if glance.hello_in_clear else None,
            address=address.text if address else None,
        )


_TELLING = (Fate.CONNECTED, Fate.REFUSED, Fate.PROHIBITED, Fate.TIMEOUT)


def _fate(fates: dict[Address, AddressFate]) -> Fate:
    """The most telling of the addresses' fates."""
    seen = {fate.fate for fate in fates.values()}
    return next((fate for fate in _TELLING if fate in seen), Fate.UNREACHABLE if seen else Fate.TIMEOUT)
