"""Applying and undoing through the stand-in's console: what changes, what is kept, and every way it can go wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.iiq.standin import ENTRIES, Fault, commands_of, process_of, settings_of, sign_ins_of, standin, waiting_in
from wizard.draft import Draft
from wizard.identityiq.console.session import ConsoleLogin, ConsoleProblem, Patience, Trouble
from wizard.identityiq.handover.apply import StoppedError, apply, clear_queue
from wizard.identityiq.handover.kept import Kept
from wizard.identityiq.handover.outcome import Applied, Status
from wizard.identityiq.handover.plan import Plan, backlog_lines, plan_lines
from wizard.identityiq.handover.prepare import Secret, UnfitError, plan_apply, plan_undo
from wizard.identityiq.handover.told import outcome_lines
from wizard.identityiq.installation import Installation
from wizard.profile import Password, Profile, parse

QUICK = Patience(settle=0.05, start=0.3, answer=0.3, report=0.1, quit=5.0)
NEW = {
    "emailNotifierType": "smtp",
    "defaultEmailHost": "smtp.new.test",
    "defaultEmailPort": "587",
    "defaultEmailFromAddress": "iiq@new.test",
    "smtp_encryptionType": "TLS",
}
ADMIN = ConsoleLogin("spadmin", Password("s3cret-of-iiq"))
MAIL_PASSWORD = "hunter2-of-mail"


def profile(**fields: str) -> Profile:
    plain = {"host": "smtp.new.test", "port": "587", "security": "starttls", "sender": "iiq@new.test"}
    parsed = parse(Draft(**{**plain, **fields}), "prod")
    assert isinstance(parsed, Profile), parsed
    return parsed


async def planned(iiq: Installation, wanted: Profile | None = None, **more: object) -> Plan:
    return await plan_apply(iiq, wanted or profile(), patience=QUICK, **more)  # type: ignore[arg-type]


async def applied(iiq: Installation, tmp_path: Path, plan: Plan | None = None, **more: object) -> Applied:
    plan = plan or await planned(iiq)
    return await apply(plan, tmp_path / "kept", patience=QUICK, **more)  # type: ignore[arg-type]


async def undone(iiq: Installation, file: Path, tmp_path: Path) -> Applied:
    plan = await plan_undo(iiq, file, patience=QUICK)
    return await apply(plan, tmp_path / "kept-undo", patience=QUICK)


def new_fault(iiq: Installation, fault: Fault, at: str = "import") -> None:
    """Have the stand-in misbehave otherwise from its next start on."""
    place = iiq.folder / "WEB-INF" / "standin" / "standin.json"
    place.write_text(json.dumps({**json.loads(place.read_text()), "fault": fault, "at": at}))


# --- all goes well ------------------------------------------------------------------------------------------------------------


async def test_a_plan_says_what_changes_and_changes_nothing(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", waiting=3)
    plan = await planned(iiq)
    lines = plan_lines(plan)
    assert any(line.split() == ["Default", "SMTP", "Host", "mail.old.example", "->", "smtp.new.test"] for line in lines)
    assert any("NONE (no encryption) -> TLS (STARTTLS)" in line for line in lines)
    assert "All other entries of SystemConfiguration are left alone." in lines
    assert settings_of(iiq) == ENTRIES
    assert "import" not in commands_of(iiq)


async def test_the_plan_says_who_sends_and_what_waiting_mail_will_do(tmp_path: Path) -> None:
    said = " ".join(backlog_lines(await planned(standin(tmp_path / "iiq", waiting=3))))
    assert "3 requests are counted" in said
    assert "1 hour later" in said
    assert "real people" in said
    assert "Request service" in said


async def test_with_a_redirect_old_mail_is_not_said_to_reach_real_people(tmp_path: Path) -> None:
    redirect = profile(iiq_type="redirectToEmail", iiq_redirect_address="me@new.test")
    said = " ".join(backlog_lines(await planned(standin(tmp_path / "iiq"), redirect)))
    assert "redirection address" in said
    assert "real people" not in said
    assert "No request waits" in said


async def test_applying_changes_what_the_profile_says_and_nothing_else(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", waiting=2)
    ended = await applied(iiq, tmp_path)
    assert ended.right
    assert settings_of(iiq) == ENTRIES | NEW
    assert waiting_in(iiq) == 2, "waiting mail is not touched"
    assert commands_of(iiq) == ["get", "get", "count", "quit", "export", "import", "get", "quit"]
    assert outcome_lines(ended)[0] == "Read back: all 5 entries stand as wanted."


async def test_backup_and_rollback_are_there_before_the_import_and_yours_alone(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq")
    seen: list[tuple[Kept, dict[str, str]]] = []
    await applied(iiq, tmp_path, begun=lambda kept: seen.append((kept, settings_of(iiq))))
    ((kept, settings),) = seen
    assert settings == ENTRIES, "nothing was imported yet"
    assert kept.rollback is not None
    for file in (kept.rollback, kept.whole, kept.backup, kept.document):
        assert file.stat().st_mode & 0o777 == 0o600
    assert kept.folder.stat().st_mode & 0o777 == 0o700


async def test_undo_brings_every_old_value_back(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq")
    ended = await applied(iiq, tmp_path)
    assert ended.kept.rollback is not None
    assert (await undone(iiq, ended.kept.rollback, tmp_path)).right
    assert settings_of(iiq) == ENTRIES


async def test_a_merge_cannot_take_an_entry_out_and_the_whole_object_can(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq")
    plan = await planned(iiq, profile(username="svc"), secret=Secret(Password(MAIL_PASSWORD)))
    assert any("Username (smtp_username), Password (smtp_password)" in note for note in plan.notes)
    ended = await applied(iiq, tmp_path, plan)
    assert ended.kept.rollback is not None
    back = await plan_undo(iiq, ended.kept.rollback, patience=QUICK)
    assert back.notes == (
        "Added by the change, and left there by this file: Username, Password. The whole object takes them out.",
    )
    await apply(back, tmp_path / "first", patience=QUICK)
    assert settings_of(iiq).keys() - ENTRIES.keys() == {"smtp_username", "smtp_password"}

    whole = await plan_undo(iiq, ended.kept.whole, patience=QUICK)
    assert [entry.key for entry in whole.goes] == ["smtp_username", "smtp_password"]
    assert (await apply(whole, tmp_path / "second", patience=QUICK)).right
    assert settings_of(iiq) == ENTRIES


async def test_settings_that_stand_already_leave_nothing_to_do(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", entries={**ENTRIES, **NEW})
    plan = await planned(iiq)
    assert plan.changes == ()
    assert "has these settings already" in plan_lines(plan)[0]


async def test_the_password_is_encrypted_by_the_console_and_shown_nowhere(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", echo=True)
    told: list[str] = []
    plan = await planned(iiq, profile(username="svc"), secret=Secret(Password(MAIL_PASSWORD)), say=told.append)
    ended = await applied(iiq, tmp_path, plan, say=told.append)
    assert ended.right
    stored = settings_of(iiq)["smtp_password"]
    assert stored.startswith("1:ACP:")
    everything = " ".join([*told, *plan_lines(plan), *outcome_lines(ended), repr(plan), repr(ended), process_of(iiq)[1]])
    assert MAIL_PASSWORD not in everything
    assert stored not in everything
    for file in ended.kept.folder.iterdir():
        assert MAIL_PASSWORD not in file.read_text()


async def test_a_password_in_clear_is_written_as_it_is_only_when_that_was_said(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq")
    plan = await planned(iiq, profile(username="svc"), secret=Secret(Password(MAIL_PASSWORD), in_clear=True))
    assert (await applied(iiq, tmp_path, plan)).right
    assert settings_of(iiq)["smtp_password"] == MAIL_PASSWORD
    assert "encrypt" not in commands_of(iiq)


async def test_a_password_the_console_could_misread_is_not_sent_at_all(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq")
    with pytest.raises(ConsoleProblem) as caught:
        await planned(iiq, profile(username="svc"), secret=Secret(Password("two words")))
    assert caught.value.trouble is Trouble.NOT_SAYABLE
    assert commands_of(iiq) == []


async def test_a_user_name_without_its_password_is_said(tmp_path: Path) -> None:
    plan = await planned(standin(tmp_path / "iiq"), profile(username="svc"))
    assert any("IdentityIQ has no password stored" in note for note in plan.notes)
    assert "The password is left out: what IdentityIQ has stored stays." in plan_lines(plan)


async def test_the_console_is_signed_in_to_each_time_once(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", login=("spadmin", "s3cret-of-iiq"))
    with pytest.raises(ConsoleProblem) as caught:
        await planned(iiq)
    assert caught.value.trouble is Trouble.LOGIN_REQUIRED
    plan = await planned(iiq, login=ADMIN)
    assert (await applied(iiq, tmp_path, plan, login=ADMIN)).right
    assert sign_ins_of(iiq) == ["spadmin", "spadmin"]


async def test_the_queue_is_cleared_by_its_own_command_alone(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", waiting=4)
    await applied(iiq, tmp_path)
    assert waiting_in(iiq) == 4
    assert not (await clear_queue(iiq, patience=QUICK)).problem
    assert waiting_in(iiq) == 0


# --- nothing is begun ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.DIES, Fault.GARBAGE, Fault.ENORMOUS])
async def test_without_a_backup_nothing_is_imported(tmp_path: Path, fault: Fault) -> None:
    iiq = standin(tmp_path / "iiq", fault=fault, at="export")
    with pytest.raises(StoppedError, match=r"[Nn]othing was imported"):
        await applied(iiq, tmp_path, deadline=2.0)
    assert "import" not in commands_of(iiq)
    assert settings_of(iiq) == ENTRIES


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.DIES, Fault.GARBAGE])
async def test_settings_that_cannot_be_read_make_no_plan(tmp_path: Path, fault: Fault) -> None:
    iiq = standin(tmp_path / "iiq", fault=fault, at="get")
    with pytest.raises(ConsoleProblem):
        await planned(iiq, deadline=2.0)
    assert "import" not in commands_of(iiq)


async def test_a_console_that_does_not_start_makes_no_plan(tmp_path: Path) -> None:
    with pytest.raises(ConsoleProblem):
        await planned(standin(tmp_path / "iiq", fault=Fault.START_ERROR))


async def test_somebody_elses_change_in_between_stops_it(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq")
    plan = await planned(iiq)
    await applied(iiq, tmp_path, await planned(iiq, profile(host="smtp.other.test")))
    with pytest.raises(StoppedError, match="somebody else is at work"):
        await apply(plan, tmp_path / "second", patience=QUICK)
    assert settings_of(iiq)["defaultEmailHost"] == "smtp.other.test"


async def test_a_folder_that_cannot_be_made_stops_it(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq")
    (tmp_path / "kept").write_text("a file")
    with pytest.raises(StoppedError, match="cannot be used"):
        await applied(iiq, tmp_path)
    assert settings_of(iiq) == ENTRIES


# --- the import goes wrong ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Fault.IMPORT_ERROR, Fault.HANG, Fault.DIES, Fault.GARBAGE, Fault.ENORMOUS])
async def test_an_import_that_changed_nothing_is_said_to_have_changed_nothing(tmp_path: Path, fault: Fault) -> None:
    iiq = standin(tmp_path / "iiq", fault=fault)
    ended = await applied(iiq, tmp_path, deadline=2.0)
    assert settings_of(iiq) == ENTRIES
    assert ended.status is Status.UNCHANGED
    assert not ended.right
    assert ended.problem
    said = outcome_lines(ended)
    assert "Read back: IdentityIQ's mail settings stand as they did before. Nothing was changed." in said
    assert not any("iiq undo" in line for line in said), "there is nothing to take back"


@pytest.mark.parametrize("fault", [Fault.PARTIAL_IMPORT, Fault.DIES_HALF_APPLIED])
async def test_what_is_half_applied_is_named_and_the_way_back_offered(tmp_path: Path, fault: Fault) -> None:
    iiq = standin(tmp_path / "iiq", fault=fault)
    ended = await applied(iiq, tmp_path)
    assert ended.status is Status.PARTLY
    assert {row.key for row in ended.rows if not row.right} == {
        key for key, value in NEW.items() if settings_of(iiq)[key] != value
    }
    said = "\n".join(outcome_lines(ended, str(iiq.folder)))
    assert "entries stand as wanted, these do not" in said
    assert f"smtp-wizard iiq undo {ended.kept.rollback} --folder {iiq.folder}" in said
    assert ended.kept.rollback is not None
    new_fault(iiq, Fault.NONE)
    assert (await undone(iiq, ended.kept.rollback, tmp_path)).right
    assert settings_of(iiq) == ENTRIES


async def test_an_error_beside_a_change_that_stands_is_not_called_right(tmp_path: Path) -> None:
    """The stand-in reports an error although all of the two entries stood as wanted before it came."""
    iiq = standin(tmp_path / "iiq", fault=Fault.IMPORT_ERROR, entries={**ENTRIES, **NEW})
    plan = (await planned(iiq))._replace(document="<sailpoint/>")
    ended = await applied(iiq, tmp_path, plan)
    assert ended.status is Status.DONE
    assert not ended.right


@pytest.mark.parametrize(("fault", "at"), [(Fault.START_ERROR, "import"), (Fault.HANG, "get"), (Fault.GARBAGE, "get")])
async def test_what_cannot_be_read_back_is_called_unknown(tmp_path: Path, fault: Fault, at: str) -> None:
    iiq = standin(tmp_path / "iiq", fault=Fault.DIES_HALF_APPLIED)
    ended = await applied(iiq, tmp_path, deadline=2.0, begun=lambda _: new_fault(iiq, fault, at))
    assert ended.status is Status.UNKNOWN
    said = "\n".join(outcome_lines(ended))
    assert "is not known" in said
    assert "smtp-wizard iiq read" in said
    assert f"smtp-wizard iiq undo {ended.kept.rollback}" in said


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.DIES])
async def test_an_end_that_goes_wrong_after_reading_back_changes_no_verdict(tmp_path: Path, fault: Fault) -> None:
    iiq = standin(tmp_path / "iiq", fault=fault, at="quit")
    plan = await plan_apply(iiq, profile(), patience=QUICK._replace(quit=0.2))
    ended = await apply(plan, tmp_path / "kept", patience=QUICK._replace(quit=0.2))
    assert ended.right


async def test_noise_that_is_not_utf8_does_not_matter(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", fault=Fault.NOT_UTF8, at="get")
    assert (await applied(iiq, tmp_path)).right


async def test_a_console_without_prompts_does_as_well(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "iiq", prompt=False)
    assert (await applied(iiq, tmp_path)).right
    assert settings_of(iiq) == ENTRIES | NEW


# --- files that take back -----------------------------------------------------------------------------------------------------


SETTING = (
    "<Configuration name='SystemConfiguration'><Attributes><Map><entry key='defaultEmailHost' value='x'/></Map></Attributes>"
    "</Configuration>"
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("not xml", "not well-formed"),
        (
            f"<sailpoint><ImportAction name='execute'>{SETTING}</ImportAction></sailpoint>",
            "not a merge",
        ),
        ("<sailpoint/>", "changes nothing"),
        (
            f"<sailpoint><ImportAction name='merge'>{SETTING.replace('SystemConf', 'UIConf')}</ImportAction></sailpoint>",
            "wrong object",
        ),
    ],
)
async def test_a_file_that_is_no_rollback_is_refused_before_the_console_is_started(tmp_path: Path, text: str, why: str) -> None:
    iiq = standin(tmp_path / "iiq")
    file = tmp_path / "rollback.xml"
    file.write_text(text)
    with pytest.raises(UnfitError, match=why):
        await plan_undo(iiq, file, patience=QUICK)
    assert commands_of(iiq) == []


async def test_a_rollback_with_old_values_that_are_wrong_puts_them_back_all_the_same(tmp_path: Path) -> None:
    old = {**ENTRIES, "defaultEmailHost": "mail.old.example ", "emailNotifierType": "SMTP"}
    iiq = standin(tmp_path / "iiq", entries=old)
    ended = await applied(iiq, tmp_path)
    assert ended.kept.rollback is not None
    await undone(iiq, ended.kept.rollback, tmp_path)
    assert settings_of(iiq) == old
