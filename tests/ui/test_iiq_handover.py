"""Hand over, through the screen: the card, the files, applying with a stand-in's console, taking back, and leaving meanwhile."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.iiq.standin import ENTRIES, Fault, commands_of, settings_of, sign_ins_of, standin, waiting_in
from tests.ui.home import home
from tests.ui.identityiq import PROFILE, SMALL, choose, fits, flat, found, gate, hand_over, iiq, saved_walk, under, wizard
from tests.ui.test_terminal_walk import ENTER
from tests.ui.watching import seen, until
from wizard.app.app import WizardApp
from wizard.app.dialog import Ask
from wizard.app.iiq.reading import Taken
from wizard.app.step import StepName
from wizard.draft import Change, Field
from wizard.identityiq.installation import Installation
from wizard.identityiq.reading import read_file

__all__ = ["home", "iiq"]

WAYS = ("Type it in", "A file to import", "Apply on this host", "Watch its mail", "Its templates", "IdentityIQ's own proof")


def read_before(app: WizardApp, folder: Path, **entries: str) -> None:
    """Have IdentityIQ's settings read, as Access does, from an export."""
    rows = "".join(f'<entry key="{key}" value="{value}"/>' for key, value in {**ENTRIES, **entries}.items())
    path = folder / "read.xml"
    path.write_text(f"<Configuration name='SystemConfiguration'><Attributes><Map>{rows}</Map></Attributes></Configuration>")
    settings = read_file(path).settings
    assert settings is not None
    app.was_read(Taken((), settings, frozenset()))


def written_in(folder: Path) -> list[Path]:
    """Return the XML files in a folder."""
    return list(folder.glob("*.xml"))


def mode(path: Path) -> int:
    """Return who may read a file."""
    return stat.S_IMODE(path.stat().st_mode)


async def test_each_way_says_what_it_does_before_it_is_chosen(home: Path) -> None:
    async with wizard().run_test(size=SMALL) as pilot:
        await hand_over(pilot)
        told = set()
        for way in WAYS:
            await under(pilot, way)
            await pilot.pause()
            told.add(seen(pilot.app).partition("IdentityIQ's own proof")[2])
            fits(pilot)
        assert len(told) == len(WAYS)
        await pilot.press("escape")
        await until(pilot, "[3 Test]")


async def test_from_details_it_opens_by_the_palette(home: Path) -> None:
    async with wizard(start=StepName.DETAILS).run_test(size=SMALL) as pilot:
        await until(pilot, "[2 Details]")
        await pilot.press("ctrl+p", *"hand over")
        await until(pilot, "a card to type from")
        await pilot.press("enter")
        await until(pilot, "Default SMTP Host        mail.test")


async def test_redirect_to_file_has_no_smtp_to_test_and_enter_leads_to_hand_over(home: Path) -> None:
    draft = PROFILE.with_changes(
        Change(Field.HOST, ""), Change(Field.IIQ_TYPE, "redirectToFile"), Change(Field.IIQ_REDIRECT_FILE, "/var/mail/iiq.txt")
    )
    async with wizard(draft, start=StepName.DETAILS).run_test(size=SMALL) as pilot:
        await until(pilot, "Redirect to File")
        pilot.app.screen.query_one(
            f"#{Field.IIQ_ENVIRONMENT}" if pilot.app.screen.query(f"#{Field.IIQ_ENVIRONMENT}") else "#host"
        ).focus()
        await pilot.press("enter")
        screen = await until(pilot, "How do the settings get there?")
        assert "Redirect to File" in screen
        assert "/var/mail/iiq.txt" in screen
        await pilot.press("escape")
        await until(pilot, "[2 Details]")


# --- the card ------------------------------------------------------------------------------------------------------------


