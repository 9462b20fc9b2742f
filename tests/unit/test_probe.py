"""Looking at ports: what each kind of port is told as, in which order, how fast, and which one is recommended."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from pathlib import Path

import pytest

from tests.loopback import HOST, Gone, Loopback
from tests.scripted import Peer, scripted
from tests.unit.cli import run_beside, start
from wizard.practice import FAULTS, PracticeServer
from wizard.profile import Security
from wizard.smtp.observation import Kind
from wizard.smtp.ports import Because, PortResult, PortState, ProbeResult, Recommendation, recommend
from wizard.smtp.probe import probe


async def look(network: Loopback, *, ports: tuple[int, ...] = (25, 465, 587, 2525), **more: object) -> ProbeResult:
    """Probe mail.test without caring for the order of what is emitted."""
    return await probe(HOST, lambda _: None, ports=ports, network=network, **more)  # type: ignore[arg-type]


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


def port(
    number: int, mode: Security, *, verified: bool = True, auth: tuple[str, ...] = ("PLAIN",), encrypts: bool = False
) -> PortResult:
    """A port that works in one mode."""
    from wizard.smtp.observation import TlsFacts

    facts = TlsFacts("TLSv1.3", "", verified, None) if mode is not Security.NONE else None
    return PortResult(
        number,
        "ipv4",
        "192.0.2.1",
        PortState.OPEN,
        "220 x",
        (mode,),
        facts,
        auth,
        encrypts=encrypts or facts is not None,
        smtp=True,
    )


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        ([port(587, Security.STARTTLS), port(465, Security.TLS)], (465, Security.TLS, Because.VERIFIED_TLS)),
        ([port(25, Security.STARTTLS), port(587, Security.STARTTLS)], (587, Security.STARTTLS, Because.VERIFIED_STARTTLS)),
        (
            [port(465, Security.TLS, verified=False), port(587, Security.STARTTLS)],
            (587, Security.STARTTLS, Because.VERIFIED_STARTTLS),
        ),
        ([port(465, Security.TLS, auth=()), port(2525, Security.STARTTLS)], (2525, Security.STARTTLS, Because.VERIFIED_STARTTLS)),
        ([port(25, Security.STARTTLS, auth=())], (25, Security.STARTTLS, Because.VERIFIED_RELAY)),
        ([port(25, Security.NONE), port(465, Security.TLS, verified=False)], (465, Security.TLS, Because.UNVERIFIED)),
        ([port(25, Security.NONE)], (25, Security.NONE, Because.CLEAR)),
    ],
)
def test_what_is_recommended(ports: list[PortResult], expected: tuple[int, Security, Because]) -> None:
    assert recommend(ports) == Recommendation(*expected)


def test_encryption_that_is_offered_and_broken_never_leads_to_clear_text() -> None:
    assert recommend([port(25, Security.NONE), port(587, Security.NONE, encrypts=True)]) is None


def ports_of(server: PracticeServer) -> str:
    """The practice server's ports as ``--ports`` takes them."""
    return ",".join(str(number) for number in server.ports.values())


async def test_the_command_prints_rows_the_recommendation_and_the_check_to_try(practice: PracticeServer) -> None:
    ran = await run_beside("probe", "localhost", "--ports", ports_of(practice), "--ca-file", str(practice.ca_file))
    assert ran.code == 0
    assert "STARTTLS  TLSv1.3  verified  PLAIN" in ran.out
    tls = practice.ports[Security.TLS]
    assert f"Use port {tls} with TLS." in ran.out
    assert f"smtp-wizard check --host localhost --port {tls} --security tls --ca-file" in ran.out
    assert "Looking at localhost" in ran.err


async def test_the_command_gives_the_contracts_json(practice: PracticeServer) -> None:
    ran = await run_beside("probe", "localhost", "--ports", ports_of(practice), "--ca-file", str(practice.ca_file), "--json")
    found = json.loads(ran.out)
    assert found["schema"] == 1
    assert found["host"] == "localhost"
    assert found["recommended"] == {"port": str(practice.ports[Security.TLS]), "security": "tls"}
    by_mode = {tuple(entry["security"]): entry for entry in found["ports"] if entry["state"] == "open"}
    assert by_mode[("starttls",)]["tls"]["verified"] is True
    assert by_mode[("starttls",)]["family"] == "ipv4"
    assert "PLAIN" in by_mode[("tls",)]["auth"]
    assert by_mode[("none",)]["tls"] is None


async def test_the_command_ends_with_1_when_no_port_speaks_smtp() -> None:
    async with PracticeServer("nobody-listens") as server:
        ran = await run_beside("probe", "localhost", "--ports", str(server.ports[Security.STARTTLS]))
    assert ran.code == 1
    assert "no mail server runs on this host" in ran.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["https://mail.example.com"], "is a web address"),
        (["a@example.com"], "is an e-mail address"),
        (["localhost", "--ports", "0"], "port 0 does not exist"),
        (["localhost", "--ports", "25,abc"], "'abc' is not a port"),
        (["localhost", "--timeout", "0"], "outside what makes sense"),
        (["localhost", "--ca-file", "/nonexistent/ca.pem"], "it is not there"),
    ],
)
async def test_the_command_refuses_what_cannot_be_used(words: list[str], said: str) -> None:
    ran = await run_beside("probe", *words)
    assert ran.code == 2
    assert ran.out == ""
    assert said in ran.err


async def test_ctrl_c_leaves_what_is_known_and_130() -> None:
    async with PracticeServer("silence") as server, PracticeServer("nobody-listens") as closed, asyncio.timeout(30):
        ports = f"{server.ports[Security.STARTTLS]},{closed.ports[Security.STARTTLS]}"
        process = await start("probe", "localhost", "--ports", ports, "--timeout", "600")
        assert process.stdout
        first = await process.stdout.readline()
        assert b"refused" in first
        process.send_signal(signal.SIGINT)
        rest, said = await process.communicate()
    assert process.returncode == 130
    assert b"Stopped" in said
    assert b"Traceback" not in said + rest
