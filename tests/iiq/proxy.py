"""A stand-in for an HTTP proxy: takes CONNECT on loopback and passes bytes on, or says no."""

from __future__ import annotations

import asyncio
import base64
from contextlib import suppress

from tests.iiq.listening import Listening


class Proxy(Listening):
    """``refusing`` answers each CONNECT with 403. ``asked`` keeps what was asked for; ``user`` the user name given, if any."""

    def __init__(self, *, refusing: bool = False) -> None:
        super().__init__()
        self.refusing = refusing
        self.asked: list[str] = []
        self.user = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        target = head.split(" ")[1]
        self.asked.append(target)
        for line in head.split("\r\n"):
            name, _, value = line.partition(": ")
            if name.lower() == "proxy-authorization":
                self.user = base64.b64decode(value.removeprefix("Basic ")).decode()
        if self.refusing:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return
        host, _, port = target.rpartition(":")
        there, back = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
