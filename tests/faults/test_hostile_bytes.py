"""Whatever bytes come and wherever they stop: a finding, within the deadline, in bounded memory, and never an exception."""

from __future__ import annotations

import asyncio
import socket
import struct
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.faults.catalogue import Scene, opening_with, speaking
from tests.loopback import USUAL, Loopback, at_usual_port
from tests.scripted import Peer, Talk
from wizard.diagnosis.model import Severity
from wizard.practice import PracticeServer
from wizard.profile import Security
from wizard.report import Report

MODES = tuple(Security)
MEGABYTE = 1024 * 1024


def told_once(report: Report) -> bool:
    """Whether a run that failed has exactly one cause, with words and evidence."""
    errors = [finding for finding in report.findings if finding.severity is Severity.ERROR]
    return report.ended and not report.ok and len(errors) == 1 and bool(errors[0].title and errors[0].meaning)


# -- a line that breaks --------------------------------------------------------------------------------------------------


class Cut:
    """Passes connections through, and resets each after so many bytes from the server; ``passed`` counts those of the first."""

    def __init__(self, real: int, budget: int | None) -> None:
        self.real = real
        self.budget = budget
        self.passed: int | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection through this place."""
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.real)
        there = asyncio.ensure_future(pour(reader, far_writer))
        passed = 0
        try:
            while (self.budget is None or passed < self.budget) and (data := await far_reader.read(4096)):
                piece = data if self.budget is None else data[: self.budget - passed]
                writer.write(piece)
                await writer.drain()
                passed += len(piece)
            reset(writer)
        finally:
            self.passed = passed if self.passed is None else self.passed
            there.cancel()
            far_writer.close()


async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what comes until it ends."""
    while data := await reader.read(4096):
        writer.write(data)
    writer.close()


