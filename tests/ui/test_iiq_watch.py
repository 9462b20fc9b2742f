"""Watch, through the screen: a stand-in pointed at the relay, its mail seen with a real client, all put back whatever ends it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import smtplib
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.iiq.standin import Fault, commands_of, settings_of, standin
from tests.iiq.test_relay import message
from tests.iiq.test_watch import SIGNED_OFF, send_as_configured
from tests.loopback import Loopback, at_usual_port
from tests.ui.home import home
from tests.ui.identityiq import CANARY, PROFILE, SMALL, fits, flat, found, gate, hand_over, iiq, saved_walk, under, wizard
from tests.ui.test_terminal_walk import ENTER
from tests.ui.watching import seen, until
from wizard.app.app import WizardApp
from wizard.identityiq.installation import Installation
from wizard.identityiq.watch import due
from wizard.practice import PracticeServer
from wizard.profile import Security

__all__ = ["home", "iiq"]


async def watching(pilot: Pilot[None]) -> str:
    """Open Watch and begin; return what the page shows once IdentityIQ points at the relay."""
    await hand_over(pilot, "Watch its mail")
    await until(pilot, "Nothing listens yet")
    await pilot.press("enter")
    return await until(pilot, "x End and restore")


async def sent(iiq: Installation, subject: str = SIGNED_OFF, body: str = "See IdentityIQ.\n") -> None:
    """Send a mail as the stand-in's settings say."""
    await asyncio.to_thread(send_as_configured, iiq, subject, body)


async def ended(pilot: Pilot[None]) -> str:
    """End the watch and wait for its last words."""
    await pilot.press("x")
    return await until(pilot, "r Begin again")


async def test_nothing_listens_and_nothing_changes_before_enter(iiq: Installation) -> None:
    async with wizard().run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Watch its mail")
        plan = await until(pilot, "Nothing listens yet")
        assert "● held here: nobody gets them" in plan
        assert "through the console of ~/iiq" in plan
        fits(pilot)
        await pilot.press("m", "b")
        await until(pilot, "● sent on through mail.test:587 STARTTLS")
        await until(pilot, "by your hand")
        await pilot.press("m", "b")
        await until(pilot, "● held here")
        await pilot.press("escape")
        await until(pilot, "How do the settings get there?")
    assert commands_of(iiq) == []


async def test_the_sign_off_mail_is_ticked_and_everything_is_put_back(iiq: Installation, home: Path) -> None:
    before = settings_of(iiq)
    async with wizard().run_test(size=SMALL) as pilot:
        screen = await watching(pilot)
        assert settings_of(iiq)["defaultEmailHost"] == "127.0.0.1"
        assert "Setup > Certifications" in screen, "what to do now stands there without scrolling"
        assert "None yet" in screen
        fits(pilot)
        await sent(iiq, "Certification of Ann Lee has started")
        screen = await until(pilot, "ok  A mail from IdentityIQ was seen")
        assert "ok  You create a certification" in screen
        assert "My Work > Access Reviews" in screen
        assert "-   The sign-off mail was seen" in screen
        await sent(iiq)
        screen = await until(pilot, "ok  The sign-off mail was seen")
        assert "ok  You decide on its items and sign it off" in screen
        assert "held, to ann@example.com" in screen
        fits(pilot)
        screen = await ended(pilot)
        assert "The sign-off mail was seen." in screen
        assert "ok  IdentityIQ's settings are as they were" in screen
        assert "2 mails lie in" in screen
        fits(pilot)
        await pilot.press("escape")
        await until(pilot, "How do the settings get there?")
    assert settings_of(iiq) == before
    assert due.pending() == ()
    held = list((home / "state" / "smtp-wizard" / "watch").glob("*.eml"))
    assert len(held) == 2
    assert {path.stat().st_mode & 0o777 for path in held} == {0o600}


