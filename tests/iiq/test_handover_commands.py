"""``iiq export``, ``check-file``, ``apply``, ``undo`` and ``card`` from the command line: files, modes, words and exit codes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path

import pytest

from tests.iiq.standin import ENTRIES, Fault, commands_of, process_of, settings_of, standin, waiting_in
from tests.unit.cli import Ran, run, run_in_terminal, settle, start
from wizard.commands.iiq.export import file_names
from wizard.identityiq.handover.examine import examine
from wizard.identityiq.installation import Installation
from wizard.identityiq.reading import read_file
from wizard.identityiq.settings import Key, NotificationType
from wizard.memory.lastapply import LastApply, recall, remember

SECRET = "hunter2-of-mail"
CONFIG = """
default_profile = "prod"

[profiles.prod]
host = "smtp.new.test"
port = 587
security = "starttls"
username = "svc"
password = {{ from = "file", path = "{secret}" }}
sender = "iiq@new.test"

[profiles.prod.identityiq]
retries = 5
suppress_duplicates = true
server_root = "https://iiq.new.test/identityiq"

[profiles.uat]
host = "smtp.uat.test"
port = 465
security = "tls"

[profiles.uat.identityiq]
environment = "non-production"

[profiles."graph / office"]

[profiles."graph / office".identityiq]
type = "http"
token_endpoint = "https://login.test/tenant/token"
scope = "https://graph.test/.default"
client_id = "4711"
"""
EXPORT = """<?xml version='1.0' encoding='UTF-8'?>
<!DOCTYPE sailpoint PUBLIC "sailpoint.dtd" "sailpoint.dtd">
<sailpoint><Configuration name="SystemConfiguration"><Attributes><Map>
<entry key="defaultEmailHost" value="mail.old.test"/><entry key="smtp_username" value="old"/>
<entry key="smtp_password" value="1:ACP:oldsecret"/>
</Map></Attributes></Configuration></sailpoint>
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    secret = folder / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    (folder / "config.toml").write_text(CONFIG.format(secret=secret))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    return settle(folder, monkeypatch)


@pytest.fixture
def export(home: Path) -> Path:
    made = home / "export.xml"
    made.write_text(EXPORT)
    return made


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def one_line(text: str) -> str:
    return " ".join(text.split())


# --- export -------------------------------------------------------------------------------------------------------------------


def test_the_file_goes_to_standard_output_and_the_talk_beside_it(home: Path) -> None:
    ran = run("iiq", "export")
    assert ran.code == 0
    assert ran.out.startswith("<?xml")
    assert [flaw for flaw in examine(ran.out) if flaw.finding.severity == "error"] == []
    assert "The password is left out" in ran.err
    assert "Maximum Email Retries (5) is not in this file" in one_line(ran.err)


def test_a_file_says_how_to_load_it(home: Path) -> None:
    ran = run("iiq", "export", "prod", "--out", str(home / "prod.xml"))
    assert ran.code == 0
    assert read_file(home / "prod.xml").settings.value(Key.HOST) == "smtp.new.test"  # type: ignore[union-attr]
    assert "Import from File" in ran.out
    assert f"import {home / 'prod.xml'}" in one_line(ran.out)


def test_against_an_export_the_change_is_shown_and_the_rollback_is_made(home: Path, export: Path) -> None:
    ran = run("iiq", "export", "prod", "--out", str(home / "prod.xml"), "--against", str(export))
    assert ran.code == 0
    assert "mail.old.test -> smtp.new.test" in one_line(ran.out)
    rollback = home / "prod.rollback.xml"
    assert read_file(rollback).settings.value(Key.HOST) == "mail.old.test"  # type: ignore[union-attr]
    assert "oldsecret" not in rollback.read_text(), "the password is not changed, so it is not in the rollback"
    assert "The user name changes and the password stays" in one_line(ran.out)


def test_a_rollback_is_never_overwritten_by_a_newer_one(home: Path, export: Path) -> None:
    words = ("iiq", "export", "prod", "--out", str(home / "prod.xml"), "--against", str(export))
    assert run(*words).code == 0
    first = (home / "prod.rollback.xml").read_text()
    assert run(*words).code == 0, "the same once more does no harm"
    export.write_text(EXPORT.replace("mail.old.test", "mail.newer.test"))
    ran = run(*words, "--set", "port=2525")
    assert ran.code == 2
    assert "not overwritten" in ran.err
    assert (home / "prod.rollback.xml").read_text() == first
    assert "2525" not in (home / "prod.xml").read_text()


