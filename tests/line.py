"""A long line to a server: a relay on loopback that delays both directions and keeps who spoke when. Knows no SMTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import groupby


@dataclass
class Line:
    """A running relay: its port on loopback, the round-trip time in seconds it emulates, and every chunk that passed.

    ``chunks`` are pairs of ``C`` (client) or ``S`` (server) and the bytes, in the order in which they were sent.
    """

    rtt: float
    port: int = 0
    chunks: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def bursts(self) -> list[tuple[str, bytes]]:
        """The chunks with each speaker's neighbouring ones joined: one entry per time the word changed hands."""
        grouped = groupby(self.chunks, key=lambda chunk: chunk[0])
        return [(who, b"".join(data for _, data in chunks)) for who, chunks in grouped]


@asynccontextmanager
async def line_to(port: int, rtt: float = 0.0) -> AsyncIterator[Line]:
    """Open a relay to a port on loopback, ``rtt`` seconds there and back; closes what runs over it at the end."""
    line = Line(rtt)
    calls: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.add(asyncio.create_task(_carry(line, port, reader, writer)))

    relay = await asyncio.start_server(accept, "127.0.0.1", 0)
    line.port = relay.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        relay.close()
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)


async def _carry(line: Line, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Join client and server. The kernel shakes hands on loopback at once, so that round trip is waited for here.

    Over a real line the client's SYN and its answer take one round trip, and the server learns half a round trip later that
    the line is open: only then can it speak, and what the client says cannot be there before.
    """
    opened = asyncio.get_running_loop().time() + 1.5 * line.rtt
    outward: _Direction = asyncio.Queue()
    listening = asyncio.create_task(_hear(line, "C", reader, outward))
    try:
        await asyncio.sleep(1.5 * line.rtt)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        homeward: _Direction = asyncio.Queue()
        await asyncio.gather(
            listening,
            _say(far_writer, outward, opened),
            _hear(line, "S", far_reader, homeward),
            _say(writer, homeward, opened),
        )
    finally:
        listening.cancel()
        writer.close()


_Direction = asyncio.Queue[tuple[float, bytes]]


async def _hear(line: Line, who: str, reader: asyncio.StreamReader, chunks: _Direction) -> None:
    """Keep what comes in, each chunk with the time at which it is due at the other end; no bytes mean the end."""
    loop = asyncio.get_running_loop()
    data = b"-"
    while data:
        data = b""
        with suppress(ConnectionError):
            data = await reader.read(65536)
        if data:
            line.chunks.append((who, data))
        await chunks.put((loop.time() + line.rtt / 2, data))


async def _say(writer: asyncio.StreamWriter, chunks: _Direction, opened: float) -> None:
    """Hand on what is due, until the end."""
    loop = asyncio.get_running_loop()
    with suppress(ConnectionError):
        while True:
            due, data = await chunks.get()
            await asyncio.sleep(max(due, opened) - loop.time())
            if not data:
                break
            writer.write(data)
            await writer.drain()
    writer.close()
