"""Has it arrived: from the Test step with a; the code, pasted headers, a look into the mailbox, and how much each proves."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from tests.iiq.test_arrival import RECEIVED
from tests.loopback import Loopback, at_usual_port
from tests.ui.home import home
from tests.ui.identityiq import CANARY, PROFILE, SMALL, fits, flat, wizard
from tests.ui.watching import seen, until
from wizard.app.app import WizardApp
from wizard.app.screens.arrived import ArrivedPage
from wizard.app.widgets.field import SecretInput
from wizard.practice import PracticeServer
from wizard.profile import Security
from wizard.smtp.message import code_of

__all__ = ["home"]

TOKEN, QUEUE_ID = "0a1b2c3d", "4F2A1B3C4D"


@pytest.fixture
def dead_port() -> Iterator[int]:
    """A port of this machine on which nobody listens."""
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


async def page(pilot: Pilot[None]) -> str:
    """Lay the page for one message over the Test step."""
    await until(pilot, "[3 Test]")
    pilot.app.push_screen(ArrivedPage(TOKEN, QUEUE_ID, "admin@corp.test"))
    return await until(pilot, "What is proved")


def proved(app: WizardApp) -> str:
    """Return what the page says is proved, without line breaks."""
    return " ".join(seen(app).partition("What is proved")[2].split())


async def test_from_a_message_sent_to_the_code_in_its_text(home: Path, practice: PracticeServer) -> None:
    app = wizard(at_usual_port(practice.draft(), Security.STARTTLS), network=Loopback.to(practice))
    app.password = practice.password
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, "[3 Test]")
        await pilot.press("a")
        assert "[3 Test]" in seen(app), "nothing was accepted yet"
        await pilot.press("m", "enter")
        await until(pilot, "Accepted by mail.test")
        assert "a Arrived" in seen(app)
        await pilot.press("a")
        screen = await until(pilot, "Has it arrived?")
        assert "Accepted: the first server took the message." in screen
        assert "admin@example.com" in screen, "the mailbox is the recipient's"
        fits(pilot)
        code = re.search(rb"Code: *(\S+)", practice.mailbox.messages[0].content, re.IGNORECASE)
        assert code, practice.mailbox.messages[0].content
        assert code[1].decode() not in screen, "only who reads the mail knows its code"
        await pilot.press(*code[1].decode().lower())
        await until(pilot, "Read by a person")
        fits(pilot)
        await pilot.press("escape")
        await until(pilot, "[3 Test]")


async def test_a_wrong_code_proves_nothing_and_says_where_the_right_one_stands(home: Path) -> None:
    app = wizard()
    async with app.run_test(size=SMALL) as pilot:
        await page(pilot)
        await pilot.press(*"ABCD")
        assert "not this message's" not in proved(app), "half a code is not judged"
        await pilot.press(*"EFGH")
        await until(pilot, "not this message's")
        assert "Accepted:" in proved(app)
        await pilot.press("ctrl+u", *code_of(TOKEN))
        await until(pilot, "Read by a person")


async def test_pasted_headers_show_the_way_and_what_the_receiver_says(home: Path) -> None:
    app = wizard()
    async with app.run_test(size=(80, 50)) as pilot:
        await page(pilot)
        app.screen.query_one("#text").focus()
        app.post_message(events.Paste(RECEIVED))
        await until(pilot, "hop 2")
        said = proved(app)
        assert "mx.receiver.example" in said
        assert f"{QUEUE_ID} is the one of hop 1" in said
        assert "dkim" in said.lower()
        fits(pilot)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "mx.receiver.example" not in proved(app))
        assert "Accepted:" in proved(app)


async def test_what_is_no_header_is_told_with_what_to_do(home: Path) -> None:
    app = wizard()
    async with app.run_test(size=SMALL) as pilot:
        await page(pilot)
        app.screen.query_one("#text").focus()
        app.post_message(events.Paste("Dear colleague, it has come."))
        await until(pilot, "View source")


@pytest.mark.parametrize(
    ("empty", "said"),
    [
        ("imap-host", "type the mailbox's IMAP server"),
        ("imap-user", "type who signs in there"),
        ("imap-password", "type the mailbox's password"),
    ],
)
async def test_what_is_missing_for_a_look_is_named_under_its_field(home: Path, empty: str, said: str) -> None:
    async with wizard().run_test(size=SMALL) as pilot:
        await page(pilot)
        values = {"imap-host": "imap.corp.test", "imap-user": "admin", "imap-password": "typed"}
        for name, value in values.items():
            pilot.app.screen.query_one(f"#{name}").focus()
            await pilot.press("ctrl+u", *("" if name == empty else value))
        await pilot.press("enter")
        await until(pilot, said)


@pytest.mark.parametrize(("host", "said"), [("imap..corp", "imap..corp"), ("127.0.0.1:99999", "port")])
async def test_a_host_that_is_none_is_told_under_its_field(home: Path, host: str, said: str) -> None:
    async with wizard().run_test(size=SMALL) as pilot:
        await page(pilot)
        await typed(pilot, host)
        await until(pilot, lambda: said in seen(pilot.app).partition("X ")[2])


async def test_a_mailbox_that_cannot_be_reached_is_told_and_the_password_shown_nowhere(home: Path, dead_port: int) -> None:
    app = wizard()
    async with app.run_test(size=SMALL) as pilot:
        await page(pilot)
        await typed(pilot, f"127.0.0.1:{dead_port}")
        await until(pilot, lambda: "!" in proved(app))
        assert "127.0.0.1" in proved(app)
        assert "Accepted:" in proved(app)
        fits(pilot)
        assert app.screen.query_one("#imap-password", SecretInput).value == CANARY


async def typed(pilot: Pilot[None], host: str) -> None:
    """Type a mailbox and look."""
    pilot.app.screen.query_one("#imap-host").focus()
    await pilot.press("ctrl+u", *host)
    pilot.app.screen.query_one("#imap-password").focus()
    await pilot.press(*CANARY, "enter")


async def test_everything_essential_fits_the_small_terminal(home: Path) -> None:
    async with wizard(PROFILE).run_test(size=SMALL) as pilot:
        screen = await page(pilot)
        for name in ("Code", "IMAP host", "IMAP user", "Password", "paste the headers", "What is proved", "Accepted:"):
            assert name in screen
        await pilot.press("f1")
        await until(pilot, "Three things show more")
        assert "smtp-wizard iiq arrived" in flat(pilot) or "scroll" in flat(pilot)