def test_a_password_in_clear_needs_two_flags_and_a_private_file(home: Path, export: Path) -> None:
    words = ("iiq", "export", "prod", "--with-password", "--password-in-clear")
    assert run(*words).code == 2, "it is never shown on standard output"
    ran = run(*words, "--out", str(home / "prod.xml"), "--against", str(export), "--rollback", str(home / "back.xml"))
    assert ran.code == 0
    assert SECRET not in ran.out + ran.err
    assert SECRET in (home / "prod.xml").read_text()
    assert mode(home / "prod.xml") == 0o600
    assert "1:ACP:oldsecret" in (home / "back.xml").read_text()
    assert mode(home / "back.xml") == 0o600
    assert "clear text" in one_line(ran.out)


def test_a_password_is_encrypted_by_the_console_where_there_is_one(home: Path) -> None:
    iiq = standin(home / "iiq")
    ran = run("iiq", "export", "prod", "--with-password", "--folder", str(iiq.folder), "--out", str(home / "prod.xml"))
    assert ran.code == 0
    written = (home / "prod.xml").read_text()
    assert 'key="smtp_password" value="1:ACP:' in written
    assert SECRET not in written + ran.out + ran.err
    assert mode(home / "prod.xml") == 0o600
    assert commands_of(iiq) == ["encrypt", "quit"]


def test_without_a_console_a_password_is_refused_and_nothing_written(home: Path) -> None:
    ran = run("iiq", "export", "prod", "--with-password", "--folder", str(home), "--out", str(home / "prod.xml"))
    assert ran.code == 2
    assert "--password-in-clear" in ran.err
    assert not (home / "prod.xml").exists()


def test_tokens_go_with_a_properties_file_that_holds_no_secret(home: Path) -> None:
    ran = run("iiq", "export", "prod", "--tokens", "--with-password", "--out", str(home / "mail.xml"))
    assert ran.code == 0
    written, listed = (home / "mail.xml").read_text(), (home / "mail.properties").read_text()
    assert 'value="%%SMTP_PASSWORD%%"' in written
    assert "%%SMTP_HOST%%=smtp.new.test" in listed
    assert "#%%SMTP_PASSWORD%%=" in listed
    assert SECRET not in written + listed + ran.out


def test_all_profiles_go_into_one_folder_and_what_cannot_be_written_is_said(home: Path) -> None:
    ran = run("iiq", "export", "--all", "--out", str(home / "all"), "--json")
    assert ran.code == 0
    assert sorted(path.name for path in (home / "all").iterdir()) == ["prod.xml", "uat.xml"]
    said = {one["profile"]: one for one in json.loads(ran.out)["profiles"]}
    assert said["prod"]["file"] == str(home / "all" / "prod.xml")
    assert said["graph / office"]["file"] is None
    assert "Type the values on the screen" in said["graph / office"]["notes"][0]
    assert "Nothing was written for 'graph / office'" in ran.err


def test_http_alone_ends_with_1_and_leads_to_the_card(home: Path) -> None:
    ran = run("iiq", "export", "graph / office", "--out", str(home / "x.xml"))
    assert ran.code == 1
    assert "smtp-wizard iiq card" in ran.err
    assert not (home / "x.xml").exists()


def test_a_non_production_profile_is_offered_a_redirect_and_can_have_it(home: Path) -> None:
    ran = run("iiq", "export", "uat", "--out", str(home / "uat.xml"))
    assert ran.code == 0
    assert "smtp-wizard iiq export uat --redirect ADDRESS" in ran.err
    again = run("iiq", "export", "uat", "--redirect", "me@new.test", "--out", str(home / "uat.xml"))
    settings = read_file(home / "uat.xml").settings
    assert settings is not None
    assert settings.notification is NotificationType.REDIRECT_TO_EMAIL
    assert settings.value(Key.REDIRECT_ADDRESS) == "me@new.test"
    assert "--redirect" not in again.err
    assert "mistake" not in one_line(again.out + again.err), "what the profile says of its environment beats a guess"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rollback", "x.xml"), "--against"),
        (("--tokens",), "--out"),
        (("--all",), "--out"),
        (("--all", "prod", "--out", "x"), "leave the profile"),
        (("--password-in-clear",), "--with-password"),
        (("--against", "/no/such/file"), "no such file"),
        (("uat", "--with-password", "--out", "x"), "signs in as nobody"),
        (("nobody",), "'nobody'"),
        (("--set", "port=70000"), "port 70000"),
    ],
)
def test_what_makes_no_sense_is_refused_with_2(home: Path, words: tuple[str, ...], said: str) -> None:
    ran = run("iiq", "export", *words)
    assert ran.code == 2
    assert said in one_line(ran.err)
    assert ran.out == ""


