"""One hunt: atheris gives bytes, and whatever they are, the reader and the engine have to hold. Run by ``make fuzz``."""

from __future__ import annotations

import asyncio
import sys

import atheris

with atheris.instrument_imports(include=["wizard.diagnosis", "wizard.smtp"]):
    from wizard.diagnosis.casebook import cases
    from wizard.diagnosis.model import Severity
    from wizard.profile import Endpoint, Login, Password, Profile, Security
    from wizard.report import Report
    from wizard.smtp.check import check
    from wizard.smtp.events import Event

from tests.loopback import HOST, Loopback

PATIENCE = 0.1  # seconds for a stage: a server that stays silent is waited for again and again
MODES = (Security.NONE, Security.STARTTLS, Security.TLS)


def explain(data: bytes) -> None:
    """Read any bytes as text: no exception, each case with words, and no credential made of what was pasted."""
    for case in cases(data.decode("utf-8", "backslashreplace").splitlines(keepends=True)):
        assert case.finding.title, case.finding.id
        assert case.count >= 1


def session(data: bytes) -> None:
    """Let any bytes be what a server says: the run ends, and ends with one cause or none."""
    asyncio.run(_session(MODES[data[0] % 3] if data else Security.NONE, data[1:].split(b"\0")))


async def _session(security: Security, pieces: list[bytes]) -> None:
    answering: set[asyncio.Task[None] | None] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.add(asyncio.current_task())
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                if not await reader.readline():
                    break
        except OSError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        report = Report(_profile(security))

        def add(event: Event) -> None:
            nonlocal report
            report = report.add(event)

        await check(report.profile, Password("pencil"), add, deliver=True, network=Loopback({25: port}))
    finally:
        server.close()
        if answering:
            await asyncio.wait([task for task in answering if task], timeout=1)
    errors = [finding for finding in report.findings if finding.severity is Severity.ERROR]
    assert report.ended
    assert len(errors) == (0 if report.ok else 1), errors
    assert "pencil" not in repr(report.transcript)


def _profile(security: Security) -> Profile:
    login = Login("user@example.com")
    profile = Profile(Endpoint(HOST, 25, security), login=login, sender="a@example.com", recipient="b@example.com")
    return profile._replace(timeout=PATIENCE, total_timeout=1.0, accept_cleartext_auth=True)


if __name__ == "__main__":
    hunts = {"explain": explain, "session": session}
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, hunts[name])
    atheris.Fuzz()
