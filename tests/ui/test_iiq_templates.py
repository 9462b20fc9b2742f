"""IdentityIQ's templates, through the screen: the list, each mail, what is wrong with it, one of them as the test message."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.iiq.standin import standin
from tests.iiq.test_template_command import XML
from tests.loopback import Loopback, at_usual_port
from tests.ui.home import home
from tests.ui.identityiq import SMALL, fits, found, hand_over, under, wizard
from tests.ui.watching import seen, until
from wizard.practice import PracticeServer
from wizard.profile import Security

__all__ = ["home"]


async def opened(pilot: Pilot[None]) -> str:
    """Open the page and wait for the first mail."""
    await hand_over(pilot, "Its templates")
    return await until(pilot, "Subject  ")


async def from_file(pilot: Pilot[None], path: str) -> None:
    """Name another file."""
    await pilot.press("f")
    await until(pilot, "an export, a file or a folder")
    await pilot.press("ctrl+u", *path, "enter")


async def test_without_an_identityiq_our_own_samples_are_shown_as_mails(home: Path) -> None:
    async with wizard().run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        assert "Our own samples" in screen
        assert "$" not in screen.partition("The mail")[2], "every reference of our own samples is resolved"
        fits(pilot)
        await under(pilot, "Certification Sign Off Approval")
        await until(pilot, lambda: "sign-off" in seen(pilot.app).partition("The mail")[2])
        fits(pilot)


async def test_the_installations_own_are_taken_first(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    iiq = standin(tmp_path / "iiq")
    (iiq.folder / "WEB-INF" / "config" / "templates.xml").write_text(XML)
    found(monkeypatch, iiq)
    async with wizard().run_test(size=SMALL) as pilot:
        await hand_over(pilot, "Its templates")
        screen = await until(pilot, "Plain one")
        assert "Our own samples" not in screen


async def test_a_file_is_read_its_mails_shown_and_their_mistakes_named(home: Path) -> None:
    (home / "templates.xml").write_text(XML)
    async with wizard().run_test(size=SMALL) as pilot:
        await opened(pilot)
        await from_file(pilot, "~/templates.xml")
        await until(pilot, "Plain one")
        await until(pilot, "the work item is ready.")
        await under(pilot, "HTML one")
        screen = await until(pilot, "as HTML")
        assert "<b>" not in screen.partition("The mail")[2], "HTML is shown as it is read"
        await under(pilot, "Broken one")
        screen = await until(pilot, lambda: "X " in seen(pilot.app).partition("The mail")[2])
        fits(pilot)
        await pilot.press("s")
        await until(pilot, "cannot be sent")
        assert pilot.app.letter is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "not read"),
        ("<sailpoint><Bundle name='x'/></sailpoint>", "there is no e-mail template in it"),
        ("<a><b>", "line 1"),
    ],
)
async def test_what_holds_no_template_is_told_and_what_was_there_stays(home: Path, content: str | None, said: str) -> None:
    if content is not None:
        (home / "given.xml").write_text(content)
    async with wizard().run_test(size=SMALL) as pilot:
        await opened(pilot)
        await from_file(pilot, "~/given.xml")
        await until(pilot, said)
        assert "Our own samples" in seen(pilot.app)


async def test_one_of_them_is_the_test_message_until_it_is_taken_back(home: Path, practice: PracticeServer) -> None:
    app = wizard(at_usual_port(practice.draft(), Security.STARTTLS), network=Loopback.to(practice))
    app.password = practice.password
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        await pilot.press("s")
        await until(pilot, "It is the test message now")
        fits(pilot)
        await pilot.press("escape", "escape")
        await until(pilot, "[3 Test]")
        await until(pilot, "the template 'Certification (sample)' to admin@example.com")
        assert practice.mailbox.count == 0
        if "○ nothing" not in seen(app):
            await pilot.press("m")
        await until(pilot, "● the template")
        await pilot.press("enter")
        await until(pilot, "Accepted by mail.test")
        (arrived,) = practice.mailbox.messages
        assert arrived.subject == "A certification waits for you: Access review: Mary Ray's team"
        assert b"A test of this template by SMTP Wizard" in arrived.content.replace(b"=\r\n", b"")
        await opened(pilot)
        await pilot.press("s")
        await until(pilot, "SMTP Wizard's own again")
        assert app.letter is None


async def test_page_keys_scroll_the_mail_while_the_list_keeps_the_cursor(home: Path) -> None:
    async with wizard().run_test(size=SMALL) as pilot:
        before = (await opened(pilot)).partition("The mail")[2]
        await pilot.press("pagedown")
        after = (await until(pilot, lambda: seen(pilot.app).partition("The mail")[2] != before)).partition("The mail")[2]
        assert "› Certification (sample)" in seen(pilot.app)
        await pilot.press("pageup")
        await until(pilot, lambda: seen(pilot.app).partition("The mail")[2] != after)
