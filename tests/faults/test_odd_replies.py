"""Servers that are odd in one reply: the run says which, keeps what it knew already, and never fails over a goodbye."""

from __future__ import annotations

import pytest

from tests.faults.catalogue import Scene
from tests.loopback import HOST, Loopback
from tests.scripted import Peer, Talk, scripted
from wizard.draft import Change, Draft, Field
from wizard.profile import Security
from wizard.report import Report


async def met(talk: Talk, security: Security = Security.NONE, *, deliver: bool = False, timeout: str = "1") -> Report:
    """Run one check against a server that talks like this."""
    draft = Draft(host=HOST, port="587", security=security, sender="iiq@mail.test", recipient="you@mail.test")
    patience = (Change(Field.TIMEOUT, timeout), Change(Field.TOTAL_TIMEOUT, "10"))
    async with scripted(talk) as server:
        return await Scene(draft.with_changes(*patience), Loopback({587: server.port}), deliver=deliver).run()


def answering(*replies: str, offers: tuple[str, ...] = ()) -> Talk:
    """A server that offers these keywords, answers one command each, and is silent after the last."""

    async def talk(peer: Peer) -> None:
        await peer.greet(*offers)
        for reply in replies:
            await peer.hear()
            await peer.say(reply)
        await peer.until_closed()

    return talk


@pytest.mark.parametrize("limit", ["9" * 6000, "\N{SUPERSCRIPT TWO}", "\N{ARABIC-INDIC DIGIT THREE}", "-1"])
async def test_a_size_that_is_no_number_is_no_limit(limit: str) -> None:
    replies = ("250 ok", "250 ok", "354 go")
    report = await met(answering(*replies, offers=(f"SIZE {limit}",)), deliver=True)
    assert report.failed is not None
    assert report.failed.stage == "data"  # the message was sent; its final dot stays unanswered here


@pytest.mark.parametrize("timeout", ["1", "2"])
async def test_a_goodbye_that_stays_unanswered_fails_nothing_however_short_the_deadline(timeout: str) -> None:
    report = await met(answering("250 ok", "250 ok", "250 ok"), timeout=timeout)
    assert report.ok, report.findings


async def test_a_refusal_outlives_a_group_that_is_never_answered_to_its_end() -> None:
    replies = ("250 ok", "550 5.1.1 no such user", "354 go")
    report = await met(answering(*replies, offers=("PIPELINING",)), deliver=True)
    assert report.finding == "recipient-unknown"


async def test_a_line_that_ends_with_the_yes_to_starttls_is_not_waited_for() -> None:
    async def talk(peer: Peer) -> None:
        await peer.greet("STARTTLS")
        await peer.hear()
        await peer.say("220 go")

    report = await met(talk, Security.STARTTLS)
    assert report.finding == "connection-dropped"


async def test_plain_text_after_the_yes_to_starttls_breaks_the_protocol() -> None:
    async def talk(peer: Peer) -> None:
        await peer.greet("STARTTLS")
        await peer.hear()
        await peer.say("220 go")
        await peer.reader.read(4)  # the handshake begins
        await peer.say("500 what is this")
        await peer.until_closed()

    report = await met(talk, Security.STARTTLS)
    assert report.finding == "protocol-violation"
    assert report.error is not None
    assert "went on in plain text" in report.error.title


@pytest.mark.parametrize(
    "greeting", ["200 news.example.com InterNetNews NNRP server ready", '"IMPLEMENTATION" "Dovecot Pigeonhole"']
)
async def test_news_and_sieve_servers_are_not_mail_servers(greeting: str) -> None:
    async def talk(peer: Peer) -> None:
        await peer.say(greeting)
        await peer.until_closed()

    assert (await met(talk)).finding == "not-smtp"


async def test_a_refused_password_that_nobody_gave_is_a_missing_sign_in() -> None:
    report = await met(answering("535 5.7.8 no"))

    assert report.finding == "auth-required"
