"""The Test step by keyboard alone: plan, run, cause and cure, proof, save, export, leave."""

from __future__ import annotations

import asyncio
import json
import stat
import tomllib
from pathlib import Path

import pytest

from tests import scenes
from tests.loopback import Gone, Loopback
from tests.ui.home import keyless
from tests.ui.watching import seen, until
from wizard.app.app import WizardApp
from wizard.app.dialog import Ask
from wizard.app.screens.check import CheckScreen
from wizard.app.step import StepName
from wizard.config import load, save_profile
from wizard.draft import Change, Draft, Field
from wizard.keychain import fetch
from wizard.practice import PracticeServer
from wizard.profile import Password, SecretKind, SecretRef, Security
from wizard.report import Report
from wizard.smtp.events import Line
from wizard.smtp.observation import Kind, Stage


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own, on a host without a keyring."""
    return keyless(tmp_path, monkeypatch)


def on_test(draft: Draft, server: PracticeServer | None = None, **more: object) -> WizardApp:
    """Return the wizard, opened on the Test step; with ``server`` as its own practice server."""
    app = WizardApp(draft, start=StepName.TEST, **more)
    if server:
        app.practice = server
        app.password = server.password
    return app


def elsewhere(server: PracticeServer, draft: Draft) -> WizardApp:
    """Return the wizard on settings that lead to the server as if it were a company's own."""
    app = on_test(draft, network=Loopback.to(server))
    app.password = server.password
    return app


# --- before a run --------------------------------------------------------------------------------------------------------


async def test_plan_names_everything_and_contacts_nobody() -> None:
    network = Loopback({})
    app = on_test(scenes.PROD, network=network)
    async with app.run_test(size=(80, 24)) as pilot:
        shown = await until(pilot, "Nothing has been contacted yet")
        assert "smtp.example.com:587 STARTTLS" in shown
        assert "once, as svc-iiq@example.com, with the password in the keyring" in shown
        assert "● nothing" in shown
        await pilot.press("m")
        assert "● one test message to admin@example.com" in await until(pilot, "○ nothing")
        assert network.connections == []


async def test_sending_is_offered_only_when_sender_and_recipient_are_there() -> None:
    app = on_test(scenes.PROD.with_changes(Change(Field.RECIPIENT, "")))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("m")
        shown = await until(pilot, "no recipient: stops before this")
        assert "one test message" not in shown


async def test_settings_that_do_not_parse_are_named_instead_of_tried() -> None:
    app = on_test(scenes.PROD.with_changes(Change(Field.PORT, "abc")))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, "'abc' is not a port")
        await pilot.press("r")
        assert "'abc' is not a port" in seen(app)


async def test_accepted_risks_stay_in_view(practice: PracticeServer) -> None:
    draft = practice.draft(Security.STARTTLS).with_changes(Change(Field.ACCEPT_UNVERIFIED_TLS, "true"))
    async with on_test(draft, practice).run_test(size=(80, 50)) as pilot:
        await until(pilot, "You accepted a server whose certificate does not verify")
        await pilot.press("enter")
        await until(pilot, "The message arrived.")
        assert "You accepted a server whose certificate does not verify" in seen(pilot.app)


# --- a run ---------------------------------------------------------------------------------------------------------------


async def test_message_arrives_in_the_practice_mailbox(practice: PracticeServer) -> None:
    async with on_test(practice.draft(Security.STARTTLS), practice).run_test(size=(80, 30)) as pilot:
        await until(pilot, "● one test message")
        await pilot.press("enter")
        shown = await until(pilot, "The message arrived.")
        message = practice.mailbox.messages[0]
        assert f"by localhost as {message.queue_id}" in shown
        assert message.subject in shown
        assert "the same that was sent" in shown


