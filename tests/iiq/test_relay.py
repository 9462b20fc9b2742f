"""The relay as an application and its administrator meet it: nothing is lost, strangers are refused, nothing goes on twice."""

from __future__ import annotations

import asyncio
import os
import smtplib
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.loopback import Loopback, profile_for
from wizard.draft import Change
from wizard.practice import PracticeServer
from wizard.practice.fault import HEALTHY
from wizard.practice.relay import Relay, UnsafeBindError
from wizard.practice.relay_events import Fate, Fated, Holding, Mail, RelayEvent, TriedSignIn, TurnedAway
from wizard.practice.relay_sender import Upstream
from wizard.practice.relay_text import MOST_LINES, show
from wizard.practice.server import PortError
from wizard.profile import Password, Security
from wizard.smtp.observation import Kind, Stage


class Told:
    """What a relay told, and a way to wait for what is still to come."""

    def __init__(self) -> None:
        self.events: list[RelayEvent] = []
        self._more = asyncio.Event()

    def __call__(self, event: RelayEvent) -> None:
        self.events.append(event)
        self._more.set()

    @property
    def mails(self) -> list[Mail]:
        return [event for event in self.events if isinstance(event, Mail)]

    @property
    def fates(self) -> list[Fated]:
        return [event for event in self.events if isinstance(event, Fated)]

    async def until(self, wanted: Callable[[Told], object]) -> None:
        async with asyncio.timeout(30):
            while not wanted(self):
                self._more.clear()
                await self._more.wait()


def message(subject: str = "Certification signed off", body: str = "The certification is signed off.\n", **headers: str) -> bytes:
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = "iiq@example.com", "admin@example.com", subject
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(body)
    return made.as_bytes()


def send(
    port: int,
    content: bytes | None = None,
    *,
    sender: str = "iiq@example.com",
    to: tuple[str, ...] = ("admin@example.com",),
    login: tuple[str, str] | None = None,
    starttls: bool = False,
    source: str = "127.0.0.1",
) -> None:
    """Send one mail the way any program does."""
    with smtplib.SMTP("127.0.0.1", port, local_hostname="iiq.example.com", timeout=30, source_address=(source, 0)) as client:
        if starttls:
            client.starttls()
        if login:
            client.login(*login)
        client.sendmail(sender, to, message() if content is None else content)


async def at_once(many: Callable[[int, int], None], port: int, firsts: range) -> None:
    """Run one client for each, all at the same time: more than the relay serves at once."""
    with ThreadPoolExecutor(len(firsts)) as clients:
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(clients, many, port, first) for first in firsts))


def upstream(server: PracticeServer, *changes: Change, only_to: tuple[str, ...] = (), password: str = "") -> Upstream:
    profile = profile_for(server.draft(Security.STARTTLS), *changes)
    network = Loopback({port: port for port in server.ports.values()})
    return Upstream(profile, Password(password) if password else server.password, only_to, network)


# -- what is seen ----------------------------------------------------------------------------------------------------------


