"""What holds on every step: going back and forth, leaving and resuming, small windows, the palette, help."""

from __future__ import annotations

import json
from pathlib import Path

from tests.loopback import HOST, Loopback
from tests.ui.home import home
from tests.ui.watching import seen, until
from wizard.app.app import WizardApp
from wizard.app.step import StepName
from wizard.draft import Draft
from wizard.practice import PracticeServer
from wizard.profile import Password
from wizard.unfinished import load_unfinished, unfinished_path

__all__ = ["home"]

SIZE = (80, 24)
SECRET = "correct_horse_battery"
HALF = Draft(host="mail.test", port="587", security="starttls", username="svc", password="ask", sender="iiq@example.com")


def wizard(draft: Draft | None = None, start: StepName | None = None) -> WizardApp:
    """Return a wizard whose network leads nowhere."""
    return WizardApp(draft, network=Loopback({}, {}), start=start)


async def test_from_the_practice_server_to_the_test_by_enter_alone_and_back_with_nothing_lost(home: Path) -> None:
    app = WizardApp()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "The practice server")
        await pilot.press("enter")
        await until(pilot, "encrypted and trusted")
        filled, password = app.draft, app.password
        await pilot.press("enter")
        await until(pilot, "[3 Test]")
        await pilot.press("escape")
        await until(pilot, "[2 Details]")
        assert (app.draft.with_changes(), app.password) == (filled, password)
        await pilot.press("escape")
        await until(pilot, "[1 Access]")
        assert app.draft == filled


async def test_leaving_keeps_what_was_typed_without_the_password_and_the_next_start_offers_it(home: Path) -> None:
    app = wizard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t", "enter")
        await until(pilot, "[2 Details]")
        await pilot.press(*HOST, "down", "down", "down", *"svc", "down", *SECRET)
        assert app.password is not None
        await pilot.press("ctrl+q")
        await until(pilot, "What you typed is kept for next time")
        await pilot.press("enter")
    left = load_unfinished()
    assert left is not None
    assert (left.draft.host, left.draft.username, left.step) == (HOST, "svc", "details")
    assert SECRET not in unfinished_path().read_text()
    again = wizard()
    async with again.run_test(size=SIZE) as pilot:
        await until(pilot, "Go on where you stopped")
        await pilot.press("enter")
        screen = await until(pilot, "[2 Details]")
        assert HOST in screen
        assert again.password is None


async def test_what_is_typed_is_kept_without_leaving_because_lines_drop(home: Path) -> None:
    app = wizard(start=StepName.DETAILS)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "Type the host")
        await pilot.press(*"mail.example")
        await until(pilot, unfinished_path().exists)
        await until(pilot, lambda: json.loads(unfinished_path().read_text())["draft"]["host"] == "mail.example")


async def test_a_saved_profile_that_was_only_looked_at_is_not_unfinished(home: Path) -> None:
    app = WizardApp(HALF, profile_name="prod", network=Loopback({}, {}))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "[2 Details]")
    assert load_unfinished() is None


async def test_saving_ends_what_was_unfinished(home: Path) -> None:
    app = wizard(start=StepName.DETAILS)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(*"mail.example")
        await until(pilot, unfinished_path().exists)
        app.saved()
        assert load_unfinished() is None
    assert load_unfinished() is None, "leaving does not keep it again"


async def test_the_practice_server_is_gone_next_time_so_its_settings_are_not_kept(home: Path) -> None:
    app = WizardApp()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "The practice server")
        await pilot.press("enter")
        await until(pilot, "encrypted and trusted")
        assert app.practice is not None
        folder = app.practice.ca_file.parent
        assert folder.exists()
    assert load_unfinished() is None
    assert not folder.exists(), "the practice server is closed with the wizard"


async def test_escape_on_the_first_step_asks_and_escape_again_stays(home: Path) -> None:
    app = wizard()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "The practice server")
        await pilot.press("escape")
        await until(pilot, "Leave SMTP Wizard?")
        await pilot.press("escape")
        await until(pilot, lambda: "Leave SMTP Wizard?" not in seen(app))
        assert app.is_running


async def test_a_window_too_small_says_so_and_the_form_is_there_again_afterwards(home: Path) -> None:
    app = wizard(start=StepName.DETAILS)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "Type the host")
        await pilot.press(*"mail.exam")
        await pilot.resize_terminal(20, 5)
        screen = await until(pilot, "80 columns")
        assert "mail.exam" not in screen
        await pilot.press("x")
        await pilot.resize_terminal(79, 24)
        await until(pilot, "nothing is")
        await pilot.resize_terminal(*SIZE)
        await until(pilot, "mail.exam")
        await pilot.press(*"ple")
        assert app.draft.host == "mail.example", "the cursor is where it was, and keys pressed meanwhile went nowhere"


async def test_a_dialog_survives_a_small_window_above_it(home: Path) -> None:
    app = wizard()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "The practice server")
        await pilot.press("escape")
        await until(pilot, "Leave SMTP Wizard?")
        await pilot.resize_terminal(20, 5)
        await until(pilot, "80 columns")
        await pilot.resize_terminal(120, 40)
        await until(pilot, "Leave SMTP Wizard?")


async def test_a_question_asked_in_a_small_window_leaves_no_cover_behind(home: Path) -> None:
    app = wizard()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "The practice server")
        await pilot.resize_terminal(40, 10)
        await until(pilot, "80 columns")
        await pilot.press("ctrl+q")
        await until(pilot, "Leave SMTP Wizard?")
        await pilot.resize_terminal(*SIZE)
        await pilot.press("escape")
        await until(pilot, "The practice server")


async def test_the_command_line_that_does_the_same_is_on_every_step_and_holds_no_password(
    home: Path, practice: PracticeServer, loopback: Loopback
) -> None:
    for step in StepName:
        app = WizardApp(HALF, network=loopback, start=step)
        app.password = Password(SECRET)
        async with app.run_test(size=SIZE) as pilot:
            await pilot.press("ctrl+p")
            await until(pilot, "Search for commands")
            await pilot.press(*"equivalent")
            await until(pilot, "the command line that does the same")
            await pilot.press("enter")
            screen = await until(pilot, "--host mail.test")
            assert SECRET not in screen


async def test_every_source_and_action_of_a_step_is_in_the_palette(home: Path) -> None:
    wanted = {
        StepName.ACCESS: {"The practice server", "A provider", "An e-mail address", "IdentityIQ on this host", "Type them in"},
        StepName.DETAILS: {"Test these settings", "Try the sign-in once", "Take the offer", "More settings"},
    }
    everywhere = {"Help", "Equivalent command", "Leave", "Theme: dusk", "Theme: paper", "Theme: contrast", "Theme: terminal"}
    for step, titles in wanted.items():
        app = wizard(start=step)
        async with app.run_test(size=SIZE):
            offered = {command.title for command in app.get_system_commands(app.screen)}
            assert titles | everywhere <= offered


async def test_every_field_explains_itself(home: Path) -> None:
    app = wizard(start=StepName.DETAILS)
    async with app.run_test(size=(80, 40)) as pilot:
        await until(pilot, "Type the host")
        app.screen.query_one("#more").focus()
        await pilot.press("enter", "tab")
        texts = set()
        for _ in range(16):
            await pilot.press("f1")
            await until(pilot, "Esc close")
            texts.add(seen(app))
            await pilot.press("escape", "tab")
        assert len(texts) == 16, "each of the sixteen places to stop has a text of its own"
