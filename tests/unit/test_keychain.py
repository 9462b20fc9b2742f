"""Where secrets live: what can keep one gives it back unchanged, and the keyring is chosen knowingly."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import keyring
import pytest
from keyring.backends import chainer, fail, null
from keyring.errors import InitError, KeyringLocked, NoKeyringError

from tests.unit.conftest import MemoryKeyring
from tests.unit.places import KEYRING, SECRETS, printing, ref, refusal
from wizard.keychain import account_of, clear, fetch, rungs, store
from wizard.profile import Endpoint, Login, Password, Profile, SecretKind, SecretRef, Security

# --- what can store gives back what it got -----------------------------------------------------------------------------------


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


# --- the keyring -------------------------------------------------------------------------------------------------------------


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
