"""What is remembered between runs, through the command line and the files it leaves: refused sign-ins, and the last good run."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.cli import flags_for, run_beside, run_in_terminal, run_process, settle
from wizard.config import save_profile
from wizard.draft import Change, Draft, Field
from wizard.memory import lastgood, signins
from wizard.memory.place import state_file
from wizard.practice import PracticeServer
from wizard.profile import Profile, Security, parse
from wizard.report import Report
from wizard.smtp.events import RunEnded, StageEnded, StageStarted
from wizard.smtp.observation import Certificate, Context, Kind, Observation, Reply, Stage, TlsFacts

WRONG = b"not the password\n"
NOTHING = Context()
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and an environment of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return settle(tmp_path, monkeypatch)


def words(practice: PracticeServer, *more: str) -> list[str]:
    """A check of the practice server that reads its password from standard input."""
    return ["check", *flags_for(practice.draft()), "--password-stdin", *more]


def right(practice: PracticeServer) -> bytes:
    return practice.password.reveal().encode() + b"\n"


def sign_ins(transcript: str) -> int:
    return transcript.count("C: AUTH")


# --- the lock-out guard ----------------------------------------------------------------------------------------------


async def test_a_third_try_is_not_made_where_nobody_can_be_asked(practice: PracticeServer) -> None:
    for _ in range(2):
        ran = await run_beside(*words(practice, "--transcript"), stdin=WRONG)
        assert sign_ins(ran.out) == 1

    held = await run_beside(*words(practice, "--transcript"), stdin=WRONG)

    assert held.code == 1
    assert sign_ins(held.out) == 0, "nothing secret is sent"
    assert "[auth-bad-credentials]" in held.out
    assert "--try-sign-in" in held.out


async def test_a_person_who_asks_for_it_may_try_again_and_a_success_clears_the_count(practice: PracticeServer) -> None:
    for _ in range(2):
        await run_beside(*words(practice), stdin=WRONG)
    accepted = await run_beside(*words(practice, "--try-sign-in"), stdin=right(practice))
    assert accepted.code == 0, accepted.out
    again = await run_beside(*words(practice, "--transcript"), stdin=WRONG)
    assert sign_ins(again.out) == 1, "after a success the count begins anew"


@pytest.mark.parametrize(("answer", "tries"), [("y", 1), ("", 0), ("n", 0)])
async def test_on_a_terminal_the_person_is_asked(practice: PracticeServer, home: Path, answer: str, tries: int) -> None:
    secret = home / "secret"
    secret.write_text("not the password")
    secret.chmod(0o600)
    flags = ["check", *flags_for(practice.draft()), "--password-file", str(secret), "--transcript"]
    for _ in range(2):
        await run_beside(*flags)
    asked = await run_in_terminal(flags, answers={"[y/N]": answer}, env={})
    shown = " ".join(asked.out.split())
    assert f"The sign-in as {practice.username} was refused twice by localhost" in shown
    assert sign_ins(asked.out) == tries


async def test_monitoring_is_held_back_too_and_says_so(practice: PracticeServer) -> None:
    for _ in range(3):
        ran = await run_beside(*words(practice, "--nagios"), stdin=WRONG)
    assert ran.code == 2
    assert "auth-bad-credentials" in ran.out
    assert json.loads(state_file("signins.json").read_text())["accounts"][f"{practice.username} at localhost"]["count"] == 2


async def test_another_user_is_another_account(practice: PracticeServer) -> None:
    for _ in range(2):
        await run_beside(*words(practice), stdin=WRONG)
    other = await run_beside(*words(practice, "--transcript", "--set", "username=somebody@example.com"), stdin=WRONG)
    assert sign_ins(other.out) == 1


async def test_a_busy_server_is_no_failed_sign_in(home: Path) -> None:
    async with PracticeServer("auth-backend-down") as server:
        for _ in range(3):
            ran = await run_beside(*words(server, "--transcript"), stdin=right(server))
            assert sign_ins(ran.out) == 1
    assert not state_file("signins.json").exists()


@pytest.mark.parametrize(
    ("reply", "username", "times"),
    [
        (Reply(535, "5.7.8", ("no",)), "u", 1),
        (Reply(454, "4.7.0", ("Too many login attempts, please try again later. - gsmtp",)), "u", 0),
        (Reply(535, "5.7.139", ("SmtpClientAuthentication is disabled for the Tenant.",)), "u", 1),
        (Reply(534, "5.7.9", ("Application-specific password required",)), "u", 1),
    ],
)
def test_what_is_refused_for_good_counts_and_nothing_else(tmp_path: Path, reply: Reply, username: str, times: int) -> None:
    path = tmp_path / "signins.json"
    report = report_of(Observation(Stage.AUTH, Kind.REPLY, reply=reply), username=username)
    signins.note(report, NOW, path)
    assert signins.refusals(report.profile, NOW, path).times == times, report.finding


async def test_every_profile_at_once_is_remembered_and_a_folder_that_cannot_be_used_told_once(
    practice: PracticeServer, home: Path
) -> None:
    secret = home / "secret"
    secret.write_text(practice.password.reveal())
    secret.chmod(0o600)
    for name in ("prod", "uat", "dev"):
        save_profile(name, practice.draft().with_changes(Change(Field.PASSWORD, f"file:{secret}")), path=home / "config.toml")
    assert (await run_beside("check", "--all")).code == 0
    assert set(json.loads(state_file("lastgood.json").read_text())["runs"]) == {"profile prod", "profile uat", "profile dev"}

    shutil.rmtree(home / "state")
    (home / "state").write_text("a file where a folder should be")
    ran = await run_beside("check", "--all")
    assert ran.code == 0
    assert ran.err.count("cannot be") == 1


async def test_a_new_password_for_the_profile_clears_the_count(practice: PracticeServer, home: Path) -> None:
    secret = home / "prod.secret"
    save_profile("prod", practice.draft().with_changes(Change(Field.PASSWORD, f"file:{secret}")), path=home / "config.toml")
    await run_beside("secret", "set", "prod", "--stdin", stdin=WRONG)
    for _ in range(2):
        await run_beside("check", "prod")
    assert "held back" in (await run_beside("check", "prod")).out
    await run_beside("secret", "set", "prod", "--stdin", stdin=right(practice))
    assert (await run_beside("check", "prod")).code == 0


async def test_after_a_day_it_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "signins.json"
    refused = report_of(Observation(Stage.AUTH, Kind.REPLY, reply=Reply(535, "5.7.8", ("no",))), username="u")
    signins.note(refused, NOW, path)
    assert signins.refusals(refused.profile, NOW + timedelta(hours=23), path).times == 1
    assert signins.refusals(refused.profile, NOW + timedelta(hours=25), path).times == 0


async def test_runs_at_once_lose_no_count(practice: PracticeServer) -> None:
    env = {"SMTP_WIZARD_PASSWORD": "not the password"}
    flags = ["check", *flags_for(practice.draft()), "--try-sign-in", "--nagios"]
    await asyncio.gather(*(run_process(*flags, env=env) for _ in range(4)))
    assert json.loads(state_file("signins.json").read_text())["accounts"][f"{practice.username} at localhost"]["count"] == 4


async def test_no_memory_keeps_and_reads_nothing(practice: PracticeServer) -> None:
    for _ in range(3):
        ran = await run_beside(*words(practice, "--no-memory", "--transcript"), stdin=WRONG)
        assert sign_ins(ran.out) == 1
    assert not state_file("signins.json").parent.exists()


async def test_no_secret_reaches_the_state_folder_and_nobody_else_reads_it(practice: PracticeServer) -> None:
    await run_beside(*words(practice), stdin=WRONG)
    await run_beside(*words(practice, "--on-change"), stdin=right(practice))
    files = list(state_file("x").parent.iterdir())
    assert {file.name for file in files} == {"alerts.json", "lastgood.json", "signins.json"}
    for file in files:
        assert practice.password.reveal() not in file.read_text()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_state_folder_that_cannot_be_used_is_told_once_and_stops_nothing(practice: PracticeServer, home: Path) -> None:
    (home / "state").write_text("a file where a folder should be")
    ran = await run_beside(*words(practice), stdin=right(practice))
    assert ran.code == 0
    assert ran.err.count("cannot be") == 1


@pytest.mark.parametrize(
    "broken", [b"", b"{", b"[]", b'{"schema":1,"accounts":[]}', b'{"schema":1,"accounts":{"u at mail.test":7}}']
)
def test_a_broken_file_counts_as_none(tmp_path: Path, broken: bytes) -> None:
    path = tmp_path / "signins.json"
    path.write_bytes(broken)
    refused = report_of(Observation(Stage.AUTH, Kind.REPLY, reply=Reply(535, "5.7.8", ("no",))), username="u")
    assert signins.refusals(refused.profile, NOW, path).times == 0
    assert signins.note(refused, NOW, path) == ""
    assert signins.refusals(refused.profile, NOW, path).times == 1


def test_the_state_folder_is_where_the_platform_has_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from platformdirs import user_state_path

    for value in (str(tmp_path / "elsewhere"), "", "  "):
        monkeypatch.setenv("XDG_STATE_HOME", value)
        assert state_file("x").parent == user_state_path("smtp-wizard", appauthor=False)


# --- what changed ----------------------------------------------------------------------------------------------------


def report_of(failed: Observation | None = None, context: Context = NOTHING, *, username: str = "", port: str = "587") -> Report:
    """A run of the profile prod, failed at one stage or passed."""
    profile = parse(Draft(host="mail.test", port=port, username=username, sender="a@b.test"), "prod")
    assert isinstance(profile, Profile)
    seen = (failed or Observation(Stage.QUIT, Kind.PASSED))._replace(context=context)
    report = Report(profile).add(StageStarted(seen.stage, 1.0)).add(StageEnded(seen))
    return report.add(RunEnded(0.1))


def greeted(text: str) -> Context:
    return Context(greeting=Reply(220, None, (text,)))


async def test_a_failing_run_says_what_you_changed_and_what_the_server_changed(practice: PracticeServer, home: Path) -> None:
    save_profile("prod", practice.draft(), path=home / "config.toml")
    assert (await run_beside("check", "prod", "--password-stdin", stdin=right(practice))).code == 0
    async with PracticeServer("auth-not-offered") as other:
        port = other.ports[Security.STARTTLS]
        ran = await run_beside("check", "prod", "--set", f"port={port}", "--set", f"ca_file={other.ca_file}", "--password-stdin",
                               stdin=right(practice))  # fmt: skip
    told = ran.out.partition("Since the last good run")[2]
    assert f"you changed the port: {practice.ports[Security.STARTTLS]} -> {port}" in told
    assert "sign-in methods offered: CRAM-MD5, LOGIN, PLAIN, SCRAM-SHA-256 -> none" in " ".join(told.split())
    assert told.index("you changed") < told.index("sign-in methods")


async def test_json_has_the_differences_with_their_moment(practice: PracticeServer) -> None:
    first = await run_beside(*words(practice, "--json"), stdin=right(practice))
    assert json.loads(first.out)["changed"] is None
    second = await run_beside(*words(practice, "--json"), stdin=right(practice))
    changed = json.loads(second.out)["changed"]
    assert changed["differences"] == []
    assert datetime.fromisoformat(changed["since"]).tzinfo is not None


async def test_a_run_that_passes_as_before_says_nothing_of_it(practice: PracticeServer) -> None:
    await run_beside(*words(practice), stdin=right(practice))
    ran = await run_beside(*words(practice), stdin=right(practice))
    assert "last good run" not in ran.out


@pytest.mark.parametrize(
    ("before", "now", "differs"),
    [
        (
            "AM0PR10CA0123.outlook.office365.com Microsoft ESMTP ready at Tue, 24 Nov 2026 09:30",
            "AM9PR05CA0456.outlook.office365.com Microsoft ESMTP ready at Wed, 25 Nov 2026 10:31",
            False,
        ),
        ("mail.test ESMTP Postfix", "firewall.corp ESMTP Proxy", True),
    ],
)
def test_a_greeting_differs_by_who_speaks_not_by_the_hour(tmp_path: Path, before: str, now: str, differs: bool) -> None:
    path = tmp_path / "lastgood.json"
    lastgood.keep(report_of(context=greeted(before)), now=NOW, path=path)
    found = lastgood.compare(report_of(Observation(Stage.EHLO, Kind.CLOSED), greeted(now)), path)
    assert found is not None
    assert [one.what for one in found.differences] == (["greeting"] if differs else [])


def test_what_was_not_reached_is_no_difference(tmp_path: Path) -> None:
    path = tmp_path / "lastgood.json"
    lastgood.keep(report_of(context=greeted("mail.test ESMTP Postfix")), now=NOW, path=path)
    found = lastgood.compare(report_of(Observation(Stage.CONNECT, Kind.REFUSED), port="2525"), path)
    assert found is not None
    assert [(one.what, one.before, one.now) for one in found.differences] == [("port", "587", "2525")]


def test_a_certificate_is_another_one_by_its_whole_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "lastgood.json"
    common = "ab" * 31
    lastgood.keep(secured(common + "00"), now=NOW, path=path)
    assert lastgood.compare(secured(common + "00"), path) == lastgood.Changed("2026-11-24T09:30:00+00:00", ())
    found = lastgood.compare(secured(common + "01"), path)
    assert found is not None
    assert [one.what for one in found.differences] == ["certificate"]
    assert common + "00" in found.differences[0].before
    assert common + "01" in found.differences[0].now


def secured(sha256: str) -> Report:
    certificate = Certificate("CN=mail.test", "CN=CA", ("mail.test",), "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", sha256)
    return report_of(context=Context(tls=TlsFacts("TLSv1.3", "AES", True, certificate)))


def test_a_server_that_tells_a_novel_does_not_fill_what_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "lastgood.json"
    words = {f"WORD{number}": "" for number in range(5000)}
    long = Context(greeting=Reply(220, None, ("a" * 9000,)), ehlo=Reply(250, None, ("mail.test",)), capabilities=words)
    lastgood.keep(report_of(context=long), now=NOW, path=path)
    assert path.stat().st_size < 10_000
    again = lastgood.compare(report_of(context=long), path)
    assert again is not None
    assert again.differences == ()


def test_a_failed_run_is_not_remembered_as_good(tmp_path: Path) -> None:
    path = tmp_path / "lastgood.json"
    assert lastgood.keep(report_of(Observation(Stage.CONNECT, Kind.REFUSED)), now=NOW, path=path) == ""
    assert not path.exists()
    assert lastgood.compare(report_of(), path) is None
    assert os.listdir(tmp_path) == []
