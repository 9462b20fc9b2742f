"""The practice server on the wire, by hand: what it offers, how it answers groups and mistakes; and its mailbox."""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from wizard.practice import PracticeServer
from wizard.practice.mailbox import Mailbox, Message
from wizard.profile import Security


class Line:
    """A client by hand: bytes out, whole replies in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.offers = ""

    async def reply(self) -> str:
        """One reply, its lines joined with a bar."""
        lines: list[str] = []
        while not lines or lines[-1][3:4] == "-":
            lines.append((await self.reader.readline()).decode().rstrip("\r\n"))
        return " | ".join(lines)

    async def ask(self, command: bytes) -> str:
        """Say one line, read one reply."""
        self.writer.write(command + b"\r\n")
        return await self.reply()

    async def sign_in(self, server: PracticeServer) -> str:
        """AUTH PLAIN with the account."""
        response = f"\0{server.username}\0{server.password.reveal()}".encode()
        return await self.ask(b"AUTH PLAIN " + base64.b64encode(response))


@asynccontextmanager
async def line_to(server: PracticeServer, security: Security = Security.TLS) -> AsyncIterator[Line]:
    """Connect, greet and say EHLO; with TLS from the first byte unless told otherwise."""
    tls = ssl.create_default_context(cafile=str(server.ca_file)) if security is Security.TLS else None
    reader, writer = await asyncio.open_connection("localhost", server.ports[security], ssl=tls)
    line = Line(reader, writer)
    try:
        assert (await line.reply()).startswith("220 practice.test ")
        line.offers = await line.ask(b"EHLO client.example.com")
        yield line
    finally:
        writer.close()


async def test_a_group_of_commands_in_one_packet_is_answered_in_order(practice: PracticeServer) -> None:
    async with line_to(practice) as line:
        await line.sign_in(practice)
        line.writer.write(
            b"MAIL FROM:<iiq@example.com> SIZE=40 BODY=8BITMIME\r\nRCPT TO:<a@example.com>\r\n"
            b"RCPT TO:<b@elsewhere.example.net>\r\nDATA\r\n"
        )
        assert [(await line.reply())[:9] for _ in range(4)] == ["250 2.1.0", "250 2.1.5", "250 2.1.5", "354 End d"]
        line.writer.write(b"Subject: grouped\r\n\r\n..dot\r\n.\r\nRSET\r\nQUIT\r\n")
        queued = await line.reply()
        assert re.fullmatch(r"250 2\.0\.0 Ok: queued as [0-9A-F]{10}", queued)
        assert [(await line.reply())[:9] for _ in range(2)] == ["250 2.0.0", "221 2.0.0"]
    assert practice.mailbox.messages[0].content.endswith(b"\r\n.dot\r\n")


async def test_what_is_offered_fits_the_port(practice: PracticeServer) -> None:
    offered = {}
    for security in Security:
        async with line_to(practice, security) as line:
            offered[security] = line.offers

    assert "AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256" in offered[Security.TLS]
    assert "STARTTLS" not in offered[Security.TLS]
    assert "STARTTLS" in offered[Security.STARTTLS]
    assert "AUTH" not in offered[Security.STARTTLS]
    assert "AUTH" not in offered[Security.NONE]
    for extension in ("PIPELINING", "SIZE 10485760", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8"):
        assert all(extension in offers for offers in offered.values())


async def test_a_password_of_three_hundred_emoji_is_judged_not_cut_off(practice: PracticeServer) -> None:
    response = base64.b64encode(f"\0{practice.username}\0{'🔑' * 300}".encode())
    async with line_to(practice) as line:
        assert (await line.ask(b"AUTH PLAIN " + response)).startswith("535 5.7.8")


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        (b"NONSENSE", "500 5.5.2"),
        (b"AUTH PLAIN !!!", "501 5.5.2"),
        (b"AUTH GSSAPI", "504 5.5.4"),
        (b"RCPT TO:<a@example.com>", "503 5.5.1"),
        (b"DATA", "503 5.5.1"),
        (b"MAIL FROM:<iiq@example.com>", "530 5.7.0"),
        (b"EHLO", "501 5.5.4"),
        (b"STARTTLS", "503 5.5.1"),
    ],
)
async def test_what_is_wrong_is_refused_with_the_code_a_mail_server_gives(
    practice: PracticeServer, command: bytes, reply: str
) -> None:
    async with line_to(practice) as line:
        assert (await line.ask(command)).startswith(reply)


async def test_without_a_sign_in_only_its_own_domain_is_served(practice: PracticeServer) -> None:
    async with line_to(practice, Security.NONE) as line:
        await line.ask(b"MAIL FROM:<iiq@example.com>")
        assert (await line.ask(b"RCPT TO:<x@elsewhere.example.net>")).startswith("554 5.7.1")
        assert (await line.ask(b"RCPT TO:<x@example.com>")).startswith("250 2.1.5")


# -- the mailbox -----------------------------------------------------------------------------------------------------------


def letter(number: int, content: bytes = b"Subject: x\r\n\r\nbody\r\n") -> Message:
    """A message as the server would keep it."""
    return Message(number, f"Q{number}", "a@example.com", ("b@example.com",), content, datetime(2026, 1, 1, tzinfo=UTC))


async def test_the_mailbox_keeps_the_newest_messages_within_its_bounds() -> None:
    mailbox = Mailbox(keep_messages=3, keep_bytes=100)
    for number in range(1, 6):
        mailbox.add(letter(number))
    assert [message.number for message in mailbox.messages] == [3, 4, 5]

    mailbox.add(letter(6, b"x" * 90))
    assert [message.number for message in mailbox.messages] == [6]


async def test_waiting_for_a_token_ends_when_it_arrives_however_it_is_encoded() -> None:
    mailbox = Mailbox()
    waiting = asyncio.ensure_future(mailbox.wait_for("token-7", timeout=5))
    await asyncio.sleep(0)
    mailbox.add(letter(1))
    body = base64.b64encode("Grüße, token-7".encode())
    mailbox.add(letter(2, b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + body))
    assert (await waiting).number == 2


async def test_waiting_in_vain_ends_with_the_deadline() -> None:
    with pytest.raises(TimeoutError):
        await Mailbox().wait_for("token-7", timeout=0.01)
