"""The climb against a server that says exactly what each test wants: stages, deadlines, stop, one sign-in, groups."""

from __future__ import annotations

import asyncio
from base64 import b64decode, b64encode

import pytest

from tests.scripted import Peer, Scripted, scripted
from wizard.draft import Change, Draft, Field
from wizard.profile import Password, Profile, parse
from wizard.smtp.check import check
from wizard.smtp.events import Event, Line, RunEnded, StageEnded, StageSkipped, StageStarted, Why
from wizard.smtp.observation import Kind, Observation, Stage

SECRET = "correct horse battery"


def profile_for(server: Scripted, **fields: str) -> Profile:
    """A profile for the scripted server, in clear and with that accepted, unless a test says otherwise."""
    given = {"host": "127.0.0.1", "port": str(server.port), "security": "none", "timeout": "5"} | fields
    parsed = parse(Draft(**given))
    assert isinstance(parsed, Profile), parsed
    return parsed


def with_login(server: Scripted, **fields: str) -> Profile:
    return profile_for(server, **({"username": "svc", "accept_cleartext_auth": "true"} | fields))


async def climb(profile: Profile, *, deliver: bool = False, secret: str = SECRET) -> list[Event]:
    events: list[Event] = []
    await check(profile, Password(secret), events.append, deliver=deliver)
    return events


def failed(events: list[Event]) -> Observation:
    """The one observation that did not pass."""
    found = [event.observation for event in events if isinstance(event, StageEnded) and not event.observation.passed]
    assert len(found) == 1, found
    return found[0]


def transcript(events: list[Event]) -> list[str]:
    return [f"{event.sender}: {event.text}" for event in events if isinstance(event, Line)]


async def test_every_stage_is_told_once_and_in_order() -> None:
    async def talk(peer: Peer) -> None:
        await peer.greet()
        while await peer.hear() != b"QUIT":
            await peer.say("250 Ok")
        await peer.say("221 Bye")

    async with scripted(talk) as server:
        events = await climb(profile_for(server, sender="a@mail.test", recipient="b@mail.test"))

    told = [event.stage for event in events if isinstance(event, StageEnded | StageSkipped)]
    assert told == ["resolve", "connect", "greeting", "ehlo", "auth", "mail", "rcpt", "data", "quit"]
    skipped = {event.stage: event.why for event in events if isinstance(event, StageSkipped)}
    assert skipped == {Stage.AUTH: Why.NOT_CONFIGURED, Stage.DATA: Why.NOT_REQUESTED}
    assert isinstance(events[-1], RunEnded)
    assert [line for line in server.heard if line.startswith(b"DATA")] == []


async def test_without_pipelining_each_command_waits_for_the_reply_before() -> None:
    waiting: list[int] = []

    async def talk(peer: Peer) -> None:
        await peer.greet()
        while (line := await peer.hear()) != b"QUIT":
            await asyncio.sleep(0)  # lets anything sent too early reach the buffer
            waiting.append(len(peer.reader._buffer))
            await peer.say("354 go on" if line == b"DATA" else "250 Ok")
            if line == b"DATA":
                while await peer.hear() != b".":
                    pass
                await peer.say("250 Ok")
        await peer.say("221 Bye")

    async with scripted(talk) as server:
        await climb(profile_for(server, sender="a@mail.test", recipient="b@mail.test"), deliver=True)
    assert waiting == [0, 0, 0]


async def test_with_pipelining_sender_recipient_and_data_travel_as_one_group() -> None:
    async def talk(peer: Peer) -> None:
        await peer.greet("PIPELINING", "SIZE 1000000", "8BITMIME")
        group = [await peer.hear() for _ in range(3)]  # no reply until all three are here
        assert [line.split(b" ")[0] for line in group] == [b"MAIL", b"RCPT", b"DATA"]
        await peer.say("250 Ok", "250 Ok", "354 go on")
        while await peer.hear() != b".":
            pass
        assert await peer.hear() == b"QUIT"  # behind the dot, before its reply
        await peer.say("250 2.0.0 Ok: queued as 4F2A", "221 Bye")

    async with scripted(talk) as server:
        events = await climb(profile_for(server, sender="a@mail.test", recipient="b@mail.test"), deliver=True)
    data = next(event.observation for event in events if isinstance(event, StageEnded) and event.stage is Stage.DATA)
    assert data.queue_id == "4F2A"
    token = data.token
    assert token
    assert f"X-SMTP-Wizard-Token: {token}".encode() in server.heard
    assert any(b"SIZE=" in line and b"BODY=8BITMIME" in line for line in server.heard)


