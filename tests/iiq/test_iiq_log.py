"""``iiq log``: the line of IdentityIQ's log for every finding, from its id alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli import run, settle
from wizard.diagnosis.names import NAMES


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and an environment of the test's own."""
    return settle(tmp_path, monkeypatch)


def test_a_line_depends_on_what_identityiq_calls_the_encryption() -> None:
    ran = run("iiq", "log", "cert-expired", "--json")

    assert ran.code == 0
    (found,) = json.loads(ran.out)["findings"]
    assert "Could not convert socket to TLS" in found["log"]["TLS"]
    assert "Could not connect to SMTP host" in found["log"]["SSL"]
    assert found["log"]["None"].startswith("nothing")


def test_every_finding_has_a_line() -> None:
    told = json.loads(run("iiq", "log", "--json").out)["findings"]

    assert [one["id"] for one in told] == list(NAMES)
    assert all(text for one in told for text in one["log"].values())


def test_the_text_fits_80_columns_and_says_one_line_once() -> None:
    out = run("iiq", "log", "connect-timeout").out.splitlines()

    assert all(len(line) <= 80 for line in out)
    assert not any(line.strip().startswith("SSL") for line in out), "the same for each encryption"


def test_an_id_that_is_none_is_named_with_the_nearest() -> None:
    ran = run("iiq", "log", "cert-expire")

    assert ran.code == 2
    assert "cert-expired" in ran.err