async def test_nothing_is_sent_to_a_real_server_unless_chosen(practice: PracticeServer) -> None:
    draft = practice.draft(Security.STARTTLS).with_changes(Change(Field.HOST, "mail.test"), Change(Field.PORT, "587"))
    async with elsewhere(practice, draft).run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, "Every stage passed. No message was sent.")
        assert practice.mailbox.messages == ()
        await pilot.press("m", "enter")
        shown = await until(pilot, "Accepted by mail.test as")
        assert "look into the mailbox of" in shown
        assert len(practice.mailbox.messages) == 1


async def test_stop_ends_a_run_at_once_and_says_that_nothing_was_sent() -> None:
    async with PracticeServer("silence") as server, on_test(server.draft(), server).run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, "... Greeting")
        await pilot.press("x")
        shown = await until(pilot, "You stopped the test.")
        assert "No message was sent." in shown
        row = next(line for line in shown.splitlines() if "X   Greeting" in line)
        assert row.rstrip().endswith("stopped by you"), "no time is claimed that was not measured"


async def test_esc_stops_a_run_before_it_goes_back() -> None:
    async with PracticeServer("silence") as server, on_test(server.draft(), server).run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, "... Greeting")
        await pilot.press("escape")
        await until(pilot, "You stopped the test.")
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.step is StepName.DETAILS)


async def test_a_second_press_does_not_start_a_second_run() -> None:
    async with PracticeServer("silence") as server:
        app = on_test(server.draft(), server)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("enter", "enter", "r", "1")
            await until(pilot, "... Greeting")
            assert sum(worker.group == "check" for worker in app.workers) == 1


# --- signing in ----------------------------------------------------------------------------------------------------------


async def test_one_sign_in_per_press_and_a_question_before_the_third() -> None:
    async with PracticeServer("wrong-password") as server, on_test(server.draft(), server).run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, "What went wrong")
        assert len(server.sign_ins) == 1
        await pilot.press("r")
        await until(pilot, lambda: len(server.sign_ins) == 2 and "What went wrong" in seen(pilot.app))
        await pilot.press("r")
        shown = await until(pilot, "One more may")
        assert "2 sign-ins as" in shown
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, Ask))
        assert len(server.sign_ins) == 2
        await pilot.press("r", "enter")
        await until(pilot, lambda: len(server.sign_ins) == 3)


async def test_password_is_asked_for_when_it_is_kept_nowhere(practice: PracticeServer) -> None:
    app = on_test(practice.draft(Security.STARTTLS), practice)
    app.password = None
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, "Kept in memory")
        await pilot.press(*_typed(practice.password))
        assert practice.password.reveal() not in seen(app)
        await pilot.press("enter")
        await until(pilot, "The message arrived.")


def _typed(password: Password) -> list[str]:
    names = {"_": "underscore", "-": "minus"}
    return [names.get(char, char) for char in password.reveal()]


async def test_a_password_that_cannot_be_had_contacts_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_SECRET", raising=False)
    network = Loopback({})
    app = on_test(scenes.PROD.with_changes(Change(Field.PASSWORD, "env:NO_SUCH_SECRET")), network=network)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        shown = await until(pilot, "nothing was contacted")
        assert "NO_SUCH_SECRET" in shown
        assert network.connections == []


# --- cause and cure --------------------------------------------------------------------------------------------------------


async def test_enter_applies_the_fix_and_u_takes_it_back() -> None:
    async with PracticeServer("plain-on-the-tls-port") as server:
        app = on_test(server.draft(), server)
        typed = app.draft
        async with app.run_test(size=(80, 40)) as pilot:
            await pilot.press("enter")
            await until(pilot, "What went wrong")
            await pilot.press("d")
            shown = await until(pilot, "What would change")
            assert "tls -> starttls" in shown
            await pilot.press("escape", "enter")
            await until(pilot, "The message arrived.")
            assert app.draft.security == "starttls"
            assert Field.SECURITY in app.marked
            await pilot.press("u")
            await until(pilot, "Undone: the settings are as they were")
            assert app.draft == typed


