"""Whatever bytes a server sends: a reply, or a named trouble; bounded memory; a transcript true to the byte."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.smtp.observation import Reply
from wizard.smtp.wire import MAX_LINE, MAX_REPLY, LineClosed, MalformedReply, ReplyTooLong, Wire, WireError


def wire_with(*chunks: bytes) -> tuple[Wire, list[tuple[str, str]]]:
    lines: list[tuple[str, str]] = []
    wire = Wire(lambda sender, text: lines.append((sender, text)))
    for chunk in chunks:
        wire.data_received(chunk)
    return wire, lines


async def test_a_reply_of_several_lines_is_one_reply() -> None:
    wire, _ = wire_with(b"250-mail.test\r\n250-PIPE", b"LINING\r\n250 HELP\r\n")
    assert await wire.reply() == Reply(250, None, ("mail.test", "PIPELINING", "HELP"))


async def test_the_enhanced_code_is_split_off_once() -> None:
    wire, _ = wire_with(b"550-5.7.1 not here\r\n550 5.7.1 and not there\r\n")
    reply = await wire.reply()
    assert (reply.code, reply.enhanced, reply.text) == (550, "5.7.1", "not here and not there")


async def test_replies_byte_by_byte_are_the_same_replies() -> None:
    whole = b"220 hello\r\n250-a\r\n250 b\r\n"
    wire, _ = wire_with(*[bytes([byte]) for byte in whole])
    assert (await wire.reply()).code == 220
    assert (await wire.reply()).lines == ("a", "b")


@pytest.mark.parametrize(
    "line", [b"hello there", b"HTTP/1.1 400 Bad Request", b"* OK IMAP4", b"+OK POP3", b"SSH-2.0-x", b"12", b"600 no", b"2500 x"]
)
async def test_what_is_no_reply_is_named_and_kept(line: bytes) -> None:
    wire, _ = wire_with(line + b"\r\n")
    with pytest.raises(MalformedReply) as caught:
        await wire.reply()
    assert caught.value.raw.startswith(line)


async def test_a_line_without_end_is_given_up_and_not_kept() -> None:
    wire, _ = wire_with(*[b"220 " + b"x" * 4096] * 3)
    with pytest.raises(ReplyTooLong):
        await wire.reply()
    for _ in range(1000):
        wire.data_received(b"y" * 65536)
    assert len(wire.partial) <= 512


async def test_an_endless_reply_is_given_up() -> None:
    wire, lines = wire_with(b"250-and one more thing\r\n" * (MAX_REPLY // 10))
    with pytest.raises(ReplyTooLong):
        await wire.reply()
    assert len(lines) < MAX_REPLY // 10


async def test_more_replies_than_anyone_asked_for_are_given_up() -> None:
    wire, lines = wire_with(b"250 Ok\r\n" * 100_000)
    assert len(lines) < 1000
    assert (await wire.reply()).code == 250


async def test_a_closed_line_is_told_after_the_replies_that_came_before_it() -> None:
    wire, _ = wire_with(b"421 going down\r\n")
    wire.eof_received()
    assert (await wire.reply()).code == 421
    with pytest.raises(LineClosed):
        await wire.reply()


async def test_odd_line_ends_and_bytes_are_shown_as_they_are() -> None:
    _, lines = wire_with(b"250-caf\xc3\xa9 \xff\x00\r\n250 bare\n")
    assert lines == [("S", "250-café \\xff\\x00"), ("S", "250 bare [bare LF]")]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=20))
def test_no_bytes_crash_the_wire_or_fill_it(chunks: list[bytes]) -> None:
    async def feed() -> None:
        wire, lines = wire_with(*chunks, b"\r\n" * 3)
        wire.eof_received()
        for _ in range(len(lines)):  # after whatever replies there were, the end is told
            try:
                assert 200 <= (await wire.reply()).code < 600
            except WireError:
                break
        with pytest.raises(WireError):
            await wire.reply()
        assert all("\n" not in text and "\x1b" not in text and "\x00" not in text for _, text in lines)
        assert len(wire.partial) <= MAX_LINE

    asyncio.run(feed())