async def test_the_card_is_read_copied_and_written_without_the_password(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = wizard()
    copied: list[str] = []
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    async with app.run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Type it in")
        screen = await until(pilot, "The card")
        assert "Default SMTP Host        mail.test" in screen
        assert "Notification Settings" in screen
        assert "Mail Settings" in screen
        fits(pilot)
        await pilot.press("pagedown")
        await until(pilot, "Default From Address")
        await pilot.press("w")
        await until(pilot, "readable by you alone: ~/smtp-wizard-prod-card.txt")
        await pilot.press("c")
        await until(pilot, "Given to your terminal's clipboard")
    written = home / "smtp-wizard-prod-card.txt"
    assert mode(written) == 0o600
    assert copied == [written.read_text()]
    assert "canary" not in copied[0]


async def test_a_card_that_cannot_be_written_says_so(home: Path) -> None:
    (home / "smtp-wizard-prod-card.txt").mkdir()
    async with wizard().run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Type it in")
        await until(pilot, "The card")
        await pilot.press("w")
        await until(pilot, "c copies it instead")


# --- files ---------------------------------------------------------------------------------------------------------------


async def test_the_files_are_written_the_way_back_beside_them_and_only_over_an_old_one_when_asked_twice(home: Path) -> None:
    app = wizard()
    read_before(app, home)
    async with app.run_test(size=SMALL) as pilot:
        await hand_over(pilot)
        screen = await under(pilot, "A file to import")
        screen = await until(pilot, "mail.old.example  ->  mail.test")
        await pilot.press("enter")
        await until(pilot, "Beside it stands the file that takes it back")
        await pilot.press("enter")
        screen = await until(pilot, "readable by you alone")
        assert "Import from File" in screen
        fits(pilot)
        await pilot.press("escape")
        await choose(pilot, "A file to import")
        await until(pilot, "~/smtp-wizard-prod-merge.xml")
        merge = home / "smtp-wizard-prod-merge.xml"
        merge.write_text("mine")
        await pilot.press("enter")
        await until(pilot, "this file exists")
        assert merge.read_text() == "mine"
        await pilot.press("enter")
        await until(pilot, "readable by you alone")
    merge, back = home / "smtp-wizard-prod-merge.xml", home / "smtp-wizard-prod-merge-rollback.xml"
    assert 'key="defaultEmailHost" value="mail.test"' in merge.read_text()
    assert "mail.old.example" in back.read_text()
    assert "canary" not in merge.read_text() + back.read_text()
    assert (mode(merge), mode(back)) == (0o600, 0o600)


async def test_a_build_gets_placeholders_and_a_file_of_values(home: Path) -> None:
    async with wizard().run_test(size=SMALL) as pilot:
        await hand_over(pilot, "A file to import")
        await until(pilot, "these values")
        await pilot.press("shift+tab", "right", "tab")
        await until(pilot, "placeholders, for a build")
        await pilot.press("enter")
        await until(pilot, "Let your build put the values in")
    assert "%%SMTP_HOST%%" in (home / "smtp-wizard-prod-merge.xml").read_text()
    assert "mail.test" in (home / "smtp-wizard-prod-merge.target.properties").read_text()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "type where the file goes"),
        ("~", "this is a folder"),
        ("/proc/nowhere/merge.xml", "not written"),
        ("~nobody-at-all/merge.xml", "not written"),
    ],
)
async def test_a_place_that_will_not_do_is_named_under_the_field(home: Path, typed: str, said: str) -> None:
    async with wizard().run_test(size=SMALL) as pilot:
        await hand_over(pilot, "A file to import")
        await until(pilot, "~/smtp-wizard-prod-merge.xml")
        await pilot.press("ctrl+u", *typed, "enter")
        await until(pilot, said)
        assert not written_in(home)


async def test_settings_that_no_file_can_hold_are_told_before_and_write_nothing(home: Path) -> None:
    side = {
        Field.IIQ_TYPE: "http",
        Field.IIQ_EMAIL_ENDPOINT: "https://graph.microsoft.com/v1.0/users/iiq@corp.test/sendMail",
        Field.IIQ_TOKEN_ENDPOINT: "https://login.microsoftonline.com/corp.test/oauth2/v2.0/token",
        Field.IIQ_SCOPE: "https://graph.microsoft.com/.default",
        Field.IIQ_CLIENT_ID: "33333333-dddd-4eee-8fff-444444444444",
    }
    draft = PROFILE.with_changes(*(Change(field, value) for field, value in side.items()))
    async with wizard(draft).run_test(size=SMALL) as pilot:
        await hand_over(pilot)
        before = await under(pilot, "A file to import")
        assert "HTTP" in before.partition("IdentityIQ's own proof")[2]
        await pilot.press("enter")
        await until(pilot, "Type this into IdentityIQ")
    assert not written_in(home)


