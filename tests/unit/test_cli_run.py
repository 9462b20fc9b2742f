"""Runs of ``check`` as a script makes them: passwords, reports, monitoring, Ctrl-C, and streams that are closed or full."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path

import pytest

from tests.unit.cli import flags_for, run, run_beside, run_process, settle, start
from wizard.practice import PracticeServer
from wizard.profile import Security


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and an environment of the test's own."""
    return settle(tmp_path, monkeypatch)


# --- a run -----------------------------------------------------------------------------------------------------------


async def test_a_delivery_is_told_stage_by_stage_with_the_command_to_do_it_again(practice: PracticeServer) -> None:
    words = [*flags_for(practice.draft()), "--deliver"]
    ran = await run_beside("check", *words, "--password-stdin", stdin=practice.password.reveal().encode() + b"\n")
    assert ran.code == 0, ran.out
    [message] = practice.mailbox.messages
    assert f"accepted the message as queue id {message.queue_id}" in ran.out
    stages = [line[4:20].strip() for line in ran.out.splitlines() if line.startswith("ok  ")]
    assert stages[:6] == ["Find the host", "Connect", "Greeting", "Hello", "Ask for TLS", "Secure the line"]
    assert stages[6:] == ["Hello again", "Sign in", "Sender", "Recipient", "Message", "Goodbye"]
    assert "smtp-wizard check --host localhost" in ran.out
    assert "--password-stdin --deliver" in ran.out
    assert "\x1b" not in ran.out
    assert ran.err == ""


async def test_nothing_is_sent_without_being_asked(practice: PracticeServer) -> None:
    ran = await run_beside("check", *flags_for(practice.draft(Security.NONE)))
    assert ran.code == 0
    assert practice.mailbox.messages == ()
    assert "Nothing was sent" in ran.out


async def test_the_environment_gives_the_password_and_keeps_it_from_children(
    practice: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_WIZARD_PASSWORD", practice.password.reveal())
    ran = await run_beside("check", *flags_for(practice.draft()), "--set", "password=env:NOT_SET_ANYWHERE", "--json")
    assert json.loads(ran.out)["ok"] is True
    assert "SMTP_WIZARD_PASSWORD" not in os.environ


async def test_a_flag_for_the_password_beats_the_environment(
    home: Path, practice: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_WIZARD_PASSWORD", "not the password")
    secret = home / "secret"
    secret.write_text(practice.password.reveal() + "\n")
    secret.chmod(0o600)
    ran = await run_beside("check", *flags_for(practice.draft()), "--password-file", str(secret))
    assert ran.code == 0, ran.err
    assert f"--password-file {secret}" in ran.out


async def test_a_password_with_blanks_and_umlauts_arrives_as_typed(practice: PracticeServer) -> None:
    ran = await run_beside("check", *flags_for(practice.draft()), "--json", "--password-stdin", stdin="  pä ss \r\n".encode())
    assert json.loads(ran.out)["finding"] == "auth-bad-credentials"
    assert len(practice.sign_ins) == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (b"", "nothing came from standard input"),
        (b"one\ntwo\n", "more than one line"),
        (b"\xff\xfe", "not UTF-8"),
        (b"x" * 70000, "65536 bytes"),
    ],
)
def test_standard_input_that_holds_no_password_is_told(given: bytes, sentence: str) -> None:
    ran = run("check", "--host", "mail.example.com", "--username", "u", "--password-stdin", stdin=given)
    assert ran.code == 2
    assert sentence in ran.err


def test_a_secret_that_cannot_be_had_ends_before_anything_is_contacted(home: Path) -> None:
    ran = run("check", "--host", "mail.example.com", "--username", "u", "--password-file", str(home / "nowhere"))
    assert ran.code == 2
    assert str(home / "nowhere") in ran.err
    assert ran.out == ""


async def test_without_a_place_for_the_password_the_run_says_so_and_fails(practice: PracticeServer) -> None:
    ran = await run_beside("check", *flags_for(practice.draft()), "--no-input", "--json")
    shown = json.loads(ran.out)
    assert ran.code == 1
    assert shown["failed_stage"] == "auth"
    assert practice.sign_ins == ()


