"""Every fault the tests know: the practice server's named ones, and raw ones that only a network or a bare socket can show.

A new fault in wizard/practice is here by itself. A raw one is one ``Case``: a name, the finding, and how to open its scene.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from tests.loopback import HOST, Gone, Loopback, at_usual_port, profile_for
from tests.scripted import Peer, Talk, scripted
from wizard.draft import Change, Draft, Field
from wizard.practice import FAULTS, Fault, PracticeServer
from wizard.practice.fault import Foreign, Hang, Send
from wizard.profile import Password, Security
from wizard.report import Report
from wizard.smtp.check import check

# How long a stage may wait in the scenes whose point is that nothing comes, in seconds.
IMPATIENT = (Change(Field.TIMEOUT, "1"), Change(Field.TOTAL_TIMEOUT, "10"))


@dataclass(frozen=True)
class Scene:
    """All a check needs to meet a fault."""

    draft: Draft
    network: Loopback
    password: Password | None = None
    deliver: bool = False
    held_back: int = 0

    async def run(self, *changes: Change) -> Report:
        """Run one check, with changes applied, and return its report."""
        profile = profile_for(self.draft, *changes)
        report = Report(profile)

        def add(event: object) -> None:
            nonlocal report
            report = report.add(event)

        await check(profile, self.password, add, deliver=self.deliver, held_back=self.held_back, network=self.network)
        return report


Opening = Callable[[], AbstractAsyncContextManager[Scene]]


@dataclass(frozen=True)
class Case:
    """A fault: what a check must find, and whether the first remedy with changes must cure it."""

    name: str
    finding: str
    open: Opening
    cured: bool = False


# -- the practice server's own ---------------------------------------------------------------------------------------------


def _waits(fault: Fault) -> bool:
    return any(
        isinstance(answer, (Hang, Foreign)) or (isinstance(answer, Send) and not answer.close) for answer in fault.at.values()
    )


@asynccontextmanager
async def _practised(fault: Fault) -> AsyncIterator[Scene]:
    async with PracticeServer(fault.name) as server:
        draft = at_usual_port(server.draft(), fault.security)
        yield Scene(
            draft.with_changes(*(IMPATIENT if _waits(fault) else ())),
            Loopback.to(server),
            server.password if draft.username else None,
            deliver=fault.needs_delivery or fault.cured_by_remedy,
        )


PRACTISED = tuple(Case(fault.name, fault.finding, partial(_practised, fault), fault.cured_by_remedy) for fault in FAULTS.values())


# -- raw: the network ------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _networked(
    ports: Mapping[int, int | Gone], names: Mapping[str, tuple[str, ...] | int] | None = None
) -> AsyncIterator[Scene]:
    draft = Draft(host=HOST, port="587", security=Security.STARTTLS).with_changes(*IMPATIENT)
    yield Scene(draft, Loopback(ports, names))


@asynccontextmanager
async def _one_port_gone(gone: Gone) -> AsyncIterator[Scene]:
    """587 is not to be had; 465 is, as on many a host."""
    async with PracticeServer() as server:
        network = Loopback.to(server)
        network.ports[587] = gone
        draft = at_usual_port(server.draft(), Security.STARTTLS).with_changes(*IMPATIENT)
        yield Scene(draft, network, server.password, deliver=True)


@asynccontextmanager
async def _every_port_takes_and_closes() -> AsyncIterator[Scene]:
    """A transparent proxy: whatever port is called, it accepts, finds the way onward closed, and hangs up."""

    async def hang_up(_: Peer) -> None:
        return

    async with scripted(hang_up) as server:
        draft = Draft(host=HOST, port="587", security=Security.STARTTLS)
        yield Scene(draft, Loopback(dict.fromkeys((25, 465, 587, 2525), server.port)))


@asynccontextmanager
async def _without_a_password() -> AsyncIterator[Scene]:
    """Everything is right, and the secret cannot be had."""
    async with PracticeServer() as server:
        yield Scene(at_usual_port(server.draft(), Security.STARTTLS), Loopback.to(server))


@asynccontextmanager
async def _without_its_ca_file() -> AsyncIterator[Scene]:
    """The file of authorities that the profile names is not there."""
    async with PracticeServer() as server:
        draft = at_usual_port(server.draft(), Security.STARTTLS).with_changes(Change(Field.CA_FILE, "/nonexistent/ca.pem"))
        yield Scene(draft, Loopback.to(server), server.password)


# -- raw: bytes ------------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def speaking(talk: Talk, *changes: Change) -> AsyncIterator[Scene]:
    async with scripted(talk) as server:
        draft = Draft(host=HOST, port="25", security=Security.NONE, sender="iiq@example.com", recipient="admin@example.com")
        yield Scene(draft.with_changes(*IMPATIENT, *changes), Loopback({25: server.port}), deliver=True)


def opening_with(raw: bytes) -> Talk:
    """A server that says these bytes at once and then listens for ever."""

    async def talk(peer: Peer) -> None:
        peer.writer.write(raw)
        await peer.until_closed()

    return talk


def answering_ehlo_with(raw: bytes, close: bool = False) -> Talk:
    """A server that greets well, and answers EHLO with these bytes."""

    async def talk(peer: Peer) -> None:
        await peer.say("220 mail.test ESMTP")
        await peer.hear()
        peer.writer.write(raw)
        await peer.writer.drain()
        if not close:
            await peer.until_closed()

    return talk


def answering(replies: Mapping[bytes, bytes]) -> Talk:
    """A server that answers commands by their first word; all others, and the final dot, with 250."""

    async def talk(peer: Peer) -> None:
        await peer.greet("8BITMIME")
        while line := await peer.hear():
            verb = line.split()[0].upper()
            reply = replies.get(verb, b"354 go on" if verb == b"DATA" else b"250 2.0.0 Ok")
            await peer.say(reply)
            if verb == b"QUIT":
                return
            if verb == b"DATA" and reply.startswith(b"354"):
                while (line := await peer.hear()) != b".":
                    if not line and peer.reader.at_eof():
                        return
                await peer.say(replies.get(b".", b"250 2.0.0 Ok: queued as RAW1"))

    return talk


def refusing_all(greeting: bytes, reply: bytes) -> Talk:
    """A server that greets like this and answers everything with one refusal."""

    async def talk(peer: Peer) -> None:
        await peer.say(greeting)
        while await peer.hear():
            await peer.say(reply)

    return talk


def _raw(name: str, finding: str, talk: Talk, *changes: Change) -> Case:
    return Case(name, finding, partial(speaking, talk, *changes))


_DATABASE = b"J\0\0\0\n8.0.36\0\x08\0\0\0;b1Fx9|k\0\xff\xff\xff\x02\0\xff\xdf\x15" + b"\0" * 10 + b"mysql_native_password\0"
_MARIADB = b"[\0\0\0\n11.4.2-x\0\x08\0\0\0;b1Fx9|k\0\xff\xff\xff\x02\0\xff\xdf\x15" + b"\0" * 10

RAW = (
    Case("no-such-name", "dns-not-found", partial(_networked, {}, {})),
    Case("resolver-failing", "dns-temporary", partial(_networked, {}, {HOST: socket.EAI_AGAIN})),
    Case("host-refusing", "connect-refused", partial(_networked, {})),
    Case("host-silent", "connect-timeout", partial(_networked, dict.fromkeys((25, 465, 587, 2525), Gone.SILENT))),
    Case("no-route", "network-unreachable", partial(_networked, dict.fromkeys((25, 465, 587, 2525), Gone.UNREACHABLE))),
    Case("password-not-at-hand", "password-missing", _without_a_password),
    Case("ca-file-gone", "ca-file-unusable", _without_its_ca_file),
    Case("name-from-a-proxy", "proxy-or-nat", partial(_networked, {}, {HOST: ("198.18.0.7",)})),
    Case("name-translated-to-ipv6", "proxy-or-nat", partial(_networked, {}, {HOST: ("64:ff9b::cb00:7107",)})),
    Case("every-port-takes-and-closes", "proxy-or-nat", _every_port_takes_and_closes),
    Case("port-filtered", "connect-timeout", partial(_one_port_gone, Gone.SILENT), cured=True),
    Case("port-refused", "connect-refused", partial(_one_port_gone, Gone.REFUSED), cured=True),
    _raw("greeting-cut-short", "greeting-timeout", opening_with(b"220 mail.te")),
    _raw("greeting-of-a-database", "not-smtp", opening_with(_DATABASE)),
    _raw("greeting-of-another-database", "not-smtp", opening_with(_MARIADB)),
    _raw("greeting-of-telnet", "not-smtp", opening_with(b"\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23\xff\xfd\x27")),
    _raw("greeting-of-a-login-prompt", "not-smtp", opening_with(b"mail login: ")),
    _raw(
        "greeting-starred", "middlebox", refusing_all(b"220 ****************************", b"500 #5.5.1 command not recognized")
    ),
    _raw("greeting-without-a-number", "protocol-violation", opening_with(b"Welcome to mail.test\r\n")),
    _raw("ehlo-endless-list", "protocol-violation", answering_ehlo_with(b"250-NOTHING\r\n" * 100_000)),
    _raw("ehlo-cut-off", "connection-dropped", answering_ehlo_with(b"250-mail.test\r\n250-8BIT", close=True)),
    _raw("refusal-in-latin-1", "recipient-unknown", answering({b"RCPT": "550 5.1.1 Empfänger unbekannt".encode("latin-1")})),
    _raw("refusal-without-enhanced-code", "recipient-unknown", answering({b"RCPT": b"550 No such user here"})),
    _raw("loop-of-servers", "service-unavailable", answering({b".": b"550 5.4.6 sorry"})),
    _raw("way-onward-broken", "server-busy", answering({b"RCPT": b"451 4.4.1 sorry"})),
    _raw("recipient-out-of-order", "protocol-violation", answering({b"RCPT": b"503 5.5.1 sorry"})),
    _raw("sender-out-of-order", "protocol-violation", answering({b"MAIL": b"503 sorry"})),
    _raw("mixed-codes", "recipient-unknown", answering({b"RCPT": b"250-2.1.5 fine\r\n550-5.7.1 wait\r\n550 5.1.1 sorry"})),
    _raw("disabled-recipient", "recipient-unknown", answering({b"RCPT": b"550 5.2.1 sorry"})),
    _raw("null-mx-recipient", "recipient-unknown", answering({b"RCPT": b"556 5.1.10 sorry"})),
    _raw("null-mx-sender", "sender-rejected", answering({b"MAIL": b"550 5.7.27 sorry"})),
    _raw("no-reverse-name", "ip-blocked", answering({b"RCPT": b"550 5.7.25 sorry"})),
    _raw("signature-missing", "sender-unauthenticated-domain", answering({b".": b"550 5.7.20 sorry"})),
    _raw("encryption-needed", "starttls-required", answering({b"MAIL": b"523 5.7.10 sorry"})),
    _raw("bounced-at-data", "relay-denied", answering({b"DATA": b"554 5.7.1 Relay access denied"})),
    _raw("members-only", "recipient-rejected", answering({b"RCPT": b"550 5.7.133 authentication required"})),
    _raw("code-out-of-place", "unknown", answering({b"MAIL": b"334 what is it"})),
)

CATALOGUE = (*PRACTISED, *RAW)
