"""Faults whose point lies in what the practice server asks of a client: handshakes, names, ports, the PROXY line. By hand."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from wizard.practice import PracticeServer
from wizard.profile import Security


async def reply(reader: asyncio.StreamReader) -> list[str]:
    lines: list[str] = []
    while not lines or lines[-1][3:4] == "-":
        lines.append((await reader.readline()).decode().rstrip("\r\n"))
    return lines


@asynccontextmanager
async def caller(
    server: PracticeServer, port: Security, tls: ssl.SSLContext | None = None, first: bytes = b""
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("localhost", server.ports[port], ssl=tls)
    try:
        writer.write(first)
        yield reader, writer
    finally:
        writer.close()


async def ehlo(server: PracticeServer, port: Security, name: str = "client.example.com", first: bytes = b"") -> list[str]:
    async with caller(server, port, first=first) as (reader, writer):
        assert (await reply(reader))[0].startswith("220 ")
        writer.write(f"EHLO {name}\r\n".encode())
        return await reply(reader)


def today(server: PracticeServer) -> ssl.SSLContext:
    """A client as a check is one."""
    context = ssl.create_default_context(cafile=str(server.ca_file))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def yesterday() -> ssl.SSLContext:
    """A client that takes anything."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


async def shaken(server: PracticeServer, context: ssl.SSLContext) -> str:
    """The TLS version agreed on, or OpenSSL's name for the failure."""
    try:
        async with caller(server, Security.TLS, context) as (_, writer):
            return str(writer.get_extra_info("ssl_object").version())
    except ssl.SSLError as problem:
        return str(problem.reason)


async def test_a_client_certificate_over_tls_1_2_is_asked_for_without_a_word_of_it() -> None:
    async with PracticeServer("client-cert-tls12") as server:
        assert "HANDSHAKE_FAILURE" in await shaken(server, today(server))


@pytest.mark.parametrize(("fault", "version"), [("only-old-ciphers", "TLSv1.2"), ("only-old-versions", "TLSv1.1")])
async def test_old_encryption_fails_a_client_of_today_and_serves_one_of_yesterday(fault: str, version: str) -> None:
    async with PracticeServer(fault) as server:
        assert "ALERT" in await shaken(server, today(server))
        assert await shaken(server, yesterday()) == version


async def test_starttls_is_gone_from_one_port_only() -> None:
    async with PracticeServer("starttls-on-one-port") as server:
        assert not any("STARTTLS" in line for line in await ehlo(server, Security.STARTTLS))
        assert any("STARTTLS" in line for line in await ehlo(server, Security.NONE))


@pytest.mark.parametrize(("name", "code"), [("workstation", "504"), ("host.example.com", "504"), ("[192.0.2.1]", "250")])
async def test_only_an_address_in_brackets_is_taken_for_a_name(name: str, code: str) -> None:
    async with PracticeServer("helo-wants-address-literal") as server:
        assert (await ehlo(server, Security.STARTTLS, name))[-1].startswith(code)


async def test_the_proxy_line_opens_the_port() -> None:
    async with PracticeServer("wants-proxy-line") as server:
        line = b"PROXY TCP4 192.0.2.1 192.0.2.2 51234 587\r\n"
        assert (await ehlo(server, Security.STARTTLS, first=line))[-1].startswith("250")


async def test_without_the_proxy_line_the_port_closes() -> None:
    async with (
        PracticeServer("wants-proxy-line") as server,
        caller(server, Security.STARTTLS, first=b"EHLO me\r\n") as (reader, _),
    ):
        assert await reader.read() == b""