# --- applying ------------------------------------------------------------------------------------------------------------


async def applying(pilot: Pilot[None]) -> str:
    """Open Apply and wait for its plan."""
    await hand_over(pilot, "Apply on this host")
    return await until(pilot, "Enter Change it")


async def test_it_is_changed_only_after_enter_and_taken_back_with_one_key(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    iiq = standin(tmp_path / "iiq", waiting=7)
    found(monkeypatch, iiq)
    before = settings_of(iiq)
    app = wizard()
    async with app.run_test(size=SMALL) as pilot:
        plan = await applying(pilot)
        assert "mail.old.example -> mail.test" in plan
        assert "Nothing is changed yet" in plan
        assert "import" not in commands_of(iiq)
        fits(pilot)
        await pilot.press("pagedown")
        await until(pilot, "7 requests are counted")
        await pilot.press("enter")
        await until(pilot, "Read back: all 6 entries stand as wanted")
        fits(pilot)
        changed = settings_of(iiq)
        assert (changed["defaultEmailHost"], changed["smtp_encryptionType"]) == ("mail.test", "TLS")
        assert changed["loginErrorStyle"] == "simple"
        assert "clearEmailQueue" not in commands_of(iiq)
        assert "smtp_password" not in changed
        await pilot.press("u")
        await until(pilot, "mail.test -> mail.old.example")
        assert settings_of(iiq) == changed, "taking back is a plan first"
        await pilot.press("enter")
        await until(pilot, "stand as wanted")
        fits(pilot)
    # What a merge added it cannot take away: the user name is left, and everything else is as it was.
    assert {key: value for key, value in settings_of(iiq).items() if key in before} == before


async def test_settings_that_stand_already_leave_nothing_to_do(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = {
        **ENTRIES,
        "defaultEmailHost": "mail.test",
        "defaultEmailPort": "587",
        "defaultEmailFromAddress": "iiq@corp.test",
        "smtp_encryptionType": "TLS",
        "smtp_username": "svc-iiq",
    }
    iiq = standin(tmp_path / "iiq", entries=entries)
    found(monkeypatch, iiq)
    async with wizard().run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Apply on this host")
        screen = await until(pilot, lambda: "has these settings already" in flat(pilot))
        assert "Change it" not in screen
        await pilot.press("enter")
        await pilot.pause()
    assert "import" not in commands_of(iiq)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault.IMPORT_ERROR, "stand as they did before. Nothing was changed."),
        (Fault.PARTIAL_IMPORT, "entries stand as wanted, these do not"),
        (Fault.DIES, "stand as they did before. Nothing was changed."),
        (Fault.DIES_HALF_APPLIED, "entries stand as wanted, these do not"),
    ],
)
async def test_an_import_that_goes_wrong_is_judged_by_what_stands(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault, said: str
) -> None:
    iiq = standin(tmp_path / "iiq", fault=fault)
    found(monkeypatch, iiq)
    async with wizard().run_test(size=SMALL) as pilot:
        await applying(pilot)
        await pilot.press("enter")
        screen = await until(pilot, "The import did not go well")
        assert said in flat(pilot)
        assert "q Waiting mail" not in screen, "mail is not deleted where the settings are not right"
        assert ("u Take it back" in screen) == ("these do not" in said), "nothing is taken back where nothing was changed"


