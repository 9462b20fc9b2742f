"""``iiq watch`` as its users run it: a process of its own, ended by signals, with IdentityIQ's settings back each time."""

from __future__ import annotations

import asyncio
import json
import signal
import smtplib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.iiq.standin import settings_of, standin
from tests.iiq.test_relay import message
from tests.unit import cli
from wizard.identityiq.watch import due
from wizard.practice import PracticeServer
from wizard.profile import Security

SIGNED_OFF = message("Certification Q3 was signed off", "See IdentityIQ.\n")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and a state folder of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return cli.settle(tmp_path, monkeypatch)


class Watching:
    """A watch in a process of its own, read line by line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[dict[str, Any]] = []

    async def next(self, event: str) -> dict[str, Any]:
        """Return the next event of a kind."""
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            while line := await self.process.stdout.readline():
                self.lines.append(json.loads(line))
                if self.lines[-1]["event"] == event:
                    return self.lines[-1]
        assert self.process.stderr is not None
        raise AssertionError(f"no {event}: {self.lines} {(await self.process.stderr.read()).decode()}")

    async def end(self, number: int) -> int:
        """Send a signal and return the exit code, the rest read."""
        self.process.send_signal(number)
        return await self.over()

    async def over(self) -> int:
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            self.lines += [json.loads(line) async for line in self.process.stdout]
            return await self.process.wait()


@asynccontextmanager
async def watching(*words: str) -> AsyncIterator[Watching]:
    process = await cli.start("iiq", "watch", "--json", *words)
    try:
        yield Watching(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


def write(path: Path, text: str) -> None:
    path.write_text(text)


def send(port: int, content: bytes = SIGNED_OFF, to: str = "admin@example.com") -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        client.sendmail("iiq@example.com", [to], content)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
async def test_a_signal_ends_it_with_the_settings_back(tmp_path: Path, number: int, code: int) -> None:
    iiq = standin(tmp_path / "iiq")
    before = settings_of(iiq)
    async with watching("--folder", str(iiq.folder), "--yes") as running:
        where = await running.next("listening")
        assert settings_of(iiq)["defaultEmailPort"] == str(where["port"])
        await asyncio.to_thread(send, where["port"])
        mail = await running.next("mail")
        assert (mail["template"], mail["sign_off"], mail["by_template"]) == ("Certification Sign Off Approval", True, False)
        assert await running.end(number) == code
    end = running.lines[-1]
    assert (end["event"], end["restored"], end["sign_off_seen"], end["kept"]) == ("end", True, True, [mail["file"]])
    assert settings_of(iiq) == before
    assert due.pending() == ()


async def test_it_ends_by_itself_once_the_sign_off_mail_was_seen(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq")
    async with watching("--folder", str(iiq.folder), "--yes", "--until-sign-off") as running:
        where = await running.next("listening")
        await asyncio.to_thread(send, where["port"])
        assert await running.over() == 0
    assert running.lines[-1]["restored"] is True


async def test_each_step_is_ticked_once_under_its_own_name(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq")
    process = await cli.start("iiq", "watch", "--folder", str(iiq.folder), "--yes", "--until-sign-off")
    assert process.stdout is not None
    said = ""
    async with asyncio.timeout(60):
        while "Mails appear here" not in said:
            said += (await process.stdout.readline()).decode()
        port = int(settings_of(iiq)["defaultEmailPort"])
        await asyncio.to_thread(send, port, message("Certification Q3 is ready for you", "Please review the certification.\n"))
        await asyncio.to_thread(send, port)
        rest, _ = await process.communicate()
    ticks = [line.removeprefix("ok").strip() for line in (said + rest.decode()).splitlines() if line.startswith("ok ")]
    assert ticks[2:] == [
        "A mail from IdentityIQ was seen (mail 1)",
        "You create a certification (mail 1)",
        "You decide on its items and sign it off",
        "The sign-off mail was seen (mail 2: Certification Sign Off Approval)",
        "IdentityIQ's settings are as they were",
    ]


async def test_a_second_watch_is_told_of_the_one_that_runs_and_changes_nothing(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq")
    before = settings_of(iiq)
    async with watching("--folder", str(iiq.folder), "--yes") as running:
        await running.next("listening")
        pointed = settings_of(iiq)
        again = await cli.run_process("iiq", "watch", "--folder", str(iiq.folder), "--yes")
        assert again.code == 1
        assert f"end process {running.process.pid} first" in again.err
        assert "its mail fails" not in again.err
        assert settings_of(iiq) == pointed
        await running.end(signal.SIGINT)
    assert settings_of(iiq) == before


async def test_a_folder_for_mails_that_cannot_be_made_is_said_before_anything_is_changed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = await cli.run_process("iiq", "watch", "--manual", "--keep", str(tmp_path / "file" / "mails"))
    assert ran.code == 2
    assert "--keep DIR" in ran.err
    assert "Traceback" not in ran.err


async def test_a_watch_that_was_killed_is_remembered_refused_twice_and_undone(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq")
    before = settings_of(iiq)
    async with watching("--folder", str(iiq.folder), "--yes") as running:
        await running.next("listening")
        running.process.kill()
        await running.process.wait()
    assert settings_of(iiq) != before
    (still,) = due.pending()

    found = await cli.run_beside("iiq", "find", "--folder", str(iiq.folder))
    assert still.sentence in found.err
    again = await cli.run_process("iiq", "watch", "--folder", str(iiq.folder), "--yes")
    assert again.code == 1
    assert f"smtp-wizard iiq undo {still.rollback}" in again.err

    undone = await cli.run_beside("iiq", "undo", str(still.rollback), "--folder", str(iiq.folder), "--yes")
    assert undone.code == 0, undone.err
    assert settings_of(iiq) == before
    assert due.pending() == ()


async def test_by_hand_the_values_are_shown_and_no_console_is_asked() -> None:
    process = await cli.start("iiq", "watch", "--manual", "--minutes", "0.001")
    out, _ = await process.communicate()
    text = out.decode()
    assert process.returncode == 1
    for words in (
        "Default SMTP Host",
        "127.0.0.1",
        "Encryption",
        "Notification Settings",
        "No mail came.",
        "type the values back",
    ):
        assert words in text
    assert max(map(len, text.splitlines())) <= 100


async def test_mail_is_sent_on_with_the_profile_and_its_password_and_only_to_whom_is_named(tmp_path: Path, home: Path) -> None:
    iiq = standin(tmp_path / "iiq")
    async with PracticeServer() as server:
        draft = server.draft(Security.STARTTLS)
        names = ("host", "security", "username", "ca_file", "sender")
        lines = [f"port = {draft.port}", *(f'{name} = "{getattr(draft, name)}"' for name in names)]
        write(home / "config.toml", "\n".join(["schema_version = 1", "[profiles.real]", *lines]))
        flags = ("--send-on", "--only-to", "admin@example.com", "--password-file", str(server.password_file))
        async with watching("real", *flags, "--folder", str(iiq.folder), "--yes") as running:
            where = await running.next("listening")
            await asyncio.to_thread(send, where["port"])
            sent_on = await running.next("fate")
            await asyncio.to_thread(send, where["port"], SIGNED_OFF, "person@example.com")
            held = await running.next("fate")
            assert await running.end(signal.SIGTERM) == 143
        assert [arrived.recipients for arrived in server.mailbox.messages] == [("admin@example.com",)]
        assert (sent_on["fate"], sent_on["queue_id"]) == ("sent-on", server.mailbox.messages[0].queue_id)
        assert (held["fate"], held["left"]) == ("held", ["person@example.com"])
        assert server.password.reveal() not in json.dumps(running.lines)
    assert len(running.lines[-1]["kept"]) == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--manual", "--only-to", "a@example.com"), "--send-on"),
        (("--manual", "--bind", "192.0.2.1"), "name those that may send through the relay"),
        (("--manual", "--bind", "here"), "is not an IP address"),
        (("--manual", "--bind", "::", "--allow", "192.0.2.9"), "by which of them IdentityIQ reaches it, with --seen-as"),
        (("--manual", "--seen-as", "no host"), "--seen-as"),
        (("--manual", "--minutes", "0"), "--minutes"),
        (("--manual", "--port", "http"), "--port"),
        (("--manual", "--folder", "/opt"), "--manual asks no console"),
        (("--folder", "/opt"), "Nobody is here to agree"),
        (("--folder", "/nowhere", "--yes"), "There is no IdentityIQ in /nowhere"),
    ],
)
def test_what_cannot_be_watched_is_said_before_anything_listens(words: tuple[str, ...], says: str) -> None:
    ran = cli.run("iiq", "watch", *words)
    assert ran.code == 2
    assert says in ran.err


async def test_a_port_that_is_taken_is_said() -> None:
    async with PracticeServer() as server:
        port = str(server.ports[Security.NONE])
        ran = await cli.run_process("iiq", "watch", "--manual", "--port", port)
    assert ran.code == 2
    assert f"port {port} cannot be used: another program listens there" in ran.err
