"""How long it takes to know: a verdict in round trips of the line, one pasted error, two hundred profiles at once."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median

from tests.bench.result import Result, compared
from tests.line import line_to
from tests.loopback import Gone, Loopback, at_usual_port, profile_for
from wizard.config import save_profile
from wizard.draft import Change, Draft, Field
from wizard.practice import FAULTS, PracticeServer
from wizard.profile import Security
from wizard.report import Report
from wizard.smtp.check import check as climb
from wizard.smtp.events import Event

RTT = 0.1  # seconds there and back
CASES = Path(__file__).parents[1] / "explain" / "cases.jsonl"
PROFILES = 200
# One fault of each class, and how many round trips its verdict may take: those the session needs to get there, and what is
# looked at beside it to tell look-alikes apart. A round trip more than counted is left for the work itself.
CLASSES: dict[str, tuple[str, int]] = {
    "another service": ("imap-server", 5),
    "TLS spoken on a STARTTLS port": ("tls-on-the-starttls-port", 9),
    "STARTTLS spoken on a TLS port": ("plain-on-the-tls-port", 9),
    "no STARTTLS": ("starttls-missing", 9),
    "a certificate": ("expired-certificate", 17),
    "an old TLS version": ("only-old-versions", 14),
    "a refused sign-in": ("wrong-password", 12),
    "a refused sender": ("sender-unknown", 10),
    "a refused recipient": ("unknown-recipient", 10),
    "a refused message": ("content-rejected", 12),
}


def verdicts() -> list[Result]:
    """Time from the first packet to the verdict, by class of fault, in round trips of a line that takes 100 ms there and back."""
    return asyncio.run(_verdicts())


async def _verdicts() -> list[Result]:
    results = []
    for what, (name, most) in CLASSES.items():
        taken = median([await _verdict(name) for _ in range(3)])
        beside = f"`{FAULTS[name].finding}`, {taken * 1000:,.0f} ms"
        results.append(Result(f"the verdict on {what}, in round trips", round(taken / RTT, 1), "", most, beside))
    return results


async def _verdict(name: str) -> float:
    fault = FAULTS[name]
    async with PracticeServer(name) as server, _over_lines(server) as network:
        draft = at_usual_port(server.draft(), fault.security)
        report = Report(profile_for(draft, Change(Field.MECHANISM, "plain")))

        def fold(event: Event) -> None:
            nonlocal report
            report = report.add(event)

        begun = time.perf_counter()
        await climb(report.profile, server.password, fold, deliver=fault.needs_delivery, network=network)
        taken = time.perf_counter() - begun
        if report.finding != fault.finding:
            raise AssertionError(f"{name} was taken for {report.finding}")
        return taken


@asynccontextmanager
async def _over_lines(server: PracticeServer) -> AsyncIterator[Loopback]:
    """The same ports as without lines, each over one."""
    near = Loopback.to(server)
    async with AsyncExitStack() as stack:
        ports: dict[int, int | Gone] = {}
        for port, real in near.ports.items():
            ports[port] = real if isinstance(real, Gone) else (await stack.enter_async_context(line_to(real, RTT))).port
        near.ports = ports
        yield near


def explain() -> list[Result]:
    """One pasted error at a time, as `explain` reads it; the library is loaded already."""
    from wizard.diagnosis.casebook import explain as read

    texts = [json.loads(line)["raw"] for line in CASES.read_text().splitlines()]
    read(texts[0])
    taken = sorted(_seconds_of(lambda text=text: read(text)) for text in texts)  # type: ignore[misc]
    count = f"{len(texts)} cases"
    return [
        Result("`explain`, the middle case", taken[len(taken) // 2] * 1000, "ms", 10, count),
        Result("`explain`, the slowest case", taken[-1] * 1000, "ms", 50, count),
    ]


def _seconds_of(work: object) -> float:
    assert callable(work)
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def every() -> list[Result]:
    """`check --all` over 200 profiles of a local server behind a line of 100 ms, against one `check` after another."""
    return asyncio.run(_every())


async def _every() -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        async with PracticeServer() as server, line_to(server.ports[Security.STARTTLS], RTT) as line:
            config, secret = Path(folder, "config.toml"), Path(folder, "secret")
            draft = server.draft().with_changes(Change(Field.PORT, str(line.port)), Change(Field.PASSWORD, f"file:{secret}"))
            _save_all(config, draft, secret, server.password.reveal())
            flags = ["--config", str(config), "--no-input", "--no-memory"]
            ours = await _run("check", "--all", "--json", *flags)
            some = [await _run("check", f"p{number}", "--json", *flags) for number in range(8)]
    base = median(some) * PROFILES
    return [compared(f"`check --all`, {PROFILES} profiles, against one after the other", [ours], [base], 0.1)]


def _save_all(config: Path, draft: Draft, secret: Path, password: str) -> None:
    secret.write_text(password)
    secret.chmod(0o600)
    save_profile("p0", draft, path=config)
    text = config.read_text()
    block = text[text.index("[profiles.p0]") :]
    config.write_text(
        text + "".join("\n" + block.replace("[profiles.p0", f"[profiles.p{number}") for number in range(1, PROFILES))
    )


async def _run(*words: str) -> float:
    begun = time.perf_counter()
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "wizard", *words),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await program.communicate()
    if program.returncode:
        raise AssertionError(f"{words} ended with {program.returncode}: {said.decode()[-2000:]}")
    return time.perf_counter() - begun
