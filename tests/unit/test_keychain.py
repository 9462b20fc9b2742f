"""Where secrets live: every place gives back what it was given, says why it cannot, and never shows or spills the secret."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import traceback
from collections.abc import Awaitable
from pathlib import Path

import keyring
import pytest
from keyring.backends import chainer, fail, null
from keyring.errors import InitError, KeyringLocked, NoKeyringError

from tests.unit.conftest import MemoryKeyring
from wizard.keychain import SecretUnavailable, account_of, clear, default_file, fetch, rungs, store
from wizard.profile import Endpoint, Login, Password, Profile, SecretKind, SecretRef, Security

SECRETS = [
    "hunter2",
    " blanks around ",
    "Schlüssel-äöüß",
    "🔑🙂👩‍👩‍👧",
    "x" * 300,
    "quote\"s'$(id)`id`\\n;&|",
    "tab\tinside",
    "#=[]{}%",
]
KEYRING = SecretRef(SecretKind.KEYRING)


def ref(text: str) -> SecretRef:
    return SecretRef.from_text(text)


async def refusal(attempt: Awaitable[object]) -> str:
    """Return the sentence of an attempt that must fail."""
    with pytest.raises(SecretUnavailable) as caught:
        await attempt
    return str(caught.value)


def printing(folder: Path, body: str) -> SecretRef:
    """Return a command that runs a Python program."""
    program = folder / "program.py"
    program.write_text(body, encoding="utf-8")
    return SecretRef(SecretKind.COMMAND, f"'{sys.executable}' -I -X utf8 '{program}'")


# --- what can store gives back what it got ------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", SECRETS)
async def test_the_keyring_keeps_any_password(ring: MemoryKeyring, secret: str) -> None:
    where = await store(KEYRING, "prod (u@x)", Password(secret))
    assert where == "in the keyring (conftest MemoryKeyring), as smtp-wizard: prod (u@x)"
    assert (await fetch(KEYRING, account="prod (u@x)")).reveal() == secret
    assert await clear(KEYRING, "prod (u@x)")
    assert not await clear(KEYRING, "prod (u@x)")
    assert ring.kept == {}


@pytest.mark.parametrize("secret", SECRETS)
async def test_a_file_keeps_any_password_for_its_owner_alone(tmp_path: Path, secret: str) -> None:
    place = SecretRef(SecretKind.FILE, str(tmp_path / "new folder" / "prod"))
    where = await store(place, "prod", Password(secret))
    assert where == f"in {tmp_path}/new folder/prod, a file that only you can read (mode 0600)"
    assert (await fetch(place, account="prod")).reveal() == secret
    assert (tmp_path / "new folder" / "prod").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new folder").stat().st_mode & 0o777 == 0o700
    assert os.listdir(tmp_path / "new folder") == ["prod"]
    assert await clear(place, "prod")
    assert not await clear(place, "prod")


@pytest.mark.parametrize("secret", SECRETS)
async def test_what_only_gives_gives_any_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", secret)
    assert (await fetch(ref("env:SMTP_PASSWORD"), account="")).reveal() == secret
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "smtp").write_text(secret + "\n", encoding="utf-8")
    assert (await fetch(ref("credential:smtp"), account="")).reveal() == secret
    command = printing(tmp_path, f"print({secret!r})\nprint('second line')")
    assert (await fetch(command, account="")).reveal() == secret


@pytest.mark.parametrize("secret", ["", "two\nlines", "ends\n", "nul\0", "half\ud83d"])
@pytest.mark.parametrize("place", ["keyring", "file"])
async def test_what_no_sign_in_can_send_is_not_stored(ring: MemoryKeyring, tmp_path: Path, place: str, secret: str) -> None:
    where = SecretRef(SecretKind.FILE, str(tmp_path / "s")) if place == "file" else KEYRING
    sentence = await refusal(store(where, "a", Password(secret)))
    assert sentence.startswith("The password ")
    assert ring.kept == {}
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("text", ["ask", "env:A", "credential:a", "command:a"])
async def test_where_nothing_can_be_stored_is_said(text: str) -> None:
    assert (await refusal(store(ref(text), "a", Password("p")))).startswith("Nothing can be stored there. ")
    assert (await refusal(clear(ref(text), "a"))).startswith("Nothing was stored there")


# --- the keyring --------------------------------------------------------------------------------------------------------------


async def test_no_secret_in_the_keyring_is_told_with_the_command(ring: MemoryKeyring) -> None:
    assert await refusal(fetch(KEYRING, account="prod")) == (
        "The keyring holds no password for prod. Store it with: smtp-wizard secret set"
    )


@pytest.mark.parametrize(
    ("backend", "words"),
    [
        (null.Keyring(), "would forget the password without a word"),
        (fail.Keyring(), "no D-Bus session, which is usual over SSH"),
    ],
)
async def test_a_backend_that_keeps_nothing_is_refused(
    home: Path, ring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch, backend: keyring.backend.KeyringBackend, words: str
) -> None:
    monkeypatch.setattr("wizard.keychain.ring.os.path.exists", lambda _: False)
    keyring.set_keyring(backend)
    for attempt in (fetch(KEYRING, account="a"), store(KEYRING, "a", Password("hunter2")), clear(KEYRING, "a")):
        assert words in await refusal(attempt)
    rung = (await rungs())[0]
    assert (rung.kind, rung.available) == (SecretKind.KEYRING, False)
    assert words in rung.why


async def test_a_backend_that_writes_clear_text_is_refused(ring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryKeyring, "__module__", "keyrings.alt.file")
    assert "readable nearly in clear" in await refusal(store(KEYRING, "a", Password("hunter2")))
    assert ring.kept == {}


async def test_a_chain_does_not_step_down_to_a_plain_file(ring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = type("PlaintextKeyring", (MemoryKeyring,), {"__module__": "keyrings.alt.file"})()
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [plain, ring])
    keyring.set_keyring(chainer.ChainerBackend())
    await store(KEYRING, "a", Password("hunter2"))
    assert (plain.kept, ring.kept) == ({}, {("smtp-wizard", "a"): "hunter2"})
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [plain])
    assert "readable nearly in clear" in await refusal(store(KEYRING, "a", Password("hunter2")))


@pytest.mark.parametrize("named", ["no.such.module.Keyring", "json.decoder.Nothing", "nonsense"])
async def test_a_backend_that_cannot_be_loaded_is_named(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", named)
    monkeypatch.setattr("keyring.core._keyring_backend", None)
    assert f"the backend {named}, which PYTHON_KEYRING_BACKEND names" in await refusal(fetch(KEYRING, account="a"))


async def test_a_backend_that_forgets_is_found_out_at_once(ring: MemoryKeyring) -> None:
    ring.forgets = True
    assert "did not give it back unchanged" in await refusal(store(KEYRING, "a", Password("hunter2")))


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (KeyringLocked("hunter2"), "The keyring is locked. Unlock it on its desktop"),
        (InitError("hunter2"), "The keyring answered with an error (InitError)"),
        (NoKeyringError("hunter2"), "The keyring cannot be used: no "),
        (ConnectionResetError("hunter2"), "The keyring answered with an error (ConnectionResetError)"),
    ],
)
async def test_what_goes_wrong_in_the_keyring_is_said_without_its_own_words(
    ring: MemoryKeyring, problem: Exception, words: str
) -> None:
    ring.problem = problem
    sentence = await refusal(fetch(KEYRING, account="a"))
    assert words in sentence
    assert "hunter2" not in sentence


async def test_a_keyring_that_hangs_is_given_up_at_the_deadline(ring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(MemoryKeyring, "get_password", lambda *_: released.wait())
    try:
        assert "did not answer within 0.05 seconds" in await refusal(fetch(KEYRING, account="a", deadline=0.05))
    finally:
        released.set()


async def test_accounts_tell_profiles_and_users_apart() -> None:
    def account(name: str, user: str) -> str:
        return account_of(Profile(Endpoint("h", 25, Security.NONE), name=name, login=Login(user) if user else None))

    assert account("prod", "u@x") == "prod (u@x)"
    assert len({account("prod", "u"), account("uat", "u"), account("prod", "v"), account("prod", ""), account("", "u")}) == 5


# --- a file -------------------------------------------------------------------------------------------------------------------


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


# --- a command ----------------------------------------------------------------------------------------------------------------


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
    for pid in (tmp_path / "pids").read_text().split():
        assert not _runs(int(pid))


async def test_a_command_without_end_is_given_up_at_the_deadline(tmp_path: Path) -> None:
    endless = printing(tmp_path, "while True: print('hunter2')")
    assert "did not end within 0.3 seconds" in await refusal(fetch(endless, account="", deadline=0.3))


def _runs(pid: int) -> bool:
    """A killed process whose parent has not looked yet is a zombie: dead all the same."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False


# --- what is handed over ------------------------------------------------------------------------------------------------------


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
