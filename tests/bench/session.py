"""How long a session takes: ``check`` and ``probe`` on the practice server, against a bare script and over an emulated line."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from statistics import median

import aiosmtplib

from tests.bench.baselines.session import message
from tests.bench.result import Result, compared
from tests.line import line_to
from tests.loopback import Gone, Loopback, profile_for
from wizard.draft import Change, Field
from wizard.practice import PracticeServer
from wizard.profile import Security
from wizard.report import Report
from wizard.smtp.check import check as climb
from wizard.smtp.events import Event
from wizard.smtp.probe import probe as look

ROUNDS = 15
SHORT, LONG = 0.05, 0.15  # seconds there and back


def check() -> list[Result]:
    """Wall time of ``smtp-wizard check`` against a bare aiosmtplib script that holds the same session."""
    return asyncio.run(_check())


async def _check() -> list[Result]:
    results = []
    async with PracticeServer() as server:
        for security, deliver in ((Security.STARTTLS, False), (Security.TLS, False), (Security.STARTTLS, True)):
            ours, base = await _processes_in_turn(server, security, deliver)
            what = f"`check`, {security.value}{', with delivery' if deliver else ''}, against a bare aiosmtplib script"
            results.append(compared(what, ours, base, 1.2))
    return results


async def _processes_in_turn(server: PracticeServer, security: Security, deliver: bool) -> tuple[list[float], list[float]]:
    draft = server.draft(security)
    settings = {
        "PORT": draft.port,
        "SECURITY": security.value,
        "CA_FILE": draft.ca_file,
        "USERNAME": draft.username,
        "SENDER": draft.sender,
        "RECIPIENT": draft.recipient,
        "SMTP_WIZARD_PASSWORD": server.password.reveal(),
        **({"DELIVER": "1"} if deliver else {}),
    }
    flags = {"host": draft.host, "port": draft.port, "security": security.value, "username": draft.username}
    flags |= {"mechanism": "plain", "from": draft.sender, "to": draft.recipient, "ca-file": draft.ca_file}
    ours = ["-m", "wizard", "check", "--no-input", *(word for name, text in flags.items() for word in (f"--{name}", text))]
    base = ["-m", "tests.bench.baselines.session"]
    pairs = [
        (await _seconds([*ours, *(["--deliver"] if deliver else [])], settings), await _seconds(base, settings))
        for _ in range(ROUNDS + 1)
    ][1:]
    return [mine for mine, _ in pairs], [theirs for _, theirs in pairs]


async def _seconds(arguments: list[str], settings: Mapping[str, str]) -> float:
    begun = time.perf_counter()
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, **settings},
    )
    said, _ = await program.communicate()
    if program.returncode:
        raise AssertionError(f"{arguments} ended with {program.returncode}: {said.decode()}")
    return time.perf_counter() - begun


def trips() -> list[Result]:
    """Round trips of a delivery, counted by how much longer it takes over a longer line."""
    return asyncio.run(_trips())


async def _trips() -> list[Result]:
    results = []
    async with PracticeServer() as server:
        for security, most in ((Security.STARTTLS, 9), (Security.TLS, 7)):
            ours = await _count(lambda port, mode=security: _deliver(server, mode, port), server.ports[security])
            base = await _count(lambda port, mode=security: _aiosmtplib(server, mode, port), server.ports[security])
            what = f"round trips of a delivery, {security.value}"
            results.append(Result(what, round(ours), "", most, f"{ours:.2f} before rounding; aiosmtplib: {base:.2f}"))
    return results


async def _count(session: Callable[[int], Awaitable[None]], port: int) -> float:
    """What does not depend on the line falls out: the difference of two lines divided by the difference of their length."""
    taken: dict[float, list[float]] = {SHORT: [], LONG: []}
    for _ in range(3):
        for rtt in taken:
            async with line_to(port, rtt) as line:
                begun = time.perf_counter()
                await session(line.port)
                taken[rtt].append(time.perf_counter() - begun)
    return (median(taken[LONG]) - median(taken[SHORT])) / (LONG - SHORT)


async def _deliver(server: PracticeServer, security: Security, port: int) -> None:
    # PLAIN on both sides: a challenge, as CRAM-MD5 and SCRAM have it, costs a round trip more whoever asks.
    profile = profile_for(server.draft(security), Change(Field.PORT, str(port)), Change(Field.MECHANISM, "plain"))
    report = Report(profile)

    def fold(event: Event) -> None:
        nonlocal report
        report = report.add(event)

    await climb(profile, server.password, fold, deliver=True, network=Loopback({port: port}))
    if not report.ok:
        raise AssertionError(f"the delivery over the line failed: {report.error}")


async def _aiosmtplib(server: PracticeServer, security: Security, port: int) -> None:
    draft = server.draft(security)
    client = aiosmtplib.SMTP(
        hostname="127.0.0.1",
        port=port,
        use_tls=security is Security.TLS,
        start_tls=security is Security.STARTTLS,
        cert_bundle=draft.ca_file,
    )
    await client.connect()
    await client.ehlo()
    await client.auth_plain(draft.username, server.password.reveal())
    await client.send_message(message(draft.sender, draft.recipient))
    await client.quit()


def probe() -> list[Result]:
    """All ports of a host at once, over lines of different length and one that never answers, against the slowest of them."""
    return asyncio.run(_probe())


async def _probe() -> list[Result]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(PracticeServer())
        lines = {
            25: await stack.enter_async_context(line_to(server.ports[Security.NONE], 0.2)),
            465: await stack.enter_async_context(line_to(server.ports[Security.TLS], 0.1)),
            587: await stack.enter_async_context(line_to(server.ports[Security.STARTTLS], 0.05)),
        }
        answering = await _total_and_slowest(server, {port: line.port for port, line in lines.items()})
        silent = await _total_and_slowest(server, {**{port: line.port for port, line in lines.items()}, 2525: Gone.SILENT})
    return [
        _against_slowest("`probe` of four ports, against its slowest port", *answering),
        _against_slowest("`probe` with a port that never answers, against that port", *silent),
    ]


async def _total_and_slowest(server: PracticeServer, ports: Mapping[int, int | Gone]) -> tuple[float, float]:
    begun = time.perf_counter()
    seen = await look("mail.test", lambda _: None, ca_file=server.ca_file, timeout=3.0, network=Loopback(ports))
    return time.perf_counter() - begun, max(port.seconds for port in seen.ports)


def _against_slowest(what: str, total: float, slowest: float) -> Result:
    return Result(what, total / slowest, "x", 1.05, f"{total * 1000:,.0f} ms against {slowest * 1000:,.0f} ms")