# --- check-file ---------------------------------------------------------------------------------------------------------------


def test_a_file_made_here_passes(home: Path) -> None:
    run("iiq", "export", "prod", "--out", str(home / "prod.xml"))
    ran = run("iiq", "check-file", str(home / "prod.xml"))
    assert ran.code == 0
    assert ran.out.rstrip().endswith("ok It is fit to be imported.")


def test_a_file_without_import_action_does_not_pass(home: Path, export: Path) -> None:
    ran = run("iiq", "check-file", str(export))
    assert ran.code == 1
    assert "replaces the whole object" in one_line(ran.out)
    assert "oldsecret" not in ran.out
    found = json.loads(run("iiq", "check-file", str(export), "--json").out)
    assert not found["ok"]
    assert found["flaws"][0]["id"] == "iiq-file-no-import-action"
    assert found["flaws"][0]["line"] == 3


def test_strict_counts_warnings(home: Path) -> None:
    run("iiq", "export", "prod", "--out", str(home / "p.xml"), "--with-password", "--password-in-clear")
    assert run("iiq", "check-file", str(home / "p.xml")).code == 0
    assert run("iiq", "check-file", str(home / "p.xml"), "--strict").code == 1


def test_a_file_from_standard_input_or_in_another_encoding(home: Path) -> None:
    assert run("iiq", "check-file", "-", stdin=b"<a>").code == 1
    (home / "latin.xml").write_bytes(b"<a>\n\xfc</a>")
    ran = run("iiq", "check-file", str(home / "latin.xml"))
    assert ran.code == 2
    assert "line 2 holds the byte fc" in ran.err
    assert run("iiq", "check-file", str(home / "missing.xml")).code == 2


# --- apply and undo -----------------------------------------------------------------------------------------------------------


def test_apply_and_undo_find_each_other_and_leave_nothing_behind(home: Path) -> None:
    iiq = standin(home / "iiq", waiting=2)
    ran = run("iiq", "apply", "prod", "--folder", str(iiq.folder), "--yes")
    assert ran.code == 0, ran.err
    assert "mail.old.example -> smtp.new.test" in one_line(ran.out)
    assert "2 requests are counted" in one_line(ran.out)
    assert "as wanted." in ran.out
    assert settings_of(iiq)["defaultEmailHost"] == "smtp.new.test"
    assert waiting_in(iiq) == 2

    back = run("iiq", "undo", "--yes")
    assert back.code == 0, back.err
    assert settings_of(iiq) == {**ENTRIES, "smtp_username": "svc"}
    whole = run("iiq", "undo", "--whole", "--yes", "--json")
    assert whole.code == 0, whole.err
    assert json.loads(whole.out)["taken_out"] == ["smtp_username"]
    assert settings_of(iiq) == ENTRIES


def test_a_plan_is_only_said(home: Path) -> None:
    iiq = standin(home / "iiq")
    ran = run("iiq", "apply", "prod", "--folder", str(iiq.folder), "--plan", "--json")
    assert ran.code == 0
    said = json.loads(ran.out)
    assert said["status"] is None
    assert {one["key"] for one in said["changes"]} >= {"defaultEmailHost", "smtp_encryptionType"}
    assert settings_of(iiq) == ENTRIES
    assert not (home / "state").exists()


def test_nobody_there_and_no_yes_changes_nothing_and_starts_nothing(home: Path) -> None:
    iiq = standin(home / "iiq")
    ran = run("iiq", "apply", "prod", "--folder", str(iiq.folder))
    assert ran.code == 2
    assert "--yes" in ran.err
    assert commands_of(iiq) == []