async def test_a_group_behind_a_refused_recipient_ends_with_a_lone_dot() -> None:
    async def talk(peer: Peer) -> None:
        await peer.greet("PIPELINING")
        for _ in range(3):
            await peer.hear()
        await peer.say("250 Ok", "550 5.1.1 no such mailbox", "354 go on")
        assert await peer.hear() == b"."
        await peer.say("554 5.5.1 no valid recipients")
        await peer.until_closed()

    async with scripted(talk) as server:
        events = await climb(profile_for(server, sender="a@mail.test", recipient="b@mail.test"), deliver=True)
    seen = failed(events)
    assert (seen.stage, seen.kind) == (Stage.RCPT, Kind.REPLY)
    assert seen.reply is not None
    assert (seen.reply.code, seen.reply.enhanced) == (550, "5.1.1")


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
async def test_one_sign_in_and_never_a_second_mechanism_after_a_refusal(mechanism: str) -> None:
    async def talk(peer: Peer) -> None:
        await peer.greet("AUTH PLAIN LOGIN CRAM-MD5")
        await peer.hear()
        for challenge in {"LOGIN": ("VXNlcm5hbWU6", "UGFzc3dvcmQ6"), "CRAM-MD5": (b64encode(b"<1@mail.test>").decode(),)}.get(
            mechanism, ()
        ):
            await peer.say(f"334 {challenge}")
            await peer.hear()
        await peer.say("535 5.7.8 not accepted")
        await peer.until_closed()

    async with scripted(talk) as server:
        events = await climb(with_login(server, mechanism=mechanism.lower()))
        await server.closed.wait()
    assert [line for line in server.heard if line.startswith(b"AUTH")] == [
        line for line in server.heard if line.startswith(f"AUTH {mechanism}".encode())
    ]
    assert sum(line.startswith(b"AUTH") for line in server.heard) == 1
    seen = failed(events)
    assert seen.reply is not None
    assert (seen.stage, seen.reply.code, seen.context.mechanism) == (Stage.AUTH, 535, mechanism)


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-1", "SCRAM-SHA-512"])
@pytest.mark.parametrize("honest", [True, False])
async def test_scram_signs_in_and_sees_through_a_server_without_proof(mechanism: str, honest: bool) -> None:
    from scramp import ScramMechanism

    scram = ScramMechanism(mechanism)
    stored = scram.make_auth_info(SECRET)

    async def talk(peer: Peer) -> None:
        await peer.greet(f"AUTH PLAIN {mechanism}")
        server = scram.make_server(lambda user: stored)
        server.set_client_first(b64decode((await peer.hear()).split(b" ")[2]).decode())
        await peer.say(f"334 {b64encode(server.get_server_first().encode()).decode()}")
        server.set_client_final(b64decode(await peer.hear()).decode())
        proof = server.get_server_final() if honest else "v=" + b64encode(b"made up").decode()
        await peer.say(f"334 {b64encode(proof.encode()).decode()}")
        last = await peer.hear()
        await peer.say("235 2.7.0 welcome" if last == b"" else "501 cancelled")
        await peer.until_closed()

    async with scripted(talk) as server:
        events = await climb(with_login(server))
    auth = next(event.observation for event in events if isinstance(event, StageEnded) and event.stage is Stage.AUTH)
    assert auth.context.mechanism == mechanism  # auto takes it before PLAIN
    assert auth.kind is (Kind.PASSED if honest else Kind.SERVER_UNPROVEN)


@pytest.mark.parametrize(
    ("secret", "mechanism"), [("plain words", "SCRAM-SHA-256"), ("emoji 🔐", "PLAIN"), ("ümläut", "SCRAM-SHA-256")]
)
async def test_auto_passes_over_scram_for_a_password_it_cannot_carry(secret: str, mechanism: str) -> None:
    async def talk(peer: Peer) -> None:
        await peer.greet("AUTH SCRAM-SHA-256 PLAIN")
        await peer.hear()
        await peer.say("535 5.7.8 no")
        await peer.until_closed()

    async with scripted(talk) as server:
        seen = failed(await climb(with_login(server), secret=secret))
    assert seen.context.mechanism == mechanism


