"""The practice server as its users know it: sessions that work, one account, faults as data, and nothing left behind."""

from __future__ import annotations

import asyncio
import base64
import logging
import re
import stat

import pytest

from tests.loopback import HOST, Loopback, at_usual_port, profile_for
from wizard.draft import Change, Field
from wizard.practice import FAULTS, Fault, PracticeServer, UnknownFaultError
from wizard.practice.fault import HEALTHY
from wizard.practice.server import PortError
from wizard.profile import Password, Security
from wizard.report import Report
from wizard.smtp.check import check
from wizard.smtp.network import Network

MODES = tuple(Security)


async def deliver(server: PracticeServer, security: Security, *changes: Change, network: Network | None = None) -> Report:
    """Check with delivery, as a user would with the draft the server hands out."""
    profile = profile_for(server.draft(security), *changes)
    report = Report(profile)

    def add(event: object) -> None:
        nonlocal report
        report = report.add(event)

    password = server.password if profile.login else None
    own = Loopback({port: port for port in server.ports.values()})
    await check(profile, password, add, deliver=True, network=network or own)
    return report


# -- sessions that work ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("security", MODES)
async def test_the_draft_handed_out_works_and_the_message_arrives(practice: PracticeServer, security: Security) -> None:
    report = await deliver(practice, security)

    assert report.ok, report.findings
    accepted = report.accepted
    assert accepted is not None
    assert accepted.token
    message = await practice.mailbox.wait_for(accepted.token)
    assert message.queue_id == accepted.queue_id
    assert message.recipients == ("admin@example.com",)
    assert bool(message.tls) == (security is not Security.NONE)
    assert message.username == ("" if security is Security.NONE else practice.username)


@pytest.mark.parametrize("mechanism", ["plain", "login", "cram-md5", "scram-sha-256", "auto"])
async def test_every_mechanism_offered_signs_in_with_one_attempt(practice: PracticeServer, mechanism: str) -> None:
    report = await deliver(practice, Security.TLS, Change(Field.MECHANISM, mechanism))

    assert report.ok, report.findings
    assert [(attempt.username, attempt.accepted) for attempt in practice.sign_ins] == [(practice.username, True)]


@pytest.mark.parametrize("mechanism", ["plain", "login", "cram-md5", "scram-sha-256"])
async def test_a_wrong_password_is_refused_whatever_the_mechanism(practice: PracticeServer, mechanism: str) -> None:
    practice.password = Password("not the one")
    report = await deliver(practice, Security.TLS, Change(Field.MECHANISM, mechanism))

    assert report.finding == "auth-bad-credentials"
    assert [attempt.accepted for attempt in practice.sign_ins] == [False]
    assert practice.mailbox.messages == ()


async def test_a_token_signs_in_where_only_oauth_is_offered() -> None:
    async with PracticeServer("oauth-only") as server:
        report = await deliver(server, Security.TLS, Change(Field.MECHANISM, "xoauth2"))
    assert report.ok, report.findings


@pytest.mark.parametrize("host", ["127.0.0.1", HOST, "localhost"])
async def test_the_certificate_is_good_for_every_name_the_server_goes_by(practice: PracticeServer, host: str) -> None:
    report = await deliver(practice, Security.TLS, Change(Field.HOST, host))
    assert report.ok, report.findings


async def test_addresses_beyond_ascii_are_taken(practice: PracticeServer) -> None:
    report = await deliver(practice, Security.STARTTLS, Change(Field.RECIPIENT, "jürgen@example.com"))
    assert report.ok, report.findings
    assert practice.mailbox.messages[0].recipients == ("jürgen@example.com",)


async def test_the_right_mode_on_the_same_port_works_without_any_mapping() -> None:
    async with PracticeServer("plain-on-the-tls-port") as server:
        port = server.ports[Security.TLS]
        network = Loopback({port: port})
        report = await deliver(server, Security.TLS, network=network)
        assert report.finding == "port-speaks-plain"
        assert report.error is not None
        again = await deliver(server, Security.TLS, *report.error.remedies[0].changes, network=network)
    assert again.ok, again.findings


async def test_a_client_that_vanishes_in_the_handshake_harms_nobody(practice: PracticeServer) -> None:
    for security in (Security.TLS, Security.STARTTLS):
        _, writer = await asyncio.open_connection("localhost", practice.ports[security])
        writer.write(b"EHLO a\r\nSTARTTLS\r\n\x16\x03\x01")
        writer.transport.abort()
    assert (await deliver(practice, Security.STARTTLS)).ok


async def test_no_log_carries_the_password(practice: PracticeServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for mechanism in ("plain", "login", "cram-md5", "scram-sha-256"):
        await deliver(practice, Security.STARTTLS, Change(Field.MECHANISM, mechanism))

    secret = practice.password.reveal()
    plain = base64.b64encode(f"\0{practice.username}\0{secret}".encode()).decode()
    assert all(form not in caplog.text for form in (secret, base64.b64encode(secret.encode()).decode(), plain))


# -- its life --------------------------------------------------------------------------------------------------------------


async def test_nothing_stays_behind() -> None:
    async with PracticeServer() as server:
        folder, ports = server.ca_file.parent, set(server.ports.values())
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(server.password_file.stat().st_mode) == 0o600
        assert {path.name for path in folder.iterdir()} == {"practice-ca.pem", "password"}
        assert server.password_file.read_text().strip() == server.password.reveal()
        reader, writer = await asyncio.open_connection("localhost", server.ports[Security.NONE])
        await reader.readline()
    await server.close()  # a second time does no harm

    assert not folder.exists()
    assert await reader.read() == b""
    writer.close()
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)


async def test_a_chosen_port_is_taken_or_named(practice: PracticeServer) -> None:
    taken = practice.ports[Security.TLS]
    with pytest.raises(PortError) as caught:
        async with PracticeServer(ports={Security.STARTTLS: taken}):
            pass
    assert caught.value.port == taken

    async with PracticeServer() as other:
        free = other.ports[Security.TLS]
    async with PracticeServer(ports={Security.STARTTLS: free}) as server:
        assert server.ports[Security.STARTTLS] == free


async def test_an_unknown_fault_is_named_with_the_nearest_one() -> None:
    with pytest.raises(UnknownFaultError, match="did you mean greylisting"):
        PracticeServer("greylistin")


# -- faults as data --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_says_what_it_is_for(fault: Fault) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", fault.name)
    assert fault.title
    assert not fault.title.endswith(".")
    assert fault.teaches.endswith(".")
    assert "!" not in fault.title + fault.teaches
    assert fault.finding != HEALTHY.finding


def test_there_are_faults_for_every_stage_and_more_than_thirty() -> None:
    assert len(FAULTS) > 30
    assert {fault.security for fault in FAULTS.values()} == set(Security)


async def test_the_draft_of_a_fault_can_move_to_the_usual_ports(practice: PracticeServer) -> None:
    draft = at_usual_port(practice.draft(Security.TLS), Security.TLS)
    assert (draft.host, draft.port) == (HOST, "465")
