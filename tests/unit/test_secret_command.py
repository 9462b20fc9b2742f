"""``smtp-wizard secret``: a password goes where it was told to go, the profile says so, and nothing ever shows it."""

from __future__ import annotations

import asyncio
import getpass
import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.conftest import MemoryKeyring
from wizard.__main__ import main
from wizard.config import load, save_profile
from wizard.draft import Draft
from wizard.keychain import fetch
from wizard.profile import SecretRef

PROD = Draft(host="smtp.example.com", username="svc@example.com")
SECRET = " Pässwort mit 🔑 "


class Pipe(io.TextIOWrapper):
    """Standard input that is not a terminal."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data), encoding="utf-8")


@pytest.fixture(autouse=True)
def saved(config_file: Path, ring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One profile, and a password on standard input."""
    save_profile("prod", PROD)
    monkeypatch.setattr(sys, "stdin", Pipe(f"{SECRET}\n".encode()))
    return config_file


def reference() -> str:
    return load().profiles["prod"].password


def kept() -> str:
    return asyncio.run(fetch(SecretRef.from_text(reference()), account="prod (svc@example.com)")).reveal()


def test_without_a_place_the_keyring_is_taken_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["secret", "set", "prod", "--stdin"]) == 0
    assert (reference(), kept()) == ("keyring", SECRET)
    out, err = capsys.readouterr()
    assert out == ""
    assert "The password of 'prod' is kept in the keyring (" in err
    assert SECRET.strip() not in err


def test_a_file_gets_a_place_beside_the_configuration(capsys: pytest.CaptureFixture[str], saved: Path) -> None:
    assert main(["secret", "set", "prod", "--stdin", "--where", "file"]) == 0
    assert (reference(), kept()) == (f"file:{saved.parent}/secrets/prod", SECRET)
    assert "a file that only you can read (mode 0600)" in capsys.readouterr().err
    assert SECRET.strip() not in saved.read_text()