def test_a_failed_import_ends_with_1_although_the_console_ends_with_0(home: Path) -> None:
    iiq = standin(home / "iiq", fault=Fault.IMPORT_ERROR)
    ran = run("iiq", "apply", "prod", "--folder", str(iiq.folder), "--yes")
    assert ran.code == 1
    assert "Nothing was changed" in one_line(ran.out)
    assert "Could not execute" in one_line(ran.out)


def test_what_is_half_applied_can_be_taken_back_without_naming_a_file(home: Path) -> None:
    iiq = standin(home / "iiq", fault=Fault.DIES_HALF_APPLIED)
    ran = run("iiq", "apply", "prod", "--folder", str(iiq.folder), "--yes")
    assert ran.code == 1
    assert "smtp-wizard iiq undo" in ran.out
    place = iiq.folder / "WEB-INF" / "standin" / "standin.json"
    place.write_text(json.dumps({**json.loads(place.read_text()), "fault": ""}))
    assert run("iiq", "undo", "--yes").code == 0
    assert settings_of(iiq)["defaultEmailHost"] == ENTRIES["defaultEmailHost"]


def test_the_password_goes_along_encrypted_and_is_in_no_output_and_no_file(home: Path) -> None:
    iiq = standin(home / "iiq")
    ran = run("iiq", "apply", "prod", "--folder", str(iiq.folder), "--yes", "--with-password", "--json")
    assert ran.code == 0, ran.err
    assert settings_of(iiq)["smtp_password"].startswith("1:ACP:")
    assert settings_of(iiq)["smtp_password"] not in ran.out + ran.err
    assert SECRET not in ran.out + ran.err
    for folder, _, names in os.walk(home / "state"):
        for name in names:
            assert SECRET not in Path(folder, name).read_text()
            assert mode(Path(folder, name)) == 0o600


@pytest.mark.parametrize(
    ("words", "left", "code"),
    [
        ((), 3, 0),
        (("--clear-queue",), 3, 0),
        (("--clear-queue", "--yes-delete-waiting-mail"), 0, 0),
        (("--yes-delete-waiting-mail",), 3, 2),
    ],
)
def test_waiting_mail_is_deleted_only_when_that_was_said_by_itself(
    home: Path, words: tuple[str, ...], left: int, code: int
) -> None:
    iiq = standin(home / "iiq", waiting=3)
    ran = run("iiq", "apply", "prod", "--folder", str(iiq.folder), "--yes", *words)
    assert ran.code == code
    assert waiting_in(iiq) == left


def test_waiting_mail_is_kept_when_the_change_went_wrong(home: Path) -> None:
    iiq = standin(home / "iiq", waiting=3, fault=Fault.IMPORT_ERROR)
    ran = run("iiq", "apply", "prod", "--folder", str(iiq.folder), "--yes", "--clear-queue", "--yes-delete-waiting-mail")
    assert ran.code == 1
    assert waiting_in(iiq) == 3


def test_waiting_mail_is_kept_and_that_is_said_where_nothing_had_to_change(home: Path) -> None:
    iiq = standin(home / "iiq", waiting=3)
    words = ("iiq", "apply", "prod", "--folder", str(iiq.folder), "--yes")
    assert run(*words).code == 0
    again = run(*words, "--clear-queue", "--yes-delete-waiting-mail")
    assert again.code == 0
    assert waiting_in(iiq) == 3
    assert "waiting mail was kept" in again.err


async def on_terminal(home: Path, *words: str, answers: dict[str, str]) -> Ran:
    env = {"XDG_STATE_HOME": str(home / "state"), "SMTP_WIZARD_CONFIG": str(home / "config.toml"), "HOME": str(home)}
    return await run_in_terminal(words, answers=answers, env=env)


@pytest.mark.parametrize(
    ("answer", "host", "code"), [("y", "smtp.new.test", 0), ("", "mail.old.example", 1), ("no", "mail.old.example", 1)]
)
async def test_a_person_is_asked_and_only_a_yes_is_one(home: Path, answer: str, host: str, code: int) -> None:
    iiq = standin(home / "iiq")
    ran = await on_terminal(
        home, "iiq", "apply", "prod", "--folder", str(iiq.folder), answers={"Change IdentityIQ now? [y/N]": answer}
    )
    assert ran.code == code, ran.out
    assert settings_of(iiq)["defaultEmailHost"] == host


