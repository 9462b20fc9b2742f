"""Further recipients: named up to RCPT beside a run, told each, and never in the way of the run itself."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.scripted import Peer, Scripted, scripted
from tests.unit.cli import flags_for, run, run_beside, settle
from wizard.draft import Draft
from wizard.practice import PracticeServer
from wizard.profile import Profile, Security, parse
from wizard.report import Report
from wizard.smtp.check import check
from wizard.smtp.events import Event
from wizard.smtp.observation import Kind, Stage


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and an environment of the test's own."""
    return settle(tmp_path, monkeypatch)


def profile_for(server: Scripted, **fields: str) -> Profile:
    given = {"host": "127.0.0.1", "port": str(server.port), "security": "none", "timeout": "5"}
    parsed = parse(Draft(**{**given, "sender": "a@in.test", "recipient": "b@in.test", **fields}))
    assert isinstance(parsed, Profile), parsed
    return parsed


async def climb(profile: Profile, *also_to: str, deliver: bool = False) -> Report:
    report = Report(profile)

    def add(event: Event) -> None:
        nonlocal report
        report = report.add(event)

    await check(profile, None, add, deliver=deliver, also_to=also_to)
    return report


async def talk_of_a_relay(peer: Peer, *capabilities: str) -> None:
    """A server that takes mail for in.test only."""
    await peer.greet(*capabilities)
    while line := await peer.hear():
        if line.startswith(b"RCPT") and b"@in.test" not in line:
            await peer.say("554 5.7.1 Relay access denied")
        elif line == b"DATA":
            await peer.say("354 go on")
            while await peer.hear() != b".":
                pass
            await peer.say("250 2.0.0 Ok: queued as 4F2A")
        elif line == b"QUIT":
            await peer.say("221 Bye")
            break
        else:
            await peer.say("250 2.1.0 Ok")


def commands(server: Scripted) -> list[bytes]:
    verbs = (b"MAIL", b"RCPT", b"DATA", b"RSET", b"QUIT", b".")
    return [line.split(b" SIZE")[0] for line in server.heard if line.startswith(verbs)]


@pytest.mark.parametrize("offered", [(), ("PIPELINING",)], ids=["one by one", "in groups"])
async def test_each_is_named_in_a_transaction_of_its_own_and_the_run_passes(offered: tuple[str, ...]) -> None:
    async with scripted(lambda peer: talk_of_a_relay(peer, *offered)) as server:
        report = await climb(profile_for(server), "c@in.test", "d@out.test")

    assert report.ok
    found = [(one.address, one.observation.stage, one.observation.kind) for one in report.recipients]
    assert found == [("c@in.test", Stage.RCPT, Kind.PASSED), ("d@out.test", Stage.RCPT, Kind.REPLY)]
    sender = b"MAIL FROM:<a@in.test>"
    assert commands(server) == [
        *(sender, b"RCPT TO:<b@in.test>"),
        *(b"RSET", sender, b"RCPT TO:<c@in.test>"),
        *(b"RSET", sender, b"RCPT TO:<d@out.test>", b"QUIT"),
    ]


@pytest.mark.parametrize("offered", [(), ("PIPELINING",)], ids=["one by one", "in groups"])
async def test_a_message_goes_to_its_own_recipient_alone_and_first(offered: tuple[str, ...]) -> None:
    async with scripted(lambda peer: talk_of_a_relay(peer, *offered)) as server:
        report = await climb(profile_for(server), "d@out.test", deliver=True)

    assert report.ok
    assert report.accepted is not None
    assert report.accepted.queue_id == "4F2A"
    named = [line for line in commands(server) if line.startswith((b"RCPT", b"DATA", b"QUIT"))]
    assert named == [b"RCPT TO:<b@in.test>", b"DATA", b"RCPT TO:<d@out.test>", b"QUIT"]


@pytest.mark.parametrize("deliver", [False, True])
async def test_a_refused_recipient_does_not_keep_the_others_from_being_named(deliver: bool) -> None:
    async with scripted(lambda peer: talk_of_a_relay(peer, "PIPELINING")) as server:
        report = await climb(profile_for(server, recipient="x@out.test"), "c@in.test", deliver=deliver)

    assert report.failed is not None
    assert report.failed.stage is Stage.RCPT
    assert [one.observation.kind for one in report.recipients] == [Kind.PASSED]


async def test_without_more_recipients_nothing_is_said_for_them() -> None:
    async with scripted(lambda peer: talk_of_a_relay(peer, "PIPELINING")) as server:
        report = await climb(profile_for(server))

    assert report.recipients == ()
    assert commands(server) == [b"MAIL FROM:<a@in.test>", b"RCPT TO:<b@in.test>", b"RSET", b"QUIT"]


@pytest.mark.parametrize("last_word", ["", "421 4.3.2 closing"])
async def test_a_server_that_leaves_in_the_middle_changes_no_stage(last_word: str) -> None:
    async def talk(peer: Peer) -> None:
        await peer.greet()
        for _ in range(4):  # MAIL, RCPT, RSET, MAIL
            await peer.hear()
            await peer.say("250 Ok")
        await peer.hear()
        if last_word:
            await peer.say(last_word)

    async with scripted(talk) as server:
        report = await climb(profile_for(server), "c@in.test", "d@out.test")

    assert report.ok
    [tried] = report.recipients
    assert tried.address == "c@in.test"
    assert tried.observation.kind is (Kind.REPLY if last_word else Kind.CLOSED)


