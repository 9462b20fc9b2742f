"""Monitoring through the command line: every profile at once, limits, figures for Prometheus, and words only on a change."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.unit.cli import flags_for, run, run_beside, settle
from wizard.config import save_profile
from wizard.draft import Change, Field
from wizard.memory.alerts import Told, changes
from wizard.practice import PracticeServer
from wizard.profile import Security


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and an environment of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return settle(tmp_path, monkeypatch)


def save(home: Path, server: PracticeServer, name: str, *changes_: Change, password: str | None = None) -> None:
    """Save a profile whose password lies in a file."""
    secret = home / f"{name}.secret"
    secret.write_text(password or server.password.reveal())
    secret.chmod(0o600)
    draft = server.draft().with_changes(Change(Field.PASSWORD, f"file:{secret}"), *changes_)
    save_profile(name, draft, path=home / "config.toml")


def save_broken(home: Path, name: str) -> None:
    """Write a profile by hand that no wizard would have saved."""
    with (home / "config.toml").open("a") as file:
        file.write(f'\n[profiles.{name}]\nhost = "no such host"\n')


# --- every profile ---------------------------------------------------------------------------------------------------


async def test_every_profile_is_checked_with_its_own_password_and_told_in_its_order(home: Path, practice: PracticeServer) -> None:
    save(home, practice, "prod")
    save(home, practice, "uat", password="wrong")
    save_broken(home, "dev")

    ran = await run_beside("check", "--all", "--no-input")

    lines = ran.out.splitlines()
    assert lines[0].startswith("ok  prod  localhost:")
    assert lines[1].startswith("X   uat ")
    assert lines[1].endswith("[auth-bad-credentials]")
    assert lines[2].startswith("X   dev   not run: host (--host)")
    assert "1 of 3 profiles passed every stage" in ran.out
    assert "smtp-wizard check uat" in ran.out
    assert ran.code == 2, "a profile that cannot be run is a configuration error"
    assert practice.mailbox.messages == ()


async def test_the_exit_code_tells_failed_from_passed(home: Path, practice: PracticeServer) -> None:
    save(home, practice, "prod")
    assert (await run_beside("check", "--all")).code == 0
    save(home, practice, "uat", password="wrong")
    assert (await run_beside("check", "--all")).code == 1


async def test_json_holds_a_report_of_each_profile(home: Path, practice: PracticeServer) -> None:
    save(home, practice, "prod")
    save_broken(home, "dev")
    ran = await run_beside("check", "--all", "--json")
    found = json.loads(ran.out)
    assert found["schema"] == 1
    assert found["ok"] is False
    prod, dev = found["profiles"]
    assert (prod["profile"], prod["problem"], prod["report"]["finding"]) == ("prod", None, "ok")
    assert (dev["profile"], dev["report"]) == ("dev", None)
    assert dev["problem"].startswith("host (--host)")


async def test_monitoring_reads_the_worst_state_and_who_is_not_well(home: Path, practice: PracticeServer) -> None:
    save(home, practice, "prod")
    save(home, practice, "uat", password="wrong")
    ran = await run_beside("check", "--all", "--nagios")
    assert ran.code == 2
    assert ran.out.startswith("SMTP CRITICAL - 1 of 2 profiles are well: uat: localhost:")
    assert ran.out.count("\n") == 1
    numbers = ran.out.partition("| ")[2]
    assert "'prod time'=" in numbers
    assert "'uat certificate_days'=" in numbers


async def test_a_flag_changes_every_profile(home: Path, practice: PracticeServer) -> None:
    save(home, practice, "prod")
    save(home, practice, "uat")
    ran = await run_beside("check", "--all", "--set", "security=tls", "--set", f"port={practice.ports[Security.TLS]}", "--json")
    assert [one["report"]["endpoint"]["security"] for one in json.loads(ran.out)["profiles"]] == ["tls", "tls"]


async def test_one_password_is_not_offered_to_several_servers(
    home: Path, practice: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(home, practice, "prod")
    monkeypatch.setenv("SMTP_WIZARD_PASSWORD", "from-the-environment")
    ran = await run_beside("check", "--all")
    assert ran.code == 0
    assert "SMTP_WIZARD_PASSWORD is left out" in ran.err


@pytest.mark.parametrize("words", [["prod"], ["--host", "a.test"], ["--password-stdin"], ["--markdown"]])
def test_what_belongs_to_one_profile_does_not_go_with_all(words: list[str]) -> None:
    ran = run("check", "--all", *words)
    assert ran.code == 2
    assert words[0].lstrip("-").split("-")[0].lower() in ran.err.lower()


def test_without_profiles_there_is_nothing_to_check() -> None:
    ran = run("check", "--all")
    assert ran.code == 2
    assert "No profile is saved" in ran.err
    assert run("check", "--all", "--nagios").out.startswith("SMTP UNKNOWN - ")


# --- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "code", "words"),
    [
        (["--warn", "0"], 1, "more than 0 s"),
        (["--warn", "0", "--crit", "0"], 2, "more than 0 s"),
        (["--warn", "3600"], 0, "passed every stage"),
        (["--cert-warn", "36500"], 1, "fewer than 36500"),
        (["--cert-warn", "36500", "--cert-crit", "36500"], 2, "cert-expiring"),
        (["--cert-warn", "0"], 0, "passed every stage"),
    ],
)
async def test_limits_decide_about_a_run_that_passed(practice: PracticeServer, limits: list[str], code: int, words: str) -> None:
    ran = await run_beside("check", *flags_for(practice.draft()), "--set", "username=", "--set", "sender=", "--nagios", *limits)
    assert ran.code == code, ran.out
    assert words in ran.out


async def test_limits_stand_in_the_performance_data(practice: PracticeServer) -> None:
    words = ["--nagios", "--warn", "2.5", "--crit", "60", "--cert-warn", "2", "--cert-crit", "1"]
    ran = await run_beside("check", *flags_for(practice.draft()), "--set", "username=", *words)
    pairs = dict(pair.split("=") for pair in ran.out.partition("| ")[2].split())
    assert pairs["time"].partition("s;")[2] == "2.5;60;0"
    assert pairs["certificate_days"].partition(";")[2] == "2:;1:;"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--warn", "soon"], "'soon' is no number of seconds"),
        (["--warn", "nan"], "--warn"),
        (["--crit", "-1"], "--crit"),
        (["--cert-warn", "1.5"], "'1.5' is no number of days"),
        (["--cert-warn", "9" * 400], "--cert-warn"),
        (["--warn", "5", "--crit", "2"], "--crit: 2 is less than --warn 5"),
        (["--cert-warn", "5", "--cert-crit", "9"], "--cert-crit: 9 days are more"),
    ],
)
def test_a_limit_that_is_none_is_named(words: list[str], named: str) -> None:
    ran = run("check", "--host", "mail.test", "--nagios", *words)
    assert ran.code == 3
    assert named in ran.out


def test_a_limit_without_monitoring_says_what_it_belongs_to() -> None:
    ran = run("check", "--host", "mail.test", "--warn", "3")
    assert ran.code == 2
    assert "add --nagios or --on-change" in ran.err


# --- Prometheus ------------------------------------------------------------------------------------------------------


async def test_figures_for_prometheus_are_what_its_own_reader_takes(home: Path, practice: PracticeServer) -> None:
    save(home, practice, "prod")
    save(home, practice, 'odd "name"\\', password="wrong")
    save_broken(home, "dev")
    file = home / "figures" / "smtp.prom"
    file.parent.mkdir()

    await run_beside("check", "--all", "--prometheus", str(file))

    families = {family.name: family for family in text_string_to_metric_families(file.read_text())}
    up = {sample.labels["profile"]: sample.value for sample in families["smtp_wizard_up"].samples}
    assert up == {"prod": 1, 'odd "name"\\': 0, "dev": 0}
    findings = {(s.labels["profile"], s.labels["finding"]) for s in families["smtp_wizard_finding"].samples}
    assert ('odd "name"\\', "auth-bad-credentials") in findings
    stages = {s.labels["stage"] for s in families["smtp_wizard_stage_seconds"].samples if s.labels["profile"] == "prod"}
    assert {"resolve", "connect", "tls", "ehlo", "auth", "quit"} <= stages
    assert families["smtp_wizard_certificate_expiry_timestamp_seconds"].samples
    assert stat.S_IMODE(file.stat().st_mode) == 0o644, "the collector runs as another user"
    assert [path.name for path in file.parent.iterdir()] == ["smtp.prom"]


async def test_figures_that_cannot_be_written_are_told(home: Path, practice: PracticeServer) -> None:
    (home / "folder").mkdir()
    ran = await run_beside("check", *flags_for(practice.draft(Security.NONE)), "--prometheus", str(home / "folder"))
    assert ran.code == 2
    assert "it is a folder" in ran.err
    mistyped = await run_beside(
        "check", *flags_for(practice.draft(Security.NONE)), "--prometheus", str(home / "figurse" / "x.prom")
    )
    assert mistyped.code == 2
    assert "there is no folder" in mistyped.err
    assert not (home / "figurse").exists()


@pytest.mark.parametrize("shape", ["--nagios", "--on-change"])
def test_a_ticket_does_not_fit_into_one_line(shape: str) -> None:
    ran = run("check", "--host", "mail.test", "--ticket", shape)
    assert "--ticket" in ran.out + ran.err
    assert ran.code == (3 if shape == "--nagios" else 2)


# --- only on change --------------------------------------------------------------------------------------------------


async def test_only_what_changed_is_told(home: Path, practice: PracticeServer) -> None:
    save(home, practice, "prod")
    save(home, practice, "uat")
    first = await run_beside("check", "--all", "--on-change")
    assert [line.partition(":")[0] for line in first.out.splitlines()] == ["prod", "uat"]

    assert (await run_beside("check", "--all", "--on-change")).out == ""

    save(home, practice, "uat", Change(Field.PORT, "1"))
    failing = await run_beside("check", "--all", "--on-change")
    assert failing.out.startswith("uat: CRITICAL - localhost:1 connect-refused")
    assert "(was OK since " in failing.out
    assert failing.code == 1

    still = await run_beside("check", "--all", "--on-change")
    assert (still.out, still.code) == ("", 1), "the exit code stays that of the run"

    save(home, practice, "uat")
    well = await run_beside("check", "--all", "--on-change")
    assert "uat: OK - " in well.out
    assert "(was CRITICAL connect-refused since " in well.out


async def test_one_set_up_is_told_on_change_too(practice: PracticeServer) -> None:
    words = ["check", *flags_for(practice.draft(Security.NONE)), "--on-change"]
    assert ": OK - " in (await run_beside(*words)).out
    assert (await run_beside(*words)).out == ""


def test_a_state_file_that_is_broken_counts_as_never_told(tmp_path: Path) -> None:
    path = tmp_path / "alerts.json"
    told = {"prod": Told("OK", (), "2026-11-24T09:00:00+00:00")}
    for broken in (b"", b"{", b"[]", b'{"schema": 2}', b'{"schema": 1, "profiles": {"prod": 7}}', b"\xff\xfe"):
        path.write_bytes(broken)
        found, problem = changes(told, path)
        assert [change.name for change in found] == ["prod"]
        assert problem == ""
        assert changes(told, path) == ((), "")


def test_a_state_that_cannot_be_kept_is_told_every_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found, problem = changes({"prod": Told("OK", (), "now")}, tmp_path / "file" / "alerts.json")
    assert [change.name for change in found] == ["prod"]
    assert "cannot be kept" in problem


def test_what_changed_has_no_second_shape() -> None:
    assert "leave --json out" in run("check", "--host", "mail.test", "--on-change", "--json").err