async def test_a_remedy_pasted_back_cures(home: Path) -> None:
    async with PracticeServer("plain-on-the-tls-port") as server:
        words = ["check", *flags_for(server.draft(Security.TLS)), "--password-stdin", "--json"]
        secret = server.password.reveal().encode()
        failing = json.loads((await run_beside(*words, stdin=secret)).out)
        assert failing["finding"] == "port-speaks-plain"
        changes = next(remedy["changes"] for remedy in failing["findings"][0]["remedies"] if remedy["changes"])
        again = [word for field, value in changes.items() for word in ("--set", f"{field}={value}")]
        assert json.loads((await run_beside(*words, *again, stdin=secret)).out)["ok"] is True


# --- monitoring ------------------------------------------------------------------------------------------------------


async def test_monitoring_gets_one_line_and_its_own_exit_codes(practice: PracticeServer) -> None:
    words = ["check", *flags_for(practice.draft()), "--password-stdin", "--nagios"]
    passed = await run_beside(*words, stdin=practice.password.reveal().encode())
    assert (passed.code, passed.out.count("\n")) == (0, 1), passed.out
    assert passed.out.startswith("SMTP OK - localhost:")
    assert " | time=0." in passed.out
    async with PracticeServer("nobody-listens") as server:
        failed = await run_beside("check", *flags_for(server.draft()), "--nagios")
        port = server.draft().port
    assert failed.code == 2
    assert failed.out.startswith(f"SMTP CRITICAL - localhost:{port} connect-refused: "), failed.out


@pytest.mark.parametrize(
    "words", [["check", "--nagios", "--hots"], ["check", "--nagios", "--host", "a b"], ["check", "--nagios", "nobody"]]
)
def test_monitoring_hears_of_a_wrong_command_line_on_standard_output(words: list[str]) -> None:
    ran = run(*words)
    assert ran.code == 3
    assert ran.out.startswith("SMTP UNKNOWN - ")
    assert ran.out.count("\n") == 1


# --- Ctrl-C, pipes, closed and full streams --------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["text", "json"])
async def test_ctrl_c_closes_the_connection_and_prints_what_is_known(shape: str) -> None:
    connected, closed = asyncio.Event(), asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.test\r\n")
        await reader.readline()  # EHLO: from here on the client waits for an answer
        connected.set()
        await reader.read()
        closed.set()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = str(server.sockets[0].getsockname()[1])
    process = await start("check", "--host", "127.0.0.1", "--port", port, *(["--json"] if shape == "json" else []))
    await connected.wait()
    process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    await closed.wait()
    server.close()
    assert process.returncode == 130
    assert err == b""
    if shape == "json":
        shown = json.loads(out)
        assert (shown["ok"], shown["failed_stage"]) == (False, "ehlo")
    else:
        assert b"X   Hello             stopped by you" in out
        assert b"-   Not reached       Ask for TLS, Secure the line" in out


async def test_a_reader_that_leaves_early_ends_nothing_badly(practice: PracticeServer) -> None:
    process = await start("check", *flags_for(practice.draft(Security.NONE)))
    assert process.stdout is not None
    assert process.stderr is not None
    await process.stdout.readline()
    process.stdout._transport.close()  # asyncio has no public way to stop reading a pipe
    assert await process.stderr.read() == b""
    assert await process.wait() == 0


@pytest.mark.parametrize("words", [["--help"], ["check", "--help"], ["--man"], ["--print-completion", "bash"]])
async def test_help_into_a_closed_pipe_leaves_no_traceback(words: list[str]) -> None:
    ran = await run_process(*words, redirect=">&-")
    assert "Traceback" not in ran.err
    assert "Exception" not in ran.err


async def test_closed_standard_input_is_fine(practice: PracticeServer) -> None:
    ran = await run_process("check", *flags_for(practice.draft(Security.NONE)), redirect="<&-")
    assert (ran.code, ran.err) == (0, "")


async def test_a_full_disk_is_told_and_not_taken_for_success(practice: PracticeServer) -> None:
    ran = await run_process("check", *flags_for(practice.draft(Security.NONE)), "--json", redirect="> /dev/full")
    assert ran.code == 2
    assert "could not be written to standard output: No space left on device" in ran.err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
async def test_a_locale_without_utf8_gets_ascii(practice: PracticeServer, encoding: str) -> None:
    words = ["check", *flags_for(practice.draft(Security.NONE)), "--set", "recipient=grüße@example.com", "--transcript"]
    ran = await run_beside(*words, encoding=encoding)
    assert "gr\\xfc\\xdfe@example.com" in ran.out
    assert ran.out.isascii()