def reset(writer: asyncio.StreamWriter) -> None:
    """Break the line the hard way."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def run_over_cut_line(practice: PracticeServer, security: Security, budget: int | None) -> tuple[Report, int]:
    """Deliver over a line that is cut after ``budget`` bytes. Returns the report, and how many bytes the server could say."""
    cut = Cut(practice.ports[security], budget)
    async with await asyncio.start_server(cut.serve, "127.0.0.1", 0) as server:
        network = Loopback({USUAL[security]: server.sockets[0].getsockname()[1]})
        password = None if security is Security.NONE else practice.password
        report = await Scene(at_usual_port(practice.draft(security), security), network, password, deliver=True).run()
    return report, cut.passed or 0


@pytest.mark.parametrize("security", MODES)
async def test_a_reset_at_any_point_is_told_as_a_finding(practice: PracticeServer, security: Security) -> None:
    whole, said = await run_over_cut_line(practice, security, None)
    assert whole.ok

    budgets = range(0, said, max(1, said // 50))
    runs = await asyncio.gather(*(run_over_cut_line(practice, security, budget) for budget in budgets))

    for budget, (report, _) in zip(budgets, runs, strict=True):
        # Once the message is accepted, a farewell that gets lost changes nothing.
        assert told_once(report) or report.accepted, f"after {budget} of {said} bytes: {report.findings}"
    assert told_once(runs[0][0])


# -- replies in pieces -----------------------------------------------------------------------------------------------------


def by_bytes(*replies: bytes) -> Talk:
    """A server that says each reply byte by byte."""

    async def talk(peer: Peer) -> None:
        for reply in replies:
            for byte in reply:
                peer.writer.write(bytes([byte]))
                await peer.writer.drain()
                await asyncio.sleep(0)
            await peer.hear()

    return talk


async def test_replies_byte_by_byte_are_read_like_any_others() -> None:
    talk = by_bytes(
        b"220 mail.test ESMTP\r\n", b"250-mail.test\r\n250 SIZE 10000\r\n", b"550 5.1.8 no such domain\r\n", b"221 bye\r\n"
    )
    async with speaking(talk) as scene:
        report = await scene.run()
    assert report.finding == "sender-rejected"


async def test_bare_line_feeds_are_read_or_named_but_never_waited_for() -> None:
    async with speaking(opening_with(b"220 mail.test\n250 mail.test\n250 ok\n")) as scene:
        report = await scene.run()
    assert report.ok or told_once(report)


# -- too much --------------------------------------------------------------------------------------------------------------

FLOODS = {
    "no line end": b"220 " + b"A" * 4000,
    "NUL bytes": b"\0" * 4096,
    "8-bit bytes": b"\xff\xfe\xe4" * 1400,
    "line ends only": b"\r\n" * 2048,
    "a list without end": b"220-more to come\r\n" * 256,
    "code without separator": b"220220220" * 455,
}


@pytest.mark.parametrize("stage", ["greeting", "ehlo", "mail", "data"])
@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
async def test_a_flood_is_cut_off_in_bounded_memory(flood: bytes, stage: str) -> None:
    tracemalloc.start()
    try:
        async with speaking(flooding(flood, stage)) as scene:
            report = await scene.run()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert told_once(report), report.findings
    assert report.failed is not None
    assert report.failed.stage == stage
    assert peak < 8 * MEGABYTE
    assert sum(len(line.text) for line in report.transcript) < MEGABYTE


def flooding(flood: bytes, stage: str) -> Talk:
    """A server that behaves until this stage, and then never stops talking."""
    before = {"greeting": (), "ehlo": (b"220 a\r\n",), "mail": (b"220 a\r\n", b"250 a\r\n")}
    steps = before.get(stage, (b"220 a\r\n", b"250 a\r\n", b"250 a\r\n", b"250 a\r\n"))

    async def talk(peer: Peer) -> None:
        for reply in steps:
            peer.writer.write(reply)
            await peer.hear()
        while True:
            peer.writer.write(flood)
            await peer.writer.drain()
            await asyncio.sleep(0)

    return talk


# -- anything at all -------------------------------------------------------------------------------------------------------


@settings(max_examples=80, deadline=None, derandomize=True, database=None)
@given(greeting=st.binary(max_size=200), reply=st.binary(max_size=200))
def test_any_bytes_end_in_a_finding(greeting: bytes, reply: bytes) -> None:
    async def once() -> Report:
        async with speaking(saying_then_leaving(greeting + b"\r\n", reply + b"\r\n")) as scene:
            return await scene.run()

    assert told_once(asyncio.run(once()))


@settings(max_examples=80, deadline=None, derandomize=True, database=None)
@given(code=st.integers(200, 599), words=st.text(max_size=80))
def test_any_refusal_ends_in_a_finding(code: int, words: str) -> None:
    line = f"{code} {words}".replace("\r", " ").replace("\n", " ").encode("utf-8", "surrogatepass")

    async def once() -> Report:
        async with speaking(saying_then_leaving(b"220 a\r\n", b"250 a\r\n", line + b"\r\n")) as scene:
            return await scene.run()

    assert told_once(asyncio.run(once()))


def saying_then_leaving(*replies: bytes) -> Talk:
    """A server that says these, one after each line it hears, and hangs up."""

    async def talk(peer: Peer) -> None:
        for reply in replies:
            peer.writer.write(reply)
            await peer.hear()

    return talk


@pytest.mark.parametrize("trickle", [b"2", b"250-a\r\n", b"\0"])
async def test_a_trickle_ends_at_the_deadline(trickle: bytes) -> None:
    async def talk(peer: Peer) -> None:
        while not peer.writer.is_closing():
            peer.writer.write(trickle)
            await peer.writer.drain()
            await asyncio.sleep(0.02)

    async with asyncio.timeout(20):  # far more than the run's own bound: a hang, not slowness, fails here
        async with speaking(talk) as scene:
            report = await scene.run()
    assert told_once(report)