@pytest.mark.parametrize("fault", [Fault.START_ERROR, Fault.GARBAGE])
async def test_a_console_that_fails_before_changes_nothing_and_says_why(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    iiq = standin(tmp_path / "iiq", fault=fault, at="get")
    found(monkeypatch, iiq)
    async with wizard().run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Apply on this host")
        await until(pilot, "Nothing was changed")
        await pilot.press("escape")
        await until(pilot, "How do the settings get there?")
    assert "import" not in commands_of(iiq)


async def test_without_identityiq_here_it_says_what_else_there_is(home: Path) -> None:
    async with wizard().run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Apply on this host")
        await until(pilot, "No IdentityIQ was found on this host")


async def test_the_console_that_asks_who_you_are_is_answered_once_and_the_answer_serves_all_pages(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    iiq = standin(tmp_path / "iiq", login=("spadmin", "s3cret-admin"))
    found(monkeypatch, iiq)
    async with wizard().run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Apply on this host")
        await until(pilot, "asks who you are")
        await pilot.press("enter")
        await until(pilot, "type the password; it is not shown")
        await pilot.press(*"s3cret-admin", "enter")
        screen = await until(pilot, "Enter Change it")
        assert "s3cret-admin" not in screen
        await pilot.press("enter")
        await until(pilot, "stand as wanted")
    assert set(sign_ins_of(iiq)) == {"spadmin"}


async def test_who_does_not_sign_in_is_back_where_they_were(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    iiq = standin(tmp_path / "iiq", login=("spadmin", "s3cret-admin"))
    found(monkeypatch, iiq)
    async with wizard().run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Apply on this host")
        await until(pilot, "asks who you are")
        await pilot.press("escape")
        await until(pilot, "How do the settings get there?")
    assert sign_ins_of(iiq) == []


# --- waiting mail: a risky question ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "left"), [("enter", 7), ("y", 7), ("n", 7), ("escape", 7), ("Y", 0)])
async def test_waiting_mail_is_deleted_only_by_a_capital_y(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, left: int
) -> None:
    iiq = standin(tmp_path / "iiq", waiting=7)
    found(monkeypatch, iiq)
    async with wizard().run_test(size=SMALL) as pilot:
        await applying(pilot)
        await pilot.press("enter")
        await until(pilot, "q Waiting mail")
        await pilot.press("q")
        screen = await until(pilot, "It cannot be taken back")
        assert "Y delete all waiting mail" in screen
        await pilot.press(key)
        if key == "y":
            assert isinstance(pilot.app.screen, Ask), "a small y is no answer here"
        elif left:
            await until(pilot, lambda: not isinstance(pilot.app.screen, Ask))
        else:
            await until(pilot, "The console answered")
    assert waiting_in(iiq) == left


# --- leaving meanwhile -----------------------------------------------------------------------------------------------------


async def test_a_change_comes_to_its_end_although_the_wizard_is_left(iiq: Installation) -> None:
    app = wizard()
    async with app.run_test(size=SMALL) as pilot:
        await applying(pilot)
        opened = gate(iiq)
        await pilot.press("enter")
        await until(pilot, "An import is not interrupted")
        change = app.guarded
        await pilot.press("escape")
        await until(pilot, "Apply on this host")
        await pilot.press("ctrl+q")
        await until(pilot, "IdentityIQ is being changed or watched")
        await pilot.press("enter")
        assert isinstance(change, asyncio.Task)
        assert not change.done()
        await asyncio.to_thread(opened)
    assert change.done()
    assert not change.cancelled()
    assert settings_of(iiq)["defaultEmailHost"] == "mail.test"
    assert "quit" in commands_of(iiq)


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_ends_behind_the_change(tmp_path: Path, told: signal.Signals) -> None:
    """In a real terminal, with the signal itself."""
    iiq = standin(tmp_path / "iiq")
    with saved_walk(tmp_path, PROFILE, iiq, "Apply on this host") as terminal:
        terminal.until("Enter Change it")
        opened = gate(iiq)
        terminal.press(ENTER)
        terminal.until("An import is not interrupted")
        os.kill(terminal.pid, told)
        opened()
        assert terminal.ended() == 128 + told
    assert settings_of(iiq)["defaultEmailHost"] == "mail.test"
    assert b"\x1b[?1049l" in terminal.bytes, "the terminal's own screen comes back"