async def test_a_fix_can_still_be_taken_back_after_a_look_at_details_and_an_edit_there_is_never_lost() -> None:
    async with PracticeServer("plain-on-the-tls-port") as server:
        app = on_test(server.draft(), server)
        async with app.run_test(size=(80, 40)) as pilot:
            await app.go_to(StepName.DETAILS)  # which chooses where the password is kept
            await pilot.pause()
            await app.go_to(StepName.TEST)
            typed = app.draft
            await until(pilot, "Nothing has been contacted yet")
            await pilot.press("enter")
            await until(pilot, "What went wrong")
            await pilot.press("enter")
            await until(pilot, "The message arrived.")
            fixed = app.draft
            await app.go_to(StepName.DETAILS)
            await app.go_to(StepName.TEST)
            assert "u takes it back" in await until(pilot, "u Undo")
            await pilot.press("u")
            await until(pilot, "Undone: the settings are as they were")
            assert app.draft == typed
            app.fixed = (typed, fixed)
            app.apply(*app.draft.changes_to(fixed), Change(Field.EHLO_NAME, "typed.example.com"))
            await app.go_to(StepName.DETAILS)
            await app.go_to(StepName.TEST)
            await until(pilot, "Nothing has been contacted yet")
            await pilot.press("u")
            await pilot.pause()
            assert app.draft.ehlo_name == "typed.example.com"


async def test_the_fix_is_the_setting_that_was_seen_to_work(practice: PracticeServer) -> None:
    wrong = practice.draft(Security.STARTTLS).with_changes(
        Change(Field.HOST, "mail.test"), Change(Field.PORT, "465"), Change(Field.SECURITY, "starttls")
    )
    app = elsewhere(practice, wrong)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("enter")
        await until(pilot, "What went wrong")
        await pilot.press("enter")
        await until(pilot, "Every stage passed.")
        assert (app.draft.port, app.draft.security) in {("465", "tls"), ("587", "starttls")}


async def test_without_a_fix_enter_goes_back_to_details() -> None:
    async with PracticeServer("wrong-password") as server:
        app = on_test(server.draft(), server)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("enter")
            await until(pilot, "Back to Details")
            await pilot.press("enter")
            await until(pilot, lambda: app.step is StepName.DETAILS)


async def test_what_a_server_says_is_neither_markup_nor_control(monkeypatch: pytest.MonkeyPatch) -> None:
    story = scenes.Story(scenes.PROD)
    story.stage(Stage.RESOLVE, 0.001)
    story.stage(Stage.CONNECT, 0.001)
    evil = "554 [bold red]go away[/] \x1b[2J\x07 ${x}"
    story.stage(Stage.GREETING, 0.001, kind=Kind.REPLY, reply=evil)
    story.events.append(Line("S", evil, 0.002))
    monkeypatch.setattr("wizard.smtp.check.check", scenes.canned(story.end()))
    app = on_test(scenes.PROD)
    app.password = Password("x")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter", "t")
        shown = await until(pilot, "[bold red]go away[/]")
        assert "\x1b" not in shown
        assert "\x07" not in shown


# --- conversation, command, export, save -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "beside"), [((80, 24), False), ((120, 40), True)])
async def test_conversation_opens_beside_or_instead(practice: PracticeServer, size: tuple[int, int], beside: bool) -> None:
    async with on_test(practice.draft(Security.STARTTLS), practice).run_test(size=size) as pilot:
        await pilot.press("enter")
        await until(pilot, "The message arrived.")
        await pilot.press("t")
        shown = await until(pilot, "<- 221 2.0.0 Bye")
        assert ("Find the host" in shown) is beside
        await pilot.press("escape")
        assert "<- 221" not in await until(pilot, "Find the host") or beside


async def test_no_view_of_a_run_shows_the_password(practice: PracticeServer) -> None:
    app = on_test(practice.draft(Security.STARTTLS).with_changes(Change(Field.MECHANISM, "plain")), practice)
    async with app.run_test(size=(120, 60)) as pilot:
        await pilot.press("enter")
        await until(pilot, "The message arrived.")
        for key in ("t", "home", "c", "escape", "s"):
            await pilot.press(key)
            await pilot.pause()
            assert practice.password.reveal() not in seen(app)
        assert "AUTH PLAIN ••••" in "\n".join(line.text for line in _report(app).transcript)


