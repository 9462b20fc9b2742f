"""A half-filled form: offered again, never with a secret, never in the way."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from wizard.draft import Draft
from wizard.unfinished import Unfinished, clear_unfinished, load_unfinished, save_unfinished, unfinished_path

DRAFT = Draft(host="smtp.exa", port="abc", username="ü@x", password="command:pass show x", message="two\nlines")


def test_what_was_typed_comes_back_right_or_wrong(home: Path) -> None:
    assert load_unfinished() is None
    assert save_unfinished(DRAFT, "details", "prod") == ""
    assert load_unfinished() == Unfinished(DRAFT, "details", "prod")
    assert unfinished_path() == home / "state" / "smtp-wizard" / "unfinished.json"
    assert unfinished_path().stat().st_mode & 0o777 == 0o600
    assert unfinished_path().parent.stat().st_mode & 0o777 == 0o700


def test_it_is_forgotten_when_it_is_done(home: Path) -> None:
    save_unfinished(DRAFT, "details")
    assert clear_unfinished() == ""
    assert load_unfinished() is None
    assert clear_unfinished() == ""


def test_an_empty_form_is_nothing_to_offer(home: Path) -> None:
    save_unfinished(DRAFT, "details")
    save_unfinished(Draft(), "access")
    assert not unfinished_path().exists()


@pytest.mark.parametrize(
    "draft", [Draft(host="h", password="hunter2"), Draft(host="smtp://user:hunter2@smtp.example.com"), Draft(password="hunter2")]
)
def test_a_password_in_the_wrong_field_does_not_reach_the_disk(home: Path, draft: Draft) -> None:
    save_unfinished(draft, "details")
    assert b"hunter2" not in b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"3",
        b'{"schema": 2}',
        b'{"schema": 1}',
        b'{"schema": 1, "step": 3, "draft": {"host": "h"}}',
        b'{"schema": 1, "step": "details", "draft": {"host": 3}}',
        b'{"schema": 1, "step": "details", "draft": ["host"]}',
        b'{"schema": 1, "step": "details", "draft": {}}',
        b"[" * 100_000,
        b" " * 2_000_000,
    ],
)
def test_a_broken_file_counts_as_none_and_is_replaced(home: Path, content: bytes) -> None:
    save_unfinished(DRAFT, "details")
    unfinished_path().write_bytes(content)
    assert load_unfinished() is None
    assert save_unfinished(DRAFT, "details") == ""
    assert load_unfinished() == Unfinished(DRAFT, "details")


def test_fields_of_another_version_are_left_out(home: Path) -> None:
    save_unfinished(DRAFT, "details")
    content = json.loads(unfinished_path().read_text())
    content["draft"]["from_the_future"] = "x"
    del content["draft"]["port"]
    unfinished_path().write_text(json.dumps(content))
    found = load_unfinished()
    assert found is not None
    assert (found.draft.host, found.draft.port) == (DRAFT.host, "")


def test_a_full_disk_is_told_and_keeps_what_was_there(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_unfinished(DRAFT, "details")

    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    assert "the disk is full" in save_unfinished(Draft(host="other"), "details")
    assert load_unfinished() == Unfinished(DRAFT, "details")
    assert os.listdir(unfinished_path().parent) == ["unfinished.json"]


def test_a_folder_in_its_place_is_told_and_never_fatal(home: Path) -> None:
    unfinished_path().mkdir(parents=True)
    assert load_unfinished() is None
    assert "it is a folder" in save_unfinished(DRAFT, "details")
    assert "cannot be removed" in clear_unfinished()


def test_a_user_without_a_home_is_told_and_never_stopped(homeless: None) -> None:
    assert load_unfinished() is None
    assert "this user has no home folder" in save_unfinished(DRAFT, "details")
    assert clear_unfinished() == ""