@pytest.mark.parametrize("offered", [(), ("PIPELINING",)], ids=["one by one", "in groups"])
async def test_a_sender_refused_the_second_time_is_told_as_such_and_the_next_one_is_tried(offered: tuple[str, ...]) -> None:
    refusals = iter(["250 Ok", "450 4.7.1 too fast", "250 Ok"])

    async def talk(peer: Peer) -> None:
        await peer.greet(*offered)
        named = False
        while line := await peer.hear():
            if line.startswith(b"MAIL"):
                reply = next(refusals)
                named = reply.startswith("250")
                await peer.say(reply)
            elif line.startswith(b"RCPT") and not named:
                await peer.say("503 5.5.1 no sender")
            else:
                await peer.say("250 Ok")

    async with scripted(talk) as server:
        report = await climb(profile_for(server), "c@in.test", "d@in.test")

    assert report.ok
    found = [(one.observation.stage, one.observation.kind) for one in report.recipients]
    assert found == [(Stage.MAIL, Kind.REPLY), (Stage.RCPT, Kind.PASSED)]


async def test_an_address_the_server_cannot_take_is_not_sent_to_it() -> None:
    async with scripted(talk_of_a_relay) as server:
        report = await climb(profile_for(server), "jürgen@in.test", "d@in.test")

    assert report.ok
    assert [one.observation.kind for one in report.recipients] == [Kind.NEEDS_UTF8, Kind.PASSED]
    assert not any("jürgen".encode() in line for line in server.heard)


async def test_silence_in_the_middle_ends_within_the_deadline() -> None:
    async def talk(peer: Peer) -> None:
        await peer.greet()
        for _ in range(2):
            await peer.hear()
            await peer.say("250 Ok")
        await peer.until_closed()

    async with scripted(talk) as server:
        report = await climb(profile_for(server, timeout="0.2"), "c@in.test", "d@out.test")

    assert report.ok
    assert [one.observation.kind for one in report.recipients] == [Kind.TIMEOUT]


async def test_stopping_between_two_recipients_is_a_stop_and_no_pass() -> None:
    reached = asyncio.Event()

    async def talk(peer: Peer) -> None:
        await peer.greet()
        for _ in range(2):
            await peer.hear()
            await peer.say("250 Ok")
        await peer.hear()
        reached.set()
        await peer.until_closed()

    async with scripted(talk) as server:
        report = Report(profile_for(server, timeout="30"))

        def add(event: Event) -> None:
            nonlocal report
            report = report.add(event)

        task = asyncio.create_task(check(report.profile, None, add, also_to=("c@in.test",)))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.closed.wait(), 5)
    assert report.stopped
    assert not report.ok


# --- the command -----------------------------------------------------------------------------------------------------


async def test_inside_accepted_and_outside_refused_is_told_as_no_relay(practice: PracticeServer) -> None:
    words = [*flags_for(practice.draft(Security.NONE)), "--also-to", "you@example.com", "--also-to", "me@elsewhere.example"]
    ran = await run_beside("check", *words)
    assert ran.code == 0, ran.out
    assert "you@example.com: accepted" in ran.out
    assert "[relay-denied]" in ran.out
    assert "does not relay for you" in " ".join(ran.out.split())
    assert "--also-to you@example.com --also-to me@elsewhere.example" in ran.out
    assert "does not relay for you" in (await run_beside("check", *words, "--markdown")).out


async def test_the_own_recipient_counts_as_outside_where_it_is_the_one_refused(practice: PracticeServer) -> None:
    words = [*flags_for(practice.draft(Security.NONE)), "--to", "me@elsewhere.example", "--also-to", "you@example.com"]
    ran = await run_beside("check", *words)
    assert ran.code == 1
    assert "me@elsewhere.example outside is refused" in " ".join(ran.out.split())


async def test_the_json_report_has_one_entry_for_each(practice: PracticeServer) -> None:
    words = flags_for(practice.draft(Security.NONE))
    ran = await run_beside("check", *words, "--json", "--also-to", "you@example.com", "--also-to", "me@elsewhere.example")
    inside, outside = json.loads(ran.out)["recipients"]
    assert inside.pop("reply").startswith("250")
    assert inside == {"address": "you@example.com", "accepted": True, "stage": "rcpt", "finding": None}
    assert outside.pop("reply").startswith("5")
    assert outside == {"address": "me@elsewhere.example", "accepted": False, "stage": "rcpt", "finding": "relay-denied"}
    assert json.loads((await run_beside("check", *words, "--json")).out)["recipients"] == []


async def test_signed_in_inside_and_outside_are_accepted(practice: PracticeServer) -> None:
    words = [*flags_for(practice.draft()), "--password-stdin", "--also-to", "me@elsewhere.example"]
    ran = await run_beside("check", *words, stdin=practice.password.reveal().encode())
    assert "the server relays for you" in " ".join(ran.out.split())


@pytest.mark.parametrize("address", ["nobody", "a@b.example, c@d.example", ""])
def test_what_is_no_address_is_refused_before_anybody_is_contacted(address: str) -> None:
    ran = run("check", "--host", "mail.test", "--from", "a@in.test", "--also-to", address)
    assert ran.code == 2
    assert "--also-to" in ran.err


def test_recipients_need_a_sender() -> None:
    ran = run("check", "--host", "mail.test", "--also-to", "a@in.test")
    assert ran.code == 2
    assert "--from" in ran.err
