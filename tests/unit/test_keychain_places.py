"""A file, a command, a variable, a credential: each says why it cannot, and none spills the secret."""

from __future__ import annotations

import asyncio
import os
import traceback
from pathlib import Path

import pytest

from tests.unit.conftest import MemoryKeyring
from tests.unit.places import KEYRING, printing, ref, refusal
from wizard.keychain import SecretUnavailable, default_file, fetch, rungs, store
from wizard.profile import Password, SecretKind, SecretRef

# --- a file ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o620, 0o604])
async def test_a_file_others_can_open_is_refused_with_the_cure(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "a b"
    file.write_text("hunter2\n")
    file.chmod(mode)
    sentence = await refusal(fetch(SecretRef(SecretKind.FILE, str(file)), account=""))
    assert sentence.endswith(f"so it is not used. Run: chmod 600 '{file}'")
    assert "hunter2" not in sentence


@pytest.mark.parametrize(
    ("content", "secret"),
    [(b"a", "a"), (b"a\n", "a"), (b"a\r\n", "a"), (b" a \n", " a "), (b"\xc3\xbc", "ü")],
)
async def test_one_line_end_is_taken_off_and_nothing_else(tmp_path: Path, content: bytes, secret: str) -> None:
    file = tmp_path / "s"
    file.write_bytes(content)
    file.chmod(0o600)
    assert (await fetch(SecretRef(SecretKind.FILE, str(file)), account="")).reveal() == secret


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"hunter2\n\n", "has more than one line"),
        (b"hunter2\nmore", "has more than one line"),
        (b"hunter2\xff", "is not UTF-8 text"),
        (b"hunter2\x00", "contains bytes that no password has"),
        (b"x" * 70_000, "larger than"),
    ],
)
async def test_a_file_that_holds_no_password_is_told(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "s"
    file.write_bytes(content)
    file.chmod(0o600)
    sentence = await refusal(fetch(SecretRef(SecretKind.FILE, str(file)), account=""))
    assert words in sentence
    assert "hunter2" not in sentence


async def test_a_missing_file_a_folder_and_a_pipe_are_told(tmp_path: Path) -> None:
    assert "does not exist" in await refusal(fetch(ref(f"file:{tmp_path}/none"), account=""))
    assert "it is a folder" in await refusal(fetch(ref(f"file:{tmp_path}"), account=""))
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert "not an ordinary file" in await refusal(fetch(ref(f"file:{tmp_path}/pipe"), account=""))


async def test_a_folder_that_may_not_be_written_leaves_no_secret_behind(folder_of_ordinary_user: Path) -> None:
    os.chmod(folder_of_ordinary_user, 0o500)
    sentence = await refusal(store(ref(f"file:{folder_of_ordinary_user}/s"), "a", Password("hunter2")))
    assert "you do not have the permission" in sentence
    assert os.listdir(folder_of_ordinary_user) == []


def test_every_profile_has_a_file_name_of_its_own(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    names = ["prod", "..", ".", "a/b", "a%2Fb", "ü" * 200, "ü" * 199, ".hidden", "🙂", "a b"]
    files = [default_file(name, config) for name in names]
    assert len(set(files)) == len(names)
    assert {file.parent for file in files} == {tmp_path / "secrets"}
    assert all(len(file.name) < 200 for file in files)


# --- a command ---------------------------------------------------------------------------------------------------------------


async def test_a_command_sees_no_shell_no_input_and_no_secret_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_WIZARD_PASSWORD", "hunter2")
    program = "import os, sys\nprint(sys.argv[1:], sys.stdin.read() == '', 'hunter2' in str(os.environ))"
    command = printing(tmp_path, program)
    found = await fetch(SecretRef(command.kind, command.detail + " '$HOME' ';' '|'"), account="")
    assert found.reveal() == "['$HOME', ';', '|'] True False"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "printed no password on its first line"),
        ("print(); print('hunter2')", "printed no password on its first line"),
        ("import sys; sys.exit(3)", "failed with exit code 3."),
        ("import sys; sys.exit('gpg: decryption failed')", "failed with exit code 1. It said: gpg: decryption failed"),
        ("import sys; print('hunter2'); sys.exit('wrong: hunter2')", "failed with exit code 1."),
        ("import sys; sys.stdout.buffer.write(b'hunter2\\xff')", "is not UTF-8 text"),
        ("print('hunter2' * 20000)", "printed far more than a password"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "failed with exit code -15."),
    ],
)
async def test_a_command_that_gives_no_password_is_told(tmp_path: Path, body: str, words: str) -> None:
    sentence = await refusal(fetch(printing(tmp_path, body), account="", deadline=30))
    assert words in sentence
    assert "hunter2" not in sentence


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("no-such-program-anywhere x", "no-such-program-anywhere was not found"),
        ("pass 'unclosed", "a quotation mark that is not closed"),
        ("/", "may not be run"),
        ("''", "was not found|may not be run"),
    ],
)
async def test_a_command_that_cannot_run_is_told(line: str, words: str) -> None:
    with pytest.raises(SecretUnavailable, match=words):
        await fetch(SecretRef(SecretKind.COMMAND, line), account="")


