"""The place where a pasted error is explained: paste, a file, what is not mail, and that nothing is contacted or kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from tests.loopback import Loopback
from tests.ui.home import home
from tests.ui.watching import seen, until
from wizard.app.app import WizardApp
from wizard.app.screens.explain import explained
from wizard.diagnosis.casebook import cases

__all__ = ["home"]

SIZE = (80, 24)
REFUSED = "smtplib.SMTPAuthenticationError: (535, b'5.7.8 Username and Password not accepted')"


def quiet() -> WizardApp:
    """Return a wizard whose network leads nowhere."""
    return WizardApp(network=Loopback({}, {}))


async def opened(pilot: Pilot[None]) -> None:
    """Open the place from the first step, where it is the last entry."""
    await until(pilot, "An error, a bounce or a log")
    await pilot.press("end", "enter")
    await until(pilot, "Paste an error above")


async def test_a_pasted_error_is_explained_as_it_is_pasted(home: Path) -> None:
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        app.post_message(Paste(REFUSED))
        screen = await until(pilot, "advice")
        assert "password" in screen.partition("What it means")[2]
        await pilot.press("escape")
        await until(pilot, "Where do the settings come from?")
        assert "5.7.8" not in seen(app)


async def test_a_log_is_told_case_by_case_with_its_lines(home: Path) -> None:
    log = home / "mail.log"
    lines = [f"2026-11-24 09:{minute:02d}:00 ERROR {REFUSED}" for minute in range(7)]
    lines.append("2026-11-24 10:00:00 ERROR Could not connect to SMTP host: mail.test, port: 25; Connection refused")
    log.write_text("\n".join(lines))
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await pilot.press("tab", *str(log), "enter")
        screen = await until(pilot, "1 of 2")
        assert "once, last 2026-11-24 10:00:00, line 8" in screen
        assert "refused" in screen.partition("line 8")[2], "the newest comes first"


@pytest.mark.parametrize(("name", "said"), [("nothing-there", "not read: "), ("", "type the path of a file")])
async def test_a_file_that_cannot_be_read_is_told_at_its_field(home: Path, name: str, said: str) -> None:
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await pilot.press("tab", *name, "enter")
        await until(pilot, said)


async def test_what_is_no_mail_is_not_recognised(home: Path) -> None:
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        app.post_message(Paste("The weather was fine, and we walked along the river until evening."))
        await until(pilot, "Nothing in this text is recognised")


async def test_a_file_of_any_bytes_crashes_nothing(home: Path) -> None:
    (home / "noise").write_bytes(bytes(range(256)) * 4000)
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        await pilot.press("tab", *str(home / "noise"), "enter")
        await until(pilot, "Nothing in this text is recognised")


async def test_it_opens_from_the_palette_over_any_step_and_gives_the_step_back(home: Path) -> None:
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "Type them in")
        app.action_explain()
        await until(pilot, "Paste an error above")
        await pilot.press("f1")
        await until(pilot, "Everything stays on this machine")
        await pilot.press("escape", "escape")
        await until(pilot, "Type them in")


async def test_one_key_makes_room_for_the_next_error(home: Path) -> None:
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot)
        app.post_message(Paste(REFUSED))
        await until(pilot, "advice")
        await pilot.press("tab", "tab", "ctrl+l")
        assert "5.7.8" not in await until(pilot, "Paste an error above")
        app.post_message(Paste("550 5.1.1 User unknown"))
        await until(pilot, "no mailbox")


def test_of_a_log_with_very_many_causes_the_newest_are_shown_and_the_rest_is_counted() -> None:
    hosts = [a + b for a in "abcdefghijklm" for b in "abcdefghijklm"]
    lines = [
        f"2026-11-24 09:00:00 ERROR Could not connect to SMTP host: {name}.test, port: 25; Connection refused" for name in hosts
    ]
    found = cases(lines)
    notes = explained(found)
    assert len(found) > 100
    assert len(notes) < 400
    assert notes[-1].text.startswith(f"{len(found) - 20} older cases are not shown here")


def test_what_happened_very_often_names_its_first_line() -> None:
    lines = [f"2026-11-24 09:00:00 ERROR {REFUSED}" for _ in range(500)]
    notes = explained(cases(lines))
    assert notes[0].text == "Seen 500 times, last 2026-11-24 09:00:00, first in line 1"
