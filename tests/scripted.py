"""A server that says what a test tells it to, byte by byte, on loopback. For engine tests that need odd replies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Talk = Callable[["Peer"], Awaitable[None]]


@dataclass
class Peer:
    """One connection, seen from the server: ``heard`` keeps every line the client sent."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    heard: list[bytes] = field(default_factory=list)

    async def say(self, *lines: str | bytes) -> None:
        """Send lines, each with CRLF."""
        for line in lines:
            self.writer.write((line if isinstance(line, bytes) else line.encode()) + b"\r\n")
        await self.writer.drain()

    async def hear(self) -> bytes:
        """Return the client's next line without its end; empty when it hung up."""
        line = (await self.reader.readline()).rstrip(b"\r\n")
        self.heard.append(line)
        return line

    async def greet(self, *capabilities: str) -> None:
        """Greet and answer EHLO with these capabilities."""
        await self.say("220 mail.test ESMTP")
        await self.hear()
        rows = ["mail.test", *capabilities]
        await self.say(*(f"250{'-' if row is not rows[-1] else ' '}{row}" for row in rows))

    async def until_closed(self) -> None:
        """Read and keep what the client still says until it hangs up."""
        while not self.reader.at_eof():
            await self.hear()


@dataclass
class Scripted:
    """A running server: its port, the peers it had, and what ended."""

    port: int
    peers: list[Peer] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    problems: list[AssertionError] = field(default_factory=list)

    @property
    def heard(self) -> list[bytes]:
        """Every line of every connection, in order."""
        return [line for peer in self.peers for line in peer.heard]


@asynccontextmanager
async def scripted(talk: Talk) -> AsyncIterator[Scripted]:
    """Run ``talk`` for every connection on a free loopback port until the block ends."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(reader, writer)
        server.peers.append(peer)
        try:
            await talk(peer)
        except AssertionError as problem:
            server.problems.append(problem)
        except (ConnectionError, asyncio.CancelledError):
            pass  # the client, or the end of the test, hung up
        finally:
            server.closed.set()
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    server = Scripted(listening.sockets[0].getsockname()[1])
    try:
        yield server
    finally:
        listening.close()
        for peer in server.peers:
            peer.writer.close()
    if server.problems:
        raise server.problems[0]
