"""How answers that are no replies are carried out on a line: bytes, silence, hanging up. Must not know SMTP."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
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


async def shake_hands(context: ssl.SSLContext, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> NoReturn:
    """Make a handshake that an ordinary client fails, and tell it why with an alert, before hanging up.

    By hand, because asyncio's own handshake closes the line on an error before the alert is on its way.
    """
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(incoming, outgoing, server_side=True)
    while True:
        try:
            server.do_handshake()
            writer.write(outgoing.read())
            await _until_end(reader)  # a client that got through came to look: it leaves by itself
            raise LineGoneError
        except ssl.SSLWantReadError:
            writer.write(outgoing.read())
            data = await reader.read(_CHUNK)
            if not data:
                raise LineGoneError from None
            incoming.write(data)
        except ssl.SSLError:
            break
    writer.write(outgoing.read())
    # Half closed and read to the end: closing with bytes unread would reset the line, and the alert might be lost.
    writer.write_eof()
    await _until_end(reader)
    writer.close()
    raise LineGoneError


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def stand_in(serve: Serve, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve a whole connection with something that is no mail server, until either side hangs up. The caller closes it."""
    with suppress(ConnectionError):
        await serve(reader, writer)


def server_of(answer: Send | Hang | Drop | Foreign, wait: bool) -> Serve:
    """Return what serves a connection with one answer; with ``wait`` only once the client has spoken."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if wait:
            await reader.read(_CHUNK)
        if isinstance(answer, Foreign):
            await _speak(answer, reader, writer)
        else:
            await _perform_until_left(answer, reader, writer)

    return serve


async def _perform_until_left(answer: Send | Hang | Drop, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
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