@pytest.mark.parametrize(("answer", "left"), [("DELETE", 0), ("", 3), ("y", 3)])
async def test_a_yes_to_the_change_is_no_yes_to_deleting_mail(home: Path, answer: str, left: int) -> None:
    iiq = standin(home / "iiq", waiting=3)
    ran = await on_terminal(
        home,
        *("iiq", "apply", "prod", "--folder", str(iiq.folder), "--clear-queue"),
        answers={"Change IdentityIQ now? [y/N]": "y", "Type DELETE": answer},
    )
    assert ran.code == 0, ran.out
    assert waiting_in(iiq) == left


def test_applying_twice_says_that_nothing_is_left_to_do(home: Path) -> None:
    iiq = standin(home / "iiq")
    words = ("iiq", "apply", "prod", "--folder", str(iiq.folder), "--yes")
    assert run(*words).code == 0
    again = run(*words)
    assert again.code == 0
    assert "has these settings already" in one_line(again.out)
    assert commands_of(iiq).count("import") == 1


def test_http_is_not_applied(home: Path) -> None:
    iiq = standin(home / "iiq")
    ran = run("iiq", "apply", "graph / office", "--folder", str(iiq.folder), "--yes")
    assert ran.code == 1
    assert "Type the values on the screen" in ran.err
    assert commands_of(iiq) == []


def test_undo_without_a_change_asks_for_a_file(home: Path) -> None:
    ran = run("iiq", "undo", "--yes")
    assert ran.code == 2
    assert "smtp-wizard iiq undo FILE" in ran.err


def test_undo_refuses_a_file_that_is_no_rollback(home: Path) -> None:
    iiq = standin(home / "iiq")
    file = home / "other.xml"
    file.write_text("<nothing/>")
    ran = run("iiq", "undo", str(file), "--folder", str(iiq.folder), "--yes")
    assert ran.code == 2
    assert "not fit to be imported" in ran.err


def test_the_rollback_of_an_export_can_be_undone_with(home: Path, export: Path) -> None:
    iiq = standin(home / "iiq")
    run("iiq", "export", "prod", "--out", str(home / "prod.xml"), "--against", str(export))
    ran = run("iiq", "undo", str(home / "prod.rollback.xml"), "--folder", str(iiq.folder), "--yes")
    assert ran.code == 0, ran.err
    assert settings_of(iiq)["defaultEmailHost"] == "mail.old.test"


def test_files_go_where_keep_says(home: Path) -> None:
    iiq = standin(home / "iiq")
    ran = run("iiq", "apply", "prod", "--folder", str(iiq.folder), "--yes", "--json", "--keep", str(home / "my files"))
    assert ran.code == 0, ran.err
    assert Path(json.loads(ran.out)["rollback"]).is_relative_to(home / "my files")


# --- card ---------------------------------------------------------------------------------------------------------------------


def test_the_card_has_both_paths_and_every_field_of_the_profile(home: Path) -> None:
    shown = run("iiq", "prod").out
    assert "Notification Settings" in shown
    assert "Mail Settings" in shown
    lines = {one_line(line) for line in shown.splitlines()}
    assert lines >= {
        "Default SMTP Host smtp.new.test",
        "Maximum Email Retries 5",
        "Suppress Duplicate Emails ticked",
        "Server Root Path https://iiq.new.test/identityiq",
    }
    assert "its name for STARTTLS" in shown
    assert SECRET not in shown


def test_the_card_of_http_has_its_six_fields_and_names_no_entry(home: Path) -> None:
    said = json.loads(run("iiq", "card", "graph / office", "--json").out)
    fields = {one["label"]: one for one in said["fields"]}
    assert list(fields)[:7] == [
        "Email Notification Type",
        "Email Service Endpoint",
        "Token Endpoint",
        "Refresh Token Endpoint",
        "Scope",
        "Client ID",
        "Client Secret",
    ]
    assert {fields[name]["key"] for name in list(fields)[:7]} == {None}
    assert fields["Client ID"]["value"] == "4711"
    assert "Default SMTP Host" not in fields
    assert any("Mail.Send" in remark for remark in said["remarks"])


