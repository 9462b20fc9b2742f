"""The looks after a failure, in whole runs: which failures are looked into, what that shows, and that nothing secret is said."""

from __future__ import annotations

import asyncio

import pytest

from tests.loopback import HOST, Loopback, at_usual_port, profile_for
from tests.scripted import Peer, scripted
from wizard.draft import Change, Draft, Field
from wizard.practice import PracticeServer
from wizard.profile import Password, Profile, Security
from wizard.report import Report
from wizard.smtp.check import check
from wizard.smtp.events import Event
from wizard.smtp.network import Network
from wizard.smtp.observation import Kind, Observation, Stage

FAR_AHEAD = 10.0  # seconds: what no test may need
_ALERT = bytes([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 40])  # handshake_failure, fatal (RFC 5246 7.2.2)


async def climb(profile: Profile, network: Network, password: Password | None = None) -> Report:
    report = Report(profile)

    def add(event: Event) -> None:
        nonlocal report
        report = report.add(event)

    async with asyncio.timeout(FAR_AHEAD):
        await check(profile, password, add, network=network)
    return report


async def practised(server: PracticeServer, mode: Security, *changes: Change) -> tuple[Report, Loopback]:
    """One run against the usual port of a mode, and the connections it made."""
    network = Loopback.to(server)
    draft = at_usual_port(server.draft(mode), mode).with_changes(*changes)
    return await climb(profile_for(draft), network, server.password if draft.username else None), network


def failure(report: Report) -> Observation:
    assert report.failed is not None
    assert report.failed.observation is not None
    return report.failed.observation


@pytest.mark.parametrize("mode", list(Security))
async def test_a_run_that_passes_makes_one_connection(practice: PracticeServer, mode: Security) -> None:
    report, network = await practised(practice, mode)
    assert report.ok
    assert len(network.connections) == 1


@pytest.mark.parametrize(
    ("fault", "mode", "changes"),
    [
        ("auth-not-offered", Security.STARTTLS, ()),
        ("unknown-mechanism", Security.STARTTLS, ()),
        ("auth-required", Security.STARTTLS, ()),
        ("none", Security.NONE, (Change(Field.RECIPIENT, "you@elsewhere.example"),)),
    ],
    ids=["sign-in not offered", "no mechanism in common", "sign-in required", "relay denied to who did not sign in"],
)
async def test_a_failure_another_port_may_explain_is_looked_into(fault: str, mode: Security, changes: tuple[Change, ...]) -> None:
    async with PracticeServer(None if fault == "none" else fault) as server:
        if fault == "auth-required":
            changes = (Change(Field.USERNAME, ""),)
        report, network = await practised(server, mode, *changes)
        signed_in = [attempt for attempt in server.sign_ins if attempt.accepted]
    assert len(network.connections) > 1
    assert failure(report).alternatives
    assert signed_in == []  # the looks sign nobody in
    assert server.mailbox.messages == ()


async def test_a_mailbox_that_does_not_exist_is_not_looked_into() -> None:
    async with PracticeServer("unknown-recipient") as server:
        report, network = await practised(server, Security.STARTTLS)
    assert report.finding == "recipient-unknown"
    assert len(network.connections) == 1


async def test_starttls_is_told_of_each_neighbour() -> None:
    async with PracticeServer("starttls-on-one-port") as server:
        report, _ = await practised(server, Security.STARTTLS)
    offered = {found.port: found.starttls for found in failure(report).alternatives}
    assert offered[25] is True
    assert offered[465] is None  # encrypted from the first byte: nothing was offered in clear


# --- second handshakes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("client-cert-tls12", Kind.TLS_CLIENT_CERT),
        ("only-old-ciphers", Kind.TLS_CIPHER),
        ("only-old-versions", Kind.TLS_VERSION),
    ],
)
@pytest.mark.parametrize("mode", [Security.TLS, Security.STARTTLS])
async def test_a_second_handshake_names_what_the_alert_did_not(fault: str, kind: Kind, mode: Security) -> None:
    async with PracticeServer(fault) as server:
        report, _ = await practised(server, mode)
        assert server.sign_ins == ()
    assert (failure(report).stage, failure(report).kind) == (Stage.TLS, kind)


@pytest.mark.parametrize(("fault", "version"), [("only-old-ciphers", "TLSv1.2"), ("only-old-versions", "TLSv1.1")])
async def test_what_the_server_does_speak_is_told(fault: str, version: str) -> None:
    async with PracticeServer(fault) as server:
        report, _ = await practised(server, Security.STARTTLS)
    lax = failure(report).lax
    assert lax is not None
    assert lax.version == version


async def test_second_handshakes_that_nobody_answers_end_by_themselves() -> None:
    async def talk(peer: Peer) -> None:
        await peer.reader.read(1)
        if len(server.peers) == 1:
            peer.writer.write(_ALERT)
        else:
            await peer.until_closed()

    async with scripted(talk) as server:
        draft = Draft(host=HOST, port="465", security=Security.TLS, timeout="0.5", total_timeout="5")
        report = await climb(profile_for(draft), Loopback({465: server.port}))
    assert failure(report).kind is Kind.TLS_ALERT
    assert report.finding == "tls-handshake-failed"


# --- the name in EHLO ------------------------------------------------------------------------------------------------


async def test_a_name_of_this_host_that_is_accepted_is_found() -> None:
    async with PracticeServer("helo-wants-address-literal") as server:
        report, _ = await practised(server, Security.STARTTLS, Change(Field.EHLO_NAME, "workstation"))
    assert report.finding == "helo-rejected"
    assert "[127.0.0.1]" in failure(report).accepted_names


async def test_where_no_name_is_accepted_none_is_offered() -> None:
    async with PracticeServer("helo-rejected") as server:
        report, _ = await practised(server, Security.STARTTLS, Change(Field.EHLO_NAME, "workstation"))
    assert failure(report).accepted_names == ()
    assert report.error is not None
    assert not any(remedy.changes for remedy in report.error.remedies)


async def test_a_refusal_of_everything_is_not_blamed_on_the_name() -> None:
    """The name that was refused is taken a moment later: it was not the name."""

    async def talk(peer: Peer) -> None:
        await peer.say("220 mail.test ESMTP")
        await peer.hear()
        await peer.say("550 5.7.1 not now" if len(server.peers) == 1 else "250 mail.test")
        await peer.until_closed()

    async with scripted(talk) as server:
        draft = Draft(host=HOST, port="25", security=Security.NONE, ehlo_name="workstation", timeout="2")
        report = await climb(profile_for(draft), Loopback({25: server.port}))
    assert failure(report).stage is Stage.EHLO
    assert failure(report).accepted_names == ()