async def test_a_mail_is_read_in_full_and_a_hostile_one_is_only_text(iiq: Installation) -> None:
    async with wizard().run_test(size=SMALL) as pilot:
        await watching(pilot)
        await sent(iiq, "[red]Markup[/] and more", "[bold]Not[/bold] \x1b[31mred\n")
        await until(pilot, "[red]Markup[/] and more")
        await pilot.press("enter")
        screen = await until(pilot, "Looks like")
        assert "no template known here" in screen
        assert "held" in screen
        assert "[bold]Not[/bold]" in screen
        assert "\x1b" not in screen
        await pilot.press("escape")
        await ended(pilot)
        await pilot.press("enter")
        await until(pilot, "Looks like")


async def test_where_the_wording_is_your_own_you_say_which_mail_it_is(iiq: Installation) -> None:
    async with wizard().run_test(size=SMALL) as pilot:
        await watching(pilot)
        await pilot.press("y")
        assert "-   The sign-off mail was seen" in seen(pilot.app), "there is no mail yet to say it of"
        await sent(iiq, "Rezertifizierung erledigt")
        await sent(iiq, "Erinnerung")
        await under(pilot, await line_of(pilot, "Rezertifizierung erledigt"))
        await pilot.press("y")
        await until(pilot, "mail 1, as you said")


async def line_of(pilot: Pilot[None], subject: str) -> str:
    """Return how a mail's line begins."""
    screen = await until(pilot, subject)
    time = re.search(rf"\d\d:\d\d:\d\d {subject}", screen)
    assert time
    return time[0]


async def test_sent_on_it_reaches_the_real_server_with_the_profiles_sign_in(iiq: Installation) -> None:
    async with PracticeServer() as server:
        app = wizard(at_usual_port(server.draft(), Security.STARTTLS), network=Loopback.to(server))
        app.password = server.password
        async with app.run_test(size=SMALL) as pilot:
            await hand_over(pilot, "Watch its mail")
            await until(pilot, "Nothing listens yet")
            await pilot.press("m", "enter")
            await until(pilot, "x End and restore")
            await sent(iiq)
            await until(pilot, "sent on, to ann@example.com")
            await pilot.press("enter")
            await until(pilot, "accepted by the real server")
            await pilot.press("escape")
            await ended(pilot)
        (arrived,) = server.mailbox.messages
        assert SIGNED_OFF.encode() in arrived.content
        assert arrived.recipients == ("ann@example.com",)


async def test_the_password_is_asked_for_where_mails_are_sent_on_and_only_there(home: Path) -> None:
    app = wizard()
    app.password = None
    async with app.run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Watch its mail")
        await until(pilot, "by your hand")
        await pilot.press("m", "enter")
        await until(pilot, "svc-iiq at mail.test")
        await pilot.press("escape")
        await until(pilot, "Nothing listens yet")
        await pilot.press("m", "enter")
        await until(pilot, "x End and restore")
        await ended(pilot)


async def test_by_hand_the_values_to_type_are_there_and_the_person_types_them_back(home: Path) -> None:
    async with wizard().run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Watch its mail")
        await until(pilot, "by your hand")
        await pilot.press("enter")
        await until(pilot, "x End and restore")
        port = re.search(r"127\.0\.0\.1, port (\d+)", seen(pilot.app))
        assert port
        told = pilot.app.screen.query_one("#told")
        said = getattr(told, "text", "")
        assert re.search(rf"Default SMTP Port +{port[1]}", said)
        assert "Write down what these fields hold now" in said
        with_client = asyncio.to_thread(by_client, int(port[1]))
        await with_client
        await until(pilot, "ok  The sign-off mail was seen")
        screen = await ended(pilot)
        assert "Type the values back" in flat(pilot) or "type the values back" in screen
        fits(pilot)


def by_client(port: int) -> None:
    """Send one mail as a client that signs in; the relay takes it and keeps no password."""
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.ehlo()
        client.login("svc-iiq", CANARY)
        client.sendmail("iiq@corp.test", ["ann@example.com"], message(SIGNED_OFF, "Done.\n"))