@pytest.mark.parametrize(
    ("words", "label", "gone"),
    [
        (("iiq_type=redirectToEmail", "iiq_redirect_address=me@new.test"), "Redirection Email Address", ""),
        (("iiq_type=redirectToFile", "iiq_redirect_file=/var/tmp/mail"), "Redirection File Name", "Default SMTP Host"),
    ],
)
def test_the_card_of_a_redirect_has_its_field(home: Path, words: tuple[str, ...], label: str, gone: str) -> None:
    from wizard.config import load
    from wizard.draft import Change, Field
    from wizard.identityiq.handover.card import card
    from wizard.profile import Profile, parse

    changes = [Change(Field(name), value) for name, _, value in (word.partition("=") for word in words)]
    profile = parse(load().profiles["prod"].with_changes(*changes), "prod")
    assert isinstance(profile, Profile)
    shown = card(profile)
    assert label in shown
    assert not gone or gone not in shown
    assert "real people" not in shown
    assert max(len(line) for line in shown.splitlines()) <= 80


# --- stopped in the middle ----------------------------------------------------------------------------------------------------


async def stopped_while(home: Path, iiq: Installation, command: str, by: signal.Signals = signal.SIGINT) -> Ran:
    """Run apply as a process of its own, and stop it once the stand-in was given a command."""
    env = {"XDG_STATE_HOME": str(home / "state"), "SMTP_WIZARD_CONFIG": str(home / "config.toml"), "HOME": str(home)}
    process = await start("iiq", "apply", "prod", "--folder", str(iiq.folder), "--yes", env=env)
    assert process.stderr is not None
    said = b""
    while f"Asking the console: {command}".encode() not in said:
        line = await process.stderr.readline()
        assert line, said.decode()
        said += line
    while command not in commands_of(iiq):
        await asyncio.sleep(0)
    process.send_signal(by)
    out, err = await process.communicate()
    assert process.returncode is not None
    return Ran(process.returncode, out.decode(), (said + err).decode())


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_stopped_during_the_import_nothing_is_claimed_and_undo_finds_the_way_back(home: Path, by: signal.Signals) -> None:
    iiq = standin(home / "iiq", fault=Fault.HANG)
    ran = await stopped_while(home, iiq, "import", by)
    assert ran.code == 130
    assert "whether it took effect is not known" in one_line(ran.err)
    assert "smtp-wizard iiq undo" in ran.err
    again = await asyncio.to_thread(run, "iiq", "apply", "prod", "--folder", str(iiq.folder), "--plan")
    assert "was not seen to its end" in one_line(again.err)
    pid, _ = process_of(iiq)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    new_plan = iiq.folder / "WEB-INF" / "standin" / "standin.json"
    new_plan.write_text(json.dumps({**json.loads(new_plan.read_text()), "fault": ""}))
    back = await asyncio.to_thread(run, "iiq", "undo", "--yes")
    assert back.code == 0, back.err
    assert settings_of(iiq) == ENTRIES


async def test_stopped_before_the_import_is_said_to_have_changed_nothing(home: Path) -> None:
    iiq = standin(home / "iiq", fault=Fault.HANG, at="export")
    ran = await stopped_while(home, iiq, "export")
    assert ran.code == 130
    assert "IdentityIQ is as it was" in one_line(ran.err)
    assert "import" not in commands_of(iiq)


# --- what is remembered -------------------------------------------------------------------------------------------------------


def test_the_last_change_of_each_installation_is_remembered_within_bounds(home: Path) -> None:
    for number in range(60):
        moment = f"2026-11-24T12:00:{number:02}+00:00"
        remember(LastApply(f"/opt/iiq{number}", "prod", moment, f"/kept/{number}/rollback.xml", f"/kept/{number}/whole.xml"))
    last = recall()
    assert last is not None
    assert last.installation == "/opt/iiq59"
    assert recall("/opt/iiq20") is not None
    assert recall("/opt/iiq2") is None, "the oldest are forgotten"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"schema": 1, "applied": {"/opt/iiq": {"installation": 7}}}', '{"schema": 1, "applied": []}']
)
def test_a_damaged_memory_is_no_memory(home: Path, text: str) -> None:
    place = home / "state" / "smtp-wizard" / "iiq-applied.json"
    place.parent.mkdir(parents=True)
    place.write_text(text)
    assert recall() is None


def test_profiles_whose_names_look_alike_get_files_of_their_own() -> None:
    assert file_names(["a/b", "a b", "A-B", "..", "prod"]) == ["a-b", "a-b-2", "A-B-3", "profile", "prod"]