async def test_a_command_that_waits_is_ended_with_its_children(tmp_path: Path) -> None:
    (tmp_path / "pids").touch()
    body = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(tmp_path / 'pids')!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
        "time.sleep(600)"
    )
    task = asyncio.create_task(fetch(printing(tmp_path, body), account="", deadline=60))
    while not (tmp_path / "pids").read_text():
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(30):  # a killed process needs a moment to be gone; one that was forgotten never is
        while any(_runs(int(pid)) for pid in (tmp_path / "pids").read_text().split()):
            await asyncio.sleep(0)


async def test_a_command_without_end_is_given_up_at_the_deadline(tmp_path: Path) -> None:
    endless = printing(tmp_path, "while True: print('hunter2')")
    assert "did not end within 0.3 seconds" in await refusal(fetch(endless, account="", deadline=0.3))


def _runs(pid: int) -> bool:
    """A killed process whose parent has not looked yet is a zombie: dead all the same."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False


# --- what is handed over -----------------------------------------------------------------------------------------------------


async def test_a_variable_that_is_not_there_or_empty_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SMTP_PASSWORD", raising=False)
    assert "SMTP_PASSWORD is not set" in await refusal(fetch(ref("env:SMTP_PASSWORD"), account=""))
    monkeypatch.setenv("SMTP_PASSWORD", "")
    assert "SMTP_PASSWORD is empty" in await refusal(fetch(ref("env:SMTP_PASSWORD"), account=""))


async def test_a_credential_needs_systemd_and_a_plain_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert "Put LoadCredential=smtp:PATH into the unit" in await refusal(fetch(ref("credential:smtp"), account=""))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert "passed no credential named smtp" in await refusal(fetch(ref("credential:smtp"), account=""))
    for name in ("../smtp", "..", "/etc/passwd"):
        assert "is not the name of a credential" in await refusal(fetch(ref(f"credential:{name}"), account=""))


async def test_asking_is_the_callers_business() -> None:
    assert "typed each time" in await refusal(fetch(ref("ask"), account=""))


async def test_the_ladder_names_every_place_in_order_and_says_why(home: Path, ring: MemoryKeyring) -> None:
    ladder = await rungs()
    assert [rung.kind for rung in ladder] == list(SecretKind)
    assert [rung.kind for rung in ladder if rung.stores] == [SecretKind.KEYRING, SecretKind.FILE]
    assert all(rung.why for rung in ladder)
    by_kind = {rung.kind: rung for rung in ladder}
    assert by_kind[SecretKind.KEYRING].available
    assert by_kind[SecretKind.FILE].why == f"one that only you can read, in {home}/config/smtp-wizard/secrets"
    assert not by_kind[SecretKind.CREDENTIAL].available


async def test_no_traceback_of_a_refusal_shows_the_secret(tmp_path: Path, ring: MemoryKeyring) -> None:
    ring.problem = ValueError("could not keep hunter2")
    (tmp_path / "s").write_bytes(b"hunter2\xff")
    (tmp_path / "s").chmod(0o600)
    for attempt in (store(KEYRING, "a", Password("hunter2")), fetch(ref(f"file:{tmp_path}/s"), account="")):
        with pytest.raises(SecretUnavailable) as caught:
            await attempt
        shown = list(traceback.TracebackException.from_exception(caught.value).format_exception_only())
        assert "hunter2" not in "".join(shown)
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None or caught.value.__suppress_context__