async def test_scram_accepted_without_any_proof_is_not_believed() -> None:
    async def talk(peer: Peer) -> None:
        await peer.greet("AUTH SCRAM-SHA-256")
        await peer.hear()
        await peer.say("235 2.7.0 welcome")
        await peer.until_closed()

    async with scripted(talk) as server:
        assert failed(await climb(with_login(server))).kind is Kind.SERVER_UNPROVEN


async def test_a_token_is_refused_with_the_reason_behind_the_challenge() -> None:
    reason = '{"status":"400","schemes":"Bearer"}'

    async def talk(peer: Peer) -> None:
        await peer.greet("AUTH XOAUTH2")
        if not (await peer.hear()).startswith(b"AUTH"):
            return  # a look at what else this port offers
        await peer.say(f"334 {b64encode(reason.encode()).decode()}")
        assert await peer.hear() == b""
        await peer.say("535 5.7.8 token not accepted")
        await peer.until_closed()

    async with scripted(talk) as server:
        seen = failed(await climb(with_login(server, mechanism="xoauth2")))
    assert seen.kind is Kind.REPLY
    assert b64decode(seen.raw).decode() == reason


async def test_a_password_is_never_sent_as_a_token() -> None:
    async def talk(peer: Peer) -> None:
        await peer.greet("AUTH XOAUTH2")
        await peer.until_closed()

    async with scripted(talk) as server:
        events = await climb(with_login(server))
        await server.closed.wait()
    assert failed(events).kind is Kind.NO_MECHANISM
    assert not any(line.startswith(b"AUTH") for line in server.heard)


async def test_credentials_stay_here_when_the_line_is_in_clear() -> None:
    async def talk(peer: Peer) -> None:
        await peer.greet("AUTH PLAIN", "STARTTLS")
        await peer.until_closed()

    async with scripted(talk) as server:
        events = await climb(profile_for(server, username="svc"))
    assert failed(events).kind is Kind.WITHHELD
    assert not any(line.startswith(b"AUTH") for line in server.heard)


@pytest.mark.parametrize(
    "secret", ["two words", "ümläut", "emoji 🔐 inside", "x" * 300, "🔐" * 100, "tab\tand 'quotes\""], ids=lambda s: s[:8]
)
@pytest.mark.parametrize("mechanism", ["plain", "login", "cram-md5", "xoauth2"])
async def test_any_password_arrives_whole_and_never_shows(mechanism: str, secret: str) -> None:
    """The server repeats everything it heard, in clear and as base64, in its refusal: none of it may come through."""

    async def talk(peer: Peer) -> None:
        await peer.greet(f"AUTH {mechanism.upper()}")
        line = await peer.hear()
        said = [line.split(b" ")[2]] if line.count(b" ") == 2 else []
        challenges = {"login": 2, "cram-md5": 1}.get(mechanism, 0 if said else 1)
        for _ in range(challenges):
            await peer.say(f"334 {b64encode(b'<1@mail.test>').decode()}")
            said.append(await peer.hear())
        peer.heard.append(b"SAID " + b" ".join(said))
        await peer.say(b"535-5.7.8 got " + b" ".join(said), b"535 5.7.8 and " + secret.encode() + b" too")
        await peer.until_closed()

    async with scripted(talk) as server:
        events = await climb(with_login(server, mechanism=mechanism), secret=secret)
    said = next(line for line in server.heard if line.startswith(b"SAID "))[5:].split(b" ")
    carried = b"".join(b64decode(response) for response in said)
    assert mechanism == "cram-md5" or secret.encode() in carried
    shown = "\n".join(transcript(events)) + str(failed(events).reply)
    for form in [secret.encode(), b64encode(secret.encode()), *said]:
        assert form.decode() not in shown


async def test_bytes_behind_the_starttls_reply_end_the_run() -> None:
    async def talk(peer: Peer) -> None:
        await peer.greet("STARTTLS")
        await peer.hear()
        await peer.say("220 go ahead", "250 injected")
        await peer.until_closed()

    async with scripted(talk) as server:
        seen = failed(await climb(profile_for(server, security="starttls")))
    assert (seen.stage, seen.kind) == (Stage.STARTTLS, Kind.INJECTED)
    assert "injected" in seen.raw


