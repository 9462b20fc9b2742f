"""Second looks piece by piece: a hello that does not get through, a pool with one bad member, a PROXY line, a name hung up on."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress

from tests.loopback import HOST, Loopback, profile_for
from tests.scripted import Peer, scripted
from wizard.draft import Change, Draft, Field
from wizard.practice import PracticeServer
from wizard.profile import Profile, Security
from wizard.report import Report
from wizard.smtp.check import check
from wizard.smtp.events import Event
from wizard.smtp.network import Address, Network
from wizard.smtp.observation import Kind, Observation, Weak

FAR_AHEAD = 10.0  # seconds: what no test may need
OFFERS_13 = b"\x00\x2b\x00\x05\x04\x03\x04\x03\x03"  # the extension supported_versions with TLS 1.3 and 1.2 (RFC 8446 4.2.1)


async def climb(profile: Profile, network: Network) -> Report:
    report = Report(profile)

    def add(event: Event) -> None:
        nonlocal report
        report = report.add(event)

    async with asyncio.timeout(FAR_AHEAD):
        await check(profile, None, add, network=network)
    return report


def failure(report: Report) -> Observation:
    assert report.failed is not None
    assert report.failed.observation is not None
    return report.failed.observation


def meaning(report: Report) -> str:
    assert report.error is not None
    return report.error.meaning


def draft(server: PracticeServer, port: int, security: Security) -> Draft:
    return Draft(host=HOST, port=str(port), security=security, ca_file=str(server.ca_file), timeout="2", total_timeout="8")


@asynccontextmanager
async def gate(port: int, admit: Callable[[bytes], bytes | None]) -> AsyncIterator[int]:
    """A door before a port: what is said first goes to ``admit``, which returns what to pass on, or None to hang up."""
    passing: set[asyncio.Task[None]] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = admit(await reader.read(65536))
        if first is None:
            return
        onward_reader, onward = await asyncio.open_connection("127.0.0.1", port)
        try:
            onward.write(first)
            await asyncio.gather(pump(reader, onward), pump(onward_reader, writer))
        finally:
            onward.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(serve(reader, writer))
        task.add_done_callback(lambda _: writer.close())
        passing.add(task)

    door = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield door.sockets[0].getsockname()[1]
    finally:
        door.close()
        for task in passing:
            task.cancel()
        await asyncio.gather(*passing, return_exceptions=True)


async def test_a_hello_with_tls_13_that_does_not_get_through_is_told_from_a_server_without_tls(practice: PracticeServer) -> None:
    def no_tls_13(first: bytes) -> bytes | None:
        return None if OFFERS_13 in first else first

    async with gate(practice.ports[Security.TLS], no_tls_13) as port:
        report = await climb(profile_for(draft(practice, 465, Security.TLS)), Loopback({465: port}))

    lax = failure(report).lax
    assert lax is not None
    assert (lax.weak, lax.version) == (Weak.HELLO, "TLSv1.2")
    assert "With TLS 1.2 alone" in meaning(report)


async def test_a_handshake_that_fails_once_only_is_not_blamed_on_tls(practice: PracticeServer) -> None:
    calls: list[bytes] = []

    def not_the_first(first: bytes) -> bytes | None:
        calls.append(first)
        return None if len(calls) == 1 else first

    async with gate(practice.ports[Security.TLS], not_the_first) as port:
        report = await climb(profile_for(draft(practice, 465, Security.TLS)), Loopback({465: port}))

    assert failure(report).kind in (Kind.CLOSED, Kind.RESET)
    assert failure(report).lax is None


async def test_a_tls_port_that_waits_for_a_proxy_line_is_named(practice: PracticeServer) -> None:
    """The line alone comes first, and behind it what a client of the balancer would say."""
    line = b"PROXY UNKNOWN\r\n"

    def from_the_balancer(first: bytes) -> bytes | None:
        return first.removeprefix(line) if first.startswith(line) else None

    async with gate(practice.ports[Security.TLS], from_the_balancer) as port:
        report = await climb(profile_for(draft(practice, 465, Security.TLS)), Loopback({465: port}))

    assert failure(report).wants_proxy
    assert report.finding == "proxy-or-nat"


class Pool(Loopback):
    """A host of two addresses, both on this machine, with servers of their own."""

    def __init__(self, by_address: Mapping[str, int]) -> None:
        super().__init__(names={HOST: tuple(by_address)})
        self.by_address = by_address

    async def connect(self, address: Address, port: int) -> socket.socket:
        return await Network.connect(self, Address("ipv4", "127.0.0.1"), self.by_address[address.text])


async def test_a_pool_with_one_bad_member_is_told_from_a_bad_setting(practice: PracticeServer) -> None:
    async def without_starttls(peer: Peer) -> None:
        await peer.greet("8BITMIME")
        await peer.until_closed()

    async with scripted(without_starttls) as bad:
        pool = Pool({"192.0.2.1": bad.port, "192.0.2.2": practice.ports[Security.STARTTLS]})
        report = await climb(profile_for(draft(practice, 587, Security.STARTTLS)), pool)

    assert failure(report).kind is Kind.NOT_OFFERED
    assert [(found.address, found.works) for found in failure(report).other_addresses] == [("192.0.2.2", True)]
    assert "192.0.2.2, works on this port" in meaning(report)


async def test_a_server_that_hangs_up_on_a_name_and_takes_another_is_told_and_cured() -> None:
    async def only_full_names(peer: Peer) -> None:
        await peer.say("220 mail.test ESMTP")
        if b"[" not in await peer.hear():
            return
        await peer.say("250 mail.test")
        while await peer.hear():
            await peer.say("250 2.0.0 Ok")

    async with scripted(only_full_names) as server:
        network = Loopback({25: server.port})
        bare = Draft(host=HOST, port="25", security=Security.NONE, ehlo_name="workstation", sender="iiq@example.com", timeout="2")
        report = await climb(profile_for(bare), network)
        assert report.error is not None
        remedy = next(remedy for remedy in report.error.remedies if Change(Field.EHLO_NAME, "[127.0.0.1]") in remedy.changes)
        again = await climb(profile_for(bare, *remedy.changes), network)

    assert failure(report).kind in (Kind.CLOSED, Kind.RESET)
    assert report.finding == "helo-rejected"
    assert remedy.proven
    assert again.ok


async def test_the_looks_name_nobody_and_send_nothing() -> None:
    async def hang_up_at_ehlo(peer: Peer) -> None:
        await peer.say("220 mail.test ESMTP")
        await peer.hear()

    async with scripted(hang_up_at_ehlo) as server:
        named = Draft(host=HOST, port="587", sender="iiq@example.com", recipient="admin@example.com", username="svc", timeout="2")
        await climb(profile_for(named), Loopback({587: server.port}))

    words = [line.split(b" ")[0].upper() for line in server.heard if line]
    assert len(server.peers) > 1
    assert not {b"MAIL", b"RCPT", b"DATA", b"AUTH"} & set(words)


async def test_a_bad_certificate_is_compared_with_the_one_of_another_port() -> None:
    async with PracticeServer("expired-certificate") as server:
        report = await climb(profile_for(draft(server, 587, Security.STARTTLS)), Loopback.to(server))

    assert report.finding == "cert-expired"
    assert "Port 465 shows the same certificate." in meaning(report)