def test_a_relative_file_is_written_down_in_full(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    assert main(["secret", "set", "--stdin", "--where", "file:mine"]) == 0
    assert reference() == f"file:{home}/mine"


def test_without_a_keyring_nothing_is_stored_and_the_way_out_is_said(
    capsys: pytest.CaptureFixture[str], saved: Path, ring: MemoryKeyring
) -> None:
    ring.__class__ = type("PlaintextKeyring", (MemoryKeyring,), {"__module__": "keyrings.alt.file"})
    before = saved.read_text()
    assert main(["secret", "set", "prod", "--stdin"]) == 2
    err = capsys.readouterr().err
    assert "The keyring cannot be used: only a plain file stands behind it" in err
    assert "smtp-wizard secret set prod --where file" in err
    assert (saved.read_text(), ring.kept, (saved.parent / "secrets").exists()) == (before, {}, False)


@pytest.mark.parametrize("place", ["command:pass show mail/prod", "env:SMTP_PASSWORD", "credential:smtp", "ask"])
def test_a_place_that_only_gives_is_written_down(capsys: pytest.CaptureFixture[str], place: str) -> None:
    assert main(["secret", "set", "prod", "--where", place]) == 0
    assert reference() == place
    err = capsys.readouterr().err
    assert f"comes from: {place}" in err
    assert ("It is not there yet:" in err) == (place != "ask")


def test_moving_on_tells_what_stays_behind(capsys: pytest.CaptureFixture[str], ring: MemoryKeyring) -> None:
    main(["secret", "set", "prod", "--stdin"])
    assert main(["secret", "set", "prod", "--where", "ask"]) == 0
    assert "smtp-wizard secret clear prod --where keyring" in capsys.readouterr().err
    assert main(["secret", "clear", "prod", "--where", "keyring"]) == 0
    assert ring.kept == {}


def test_set_again_keeps_the_place(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main(["secret", "set", "--stdin", "--where", "file"])
    monkeypatch.setattr(sys, "stdin", Pipe(b"second"))
    before = saved.read_text()
    assert main(["secret", "set", "--stdin"]) == 0
    assert (kept(), saved.read_text()) == ("second", before)


def test_clear_takes_it_away_and_says_so(capsys: pytest.CaptureFixture[str], ring: MemoryKeyring) -> None:
    main(["secret", "set", "--stdin"])
    assert main(["secret", "clear"]) == 0
    assert ring.kept == {}
    assert "was taken away (keyring)" in capsys.readouterr().err
    assert main(["secret", "clear"]) == 0
    assert "No password of 'prod' was stored there" in capsys.readouterr().err


def test_status_tells_what_is_there_and_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    save_profile("free", Draft(host="h.example"))
    save_profile("lost", Draft(host="h.example", username="u", password="env:NOT_SET_ANYWHERE"))
    main(["secret", "set", "prod", "--stdin"])
    assert main(["secret", "status", "prod"]) == 0
    assert main(["secret", "--json"]) == 1
    told = json.loads(capsys.readouterr().out.partition("{")[2].join(["{", ""]))
    assert {state["profile"]: (state["kept"], state["ok"]) for state in told["profiles"]} == {
        "prod": ("keyring", True),
        "free": (None, True),
        "lost": ("env:NOT_SET_ANYWHERE", False),
    }
    assert [place["place"] for place in told["places"]] == ["keyring", "file", "command", "env", "credential", "ask"]


def test_status_without_a_profile_shows_the_places(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    assert main(["secret", "status", "--config", str(home / "none.toml")]) == 0
    out = capsys.readouterr().out
    assert "Places for a password in this session:" in out
    assert "not started by systemd with LoadCredential" in out


@pytest.mark.parametrize(
    ("words", "data", "sentence"),
    [
        (["set", "nope", "--stdin"], b"x", "There is no profile 'nope'"),
        (["set", "prod", "--stdin"], b"", "What came on standard input is empty."),
        (["set", "prod", "--stdin"], b"hunter2\nmore\n", "has more than one line"),
        (["set", "prod", "--stdin"], b"hunter2\xff", "is not UTF-8 text"),
        (["set", "prod", "--stdin"], b"hunter2" * 20_000, "far more than a password"),
        (["set", "prod"], b"hunter2", "no terminal to type the password on. Pipe it in with --stdin"),
        (["set", "prod", "--no-input"], b"hunter2", "--no-input forbids to ask"),
        (["set", "prod", "--stdin", "--where", "ask"], b"x", "--stdin does not go with --where ask"),
        (["set", "prod", "--stdin", "--where", "attic"], b"x", "say where the password is kept"),
        (["set", "prod", "--where", "env:"], b"x", "'env' needs to say which one"),
        (["set", "prod", "--password", "hunter2"], b"x", "there is no flag --password"),
        (["clear", "prod", "--where", "ask"], b"", "there is nothing to clear"),
        (["status", "nope"], b"", "There is no profile 'nope'"),
    ],
)
def test_what_cannot_be_done_is_said_and_ends_with_2(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    ring: MemoryKeyring,
    words: list[str],
    data: bytes,
    sentence: str,
) -> None:
    monkeypatch.setattr(sys, "stdin", Pipe(data))
    assert main(["secret", *words]) == 2
    out, err = capsys.readouterr()
    assert sentence in err
    assert "hunter2" not in out + err
    assert (ring.kept, reference()) == ({}, "")


def test_a_profile_that_signs_nobody_in_needs_no_password(capsys: pytest.CaptureFixture[str]) -> None:
    save_profile("free", Draft(host="h.example"))
    assert main(["secret", "set", "free", "--stdin"]) == 2
    assert "has no user name, so it uses no password" in capsys.readouterr().err


def test_when_the_profile_cannot_be_written_the_place_of_the_password_is_said(
    capsys: pytest.CaptureFixture[str], saved: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    assert main(["secret", "set", "prod", "--stdin"]) == 2
    err = capsys.readouterr().err
    assert "the disk is full" in err
    assert "The password of 'prod' is kept in the keyring" in err


def test_closed_standard_input_is_a_sentence(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["secret", "set", "prod", "--stdin"]) == 2
    assert main(["secret", "set", "prod"]) == 2
    err = capsys.readouterr().err
    assert "Standard input is closed" in err
    assert "There is no terminal" in err


def test_ctrl_c_at_the_prompt_ends_with_130(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("wizard.keychain.asking.can_ask", lambda: True)
    monkeypatch.setattr(getpass, "getpass", interrupted)
    assert main(["secret", "set", "prod"]) == 130
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(("keys", "code"), [(b"Passw\xc3\xb6rt \xf0\x9f\x94\x91\n", 0), (b"\x03", 130), (b"\x04", 2), (b"\n", 2)])
def test_at_a_real_terminal_the_password_is_asked_for_and_not_shown(home: Path, saved: Path, keys: bytes, code: int) -> None:
    shown, status = in_terminal(["secret", "set", "prod", "--where", "file"], keys)
    assert "Password of svc@example.com at smtp.example.com:" in shown
    assert "Passw\u00f6rt" not in shown
    assert "Traceback" not in shown
    assert status == code
    assert (saved.parent / "secrets" / "prod").exists() == (code == 0)


def in_terminal(words: list[str], keys: bytes) -> tuple[str, int]:
    """Run the program in a terminal of its own, press the keys when it asks, return what it showed and its exit code."""
    master, slave = pty.openpty()
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "LC_ALL": "C.UTF-8"}
    code = (
        "import fcntl, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
        "from wizard.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    program = [sys.executable, "-c", code, *words]
    running = subprocess.Popen(program, stdin=slave, stdout=slave, stderr=slave, env=environ, start_new_session=True)
    os.close(slave)
    shown = b""
    pressed = False
    while True:
        try:
            part = os.read(master, 4096)
        except OSError:  # the terminal's other side is closed: the program has ended
            break
        if not part:
            break
        shown += part
        if b"com: " in shown and not pressed:
            pressed = True
            os.write(master, keys)
    os.close(master)
    return shown.decode(), running.wait()


# --- the client secret of IdentityIQ's HTTP/OAuth -----------------------------------------------------------------------------

HTTP = Draft(iiq_type="http", iiq_client_id="11111111-2222-3333-4444-555555555555", sender="iiq@example.com")


def test_the_client_secret_is_kept_apart_from_the_password(capsys: pytest.CaptureFixture[str], saved: Path) -> None:
    save_profile("prod", PROD._replace(iiq_client_id=HTTP.iiq_client_id))
    assert main(["secret", "set", "prod", "--client-secret", "--where", "file", "--stdin"]) == 0

    prod = load().profiles["prod"]
    assert prod.iiq_client_secret.startswith("file:")
    assert prod.password == ""
    kept_secret = asyncio.run(fetch(SecretRef.from_text(prod.iiq_client_secret), account=f"prod ({HTTP.iiq_client_id})"))
    assert kept_secret.reveal() == SECRET
    assert SECRET.strip() not in saved.read_text()
    out, err = capsys.readouterr()
    assert "The client secret of 'prod' is kept in" in err
    assert SECRET.strip() not in out + err


def test_status_names_the_client_secret_and_clear_takes_it_away(capsys: pytest.CaptureFixture[str]) -> None:
    save_profile("graph", HTTP)
    assert main(["secret", "set", "graph", "--client-secret", "--stdin"]) == 0
    capsys.readouterr()
    assert main(["secret", "status", "graph"]) == 0
    assert "client secret: a client secret is there" in capsys.readouterr().out
    assert main(["secret", "clear", "graph", "--client-secret"]) == 0
    assert "Store another with: smtp-wizard secret set graph --client-secret" in capsys.readouterr().err
    assert main(["secret", "status", "graph"]) == 1


def test_a_profile_without_a_client_id_has_no_client_secret(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["secret", "set", "prod", "--client-secret", "--stdin"]) == 2
    assert "has no client ID" in capsys.readouterr().err