@pytest.mark.parametrize("stage", ["greeting", "ehlo", "mail"])
async def test_silence_ends_with_the_stage_deadline_and_tells_what_was_half_said(stage: str) -> None:
    async def talk(peer: Peer) -> None:
        if stage != "greeting":
            await peer.say("220 mail.test")
            await peer.hear()
        if stage == "mail":
            await peer.say("250 mail.test")
            await peer.hear()
        peer.writer.write(b"250-half an ans")
        await peer.until_closed()

    async with scripted(talk) as server:
        seen = failed(await climb(profile_for(server, timeout="0.2", sender="a@mail.test")))
    assert (seen.stage.value, seen.kind, seen.partial) == (stage, Kind.TIMEOUT, True)
    assert "half an ans" in seen.raw


async def test_the_whole_run_keeps_to_its_total() -> None:
    """Each reply comes just inside its stage's deadline; the total ends the run all the same."""

    async def talk(peer: Peer) -> None:
        for word in (b"220 mail.test\r\n", b"250 mail.test\r\n", b"250 Ok\r\n", b"250 Ok\r\n"):
            for byte in word:
                peer.writer.write(bytes([byte]))
                await asyncio.sleep(0.02)
            await peer.hear()

    async with scripted(talk) as server:
        profile = profile_for(server, timeout="0.5", total_timeout="0.6", sender="a@mail.test", recipient="b@mail.test")
        events = await climb(profile)
    assert failed(events).kind is Kind.TIMEOUT
    starts = [event for event in events if isinstance(event, StageStarted)]
    assert all(start.at + start.deadline <= 0.65 for start in starts)


@pytest.mark.parametrize("stage", ["greeting", "ehlo", "auth", "mail", "rcpt", "data"])
async def test_stop_ends_the_run_at_once_and_closes_the_socket(stage: str) -> None:
    quiet = asyncio.Event()

    async def talk(peer: Peer) -> None:
        order = ["greeting", "ehlo", "auth", "mail", "rcpt", "data"]
        replies = ["220 mail.test", None, "235 ok", "250 ok", "250 ok", "354 go"]
        for name, reply in zip(order, replies, strict=True):
            if name == stage:
                break
            if name == "ehlo":
                await peer.hear()
                await peer.say("250-mail.test", "250 AUTH PLAIN")
                continue
            if name != "greeting":
                await peer.hear()
            await peer.say(reply or "")
        quiet.set()
        await peer.until_closed()

    async with scripted(talk) as server:
        events: list[Event] = []
        profile = with_login(server, sender="a@mail.test", recipient="b@mail.test", timeout="30")
        task = asyncio.create_task(check(profile, Password(SECRET), events.append, deliver=True))
        await quiet.wait()
        while not any(isinstance(event, StageStarted) and event.stage.value == stage for event in events):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.closed.wait(), 5)
    seen = failed(events)
    assert (seen.stage.value, seen.kind) == (stage, Kind.STOPPED)
    assert isinstance(events[-1], RunEnded)
    assert all(event.why is Why.STOPPED for event in events if isinstance(event, StageSkipped) and event.stage is not Stage.TLS)


@pytest.mark.parametrize(
    ("hello", "reply"),
    [
        ("421 4.3.2 closing for maintenance", 421),
        ("554 5.7.1 no service for you", 554),
    ],
)
async def test_a_refusing_greeting_is_a_reply_not_a_drop(hello: str, reply: int) -> None:
    async def talk(peer: Peer) -> None:
        await peer.say(hello)

    async with scripted(talk) as server:
        seen = failed(await climb(profile_for(server)))
    assert seen.reply is not None
    assert (seen.stage, seen.reply.code) == (Stage.GREETING, reply)


async def test_a_last_word_before_the_server_hangs_up_is_heard() -> None:
    async def talk(peer: Peer) -> None:
        await peer.say("220 mail.test", "421 4.7.0 too many connections")

    async with scripted(talk) as server:
        seen = failed(await climb(profile_for(server)))
    assert seen.reply is not None
    assert (seen.kind, seen.reply.code) == (Kind.REPLY, 421)


