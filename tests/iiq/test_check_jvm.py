"""``check --jvm``: a Java that does not trust the server is a warning beside a passed run, for every face and exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli import flags_for, run, run_beside, settle
from wizard.practice import PracticeServer

JAVA_TRUSTS_NO_PRACTICE = "jvm-distrusts"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and an environment of the test's own."""
    return settle(tmp_path, monkeypatch)


async def test_what_java_does_not_trust_is_a_warning_beside_a_passed_run(monkeypatch: pytest.MonkeyPatch) -> None:
    async with PracticeServer() as server:
        monkeypatch.setenv("SMTP_WIZARD_PASSWORD", server.password.reveal())
        ran = await run_beside("check", *flags_for(server.draft()), "--jvm", "--json")

    told = json.loads(ran.out)
    assert ran.code == 0
    assert told["ok"] is True
    assert told["finding"] == "ok"
    (found,) = [one for one in told["findings"] if one["id"] == JAVA_TRUSTS_NO_PRACTICE]
    assert found["severity"] == "warning"
    assert any("keytool" in remedy["label"] for remedy in found["remedies"])
    assert not any(remedy["label"].endswith("changeit.") for remedy in found["remedies"]), "a copied line works"


async def test_the_command_that_does_the_same_again_asks_java_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with PracticeServer() as server:
        monkeypatch.setenv("SMTP_WIZARD_PASSWORD", server.password.reveal())
        ran = await run_beside("check", *flags_for(server.draft()), "--jvm")

    assert ran.out.rstrip().endswith("--jvm")


async def test_monitoring_sees_it_as_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    async with PracticeServer() as server:
        monkeypatch.setenv("SMTP_WIZARD_PASSWORD", server.password.reveal())
        ran = await run_beside("check", *flags_for(server.draft()), "--jvm", "--nagios")

    assert ran.code == 1
    assert ran.out.startswith("SMTP WARNING")


async def test_without_the_flag_no_java_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with PracticeServer() as server:
        monkeypatch.setenv("SMTP_WIZARD_PASSWORD", server.password.reveal())
        monkeypatch.setenv("PATH", "")
        ran = await run_beside("check", *flags_for(server.draft()), "--json")

    assert JAVA_TRUSTS_NO_PRACTICE not in ran.out
    assert ran.code == 0


def test_where_there_is_no_java_it_is_said_before_anybody_is_contacted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    ran = run("check", "--host", "smtp.example.com", "--jvm")

    assert ran.code == 2
    assert "--java HOME" in ran.err
