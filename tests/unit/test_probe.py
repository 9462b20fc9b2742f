"""Looking at ports: what each kind of port is told as, in which order, how fast, and which one is recommended."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from tests.loopback import HOST, Gone, Loopback
from tests.scripted import Peer, scripted
from wizard.practice import FAULTS, PracticeServer
from wizard.profile import Security
from wizard.smtp.network import Address
from wizard.smtp.observation import Kind
from wizard.smtp.ports import Because, PortResult, PortState, ProbeResult, Recommendation
from wizard.smtp.probe import probe


async def look(network: Loopback, *, ports: tuple[int, ...] = (25, 465, 587, 2525), **more: object) -> ProbeResult:
    """Probe mail.test without caring for the order of what is emitted."""
    return await probe(HOST, lambda _: None, ports=ports, network=network, **more)


async def at_587(fault: str, **more: object) -> PortResult:
    """Probe port 587 of a practice server with a fault."""
    async with PracticeServer(fault) as server:
        result = await look(Loopback.to(server), ports=(587,), ca_file=server.ca_file, **more)
    return result.ports[0]


async def test_every_port_is_told_with_encryption_certificate_and_mechanisms(
    practice: PracticeServer, loopback: Loopback
) -> None:
    result = await look(loopback, ca_file=practice.ca_file)
    plain, implicit, starttls, closed = result.ports
    assert [port.port for port in result.ports] == [25, 465, 587, 2525]
    assert plain.security == (Security.NONE,)
    assert implicit.security == (Security.TLS,)
    assert starttls.security == (Security.STARTTLS,)
    assert closed.state is PortState.REFUSED
    assert implicit.tls
    assert implicit.tls.verified
    assert implicit.tls.version.startswith("TLSv1.")
    assert implicit.tls.certificate
    assert HOST in implicit.tls.certificate.names
    assert "PLAIN" in starttls.auth
    assert starttls.auth_in_clear == ()
    assert starttls.greeting.startswith("220 ")
    assert result.speaks_smtp


async def test_verified_tls_with_sign_in_is_recommended(practice: PracticeServer, loopback: Loopback) -> None:
    result = await look(loopback, ca_file=practice.ca_file)
    assert result.recommended == Recommendation(465, Security.TLS, Because.VERIFIED_TLS)
    assert [str(change) for change in result.recommended.changes()] == ["port=465", "security=tls"]


async def test_nobody_signs_in_and_no_sender_is_named() -> None:
    async def talk(peer: Peer) -> None:
        await peer.greet("AUTH PLAIN LOGIN")
        await peer.until_closed()

    async with scripted(talk) as server:
        result = await look(Loopback({587: server.port}), ports=(587,))
        said = {line.split(b" ")[0] for line in server.heard if line}
    assert said <= {b"EHLO", b"QUIT"}
    assert result.ports[0].auth_in_clear == ("PLAIN", "LOGIN")
    assert result.ports[0].auth == ("PLAIN", "LOGIN")


@pytest.mark.parametrize(
    ("gone", "state"),
    [
        (Gone.REFUSED, PortState.REFUSED),
        (Gone.UNREACHABLE, PortState.UNREACHABLE),
        (Gone.PROHIBITED, PortState.PROHIBITED),
        (Gone.SILENT, PortState.TIMEOUT),
    ],
)
async def test_a_port_without_connection_says_what_became_of_it(gone: Gone, state: PortState) -> None:
    result = await look(Loopback({587: gone}), ports=(587,), timeout=0.05)
    assert [port.state for port in result.ports] == [state]
    assert not result.speaks_smtp
    assert result.recommended is None


async def test_both_families_are_looked_at_and_a_missing_one_is_not_invented(practice: PracticeServer) -> None:
    network = Loopback.to(practice)
    network.names[HOST] = ("::1", "127.0.0.1")  # the practice server listens on IPv4 only
    both = await look(network, ports=(465,), ca_file=practice.ca_file)
    assert {port.family: port.state for port in both.ports} == {"ipv4": PortState.OPEN, "ipv6": PortState.REFUSED}
    network.names[HOST] = ("127.0.0.1",)
    one = await look(network, ports=(465,), ca_file=practice.ca_file)
    assert [port.family for port in one.ports] == ["ipv4"]


class Slow(Loopback):
    """A resolver that answers for IPv4 at once and for IPv6 when told."""

    def __init__(self, ports: dict[int, int]) -> None:
        super().__init__(ports, names={HOST: ("127.0.0.1", "::1")})
        self.told = asyncio.Event()

    async def lookup(self, name: str, port: int, family: socket.AddressFamily) -> list[Address]:
        """Answer, IPv6 late."""
        if family == socket.AF_INET6:
            await self.told.wait()
        return await super().lookup(name, port, family)


async def test_addresses_that_come_late_are_looked_at_too(practice: PracticeServer) -> None:
    network = Slow({587: practice.ports[Security.STARTTLS]})
    seen: list[str] = []

    def emit(result: PortResult) -> None:
        seen.append(result.family)
        network.told.set()

    await probe(HOST, emit, ports=(587,), network=network)
    assert seen == ["ipv4", "ipv6"]


async def test_a_family_whose_addresses_never_come_is_not_waited_for(practice: PracticeServer) -> None:
    network = Slow({587: practice.ports[Security.STARTTLS]})
    async with asyncio.timeout(20):
        result = await look(network, ports=(587,), timeout=600.0)
    assert [port.family for port in result.ports] == ["ipv4"]


async def test_a_silent_port_is_tried_with_tls_beside() -> None:
    result = await at_587("tls-on-the-starttls-port", timeout=3.0)
    assert result.security == (Security.TLS,)
    assert result.tls
    assert result.tls.verified


async def test_plain_text_on_465_is_seen_at_once() -> None:
    async with PracticeServer("plain-on-the-tls-port") as server:
        result = await look(Loopback.to(server), ports=(465,), ca_file=server.ca_file)
    assert result.ports[0].security == (Security.STARTTLS,)


@pytest.mark.parametrize("fault", ["expired-certificate", "wrong-name-certificate", "self-signed", "unknown-ca"])
async def test_a_certificate_that_fails_is_still_shown(fault: str) -> None:
    result = await at_587(fault)
    assert result.kind is Kind.TLS_CERTIFICATE
    assert result.security == (Security.STARTTLS,)
    assert result.tls
    assert not result.tls.verified
    assert result.tls.verify_code
    assert result.tls.certificate
    assert result.auth


@pytest.mark.parametrize("fault", ["http-server", "ssh-server", "imap-server"])
async def test_another_protocol_is_open_but_no_mail_server(fault: str) -> None:
    result = await at_587(fault, timeout=2.0)
    assert result.state is PortState.OPEN
    assert result.security == ()
    assert not result.smtp
    assert result.greeting


async def test_silence_ends_with_the_deadline_and_keeps_what_is_known() -> None:
    result = await at_587("tls-silence", timeout=1.0)
    assert result.kind is Kind.TIMEOUT
    assert result.greeting.startswith("220 ")
    assert result.encrypts


async def test_a_server_that_is_busy_speaks_smtp_all_the_same() -> None:
    result = await at_587("busy")
    assert result.smtp
    assert result.security == ()
    assert result.greeting.startswith("421 ")


@pytest.mark.parametrize("fault", FAULTS)
async def test_no_fault_breaks_a_look_or_leads_from_offered_encryption_to_clear_text(fault: str) -> None:
    async with PracticeServer(fault) as server, asyncio.timeout(10):
        result = await look(Loopback.to(server), ca_file=server.ca_file, timeout=0.3)
    assert [port.port for port in result.ports] == [25, 465, 587, 2525]
    if any(port.encrypts for port in result.ports):
        assert result.recommended is None or result.recommended.security is not Security.NONE


async def test_results_come_as_they_are_known_not_when_all_are() -> None:
    """The port that answers is emitted while the silent one is still waited for."""
    first = asyncio.Event()
    seen: list[int] = []

    def emit(result: PortResult) -> None:
        seen.append(result.port)
        first.set()

    task = asyncio.create_task(probe(HOST, emit, ports=(25, 587), network=Loopback({587: Gone.SILENT})))
    async with asyncio.timeout(5):
        await first.wait()
    assert seen == [25]
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_stopping_closes_every_connection() -> None:
    talking = asyncio.Event()

    async def talk(peer: Peer) -> None:
        talking.set()
        await peer.until_closed()

    async with scripted(talk) as server, asyncio.timeout(5):
        task = asyncio.create_task(probe(HOST, lambda _: None, ports=(587,), network=Loopback({587: server.port})))
        await talking.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await server.closed.wait()


@pytest.mark.parametrize(("answer", "kind"), [(socket.EAI_NONAME, Kind.NAME_NOT_FOUND), (socket.EAI_AGAIN, Kind.RESOLVER_FAILED)])
async def test_a_name_without_address_has_no_ports(answer: int, kind: Kind) -> None:
    result = await look(Loopback({}, names={HOST: answer}))
    assert result.kind is kind
    assert result.ports == ()


async def test_a_ca_file_that_is_none_is_refused_before_anything_is_looked_at(tmp_path: Path) -> None:
    empty = tmp_path / "ca.pem"
    empty.write_text("no certificate here\n")
    network = Loopback({})
    with pytest.raises(OSError, match=r"."):
        await look(network, ca_file=empty)
    assert network.connections == []