async def test_helo_serves_where_ehlo_is_unknown() -> None:
    async def talk(peer: Peer) -> None:
        await peer.say("220 mail.test")
        assert (await peer.hear()).startswith(b"EHLO ")
        await peer.say("500 unknown command")
        assert (await peer.hear()).startswith(b"HELO ")
        await peer.say("250 mail.test")
        await peer.hear()
        await peer.say("221 Bye")

    async with scripted(talk) as server:
        events = await climb(profile_for(server))
    assert all(event.observation.passed for event in events if isinstance(event, StageEnded))


async def test_an_address_in_another_alphabet_needs_a_server_that_takes_it() -> None:
    async def talk(peer: Peer) -> None:
        await peer.greet()
        while await peer.hear() not in (b"QUIT", b""):
            await peer.say("250 Ok")

    async with scripted(talk) as server:
        seen = failed(await climb(profile_for(server, sender="jörg@mail.test", recipient="b@mail.test")))
        passed = await climb(profile_for(server, sender="joerg@bücher.test", recipient="b@mail.test"))
    assert (seen.stage, seen.kind) == (Stage.MAIL, Kind.NEEDS_UTF8)
    assert "C: MAIL FROM:<joerg@xn--bcher-kva.test>" in transcript(passed)


async def test_a_message_over_the_announced_size_is_not_sent() -> None:
    async def talk(peer: Peer) -> None:
        await peer.greet("SIZE 100")
        await peer.until_closed()

    async with scripted(talk) as server:
        events = await climb(profile_for(server, sender="a@mail.test", recipient="b@mail.test"), deliver=True)
    assert failed(events).kind is Kind.TOO_LARGE
    assert not any(line.startswith(b"MAIL") for line in server.heard)


async def test_a_silent_port_is_known_once_its_neighbour_has_answered() -> None:
    """The port never answers a SYN, the host's 465 speaks TLS: the cause is told long before the deadline, the cure with it."""
    from tests.loopback import Gone, Loopback
    from wizard.practice import PracticeServer
    from wizard.profile import Security

    async with PracticeServer() as practice:
        profile = parse(
            practice.draft(Security.STARTTLS).with_changes(Change(Field.HOST, "mail.test"), Change(Field.PORT, "587"))
        )
        assert isinstance(profile, Profile)
        events: list[Event] = []
        await check(
            profile, practice.password, events.append, network=Loopback({465: practice.ports[Security.TLS], 587: Gone.SILENT})
        )
    seen = failed(events)
    assert (seen.stage, seen.kind) == (Stage.CONNECT, Kind.TIMEOUT)
    assert seen.seconds < profile.timeout / 2
    assert (465, Security.TLS) in {(other.port, other.security) for other in seen.alternatives if other.works}


@pytest.mark.parametrize(
    "hello", ["* OK IMAP4rev1 ready", "+OK POP3 ready", "SSH-2.0-OpenSSH_9.2", "220 ftp.mail.test FTP server"]
)
async def test_another_protocol_behind_a_tls_setting_is_named_as_what_it_is(hello: str) -> None:
    from wizard.report import Report

    async def talk(peer: Peer) -> None:
        await peer.say(hello)
        await peer.until_closed()

    async with scripted(talk) as server:
        report = Report(profile_for(server, security="tls"))
        for event in await climb(report.profile):
            report = report.add(event)
    assert report.error is not None
    assert (report.finding, report.error.evidence.text) == ("not-smtp", hello)


async def test_a_port_that_offers_no_sign_in_either_is_no_cure() -> None:
    from tests.loopback import HOST, Loopback
    from wizard.practice import PracticeServer
    from wizard.profile import Security
    from wizard.report import Report

    async with PracticeServer("auth-not-offered") as practice:
        at_587 = practice.draft(Security.STARTTLS).with_changes(Change(Field.HOST, HOST), Change(Field.PORT, "587"))
        profile = parse(at_587)
        assert isinstance(profile, Profile)
        report = Report(profile)
        events: list[Event] = []
        await check(profile, practice.password, events.append, network=Loopback.to(practice))
    for event in events:
        report = report.add(event)
    assert report.error is not None
    assert report.finding == "auth-not-offered"
    assert [remedy for remedy in report.error.remedies if remedy.changes] == []