def _report(app: WizardApp) -> Report:
    screen = next(screen for screen in app.screen_stack if isinstance(screen, CheckScreen))
    assert screen.report is not None
    return screen.report


async def test_command_line_is_shown_without_secret(practice: PracticeServer) -> None:
    async with on_test(practice.draft(Security.STARTTLS), practice).run_test(size=(100, 40)) as pilot:
        await pilot.press("c")
        shown = await until(pilot, "The same without a screen")
        assert "smtp-wizard check --host localhost" in shown
        assert "--deliver" in shown
        assert practice.password.reveal() not in shown


@pytest.mark.parametrize(("turns", "ending"), [(0, ".md"), (1, ".txt"), (2, ".json")])
async def test_report_is_exported_for_you_alone(practice: PracticeServer, home: Path, turns: int, ending: str) -> None:
    async with on_test(practice.draft(Security.STARTTLS), practice).run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, "The message arrived.")
        await pilot.press("e")
        await until(pilot, "Export the report")
        await pilot.press(*["right"] * turns, "enter")
        await until(pilot, "readable by you alone")
    written = home / f"smtp-wizard-localhost{ending}"
    text = written.read_text(encoding="utf-8")
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert practice.password.reveal() not in text
    assert practice.mailbox.messages[0].queue_id in text
    if ending == ".json":
        assert json.loads(text)["finding"] == "ok"


async def test_export_asks_before_it_replaces_a_file(practice: PracticeServer, home: Path) -> None:
    there = home / "smtp-wizard-localhost.md"
    there.write_text("mine", encoding="utf-8")
    async with on_test(practice.draft(Security.STARTTLS), practice).run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, "The message arrived.")
        await pilot.press("e", "enter")
        await until(pilot, "this file exists")
        assert there.read_text(encoding="utf-8") == "mine"
        await pilot.press("enter")
        await until(pilot, "readable by you alone")
        assert there.read_text(encoding="utf-8") != "mine"


async def test_export_says_why_a_file_cannot_be_written_and_lets_you_mend_it(practice: PracticeServer, home: Path) -> None:
    (home / "smtp-wizard-localhost.md").mkdir()
    async with on_test(practice.draft(Security.STARTTLS), practice).run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, "The message arrived.")
        await pilot.press("e", "enter")
        await until(pilot, "this is a folder")
        await pilot.press("down", *"/report.md", "enter")
        await until(pilot, "readable by you alone")
        await pilot.press("e", "down", *"/report.md/below", "enter")
        await until(pilot, "not written")


async def test_password_is_saved_where_it_was_chosen_and_settings_without_it(practice: PracticeServer, home: Path) -> None:
    async with on_test(practice.draft(Security.STARTTLS), practice, profile_name="drill").run_test(size=(80, 40)) as pilot:
        await pilot.press("enter")
        await until(pilot, "The message arrived.")
        await pilot.press("s")
        await until(pilot, "Save the profile")
        await pilot.press("down")
        while "a file only you can read" not in seen(pilot.app):
            await pilot.press("right")
        await pilot.press("enter")
        await until(pilot, "Saved as 'drill'.")
    settings = (home / ".config/smtp-wizard/config.toml").read_text(encoding="utf-8")
    kept = tomllib.loads(settings)["profiles"]["drill"]["password"]
    assert practice.password.reveal() not in settings
    assert kept["from"] == "file"
    secret = await fetch(SecretRef(SecretKind.FILE, kept["path"]), account="")
    assert secret.reveal() == practice.password.reveal()


