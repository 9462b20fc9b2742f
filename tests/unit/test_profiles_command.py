"""``smtp-wizard profiles``: what it shows, what it changes, and what it says when it cannot."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.unit.conftest import MemoryKeyring
from wizard.__main__ import main
from wizard.config import load, save_profile
from wizard.draft import Draft
from wizard.keychain import store
from wizard.profile import Password, SecretKind, SecretRef

PROD = Draft(host="smtp.example.com", port="587", username="svc@example.com", password="keyring", timeout="2.5")
UAT = Draft(host="uat.example.com", security="none")


@pytest.fixture(autouse=True)
def saved(config_file: Path, ring: MemoryKeyring) -> Path:
    """Two profiles, the first the default, its password in the keyring."""
    save_profile("prod", PROD, make_default=True)
    save_profile("u at", UAT)
    asyncio.run(store(SecretRef(SecretKind.KEYRING), "prod (svc@example.com)", Password("hunter2")))
    return config_file


@pytest.mark.parametrize("words", [["profiles"], ["profiles", "list"]])
def test_the_list_has_one_line_for_each(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert main(words) == 0
    assert capsys.readouterr().out == (
        "* prod  smtp.example.com:587 starttls  svc@example.com, password: keyring\n"
        "  u at  uat.example.com none           no sign-in\n"
    )


def test_an_empty_list_says_how_to_begin(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    assert main(["profiles", "--config", str(home / "none.toml")]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "No profile is saved" in err
    assert "Make one with: smtp-wizard" in err


def test_list_and_show_speak_json(capsys: pytest.CaptureFixture[str], saved: Path) -> None:
    assert main(["profiles", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert (listed["schema"], listed["path"], listed["default"]) == (1, str(saved), "prod")
    assert [profile["name"] for profile in listed["profiles"]] == ["prod", "u at"]
    assert main(["profiles", "show", "prod", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown == {"schema": 1, **listed["profiles"][0]}
    assert shown["settings"] == {
        "host": "smtp.example.com",
        "port": 587,
        "username": "svc@example.com",
        "password": {"from": "keyring"},
        "timeout": 2.5,
    }


def test_show_is_what_the_file_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profiles", "show"]) == 0
    assert capsys.readouterr().out == (
        '[profiles.prod]\nhost = "smtp.example.com"\nport = 587\nusername = "svc@example.com"\n'
        'password = { from = "keyring" }\ntimeout = 2.5\n'
    )


def test_what_is_shown_steers_no_terminal(capsys: pytest.CaptureFixture[str], saved: Path) -> None:
    saved.write_text('[profiles.p]\nhost = "\\u001b]0;x\\u0007\\u009b2J"\n')
    for words in (["profiles"], ["profiles", "show", "p"]):
        assert main(words) == 0
        shown = capsys.readouterr().out
        assert not {"\x1b", "\x07", "\x9b"} & set(shown)


def test_a_copy_is_a_profile_of_its_own_without_the_password(capsys: pytest.CaptureFixture[str], ring: MemoryKeyring) -> None:
    assert main(["profiles", "copy", "prod", "prod 2"]) == 0
    assert load().profiles["prod 2"] == PROD
    assert "Store one with: smtp-wizard secret set 'prod 2'" in capsys.readouterr().err
    assert list(ring.kept) == [("smtp-wizard", "prod (svc@example.com)")]


def test_a_renamed_profile_takes_its_password_along(capsys: pytest.CaptureFixture[str], ring: MemoryKeyring) -> None:
    assert main(["profiles", "rename", "prod", "live"]) == 0
    config = load()
    assert (set(config.profiles), config.default_profile) == ({"live", "u at"}, "live")
    assert ring.kept == {("smtp-wizard", "live (svc@example.com)"): "hunter2"}
    out, err = capsys.readouterr()
    assert "moved along" in err
    assert "hunter2" not in out + err


def test_a_password_that_cannot_move_is_told(capsys: pytest.CaptureFixture[str], ring: MemoryKeyring) -> None:
    ring.problem = OSError("hunter2")
    assert main(["profiles", "rename", "prod", "live"]) == 0
    err = capsys.readouterr().err
    assert "did not move along" in err
    assert "hunter2" not in err


def test_a_removed_profile_takes_its_password_with_it(capsys: pytest.CaptureFixture[str], ring: MemoryKeyring) -> None:
    assert main(["profiles", "remove", "prod"]) == 0
    assert set(load().profiles) == {"u at"}
    assert ring.kept == {}
    assert "config.toml.bak" in capsys.readouterr().err


def test_the_password_stays_when_asked(ring: MemoryKeyring) -> None:
    assert main(["profiles", "remove", "prod", "--keep-secret"]) == 0
    assert len(ring.kept) == 1


def test_a_password_file_of_the_users_own_stays(home: Path) -> None:
    (home / "mine").write_text("hunter2\n")
    save_profile("own", Draft(host="h.example", username="u", password=f"file:{home}/mine"))
    assert main(["profiles", "remove", "own"]) == 0
    assert (home / "mine").exists()


def test_the_default_is_said_and_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profiles", "default", "u at"]) == 0
    assert main(["profiles", "default"]) == 0
    assert capsys.readouterr().out == "u at\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["show", "nope"], "There is no profile 'nope'"),
        (["copy", "nope", "x"], "There is no profile 'nope'"),
        (["copy", "prod", "u at"], "There is already a profile 'u at'"),
        (["rename", "prod", "a\tb"], "contains a control character"),
        (["remove", "nope"], "Saved are: prod, u at."),
        (["default", "nope"], "There is no profile 'nope'"),
        (["remove"], "PROFILE"),
        (["frobnicate"], "frobnicate"),
        (["list", "--frob"], "there is no flag --frob"),
    ],
)
def test_what_cannot_be_done_is_said_and_ends_with_2(
    capsys: pytest.CaptureFixture[str], saved: Path, words: list[str], sentence: str
) -> None:
    before = saved.read_text()
    assert main(["profiles", *words]) == 2
    out, err = capsys.readouterr()
    assert sentence in err
    assert out == ""
    assert saved.read_text() == before


def test_a_profile_of_the_hosts_is_listed_with_its_file_and_not_removed(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    shared = home / "etc" / "config.toml"
    shared.parent.mkdir()
    shared.write_text('[profiles.host]\nhost = "shared.example.com"\n')
    assert main(["profiles"]) == 0
    assert str(shared) in capsys.readouterr().out
    assert main(["profiles", "remove", "host"]) == 2
    assert f"--config {shared}" in capsys.readouterr().err
    assert main(["profiles", "copy", "host", "mine"]) == 0
    assert load().profiles["mine"].host == "shared.example.com"


@pytest.mark.parametrize(
    "words", [["--config", "FILE", "profiles"], ["profiles", "--config", "FILE"], ["profiles", "list", "--config", "FILE"]]
)
def test_another_file_can_be_named_anywhere(capsys: pytest.CaptureFixture[str], home: Path, words: list[str]) -> None:
    save_profile("elsewhere", UAT, path=home / "other.toml")
    assert main([str(home / "other.toml") if word == "FILE" else word for word in words]) == 0
    assert capsys.readouterr().out.startswith("  elsewhere")