@pytest.mark.parametrize("fault", [Fault.START_ERROR, Fault.IMPORT_ERROR])
async def test_an_identityiq_that_cannot_be_pointed_there_is_told_and_the_plan_stands_again(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    iiq = standin(tmp_path / "iiq", fault=fault)
    found(monkeypatch, iiq)
    before = settings_of(iiq)
    async with wizard().run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Watch its mail")
        await until(pilot, "Nothing listens yet")
        await pilot.press("enter")
        await until(pilot, lambda: "was not pointed at the relay" in flat(pilot))
        screen = await until(pilot, "Nothing listens yet")
        assert "Enter Begin" in screen
    assert settings_of(iiq) == before


async def test_a_console_that_asks_who_you_are_is_answered(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    iiq = standin(tmp_path / "iiq", login=("spadmin", "s3cret-admin"))
    found(monkeypatch, iiq)
    before = settings_of(iiq)
    async with wizard().run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Watch its mail")
        await until(pilot, "Nothing listens yet")
        await pilot.press("enter")
        await until(pilot, "asks who you are")
        await pilot.press(*"s3cret-admin", "enter")
        await until(pilot, "x End and restore")
        await ended(pilot)
    assert settings_of(iiq) == before


async def test_x_ends_it_while_identityiq_is_still_being_pointed_at_it(iiq: Installation) -> None:
    before = settings_of(iiq)
    async with wizard().run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Watch its mail")
        await until(pilot, "Nothing listens yet")
        opened = gate(iiq)
        await pilot.press("enter")
        await until(pilot, "x ends and puts everything back")
        fits(pilot)
        await pilot.press("x")
        await asyncio.to_thread(opened)
        screen = await until(pilot, "Ended.")
        assert "Enter Begin" in screen
    assert settings_of(iiq) == before
    assert due.pending() == ()


@pytest.mark.parametrize("when", ["watching", "pointing"])
async def test_leaving_the_wizard_ends_the_watch_and_puts_everything_back(iiq: Installation, when: str) -> None:
    before = settings_of(iiq)
    app: WizardApp = wizard()
    async with app.run_test(size=SMALL) as pilot:
        if when == "pointing":
            await hand_over(pilot, "Watch its mail")
            await until(pilot, "Nothing listens yet")
            opened = gate(iiq)
            await pilot.press("enter")
            await until(pilot, "being pointed at the relay")
        else:
            await watching(pilot)
        await pilot.press("ctrl+q")
        await until(pilot, "IdentityIQ is being changed or watched")
        await pilot.press("enter")
        if when == "pointing":
            await asyncio.to_thread(opened)
    assert settings_of(iiq) == before
    assert due.pending() == ()


async def test_a_restore_that_fails_is_said_on_the_screen_and_once_the_terminal_is_itself_again(iiq: Installation) -> None:
    app = wizard()
    async with app.run_test(size=SMALL) as pilot:
        await watching(pilot)
        iiq.console.write_text("#!/bin/sh\necho nothing works\n")
        await ended(pilot)
        assert "could not be brought back" in flat(pilot)
    (still,) = due.pending()
    assert f"smtp-wizard iiq undo {still.rollback}" in " ".join(app.last_words)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_puts_everything_back(tmp_path: Path, number: signal.Signals) -> None:
    """In a real terminal, with the signal itself. Behind SIGHUP nothing may be drawn: the drawing would wait for ever."""
    iiq = standin(tmp_path / "iiq")
    before = settings_of(iiq)
    with saved_walk(tmp_path, PROFILE, iiq, "Watch its mail") as terminal:
        terminal.until("Nothing listens yet")
        terminal.press(ENTER)
        terminal.until("x End and restore")
        os.kill(terminal.pid, number)
        assert terminal.ended() == 128 + number
    assert settings_of(iiq) == before
