"""One port over one address family: plain or TLS, what it offers, whose certificate it is. Two connections where needed.

Must not know other ports, ranks or words.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from contextlib import suppress
from typing import Literal

from wizard.profile import Security
from wizard.smtp.glance import Glance, Look, Target
from wizard.smtp.network import Address, Network, Resolution
from wizard.smtp.observation import AddressFate, Fate, Kind, mechanisms
from wizard.smtp.ports import PortResult, PortState
from wizard.smtp.tls import Failure

# Ports that are TLS from the first byte by RFC 8314 or by custom of providers: there TLS is spoken first.
_TLS_FIRST = {443, 465, 2465, 8465}
# How long a port may stay silent before TLS is tried beside it, in seconds. Port 25 gets longer: a mail server may greet late
# on purpose and count bytes that come before its greeting as an offence.
_PATIENCE = 0.5
_PATIENCE_25 = 2.0
_NO_TLS_HERE = {Kind.TLS_PLAINTEXT, Kind.TLS_FAILED, Kind.CLOSED, Kind.RESET}
_NO_SMTP_HERE = {Kind.MALFORMED, Kind.CLOSED, Kind.RESET}
_TLS_HERE = {Kind.TLS_CERTIFICATE, Kind.TLS_ALERT, Kind.TLS_VERSION, Kind.TLS_CIPHER, Kind.TLS_CLIENT_CERT}


class PortLook:
    """One port over one family: connect, find out whether it is plain or TLS, look, and look again when a certificate failed.

    ``view`` is the look that stands for the port so far: a deadline loses nothing of it.
    """

    def __init__(self, network: Network, target: Target, port: int, addresses: list[Address], timeout: float) -> None:
        self.network = network
        self.target = target
        self.port = port
        self.addresses = addresses
        self.timeout = timeout
        self.loop = asyncio.get_running_loop()
        self.begun = self.loop.time()
        self.fates: dict[Address, AddressFate] = {}
        self.view: Look | None = None
        self.failure: Failure | None = None

    async def run(self) -> PortResult:
        """Return what is known when the looks are over or the time is up."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.timeout):
                connected = await self.network.race(Resolution(list(self.addresses)), self.port, self.fates)
                if connected is not None:
                    await self._modes(connected)
        return self._result()

    async def _modes(self, connected: socket.socket) -> None:
        if self.port in _TLS_FIRST:
            glance = await self._look(connected, implicit=True)
            if glance.kind in _NO_TLS_HERE and glance.tls is None:
                glance = await self._beside(implicit=False)
        else:
            glance = await self._plain_then_tls(connected)
        if glance.kind is Kind.TLS_CERTIFICATE:
            self.failure = glance.failure
            await self._look_without_verifying(implicit=glance.greeting is None)

    async def _plain_then_tls(self, connected: socket.socket) -> Glance:
        """Wait for a greeting; when none comes for a while, try TLS on a second connection and take what answers first."""
        look = self.view = Look(self.target, implicit=False)
        plain = asyncio.create_task(look.at(connected, self._left))
        heard = asyncio.create_task(look.heard.wait())
        patience = min(_PATIENCE_25 if self.port == 25 else _PATIENCE, self.timeout / 3)
        tls: asyncio.Task[Glance] | None = None
        try:
            await asyncio.wait({heard}, timeout=patience)
            if not heard.done():
                tls = asyncio.create_task(self._beside(implicit=True))
                await asyncio.wait({heard, tls}, return_when=asyncio.FIRST_COMPLETED)
                if tls.done() and _spoke_tls(tls.result()):
                    return tls.result()
            glance = await plain
            if glance.greeting is None and glance.kind in _NO_SMTP_HERE:
                beside = await (tls or self._beside(implicit=True))
                if _spoke_tls(beside):
                    return beside
                self.view = look
            return glance
        finally:
            await _end(plain, heard, tls)

    async def _beside(self, *, implicit: bool) -> Glance:
        """Look in the other mode on a connection of its own; it takes the view only when it showed something."""
        look = Look(self.target, implicit=implicit)
        try:
            return await look.at(await self.network.connect(self._address, self.port), self._left)
        except OSError:
            return Glance(kind=Kind.RESET)
        finally:
            if _spoke_tls(look.glance) or look.glance.greeting or look.glance.raw:
                self.view = look

    async def _look_without_verifying(self, *, implicit: bool) -> None:
        """See whose certificate it was that failed, and what the server offers behind it."""
        with suppress(OSError):
            await self._look(await self.network.connect(self._address, self.port), implicit=implicit, verify=False)

    async def _look(self, connected: socket.socket, *, implicit: bool, verify: bool = True) -> Glance:
        self.view = Look(self.target, implicit=implicit, verify=verify)
        return await self.view.at(connected, self._left)

    @property
    def _left(self) -> float:
        """Seconds until the deadline."""
        return max(0.001, self.begun + self.timeout - self.loop.time())

    @property
    def _address(self) -> Address:
        """The address that answered, or the first one."""
        answered = (address for address, fate in self.fates.items() if fate.fate is Fate.CONNECTED)
        return next(answered, self.addresses[0])

    def _result(self) -> PortResult:
        glance = self.view.glance if self.view else Glance()
        facts = glance.tls
        if facts and self.failure:
            facts = facts._replace(verify_code=self.failure.verify_code, verify_reason=self.failure.verify_reason)
        security = _modes_of(glance, implicit=bool(self.view and self.view.implicit))
        return PortResult(
            port=self.port,
            family=self._address.family,
            address=self._address.text,
            state=_state(self.fates.values()),
            greeting=str(glance.greeting) if glance.greeting else glance.raw,
            security=security,
            tls=facts,
            auth=mechanisms(glance.capabilities),
            auth_in_clear=mechanisms(glance.clear),
            seconds=self.loop.time() - self.begun,
            kind=self.failure.kind if self.failure else glance.kind,
            smtp=glance.greeting is not None,
            encrypts=glance.starttls_offered or _spoke_tls(glance),
        )


def _spoke_tls(glance: Glance) -> bool:
    """Whether the peer spoke TLS, verified or not."""
    return glance.tls is not None or glance.kind in _TLS_HERE


def _modes_of(glance: Glance, *, implicit: bool) -> tuple[Security, ...]:
    """The modes a look saw working: an EHLO that was answered, under TLS or without."""
    if glance.tls and glance.said_hello:
        return (Security.TLS if implicit else Security.STARTTLS,)
    return (Security.NONE,) if glance.said_hello else ()


_STATES = {
    Fate.CONNECTED: PortState.OPEN,
    Fate.REFUSED: PortState.REFUSED,
    Fate.PROHIBITED: PortState.PROHIBITED,
    Fate.TIMEOUT: PortState.TIMEOUT,
    Fate.UNREACHABLE: PortState.UNREACHABLE,
}


def _state(fates: Iterable[AddressFate]) -> PortState:
    """The most telling of the addresses' fates: a connection says most, then an answer, then silence."""
    seen = {fate.fate for fate in fates}
    return next((state for fate, state in _STATES.items() if fate in seen), PortState.TIMEOUT)


async def _end(*tasks: asyncio.Task[Glance] | asyncio.Task[bool] | asyncio.Task[Literal[True]] | None) -> None:
    """End what still runs and wait until it has closed its connection."""
    running = [task for task in tasks if task]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
