"""A short look at one port over one connection: greeting, EHLO, TLS, EHLO again, QUIT. It never signs in and names no sender.

Probing and looking at neighbours are made of it. Must not know ranks, remedies or words.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass, field, replace
from pathlib import Path

from wizard.smtp.observation import Kind, Reply, TlsFacts, mechanisms
from wizard.smtp.session import Session
from wizard.smtp.tls import Failure, client_context, facts, failure_of
from wizard.smtp.wire import WireError, shown
from wizard.values import to_ascii


@dataclass(frozen=True, slots=True)
class Target:
    """Whose name the certificate must carry, how to judge it, and how to introduce ourselves."""

    host: str
    ehlo_name: str
    strict: ssl.SSLContext
    lenient: ssl.SSLContext

    @classmethod
    def of(cls, host: str, ehlo_name: str, ca_file: Path | None) -> Target:
        """Prepare both ways of looking at a certificate. Raises OSError (ssl.SSLError included) when ``ca_file`` is no use."""
        strict = client_context(ca_file)
        return cls(to_ascii(host), ehlo_name, strict, client_context(None, verify=False))


@dataclass(frozen=True, slots=True)
class Glance:
    """What one look showed.

    ``kind`` is PASSED when every step did what it should; otherwise it says how the first step that did not ended. ``clear``
    are the EHLO keywords before TLS, ``capabilities`` the latest ones, ``ehlo`` the latest reply to EHLO, ``raw`` the first bytes
    of what was no reply. ``said_hello`` is whether the latest EHLO was accepted, ``hello_in_clear`` whether one before TLS was.
    """

    kind: Kind = Kind.TIMEOUT
    greeting: Reply | None = None
    clear: dict[str, str] = field(default_factory=dict)
    capabilities: dict[str, str] = field(default_factory=dict)
    tls: TlsFacts | None = None
    failure: Failure | None = None
    raw: str = ""
    ehlo: Reply | None = None
    said_hello: bool = False
    hello_in_clear: bool = False

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """SASL mechanisms of the latest EHLO, upper case."""
        return mechanisms(self.capabilities)

    @property
    def starttls_offered(self) -> bool:
        """Whether the server offered STARTTLS in clear."""
        return "STARTTLS" in self.clear


class Look:
    """One look in progress. ``glance`` is what is known so far, so that a deadline loses nothing.

    ``heard`` is set when the first reply or the first bytes that are none arrived.
    """

    def __init__(self, target: Target, *, implicit: bool, verify: bool = True) -> None:
        self.target = target
        self.implicit = implicit
        self.verify = verify
        self.glance = Glance()
        self.heard = asyncio.Event()

    async def at(self, connected: socket.socket, timeout: float) -> Glance:
        """Look at what answers on a connected socket, for at most ``timeout`` seconds, and close it whatever happens."""
        session = Session(_nobody_listens)
        try:
            async with asyncio.timeout(timeout):
                await session.attach(connected)
                await self._steps(session, timeout)
        except TimeoutError:
            self._know(kind=Kind.TIMEOUT)
        except WireError as problem:
            self._know(kind=kind_of(problem), raw=self.glance.raw or shown(problem.raw))
        except OSError as problem:
            failure = failure_of(problem)
            self._know(kind=failure.kind, failure=failure)
        finally:
            self.heard.set()
            session.leave() if self.glance.said_hello else session.abort()
            connected.close()
        return self.glance

    async def _steps(self, session: Session, timeout: float) -> None:
        if self.implicit:
            await self._secure(session, timeout)
        greeting = await session.greeting()
        self.heard.set()
        self._know(greeting=greeting)
        if greeting.code != 220:
            return self._know(kind=Kind.REPLY)
        if not await self._hello(session):
            return None
        if not self.implicit and self.glance.starttls_offered:
            reply = await session.say("STARTTLS")
            if reply.code != 220:
                return self._know(kind=Kind.REPLY)
            await self._secure(session, timeout)
            if not await self._hello(session):
                return None
        return self._know(kind=Kind.PASSED)

    async def _hello(self, session: Session) -> bool:
        reply, offered = await session.hello(session.own_name(self.target.ehlo_name))
        self._know(ehlo=reply)
        if reply.code != 250:
            self._know(kind=Kind.REPLY)
            return False
        self._know(capabilities=offered, said_hello=True)
        if self.glance.tls is None:
            self._know(clear=offered, hello_in_clear=True)
        return True

    async def _secure(self, session: Session, timeout: float) -> None:
        context = self.target.strict if self.verify else self.target.lenient
        connection = await session.secure(context, self.target.host, timeout)
        self._know(tls=facts(connection, verified=self.verify), capabilities={}, said_hello=False)

    def _know(self, **changes: object) -> None:
        self.glance = replace(self.glance, **changes)  # type: ignore[arg-type]  # each caller names fields of Glance


def kind_of(problem: WireError) -> Kind:
    """Return what an end of the conversation is called; a connection that was cut is no plain end."""
    return Kind.RESET if isinstance(problem.__cause__, ConnectionError) else problem.kind


def _nobody_listens(_sender: str, _text: str) -> None:
    """A look keeps no transcript."""
