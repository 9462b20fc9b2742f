"""The pages about IdentityIQ under rough hands: keys pressed twice, typed ahead, wrong sign-ins, windows left in the middle."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input

from tests.iiq.standin import Fault, settings_of, sign_ins_of, standin
from tests.iiq.test_watch import send_as_configured
from tests.loopback import Loopback, at_usual_port
from tests.ui.home import home
from tests.ui.identityiq import SMALL, choose, fits, found, gate, hand_over, iiq, wizard
from tests.ui.test_iiq_reading import BROKEN
from tests.ui.watching import seen, until
from wizard.app.app import WizardApp
from wizard.app.step import StepName
from wizard.draft import Draft
from wizard.identityiq.handover.card import card
from wizard.identityiq.installation import Installation
from wizard.memory import lastapply
from wizard.practice import PracticeServer
from wizard.profile import Profile, Security, parse

__all__ = ["home", "iiq"]


def fresh() -> WizardApp:
    """Return a wizard without settings, whose network leads nowhere."""
    return WizardApp(network=Loopback({}, {}))


async def test_a_second_enter_on_what_was_read_is_for_the_form_and_does_not_open_it_again(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(monkeypatch, standin(tmp_path / "iiq"))
    app = fresh()
    async with app.run_test(size=SMALL) as pilot:
        await choose(pilot, "IdentityIQ on this host")
        await until(pilot, "Enter Read")
        await pilot.press("enter")
        await until(pilot, "Take into the form")
        app.post_message(events.Key("enter", None))
        app.post_message(events.Key("enter", None))
        await until(pilot, "[3 Test]")
        assert len(app.screen_stack) == 1, "a page lies over the step"


async def test_a_sign_in_that_was_refused_is_not_tried_again_by_itself(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    iiq = standin(tmp_path / "iiq", login=("admin", "right"))
    found(monkeypatch, iiq)
    app = fresh()
    async with app.run_test(size=SMALL) as pilot:
        await choose(pilot, "IdentityIQ on this host")
        await until(pilot, "Enter Read")
        await pilot.press("enter")
        await until(pilot, "asks who you are")
        app.screen.query_one("#console-user", Input).value = "admin"
        await pilot.press(*"wrong", "enter")
        await until(pilot, "refused the user name or password")
        assert app.screen.query_one("#console-user", Input).value == "admin"
        await pilot.press("escape")
        await until(pilot, "Enter Read")
        await pilot.press("enter")
        await until(pilot, "asks for a user name and password")
    assert sign_ins_of(iiq) == ["admin"], "the refused password was tried again"


async def test_what_is_typed_right_behind_a_tab_goes_to_the_file_not_into_the_text(home: Path) -> None:
    app = fresh()
    async with app.run_test(size=SMALL) as pilot:
        await choose(pilot, "An IdentityIQ export")
        await until(pilot, "Paste the XML")
        for key, character in (("tab", "\t"), ("x", "x"), ("y", "y")):
            app.post_message(events.Key(key, character))
        await until(pilot, lambda: app.screen.query_one("#file", Input).value == "xy")


async def test_enter_takes_what_was_pasted_and_the_last_row_says_where_enter_does_so(home: Path) -> None:
    app = fresh()
    async with app.run_test(size=SMALL) as pilot:
        await choose(pilot, "An IdentityIQ export")
        await until(pilot, "Paste the XML")
        app.post_message(events.Paste(BROKEN))
        await until(pilot, "Enter Take into the form")
        await pilot.press("shift+tab")
        assert "Enter Take" not in seen(app), "Enter in the file's row does not take anything"
        await pilot.press("tab", "enter")
        await until(pilot, "[2 Details]")


async def test_emptying_the_text_takes_back_what_was_read(home: Path) -> None:
    app = fresh()
    async with app.run_test(size=SMALL) as pilot:
        await choose(pilot, "An IdentityIQ export")
        await until(pilot, "Paste the XML")
        app.post_message(events.Paste(BROKEN))
        await until(pilot, "Enter Take into the form")
        await pilot.press("ctrl+l")
        screen = await until(pilot, "Paste the settings above")
        assert "Take into the form" not in screen


# --- apply -----------------------------------------------------------------------------------------------------------


async def test_what_was_taken_back_is_not_offered_to_be_taken_back_again(iiq: Installation) -> None:
    async with wizard().run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Apply on this host")
        await until(pilot, "Enter Change it")
        await pilot.press("enter")
        screen = await until(pilot, "Read back: all 6 entries")
        assert "Later: smtp-wizard iiq undo" in screen
        assert "type the password on IdentityIQ's page" in screen, "the next step is said"
        fits(pilot)
        await pilot.press("u")
        screen = await until(pilot, "Enter Take it back")
        assert "Nothing is taken back yet" in screen
        await pilot.press("enter")
        screen = await until(pilot, "r Plan again")
        assert "u Take it back" not in screen
        fits(pilot)
    last = lastapply.recall()
    assert last
    assert last.state == "undone", "the command iiq undo would put the change on again"


async def test_a_console_that_failed_can_be_tried_again_at_once(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    iiq = standin(tmp_path / "iiq", fault=Fault.START_ERROR, at="console")
    found(monkeypatch, iiq)
    async with wizard().run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Apply on this host")
        await until(pilot, "r Plan again")
        standin(tmp_path / "whole")
        iiq.console.write_text((tmp_path / "whole" / "WEB-INF" / "bin" / "iiq").read_text())
        plan = iiq.folder / "WEB-INF" / "standin" / "standin.json"
        plan.write_text((tmp_path / "whole" / "WEB-INF" / "standin" / "standin.json").read_text())
        await pilot.press("r")
        await until(pilot, "Enter Change it")


async def test_how_a_change_ended_is_said_once_the_terminal_is_itself_again(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    iiq = standin(tmp_path / "iiq", fault=Fault.PARTIAL_IMPORT)
    found(monkeypatch, iiq)
    app = wizard()
    async with app.run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Apply on this host")
        await until(pilot, "Enter Change it")
        opened = gate(iiq)
        await pilot.press("enter", "ctrl+q")
        await until(pilot, "IdentityIQ is being changed or watched")
        await pilot.press("enter")
        await asyncio.to_thread(opened)
    said = "\n".join(app.last_words)
    assert "3 of 6 entries stand as wanted" in said
    assert "smtp-wizard iiq undo" in said


# --- watch -----------------------------------------------------------------------------------------------------------


async def test_the_sign_stays_in_sight_in_a_long_list_of_mails_and_r_begins_again(iiq: Installation) -> None:
    async with wizard().run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Watch its mail")
        await until(pilot, "Nothing listens yet")
        await pilot.press("enter")
        await until(pilot, "x End and restore")
        for number in range(12):
            await asyncio.to_thread(send_as_configured, iiq, f"Mail number {number}", "Text.\n")
        await until(pilot, "Mails: 12")
        await pilot.press("end")
        screen = await until(pilot, "Mail number 11")
        assert any(line.lstrip().startswith("›") and "Mail number 11" in line for line in screen.splitlines())
        fits(pilot)
        await pilot.press("x")
        await until(pilot, "r Begin again")
        fits(pilot)
        await pilot.press("r")
        screen = await until(pilot, "x End and restore")
        assert "Mail number" not in screen, "the next watch begins with no mail"
        await pilot.press("x")
        await until(pilot, "r Begin again")


# --- templates, and what stands beside a list -------------------------------------------------------------------------


async def test_page_down_scrolls_the_mail_beside_the_list_and_leaves_the_sign(home: Path) -> None:
    async with wizard().run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Its templates")
        before = await until(pilot, "Dear Mary Ray")
        await pilot.press("pagedown")
        await pilot.pause()
        after = seen(pilot.app)
        assert "› Certification (sample)" in after
        assert after != before, "the mail did not scroll"
        await pilot.press("pageup")
        assert "Dear Mary Ray" in await until(pilot, "Subject  A certification waits")


async def test_escape_closes_the_row_for_a_file_before_it_closes_the_page(home: Path) -> None:
    async with wizard().run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Its templates")
        await until(pilot, "Dear Mary Ray")
        await pilot.press("f")
        screen = await until(pilot, "an export, a file or a folder, then Enter")
        assert "there is no e-mail template in it" not in screen, "nobody named a file yet"
        await pilot.press("escape")
        screen = await until(pilot, lambda: "then Enter" not in seen(pilot.app))
        assert "› Certification (sample)" in screen
        await pilot.press("escape")
        await until(pilot, "How do the settings get there?")


async def test_a_template_made_the_test_message_is_what_enter_in_test_sends_and_can_be_taken_back(home: Path) -> None:
    async with PracticeServer() as server:
        app = wizard(at_usual_port(server.draft(), Security.STARTTLS), network=Loopback.to(server))
        app.password = server.password
        async with app.run_test(size=SMALL) as pilot:
            await until(pilot, "[3 Test]")
            await pilot.press("enter")
            await until(pilot, "It works")
            await hand_over(pilot, "Its templates")
            await until(pilot, "Dear Mary Ray")
            await pilot.press("s")
            await until(pilot, "It is the test message now")
            await pilot.press("escape")
            await until(pilot, "How do the settings get there?")
            await pilot.press("escape")
            screen = await until(pilot, "Nothing has been contacted yet")
            assert "Certification (sample)" in screen
            await pilot.press("enter")
            await until(pilot, "It works")
            (arrived,) = server.mailbox.messages
            assert b"Dear Mary Ray" in arrived.content
            await hand_over(pilot, "Its templates")
            await until(pilot, "Dear Mary Ray")
            await pilot.press("s")
            await until(pilot, "own again")
            assert app.letter is None


# --- HTTP/OAuth ------------------------------------------------------------------------------------------------------

HTTP = Draft(
    iiq_type="http",
    iiq_email_endpoint="https://graph.example/v1.0/users/iiq@corp.test/sendMail",
    iiq_token_endpoint="http://login.example/token",
    iiq_scope="https://graph.example/.default",
    iiq_client_id="an-id",
)


async def test_where_a_value_forbids_the_test_no_key_offers_it_and_the_field_is_named_in_full(home: Path) -> None:
    app = wizard(HTTP, start=StepName.DETAILS)
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, "[2 Details]")
        await pilot.press("enter")
        screen = await until(pilot, "Back to mend it")
        assert "X          Token Endpoint: 'http://login.example/token' is not encrypted" in screen
        assert "Enter Test" not in screen
        fits(pilot)


async def test_what_no_file_can_bring_is_typed_and_the_secret_is_not_called_empty(home: Path) -> None:
    app = wizard(HTTP._replace(iiq_token_endpoint="https://login.example/token"), start=StepName.DETAILS)
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, "[2 Details]")
        await pilot.press("enter")
        await until(pilot, "Enter Test")
        await pilot.press("h")
        await until(pilot, "Client Secret            typed, not shown here")
        for way in ("A file to import", "Apply on this host"):
            await choose(pilot, way)
            await until(pilot, "Type this into IdentityIQ")
            await pilot.press("escape")
            await until(pilot, "How do the settings get there?")
        await choose(pilot, "Watch its mail")
        screen = await until(pilot, "Nothing listens yet")
        assert "sent on through" not in screen, "there is no server to send with"
        assert "m Hold or send on" not in screen


def test_a_long_address_stands_whole_on_a_line_of_its_own_on_the_card() -> None:
    profile = parse(HTTP._replace(iiq_token_endpoint=f"https://login.example/{'t' * 40}/token"), "")
    assert isinstance(profile, Profile)
    lines = card(profile, width=76).splitlines()
    assert f"    https://login.example/{'t' * 40}/token" in lines
    assert max(map(len, lines)) <= 76


async def test_by_hand_the_values_to_type_come_first_and_are_not_taken_for_those_to_type_back(home: Path) -> None:
    async with wizard().run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Watch its mail")
        plan = await until(pilot, "Nothing listens yet")
        assert "b By hand" not in plan, "there is no console to choose instead"
        await pilot.press("enter")
        screen = await until(pilot, "x End and restore")
        assert "Enter Read" not in screen, "there is no mail to read yet"
        port = re.search(r"Default SMTP Port +(\d+)", screen)
        assert port, "what is to be typed first stands there without scrolling"
        await pilot.press("x")
        screen = await until(pilot, "r Begin again")
        assert "Now type the values back" in screen
        assert port[1] not in screen.partition("type the values back")[2]


async def test_what_was_said_while_it_ran_is_gone_when_the_watch_is_over(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(monkeypatch, standin(tmp_path / "iiq"))
    async with wizard().run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Watch its mail")
        await until(pilot, "Nothing listens yet")
        await pilot.press("enter")
        await until(pilot, "is expected to queue its mail")
        await pilot.press("x")
        screen = await until(pilot, "r Begin again")
        assert "IdentityIQ's mail settings are as they were: read back and compared." in screen
        assert "is expected to queue its mail" not in screen
        assert "then IdentityIQ's own proof" in screen


# --- leaving while IdentityIQ is changed or watched --------------------------------------------------------------------


async def test_who_leaves_is_told_what_is_waited_for_and_how_it_ended(iiq: Installation) -> None:
    before = settings_of(iiq)
    app = wizard()
    async with app.run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Watch its mail")
        await until(pilot, "Nothing listens yet")
        await pilot.press("enter")
        await until(pilot, "x End and restore")
        opened = gate(iiq)
        await pilot.press("ctrl+q")
        await until(pilot, "IdentityIQ is being changed or watched")
        await pilot.press("enter")
        await until(pilot, "The wizard ends in a moment")
        await pilot.press("escape", "ctrl+q", "enter")
        assert "The wizard ends in a moment" in seen(app), "no key cuts that short"
        await asyncio.to_thread(opened)
        await until(pilot, lambda: app.return_code is not None)
    assert settings_of(iiq) == before
    assert "IdentityIQ's mail settings are as they were: read back and compared." in app.last_words
