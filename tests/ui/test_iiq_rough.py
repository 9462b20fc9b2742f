"""The pages about IdentityIQ under rough hands: keys pressed twice, typed ahead, wrong sign-ins, windows left in the middle."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input

from tests.iiq.standin import sign_ins_of, standin
from tests.loopback import Loopback
from tests.ui.home import home
from tests.ui.identityiq import SMALL, choose, found
from tests.ui.test_iiq_reading import BROKEN
from tests.ui.watching import seen, until
from wizard.app.app import WizardApp

__all__ = ["home"]


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
