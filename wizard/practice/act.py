"""How answers that are no replies are carried out on a line: bytes, silence, hanging up. Must not know SMTP."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress
from typing import NoReturn, assert_never

from wizard.practice.fault import Drop, Foreign, Hang, Send

_CHUNK = 4096


class LineGoneError(ConnectionResetError):
    """The fault is over and so is the line; whoever serves it stops."""


async def perform(answer: Send | Hang | Drop, writer: asyncio.StreamWriter) -> NoReturn:
    """Carry out one answer. Ends with LineGoneError, or stays silent until the task is cancelled because the client left."""
    match answer:
        case Send():
            await _send(answer, writer)
            if not answer.close:
                await _silence()
            writer.close()
        case Hang():
            await _silence()
        case Drop(reset=reset):
            _drop(writer, reset)
        case _:
            assert_never(answer)
    raise LineGoneError


async def _send(answer: Send, writer: asyncio.StreamWriter) -> None:
    pieces = [bytes([byte]) for byte in answer.data] if answer.every else [answer.data]
    if answer.endless and not answer.every:
        pieces = [answer.data * (_CHUNK // len(answer.data) + 1)]
    while True:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            if answer.every:
                await asyncio.sleep(answer.every)
        if not answer.endless:
            return


async def _silence() -> None:
    await asyncio.get_running_loop().create_future()


def _drop(writer: asyncio.StreamWriter, reset: bool) -> None:
    if reset:
        made = writer.get_extra_info("socket")
        with suppress(OSError):
            made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def stand_in(
    answer: Send | Hang | Drop | Foreign, wait: bool, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Serve a whole connection with one answer; with ``wait`` only once the client has spoken. Ends when the client leaves."""
    acting = asyncio.ensure_future(_stand_in(answer, wait, reader, writer))
    try:
        await acting
    except ConnectionError:
        pass  # either side hung up: that is how these connections end
    finally:
        acting.cancel()
        writer.close()


async def _stand_in(
    answer: Send | Hang | Drop | Foreign, wait: bool, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    if wait:
        await reader.read(_CHUNK)
    if isinstance(answer, Foreign):
        await _speak(answer, reader, writer)
        return
    performing = asyncio.ensure_future(perform(answer, writer))
    leaving = asyncio.ensure_future(_until_end(reader))
    try:
        await asyncio.wait({performing, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (performing, leaving):
            task.cancel()
        await asyncio.gather(performing, leaving, return_exceptions=True)


async def _until_end(reader: asyncio.StreamReader) -> None:
    while await reader.read(_CHUNK):
        pass


async def _speak(foreign: Foreign, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(foreign.opening)
    said = await _heard(reader, foreign)
    writer.write(foreign.idle if said is None else foreign.reply)
    await writer.drain()


async def _heard(reader: asyncio.StreamReader, foreign: Foreign) -> bytes | None:
    """Return what the client said, or None when patience ran out first."""
    if not foreign.idle:
        return await reader.read(_CHUNK)
    try:
        return await asyncio.wait_for(reader.read(_CHUNK), foreign.patience)
    except TimeoutError:
        return None
