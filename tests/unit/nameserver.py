"""A name server on loopback, over UDP and TCP: zones good and bad, names that fail, stay silent, or answer too long for UDP."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import cast

import dns.asyncresolver
import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = Mapping[str, str | list[str]]
_UDP = 512  # bytes, without EDNS (RFC 1035 4.2.1)


def txt(text: str) -> str:
    """One TXT record in a zone file's words: strings of at most 255 bytes, everything but letters and digits escaped."""
    data = text.encode()
    pieces = (data[at : at + 255] for at in range(0, max(len(data), 1), 255))
    return " ".join('"' + "".join(f"\\{byte:03d}" for byte in piece) + '"' for piece in pieces)


class NameServer:
    """Answers from ``zone``: keys are ``"KIND name"``, values one record or several; TXT values are the text itself.

    A name below ``broken`` fails (SERVFAIL), one below ``silent`` gets no answer. ``asked`` counts the questions.
    """

    def __init__(self, zone: Zone, broken: tuple[str, ...] = (), silent: tuple[str, ...] = ()) -> None:
        self.zone = {"NS test": ["ns.test."]} | {
            key: value if isinstance(value, list) else [value] for key, value in zone.items()
        }
        self.broken = broken
        self.silent = silent
        self.asked: Counter[str] = Counter()
        self.over_tcp = 0
        self.port = 0

    def answer(self, data: bytes, *, tcp: bool) -> bytes | None:
        """Return the answer to one message, None for silence."""
        question = dns.message.from_wire(data)
        asked = question.question[0]
        name, kind = asked.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(asked.rdtype)
        self.asked[f"{kind} {name}"] += 1
        self.over_tcp += tcp
        if name.endswith(self.silent) and self.silent:
            return None
        reply = dns.message.make_response(question)
        if name.endswith(self.broken) and self.broken:
            reply.set_rcode(dns.rcode.SERVFAIL)
            return reply.to_wire()
        records = self.zone.get(f"{kind} {name}")
        if records:
            texts = [txt(one) for one in records] if kind == "TXT" else records
            reply.answer.append(dns.rrset.from_text_list(asked.name, 60, "IN", kind, texts))
        elif f"CNAME {name}" in self.zone:
            self._through(name, kind, reply)
        elif name not in {key.partition(" ")[2] for key in self.zone}:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        try:
            return reply.to_wire(max_size=65535 if tcp else _UDP)
        except dns.exception.TooBig:
            reply.answer.clear()
            reply.flags |= dns.flags.TC
            return reply.to_wire()

    def _through(self, alias: str, kind: str, reply: dns.message.Message) -> None:
        """Answer for an alias: the alias, and the records of the name it leads to (RFC 1034 4.3.2)."""
        (target,) = self.zone[f"CNAME {alias}"]
        reply.answer.append(dns.rrset.from_text_list(f"{alias}.", 60, "IN", "CNAME", [target]))
        records = self.zone.get(f"{kind} {target.removesuffix('.')}")
        if records:
            reply.answer.append(dns.rrset.from_text_list(target, 60, "IN", kind, records))

    async def over_stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer over TCP, where each message has its length in front (RFC 1035 4.2.2)."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            length = int.from_bytes(await reader.readexactly(2))
            reply = self.answer(await reader.readexactly(length), tcp=True)
            if reply is not None:
                writer.write(len(reply).to_bytes(2) + reply)
                await writer.drain()
        writer.close()

    @property
    def resolver(self) -> dns.asyncresolver.Resolver:
        """dnspython's resolver, led here."""
        resolver = dns.asyncresolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = self.port
        return resolver


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: NameServer) -> None:
        self.server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        reply = self.server.answer(data, tcp=False)
        if reply is not None:
            self.transport.sendto(reply, addr)


@asynccontextmanager
async def serving(server: NameServer) -> AsyncIterator[NameServer]:
    """Serve on one port for both transports, until the block ends."""
    loop = asyncio.get_running_loop()
    while True:
        stream = await asyncio.start_server(server.over_stream, "127.0.0.1", 0)
        server.port = stream.sockets[0].getsockname()[1]
        try:
            datagrams, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(server), local_addr=("127.0.0.1", server.port))
            break
        except OSError:  # the port is free for TCP only: take another
            stream.close()
    try:
        yield server
    finally:
        datagrams.close()
        stream.close()
        await stream.wait_closed()
