"""The host's own resolver, asked about SRV and MX records through a name server on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import dns.asyncresolver
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from wizard.discover import ResolverFailed, Service
from wizard.records import HostResolver


class NameServer(asyncio.DatagramProtocol):
    """Answers questions about a small zone over UDP; an unknown name does not exist, and ``broken.test`` fails."""

    def __init__(self, zone: dict[tuple[str, str], str]) -> None:
        self.zone = zone

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        """Answer one question."""
        question = dns.message.from_wire(data)
        asked = question.question[0]
        answer = dns.message.make_response(question)
        name, kind = asked.name.to_text(), dns.rdatatype.to_text(asked.rdtype)
        if (name, kind) in self.zone:
            answer.answer.append(dns.rrset.from_text_list(asked.name, 60, "IN", kind, self.zone[name, kind].split("|")))
        elif name == "broken.test.":
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in {known for known, _ in self.zone}:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(answer.to_wire(), addr)


@asynccontextmanager
async def host_resolver(zone: dict[tuple[str, str], str]) -> AsyncIterator[HostResolver]:
    """The real resolver, led to a name server of this test's own."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: NameServer(zone), local_addr=("127.0.0.1", 0))
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = transport.get_extra_info("sockname")[1]
    yield HostResolver(2.0, resolver)
    transport.close()


async def test_the_hosts_resolver_reads_srv_and_mx_and_tells_absence_from_failure() -> None:
    zone = {
        ("_submission._tcp.example.test.", "SRV"): "0 5 587 smtp.example.test.",
        ("example.test.", "MX"): "20 b.example.test.|10 a.example.test.",
        ("silent.test.", "MX"): "0 .",
    }
    async with host_resolver(zone) as resolver:
        assert await resolver.services("_submission._tcp.example.test") == [Service(0, 5, 587, "smtp.example.test.")]
        assert await resolver.exchanges("example.test") == ["a.example.test.", "b.example.test."]
        assert await resolver.exchanges("silent.test") == ["."]
        assert await resolver.services("example.test") == []  # the name exists, the record does not
        assert await resolver.exchanges("nowhere.test") == []
        assert await resolver.exchanges("a..b") == []
        with pytest.raises(ResolverFailed):
            await resolver.exchanges("broken.test")
