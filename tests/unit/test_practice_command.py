"""``smtp-wizard practice`` from the outside: the list, the opening words, messages as they come, the end."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.loopback import Loopback, profile_for
from wizard.__main__ import main
from wizard.draft import Draft
from wizard.practice import FAULTS, PracticeServer
from wizard.profile import Password, Security
from wizard.report import Report
from wizard.smtp.check import check


@asynccontextmanager
async def running(*flags: str) -> AsyncIterator[Process]:
    """The command as a process of its own; ended when the block is left."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "wizard", "practice", *flags, stdout=PIPE, stderr=PIPE)
    try:
        async with asyncio.timeout(60):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def json_line(process: Process) -> dict[str, Any]:
    """The next line of the process, as JSON."""
    assert process.stdout is not None
    found: dict[str, Any] = json.loads(await process.stdout.readline())
    return found


def secret_in(path: str) -> str:
    """The password the server left for its user."""
    return Path(path).read_text().strip()


async def send_to(opening: dict[str, Any]) -> Report:
    """Check the TLS port the opening tells of, up to the recipient."""
    port = opening["ports"]["tls"]
    draft = Draft("localhost", str(port), Security.TLS, opening["username"], ca_file=opening["ca_file"])
    profile = profile_for(draft)
    report = Report(profile)

    def add(event: object) -> None:
        nonlocal report
        report = report.add(event)

    password = Password(secret_in(opening["password_file"]))
    await check(profile, password, add, network=Loopback({port: port}))
    return report


async def test_it_serves_until_ctrl_c_and_ends_with_130_and_one_line() -> None:
    async with running("--json") as process:
        opening = await json_line(process)
        report = await send_to(opening)
        assert report.ok, report.findings
        process.send_signal(signal.SIGINT)
        rest, said = await process.communicate()

    assert process.returncode == 130
    assert rest == b""
    assert said.decode().split("\n") == ["", "Stopped. No message arrived.", ""]


async def test_messages_are_told_as_they_arrive() -> None:
    async with running("--json", "--full") as process:
        opening = await json_line(process)
        reader, writer = await asyncio.open_connection("localhost", opening["ports"]["none"])
        writer.write(b"EHLO a\r\nMAIL FROM:<iiq@example.com>\r\nRCPT TO:<admin@example.com>\r\nDATA\r\n")
        while not (await reader.readline()).startswith(b"354"):
            pass
        writer.write(b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nhello\r\n.\r\nQUIT\r\n")
        message = await json_line(process)
        writer.close()
        process.send_signal(signal.SIGTERM)
        _, said = await process.communicate()

    assert message["event"] == "message"
    assert message["subject"] == "Grüße"
    assert message["recipients"] == ["admin@example.com"]
    assert message["content"].endswith("hello\r\n")
    assert message["tls"] is None
    assert process.returncode == 128 + signal.SIGTERM
    assert said.decode() == "Stopped. 1 message arrived.\n"


async def test_the_opening_words_hold_all_one_needs() -> None:
    async with running("--fault", "greylisting") as process:
        assert process.stdout is not None
        words = (await process.stdout.readuntil(b"Ctrl-C ends.")).decode()
        process.send_signal(signal.SIGINT)
        await process.wait()

    for needed in ("practice@example.com", "for practice only", "practice-ca.pem", "Fault: greylisting", "greylisted"):
        assert needed in words
    checks = [line for line in words.splitlines() if "smtp-wizard check" in line]
    assert len(checks) == 1
    assert "--password-file" in checks[0]
    secret = next(line.split()[-1] for line in words.splitlines() if line.strip().startswith("password"))
    assert secret not in checks[0]


def test_the_list_names_every_fault_and_fits_eighty_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["practice", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines if line} >= set(FAULTS)
    assert max(map(len, lines)) <= 80


def test_the_list_as_json_is_one_array(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["practice", "--list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [fault["name"] for fault in listed] == list(FAULTS)
    assert set(listed[0]) == {"name", "title", "teaches", "finding", "security", "cured_by_remedy"}


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--fault", "greylistin"], "did you mean greylisting?"),
        (["--check", "--fault", "greylistin"], "did you mean greylisting?"),
        (["--port", "70000"], "--port: port 70000 does not exist"),
        (["--tls-port", "abc"], "--tls-port: 'abc' is not a port"),
        (["--list", "--check"], "not allowed with"),
        (["--check", "--json"], "--json does nothing together with --check"),
    ],
)
def test_what_cannot_be_done_is_said_and_ends_with_2(flags: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["practice", *flags]) == 2
    shown = capsys.readouterr()
    assert words in shown.err
    assert shown.out == ""


async def test_a_port_in_use_is_said_and_ends_with_2(practice: PracticeServer) -> None:
    async with running("--plain-port", str(practice.ports[Security.NONE])) as process:
        _, said = await process.communicate()
    assert process.returncode == 2
    assert f"port {practice.ports[Security.NONE]} cannot be used: another program listens there" in said.decode()
