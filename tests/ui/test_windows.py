"""Windows over a step: a long text says that it scrolls, the text for who can help can be taken along, help names every key."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.binding import Binding

from tests import scenes
from tests.loopback import Gone, Loopback, at_usual_port
from tests.ui.home import keyless
from tests.ui.watching import until
from wizard.app.app import WizardApp
from wizard.app.help import topic
from wizard.app.screens.check import CheckScreen
from wizard.app.sources import top
from wizard.app.standing import Standing
from wizard.app.step import StepName
from wizard.draft import Change, Field
from wizard.practice import PracticeServer
from wizard.profile import Profile, Security, parse
from wizard.render.stages import ending
from wizard.report import Report
from wizard.smtp.events import Event
from wizard.smtp.observation import Kind, Observation, Stage
from wizard.smtp.reply import Reply


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own, on a host without a keyring."""
    return keyless(tmp_path, monkeypatch)


def behind_a_firewall(server: PracticeServer) -> WizardApp:
    """Return the wizard on the Test step of a host that refuses every mail port."""
    network = Loopback(dict.fromkeys((25, 465, 587, 2525), Gone.REFUSED))
    app = WizardApp(at_usual_port(server.draft(), Security.STARTTLS), start=StepName.TEST, network=network)
    app.password = server.password
    return app


def written(home: Path) -> list[str]:
    """Return the texts written into a home folder, each of them for its owner alone."""
    files = sorted(home.glob("smtp-wizard-*-request*.txt"))
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    return [path.read_text(encoding="utf-8") for path in files]


def replace_by_a_file(home: Path) -> None:
    home.rename(home.with_name("moved"))
    home.write_text("a file where the folder was", encoding="utf-8")


async def test_the_text_to_pass_on_is_copied_and_written_each_time_under_a_free_name(
    practice: PracticeServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[str] = []
    monkeypatch.setattr(WizardApp, "copy_to_clipboard", lambda self, text: copied.append(text))
    async with behind_a_firewall(practice).run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, "p Pass on")
        await pilot.press("p")
        await until(pilot, "c copy   w write into a file   ↑↓ scroll   Esc close")
        await pilot.press("c")
        await until(pilot, "Given to your terminal's clipboard")
        await pilot.press("w")
        await until(pilot, "Written, readable by you alone")
        await pilot.press("w")
        await until(pilot, "-request-2.txt")
        await pilot.press("escape")
        await until(pilot, "What went wrong")
    assert written(home) == [copied[0]] * 2
    assert copied[0].startswith("Subject: Allow TCP port 587 from ")
    assert practice.password.reveal() not in copied[0]


async def test_a_text_that_cannot_be_written_says_so_and_what_else_helps(practice: PracticeServer, home: Path) -> None:
    async with behind_a_firewall(practice).run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, "p Pass on")
        await pilot.press("p")
        await until(pilot, "c copy")
        replace_by_a_file(home)
        await pilot.press("w")
        await until(pilot, "Not written:")


async def test_a_long_help_says_that_it_scrolls_and_a_short_one_does_not() -> None:
    app = WizardApp(scenes.PROD.with_changes(Change(Field.SENDER, "")), start=StepName.TEST)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f1")
        await until(pilot, "↑↓ scroll   Esc close")
        await pilot.press("end")
        await until(pilot, "Explain an error.")
        await pilot.press("escape", "c")
        shown = await until(pilot, "Esc close")
        assert "↑↓ scroll" not in shown


def test_help_of_the_test_step_names_every_key_of_it() -> None:
    _, text = topic("test", "test")
    named = {line.split("  ", 1)[0] for line in text.splitlines() if "  " in line}
    letters = {
        each.key for each in CheckScreen.BINDINGS if isinstance(each, Binding) and len(each.key) == 1 and each.key.isalpha()
    }
    assert len(letters) > 5
    assert letters <= named


def test_every_source_has_a_help_of_its_own() -> None:
    for entry in top({}, "", None, None):
        assert topic(entry.id.partition(":")[0], "access")[0] != "Access", entry.id


@pytest.mark.parametrize("events", [scenes.wrong_mode, scenes.refused])
@pytest.mark.parametrize("undo", [False, True])
@pytest.mark.parametrize("passed_on", [False, True])
def test_the_last_row_is_never_cut_off_in_80_columns(
    events: Callable[[], tuple[Event, ...]], undo: bool, passed_on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = parse(scenes.PROD)
    assert isinstance(profile, Profile)
    report = Report(profile)
    for event in events():
        report = report.add(event)
    monkeypatch.setattr(Standing, "can_pass_on", property(lambda self: passed_on))
    keys = Standing(profile=report.profile, report=report, before=scenes.PROD if undo else None).keys
    assert len(" " + "   ".join(f"{key} {what}" for key, what in keys)) <= 80
    named = {key for key, _ in keys}
    assert {"Enter", "t"} <= named
    assert ("u" in named, "p" in named) == (undo, passed_on)


async def test_the_answer_about_one_more_recipient_is_in_view_when_the_first_one_fails() -> None:
    async with PracticeServer("relay-denied") as server:
        app = WizardApp(server.draft(), start=StepName.TEST, network=Loopback.to(server))
        app.password = server.password
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, "Nothing has been contacted yet")
            screen = app.screen
            assert isinstance(screen, CheckScreen)
            screen.start(("bob@elsewhere.example",))
            shown = await until(pilot, "also to    bob@elsewhere.example: refused")
            assert shown.index("does not pass on mail") < shown.index("also to") < shown.index("advice")
            await pilot.press("r")
            await until(pilot, lambda: screen.running is None)
            await until(pilot, "also to    bob@elsewhere.example: refused")


def test_a_list_without_what_was_wanted_is_said_to_lack_it_and_not_quoted_as_an_answer() -> None:
    hello = Reply(250, None, ("mail.test", "PIPELINING"))
    seen = Observation(Stage.STARTTLS, Kind.NOT_OFFERED, reply=hello)
    assert ending(seen) == "not offered"