async def test_a_keyring_that_is_not_there_is_said_and_nothing_is_saved(practice: PracticeServer, home: Path) -> None:
    draft = practice.draft(Security.STARTTLS).with_changes(Change(Field.PASSWORD, "keyring"))
    async with on_test(draft, practice, profile_name="drill").run_test(size=(80, 40)) as pilot:
        await pilot.press("s")
        await until(pilot, "not available here: no D-Bus session")
        await pilot.press("enter")
        await until(pilot, "X ")
        assert not (home / ".config/smtp-wizard/config.toml").exists()


async def test_saving_over_another_profile_asks_first(practice: PracticeServer, home: Path) -> None:
    save_profile("practice", scenes.PROD)
    async with on_test(practice.draft(Security.STARTTLS), practice).run_test(size=(80, 40)) as pilot:
        await pilot.press("s")
        await until(pilot, "Save the profile")
        await pilot.press("enter")
        await until(pilot, "a profile of this name exists")
        await pilot.press("enter")
        await until(pilot, "Saved as 'practice'.")


async def test_what_another_wizard_saved_meanwhile_stays(practice: PracticeServer, home: Path) -> None:
    loaded = practice.draft(Security.STARTTLS).with_changes(Change(Field.PASSWORD, "ask"), Change(Field.TIMEOUT, "20"))
    save_profile("drill", loaded)
    app = on_test(loaded, practice, profile_name="drill")
    async with app.run_test(size=(80, 40)) as pilot:
        save_profile("drill", loaded.with_changes(Change(Field.TIMEOUT, "30")))  # the other one
        app.apply(Change(Field.SENDER, "other@example.com"))
        await pilot.press("s")
        await until(pilot, "Save the profile")
        await pilot.press("enter")
        await until(pilot, "Saved as 'drill'.")
    kept = load().profiles["drill"]
    assert (kept.timeout, kept.sender) == ("30", "other@example.com")


async def test_palette_offers_what_can_be_done_now() -> None:
    async with (
        PracticeServer("plain-on-the-tls-port") as server,
        on_test(server.draft(), server).run_test(size=(80, 40)) as pilot,
    ):
        await pilot.press("ctrl+p")
        assert "Apply the first fix" not in await until(pilot, "Run the test")
        await pilot.press("escape")
        await pilot.press("enter")
        await until(pilot, "What went wrong")
        await pilot.press("ctrl+p")
        await until(pilot, "Apply the first fix")


# --- leaving ---------------------------------------------------------------------------------------------------------------


async def test_leaving_a_running_test_asks_in_its_own_words() -> None:
    async with PracticeServer("silence") as server:
        app = on_test(server.draft(), server)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("enter")
            await until(pilot, "... Greeting")
            await pilot.press("ctrl+q")
            await until(pilot, "still running")
            await pilot.press("enter")
            async with asyncio.timeout(20):
                while app.is_running:
                    await asyncio.sleep(0)


async def test_leaving_a_failed_test_names_what_failed() -> None:
    network = Loopback({587: Gone.REFUSED})
    app = on_test(scenes.PROD.with_changes(Change(Field.HOST, "mail.test"), Change(Field.PASSWORD, "ask")), network=network)
    app.password = Password("x")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, "What went wrong")
        await pilot.press("ctrl+q")
        shown = await until(pilot, "The last test failed")
        assert "without the password" in " ".join(shown.split())
        await pilot.press("escape")
        await until(pilot, "What went wrong")


# --- the whole way -----------------------------------------------------------------------------------------------------------


async def test_enter_alone_leads_from_the_start_to_a_saved_profile(home: Path) -> None:
    app = WizardApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, "The practice server")
        await pilot.press("enter")
        await until(pilot, lambda: app.step is StepName.DETAILS)
        await until(pilot, "localhost")
        await pilot.press("enter")
        await until(pilot, "Nothing has been contacted yet")
        await pilot.press("enter")
        await until(pilot, "The message arrived.")
        await pilot.press("enter")
        await until(pilot, "Save the profile")
        await pilot.press("enter")
        await until(pilot, "Saved as 'practice'.")
    assert "practice" in tomllib.loads((home / ".config/smtp-wizard/config.toml").read_text(encoding="utf-8"))["profiles"]