async def test_a_mail_is_told_with_everything_and_held_in_a_private_file(tmp_path: Path) -> None:
    told = Told()
    async with Relay(told, folder=tmp_path / "held") as relay:
        content = message(X_SMTP_Wizard_Token="0a1b2c3d")
        await asyncio.to_thread(send, relay.port, content, login=("svc-iiq", "the stored password"))
        (mail,) = told.mails
    assert (mail.number, mail.peer, mail.hello, mail.encryption) == (1, "127.0.0.1", "iiq.example.com", "")
    assert mail.sign_in in (TriedSignIn("PLAIN", "svc-iiq"), TriedSignIn("LOGIN", "svc-iiq"))
    assert (mail.sender, mail.recipients) == ("iiq@example.com", ("admin@example.com",))
    assert (mail.subject, mail.body, mail.html) == ("Certification signed off", "The certification is signed off.", False)
    assert (mail.token, mail.fate) == ("0a1b2c3d", Fate.HELD)
    assert stat.S_IMODE(mail.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(mail.file.parent.stat().st_mode) == 0o700
    text = mail.file.read_text()
    assert text.startswith("Return-Path: <iiq@example.com>\nDelivered-To: admin@example.com\nReceived: from iiq.example.com")
    assert "the stored password" not in text + repr(told.events)
    assert relay.left() == (mail.file,)


async def test_encryption_is_offered_with_a_certificate_of_its_own_and_told(tmp_path: Path) -> None:
    told = Told()
    async with Relay(told, folder=tmp_path) as relay:
        await asyncio.to_thread(send, relay.port, starttls=True, login=("svc-iiq", "secret"))
    (mail,) = told.mails
    assert mail.encryption.startswith("TLSv1")
    assert mail.sign_in is not None


async def test_html_is_shown_as_text_of_80_columns(tmp_path: Path) -> None:
    told = Told()
    made = EmailMessage()
    made["Subject"] = "Grüße"
    made.set_content(
        "<html><head><style>p {color: red}</style></head><body><h1>Certification</h1><p>" + "signed off " * 30 + "</p><ul><li>one"
        '<li>two</ul><a href="https://iiq.example/c/1">open it</a></body></html>',
        subtype="html",
    )
    async with Relay(told, folder=tmp_path) as relay:
        await asyncio.to_thread(send, relay.port, made.as_bytes())
    (mail,) = told.mails
    lines = mail.body.split("\n")
    assert mail.html
    assert mail.subject == "Grüße"
    assert lines[0] == "Certification"
    assert max(map(len, lines)) <= 80
    assert "- two" in lines
    assert lines[-1] == "open it <https://iiq.example/c/1>"
    assert "color" not in mail.body


async def test_a_mail_from_nobody_and_lines_without_carriage_returns_are_taken(tmp_path: Path) -> None:
    told = Told()
    async with Relay(told, folder=tmp_path) as relay:
        reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
        writer.write(
            b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.com>\r\nDATA\r\nDelivered-To: x\r\n\r\na\r.\nb\r\n.\r\nQUIT\r\n"
        )
        async with asyncio.timeout(10):
            said = await reader.read()
        writer.close()
    assert said.count(b"queued as") == 1
    (mail,) = told.mails
    assert (mail.sender, mail.recipients) == ("", ("a@example.com",))
    content = mail.file.read_bytes()
    assert b"\r\n\r\na\r\n.\r\nb\r\n" in content
    assert content.count(b"\n") == content.count(b"\r\n") == content.count(b"\r")


@given(st.binary(max_size=600))
def test_no_bytes_break_what_is_shown(data: bytes) -> None:
    for content in (data, b"Subject: " + data, b"Content-Type: text/html\n\n" + data, b"Content-Type: multipart/mixed; b" + data):
        shown = show(content)
        assert max(map(len, shown.body.split("\n"))) <= 80
        assert "\x1b" not in shown.body + shown.subject + shown.header_from


@pytest.mark.parametrize("piece", ["<!--", "<a ", "<![", "<?", "</", "&#9", "<script>", "<a href=x>", "<p>"])
def test_pages_that_stop_other_readers_are_shown_up_to_a_bound(piece: str) -> None:
    shown = show(b"Subject: a\nContent-Type: text/html\n\n" + piece.encode() * (100_000 // len(piece)))
    assert (shown.subject, shown.html) == ("a", True)
    assert len(shown.body.split("\n")) <= MOST_LINES + 1


def test_a_nesting_that_overruns_the_reader_leaves_the_headers() -> None:
    deep = "".join(f"Content-Type: multipart/mixed; boundary={n}\r\n\r\n--{n}\r\n" for n in range(5000))
    assert show(f"Subject: deep\r\n{deep}".encode()).subject == "deep"


# -- who may -------------------------------------------------------------------------------------------------------------------


async def test_a_stranger_is_refused_and_gets_no_chance_to_sign_in(tmp_path: Path) -> None:
    told = Told()
    async with Relay(told, folder=tmp_path, allow=("127.0.0.1",)) as relay:
        with pytest.raises(smtplib.SMTPSenderRefused) as caught:
            await asyncio.to_thread(send, relay.port, source="127.0.0.77")
        with pytest.raises(smtplib.SMTPNotSupportedError):
            await asyncio.to_thread(send, relay.port, source="127.0.0.77", login=("svc-iiq", "secret"))
        with pytest.raises(smtplib.SMTPNotSupportedError):
            await asyncio.to_thread(send, relay.port, source="127.0.0.77", login=("svc-iiq", "secret"), starttls=True)
        await asyncio.to_thread(send, relay.port)
    assert (caught.value.smtp_code, caught.value.smtp_error[:5]) == (550, b"5.7.1")
    assert [event.peer for event in told.events if isinstance(event, TurnedAway)] == ["127.0.0.77"]
    assert len(told.mails) == len(os.listdir(tmp_path)) == 1


async def test_a_stranger_who_names_recipients_all_the_same_leaves_nothing(tmp_path: Path) -> None:
    told = Told()
    async with Relay(told, folder=tmp_path, allow=("127.0.0.2",)) as relay:
        reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
        writer.write(b"EHLO a\r\nAUTH PLAIN AGEAYg==\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<a@example.com>\r\nDATA\r\nQUIT\r\n")
        async with asyncio.timeout(10):
            said = (await reader.read()).decode().splitlines()
        writer.close()
    assert [line[:9] for line in said[-5:]] == ["550 5.7.1", "550 5.7.1", "503 5.5.1", "503 5.5.1", "221 2.0.0"]
    assert told.mails == []
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("bind", ["0.0.0.0", "::", "192.0.2.1"])  # noqa: S104 - refused
def test_beyond_loopback_a_list_of_clients_is_required(tmp_path: Path, bind: str) -> None:
    with pytest.raises(UnsafeBindError, match="name those that may send"):
        Relay(Told(), folder=tmp_path, bind=bind)


async def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    async with Relay(Told(), folder=tmp_path / "a") as relay:
        with pytest.raises(PortError) as caught:
            async with Relay(Told(), folder=tmp_path / "b", port=relay.port):
                pass
    assert caught.value.port == relay.port


# -- bounds ------------------------------------------------------------------------------------------------------------------


async def test_a_full_folder_refuses_for_now_and_says_so(tmp_path: Path) -> None:
    told = Told()
    async with Relay(told, folder=tmp_path, keep_bytes=3000) as relay:
        await asyncio.to_thread(send, relay.port)
        with pytest.raises(smtplib.SMTPDataError) as caught:
            await asyncio.to_thread(send, relay.port, message(body="x" * 60 + "\n" + "y" * 60 + "\n" + ("z" * 70 + "\n") * 40))
        await asyncio.to_thread(send, relay.port)
    assert (caught.value.smtp_code, caught.value.smtp_error[:5]) == (452, b"4.3.1")
    assert [event.reply[:9] for event in told.events if isinstance(event, TurnedAway)] == ["452 4.3.1"]
    assert len(told.mails) == 2


async def test_a_mail_that_is_too_large_is_refused_for_good(tmp_path: Path) -> None:
    told = Told()
    async with Relay(told, folder=tmp_path, size_limit=2000) as relay:
        with pytest.raises(smtplib.SMTPResponseException) as caught:
            await asyncio.to_thread(send, relay.port, message(body=("z" * 70 + "\n") * 40))
    assert caught.value.smtp_code == 552
    assert told.events == []


async def test_numbers_go_on_in_a_folder_that_has_mails_already(tmp_path: Path) -> None:
    for number in (1, 2):
        told = Told()
        async with Relay(told, folder=tmp_path) as relay:
            await asyncio.to_thread(send, relay.port)
        assert [mail.number for mail in told.mails] == [number]
        assert relay.left() == (told.mails[0].file,)


async def test_a_thousand_mails_over_many_connections_at_once_are_all_there(tmp_path: Path) -> None:
    told = Told()

    def many(port: int, first: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
            for number in range(first, first + 50):
                client.sendmail("iiq@example.com", ["a@example.com"], message(f"mail {number}"))

    async with Relay(told, folder=tmp_path) as relay:
        await at_once(many, relay.port, range(0, 1000, 50))
    assert {mail.subject for mail in told.mails} == {f"mail {number}" for number in range(1000)}
    assert {mail.number for mail in told.mails} == set(range(1, 1001))
    assert len(relay.left()) == len(os.listdir(tmp_path)) == 1000
    for mail in told.mails:
        assert f"Subject: {mail.subject}\r\n".encode() in mail.file.read_bytes()


async def test_a_thousand_mails_sent_on_are_each_accepted_once_with_one_sign_in(tmp_path: Path) -> None:
    told = Told()

    def many(port: int, first: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
            for number in range(first, first + 100):
                client.sendmail("iiq@example.com", ["admin@example.com"], message(f"mail {number}"))

    async with PracticeServer() as server:
        seen: list[str] = []

        async def collect() -> None:
            async for arrived in server.mailbox.arrivals():
                seen.append(arrived.subject)  # noqa: PERF401 - it never ends by itself

        collecting = asyncio.create_task(collect())
        async with Relay(told, folder=tmp_path, upstream=upstream(server), send_on=True) as relay:
            await at_once(many, relay.port, range(0, 1000, 100))
            await told.until(lambda told: len(told.fates) == 1000)
        collecting.cancel()
        assert server.mailbox.count == 1000
        assert len(server.sign_ins) == 1
    assert {fated.fate for fated in told.fates} == {Fate.SENT_ON}
    assert sorted(seen) == sorted(f"mail {number}" for number in range(1000))
    assert relay.left() == ()
    assert os.listdir(tmp_path) == []


# -- on to the real server ----------------------------------------------------------------------------------------------------


async def test_what_is_sent_on_arrives_as_it_was_and_leaves_the_folder(tmp_path: Path) -> None:
    told = Told()
    body = "Grüße\n.a line with a dot\n..\n\nend\n"
    async with PracticeServer() as server:
        async with Relay(told, folder=tmp_path, upstream=upstream(server), send_on=True) as relay:
            await asyncio.to_thread(send, relay.port, message(body=body))
            await told.until(lambda told: told.fates)
        (arrived,) = server.mailbox.messages
    assert told.fates[0].fate is Fate.SENT_ON
    assert told.fates[0].observation is not None
    assert told.fates[0].observation.queue_id == arrived.queue_id
    assert arrived.text.replace("\r\n", "\n") == body
    assert arrived.username
    assert arrived.content.startswith(b"Received: from iiq.example.com ([127.0.0.1])\r\n")
    assert b"Delivered-To" not in arrived.content


async def test_a_refused_sign_in_is_tried_once_and_mail_is_held_from_then_on(tmp_path: Path) -> None:
    told = Told()
    async with PracticeServer() as server:
        wrong = upstream(server, password="wrong")
        async with Relay(told, folder=tmp_path, upstream=wrong, send_on=True, pauses=(0.0,)) as relay:
            for _ in range(3):
                await asyncio.to_thread(send, relay.port)
            await told.until(lambda told: len(told.fates) == 3)
        assert [sign_in.accepted for sign_in in server.sign_ins] == [False]
        assert server.mailbox.count == 0
    (holding,) = [event for event in told.events if isinstance(event, Holding)]
    assert (holding.observation.stage, holding.observation.kind) == (Stage.AUTH, Kind.REPLY)
    assert [fated.fate for fated in told.fates] == [Fate.KEPT] * 3
    assert len(relay.left()) == 3


async def test_a_server_that_cannot_be_reached_is_tried_again_and_nothing_is_lost(tmp_path: Path) -> None:
    told = Told()
    async with PracticeServer() as server:
        on = upstream(server)
        network = on.network
        assert isinstance(network, Loopback)
        ports, network.ports = network.ports, {}
        async with Relay(told, folder=tmp_path, upstream=on, send_on=True, pauses=(0.0,)) as relay:
            await asyncio.to_thread(send, relay.port)
            await told.until(lambda told: told.fates)
            network.ports = ports
            await told.until(lambda told: told.fates[-1].fate is Fate.SENT_ON)
        assert server.mailbox.count == 1
    assert {fated.fate for fated in told.fates[:-1]} == {Fate.WAITING}
    assert relay.left() == ()


async def test_at_the_end_what_could_not_be_sent_on_is_still_there(tmp_path: Path) -> None:
    told = Told()
    async with PracticeServer() as server:
        on = upstream(server)._replace(network=Loopback({}))
        async with Relay(told, folder=tmp_path, upstream=on, send_on=True, pauses=(3600.0,), drain=0.1) as relay:
            await asyncio.to_thread(send, relay.port)
            await told.until(lambda told: told.fates)
    assert relay.left() == (told.mails[0].file,)
    assert b"The certification is signed off." in relay.left()[0].read_bytes()


async def test_a_temporary_refusal_is_tried_again_a_permanent_one_is_not(tmp_path: Path) -> None:
    for fault, fates in (("greylisting", [Fate.WAITING, Fate.WAITING, Fate.KEPT]), ("unknown-recipient", [Fate.KEPT])):
        told = Told()
        async with PracticeServer(fault) as server:
            on = upstream(server)
            async with Relay(told, folder=tmp_path / fault, upstream=on, send_on=True, pauses=(0.0, 0.0)) as relay:
                await asyncio.to_thread(send, relay.port)
                await told.until(lambda told: told.fates and told.fates[-1].fate is Fate.KEPT)
            assert len(server.sign_ins) == 1
        assert [fated.fate for fated in told.fates] == fates
        assert len(relay.left()) == 1


async def test_mail_goes_only_to_those_that_are_named(tmp_path: Path) -> None:
    told = Told()
    async with PracticeServer() as server:
        on = upstream(server, only_to=("Admin@example.com",))
        async with Relay(told, folder=tmp_path, upstream=on, send_on=True) as relay:
            await asyncio.to_thread(send, relay.port, to=("admin@example.com", "real.person@example.com"))
            await asyncio.to_thread(send, relay.port, to=("real.person@example.com",))
            await told.until(lambda told: len(told.fates) == 2)
        assert [arrived.recipients for arrived in server.mailbox.messages] == [("admin@example.com",)]
    assert [(fated.fate, fated.left) for fated in told.fates] == [
        (Fate.PARTLY, ("real.person@example.com",)),
        (Fate.HELD, ("real.person@example.com",)),
    ]
    assert len(relay.left()) == 2
    assert all(b"Delivered-To: real.person@example.com\r\nReceived" in path.read_bytes() for path in relay.left())


async def test_a_held_mail_can_be_released_one_by_one(tmp_path: Path) -> None:
    told = Told()
    async with PracticeServer() as server, Relay(told, folder=tmp_path, upstream=upstream(server)) as relay:
        await asyncio.to_thread(send, relay.port)
        await asyncio.to_thread(send, relay.port)
        relay.release(2)
        await told.until(lambda told: told.fates)
        assert server.mailbox.count == 1
        with pytest.raises(KeyError):
            relay.release(3)
    assert [fated.number for fated in told.fates] == [2]
    assert relay.left() == (told.mails[0].file,)


async def test_a_line_lost_behind_the_last_byte_is_not_sent_again(tmp_path: Path) -> None:
    told = Told()
    async with PracticeServer("drop-message") as server:
        on = upstream(server)
        async with Relay(told, folder=tmp_path, upstream=on, send_on=True, pauses=(0.0,)) as relay:
            await asyncio.to_thread(send, relay.port)
            await told.until(lambda told: told.fates)
    assert [fated.fate for fated in told.fates] == [Fate.UNSURE]
    assert len(relay.left()) == 1


async def test_a_relay_that_is_its_own_server_does_not_turn_in_circles(tmp_path: Path) -> None:
    told = Told()
    async with PracticeServer() as server:
        plain = profile_for(server.draft(Security.NONE))
        on = Upstream(plain, None, network=Loopback({}))
        async with Relay(told, folder=tmp_path, upstream=on, send_on=True, pauses=(0.0,)) as relay:
            assert isinstance(on.network, Loopback)
            on.network.ports[plain.endpoint.port] = relay.port
            await asyncio.to_thread(send, relay.port)
            await told.until(lambda told: told.fates and told.fates[-1].fate is Fate.KEPT)
    reply = told.fates[-1].observation
    assert reply is not None
    assert reply.reply is not None
    assert (reply.reply.code, reply.reply.enhanced) == (554, "5.4.6")
    assert len(told.mails) == 1


async def test_eight_bit_mail_goes_on_to_a_server_that_knows_seven_only(tmp_path: Path) -> None:
    told = Told()
    seven_bit = PracticeServer()
    seven_bit.fault = replace(HEALTHY, hides=("8BITMIME",))
    async with seven_bit as server:
        async with Relay(told, folder=tmp_path, upstream=upstream(server), send_on=True) as relay:
            made = b"Subject: a\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
            made += b"Content-Transfer-Encoding: 8bit\r\n\r\n"
            await asyncio.to_thread(send, relay.port, made + "Grüße\r\n".encode())
            await told.until(lambda told: told.fates)
        (arrived,) = server.mailbox.messages
    assert arrived.content.isascii()
    assert arrived.text.strip() == "Grüße"
