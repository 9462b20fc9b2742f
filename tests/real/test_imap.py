"""The look into a mailbox, against a real Dovecot: found where it lies, nothing marked, one sign-in, over verified TLS alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.real import imap
from tests.real.imap import Mailboxes
from tests.real.server import PASSWORD, USER
from tests.ui.home import home
from tests.ui.identityiq import PROFILE, SMALL, flat, wizard
from tests.ui.watching import until
from tests.unit.cli import run_beside
from wizard.app.screens.arrived import ArrivedPage
from wizard.arrival.looking import look
from wizard.arrival.mailbox import Mailbox, MailboxError, Trouble
from wizard.draft import Change, Field
from wizard.profile import Endpoint, Password, Profile, Security
from wizard.smtp.message import compose, new_token

__all__ = ["home"]

SECRET = Password(PASSWORD)


@pytest.fixture(scope="module")
def boxes() -> Iterator[Mailboxes]:
    """One Dovecot for all tests; each message has a token of its own."""
    why = imap.missing()
    assert not why, f"CI must run Dovecot: {why}"
    with imap.running() as started:
        yield started


@pytest.fixture
def token() -> str:
    return new_token()


def mailbox(boxes: Mailboxes, *, starttls: bool = False, folders: tuple[str, ...] = ()) -> Mailbox:
    return Mailbox("localhost", USER, boxes.starttls if starttls else boxes.tls, starttls, folders, boxes.ca_file)


def mail(token: str) -> bytes:
    profile = Profile(Endpoint("mail.test", 587, Security.STARTTLS), sender="iiq@example.com", recipient=USER)
    return compose(profile, token, eight_bit=True, utf8=False)


@pytest.mark.parametrize("starttls", [False, True])
async def test_the_message_is_found_and_nothing_is_changed(boxes: Mailboxes, token: str, starttls: bool) -> None:
    boxes.put(token, mail(token))
    looked = await look(mailbox(boxes, starttls=starttls), SECRET, token)
    assert looked.found is not None
    assert (looked.found.folder, looked.found.junk) == ("INBOX", False)
    assert f"X-SMTP-Wizard-Token: {token}" in looked.found.headers
    assert boxes.flags()[token] == ""


async def test_junk_is_looked_into_by_itself_and_said(boxes: Mailboxes, token: str) -> None:
    boxes.put(token, mail(token), "Junk")
    looked = await look(mailbox(boxes), SECRET, token)
    assert looked.folders == ("INBOX", "Junk")
    assert looked.found is not None
    assert (looked.found.folder, looked.found.junk) == ("Junk", True)
    assert boxes.flags()[token] == ""


async def test_a_folder_in_another_alphabet_is_opened_by_its_name(boxes: Mailboxes, token: str) -> None:
    boxes.put(token, mail(token), "Gr&APwA3w-e")
    looked = await look(mailbox(boxes, folders=("Grüße",)), SECRET, token)
    assert looked.found is not None


async def test_a_message_whose_own_header_was_taken_out_is_found_by_its_subject(boxes: Mailboxes, token: str) -> None:
    boxes.put(token, mail(token).replace(b"X-SMTP-Wizard-Token", b"X-Other"))
    assert (await look(mailbox(boxes), SECRET, token)).found is not None


async def test_what_is_not_there_is_not_found(boxes: Mailboxes, token: str) -> None:
    looked = await look(mailbox(boxes), SECRET, token)
    assert looked.found is None
    assert looked.folders == ("INBOX", "Junk")


async def test_waiting_sees_a_message_that_comes_later_with_one_sign_in(boxes: Mailboxes, token: str) -> None:
    before = boxes.log.count("Login: ")
    looking = asyncio.create_task(look(mailbox(boxes), SECRET, token, wait=60))
    async with asyncio.timeout(30):
        while boxes.log.count("Login: ") == before:
            await asyncio.sleep(0.02)
    boxes.put(token, mail(token))
    assert (await looking).found is not None
    assert boxes.log.count("Login: ") == before + 1


async def test_a_wrong_password_is_tried_once(boxes: Mailboxes, token: str) -> None:
    before = boxes.log.count("Password mismatch")
    with pytest.raises(MailboxError, match="tried once") as caught:
        await look(mailbox(boxes), Password("not the one"), token)
    assert caught.value.trouble is Trouble.REFUSED
    assert "not the one" not in str(caught.value)
    assert boxes.log.count("Password mismatch") == before + 1


@pytest.mark.parametrize("starttls", [False, True])
async def test_a_certificate_that_does_not_verify_ends_it_before_the_sign_in(
    boxes: Mailboxes, token: str, starttls: bool
) -> None:
    before = boxes.log.count("Login: ")
    with pytest.raises(MailboxError, match="nothing was sent") as caught:
        await look(mailbox(boxes, starttls=starttls)._replace(ca_file=None), SECRET, token)
    assert caught.value.trouble is Trouble.CERTIFICATE
    assert boxes.log.count("Login: ") == before


async def test_tls_on_the_port_of_starttls_is_said(boxes: Mailboxes, token: str) -> None:
    with pytest.raises(MailboxError, match="--imap-starttls") as caught:
        await look(mailbox(boxes)._replace(port=boxes.starttls), SECRET, token)
    assert caught.value.trouble is Trouble.NOT_TLS


async def test_a_folder_that_is_not_there_is_named(boxes: Mailboxes, token: str) -> None:
    with pytest.raises(MailboxError, match="no folder Nowhere") as caught:
        await look(mailbox(boxes, folders=("Nowhere",)), SECRET, token)
    assert caught.value.trouble is Trouble.NO_FOLDER


async def test_the_command_finds_it_too_with_the_password_on_standard_input(boxes: Mailboxes, token: str) -> None:
    boxes.put(token, mail(token))
    flags = ("--imap", "localhost", "--imap-port", str(boxes.tls), "--imap-user", USER, "--imap-ca-file", str(boxes.ca_file))
    words = ("iiq", "arrived", "--token", token, *flags, "--imap-password-stdin", "--json")
    ran = await run_beside(*words, stdin=f"{PASSWORD}\n".encode())
    answer = json.loads(ran.out)
    assert ran.code == 0, ran.err
    assert answer["proved"] == "in-mailbox"
    assert answer["mailbox"]["folder"] == "INBOX"
    assert PASSWORD not in ran.out + ran.err


@pytest.mark.parametrize(
    ("folder", "said"), [("", "found in INBOX"), ("Junk", "a filter took it for spam"), (None, "not in INBOX")]
)
async def test_the_wizards_page_looks_there_with_what_was_typed(
    boxes: Mailboxes, token: str, home: Path, folder: str | None, said: str
) -> None:
    if folder is not None:
        boxes.put(token, mail(token), folder)
    app = wizard(PROFILE.with_changes(Change(Field.CA_FILE, str(boxes.ca_file))))
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, "[3 Test]")
        app.push_screen(ArrivedPage(token, "", USER))
        await until(pilot, "What is proved")
        for field, text in (("imap-host", f"localhost:{boxes.tls}"), ("imap-password", PASSWORD)):
            app.screen.query_one(f"#{field}", Input).focus()
            app.screen.query_one(f"#{field}", Input).value = text
        await pilot.press("enter")
        await until(pilot, lambda: said in flat(pilot))
        assert PASSWORD not in flat(pilot)
        assert ("In the mailbox" in flat(pilot)) == (folder is not None)
