"""The secret is looked for in everything a check puts out, in every shape and with every mechanism, and in what children see."""

from __future__ import annotations

import asyncio
import base64
import stat
from pathlib import Path

import pytest

from tests.unit.cli import Ran, flags_for, run_beside, run_process
from wizard.practice import PracticeServer
from wizard.profile import Security

CANARY = "Canary-pässwört 7f3a"
SHAPES = {
    "text": [],
    "conversation": ["--transcript"],
    "json": ["--json", "--transcript"],
    "markdown": ["--markdown", "--transcript"],
    "nagios": ["--nagios"],
}
MECHANISMS = ("plain", "login", "cram-md5", "scram-sha-256", "xoauth2", "auto")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SMTP_WIZARD_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.delenv("SMTP_WIZARD_PASSWORD", raising=False)


def forms(secret: str, user: str) -> set[str]:
    """How a secret could look on its way out: bare, in base64 at each alignment, inside SASL responses, as escapes and hex."""
    raw = secret.encode()
    responses = [raw, f"\0{user}\0".encode() + raw, f"{user}\0{user}\0".encode() + raw]
    responses.append(f"user={user}\1auth=Bearer ".encode() + raw + b"\1\1")
    encoded = [base64.b64encode(response).decode() for response in responses]
    shifted = [base64.b64encode(b"x" * shift + raw).decode()[4:-4] for shift in range(3)]
    escaped = secret.encode("ascii", "backslashreplace").decode()
    utf8_escaped = "".join(chr(byte) if byte < 0x80 else f"\\x{byte:02x}" for byte in raw)
    return {secret, escaped, utf8_escaped, secret.encode("unicode_escape").decode(), raw.hex(), *encoded, *shifted}


def leaks(ran: Ran, secret: str, user: str) -> list[str]:
    """Which of its forms stand in what a run put out."""
    return [form for form in forms(secret, user) if form in ran.out or form in ran.err]


def test_the_search_finds_what_it_is_meant_to_find() -> None:
    user = "u@example.com"
    plain = base64.b64encode(f"\0{user}\0{CANARY}".encode()).decode()
    assert leaks(Ran(0, f"C: AUTH PLAIN {plain}", ""), CANARY, user)
    assert leaks(Ran(0, "", base64.b64encode(f"user {CANARY}".encode()).decode()), CANARY, user)
    assert not leaks(Ran(0, "C: AUTH PLAIN ••••", ""), CANARY, user)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("mechanism", MECHANISMS)
async def test_no_shape_shows_a_refused_secret(practice: PracticeServer, shape: str, mechanism: str) -> None:
    words = [*flags_for(practice.draft()), "--mechanism", mechanism, "--deliver", "--password-stdin", *SHAPES[shape]]
    ran = await run_beside("check", *words, stdin=CANARY.encode())
    assert ran.code != 0
    assert leaks(ran, CANARY, practice.username) == []


@pytest.mark.parametrize("shape", SHAPES)
async def test_no_shape_shows_an_accepted_secret(practice: PracticeServer, shape: str) -> None:
    secret = practice.password.reveal()
    words = [*flags_for(practice.draft()), "--deliver", "--password-stdin", *SHAPES[shape]]
    ran = await run_beside("check", *words, stdin=secret.encode())
    assert ran.code == 0, ran.out
    assert len(practice.mailbox.messages) == 1
    assert leaks(ran, secret, practice.username) == []
    assert secret.encode() not in practice.mailbox.messages[0].content


@pytest.mark.parametrize("mechanism", ["plain", "login", "cram-md5", "scram-sha-256"])
async def test_no_mechanism_shows_an_accepted_secret(practice: PracticeServer, mechanism: str) -> None:
    secret = practice.password.reveal()
    words = [*flags_for(practice.draft(Security.TLS)), "--mechanism", mechanism, "--password-stdin", "--json", "--transcript"]
    ran = await run_beside("check", *words, stdin=secret.encode())
    assert ran.code == 0, ran.out
    assert [sign_in.accepted for sign_in in practice.sign_ins] == [True]
    assert leaks(ran, secret, practice.username) == []


@pytest.mark.parametrize(
    "fault", ["drop-auth", "basic-auth-off", "oauth-token-invalid", "auth-backend-down", "no-codes", "expired-certificate"]
)
async def test_no_failing_server_brings_the_secret_out(fault: str) -> None:
    async with PracticeServer(fault) as server:
        words = [*flags_for(server.draft()), "--deliver", "--password-stdin", "--transcript"]
        ran = await run_beside("check", *words, stdin=CANARY.encode())
        assert ran.code == 1
        assert leaks(ran, CANARY, server.username) == []


async def test_a_server_that_echoes_what_it_was_sent_does_not_bring_the_secret_out() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 echo\r\n")
        while line := await reader.readline():
            writer.write(b"250-echo\r\n250 AUTH PLAIN\r\n" if line.startswith(b"EHLO") else b"535 5.7.8 you said " + line)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    where = ["--host", "127.0.0.1", "--port", str(server.sockets[0].getsockname()[1]), "--security", "none"]
    words = [*where, "--username", "u@example.com", "--accept-cleartext-auth", "--password-stdin", "--transcript"]
    for shape in ([], ["--json"], ["--markdown"]):
        ran = await run_beside("check", *words, *shape, stdin=CANARY.encode())
        assert ran.code == 1
        assert leaks(ran, CANARY, "u@example.com") == []
    server.close()


async def test_no_child_and_no_process_list_sees_the_secret(practice: PracticeServer, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    spy = tmp_path / "spy"
    # What anybody can read of the program that asks (its arguments), and what the child itself was given.
    spy.write_text(
        f"#!/bin/sh\ntr '\\0' '\\n' < /proc/$PPID/cmdline > {seen}\nenv >> {seen}\necho \"$@\" >> {seen}\necho from-the-command\n"
    )
    spy.chmod(spy.stat().st_mode | stat.S_IXUSR)
    words = [*flags_for(practice.draft()), "--password-command", str(spy), "--transcript"]
    ran = await run_process("check", *words, env={"SMTP_WIZARD_PASSWORD": CANARY})
    shown = seen.read_text()
    assert "PATH=" in shown
    assert not [form for form in forms(CANARY, practice.username) if form in shown]
    assert leaks(ran, CANARY, practice.username) == []
    assert leaks(ran, "from-the-command", practice.username) == []
    assert len(practice.sign_ins) == 1


async def test_a_file_with_the_secret_is_named_and_not_shown(practice: PracticeServer, tmp_path: Path) -> None:
    place = tmp_path / "secret"
    place.write_text(CANARY)
    place.chmod(0o644)
    ran = await run_beside("check", *flags_for(practice.draft()), "--password-file", str(place))
    assert leaks(ran, CANARY, practice.username) == []
