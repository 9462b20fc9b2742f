"""The probe as a running Java process: jobs in, records out, a deadline for silence. Must not know what the records mean.

The library has no time limits of its own, so that a job may wait for ever: the wait is measured here, from outside.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

from wizard.identityiq.installation import TrustStore
from wizard.identityiq.javamail.job import Job, written
from wizard.identityiq.javamail.library import NotHereError
from wizard.identityiq.javamail.program import ENVIRONMENT, Program
from wizard.profile import Password

MOST_RECORDS = 4000  # of one job; a session has about a hundred
_LONGEST = 64 * 1024  # bytes of one record; the probe cuts its lines before
_START = 30.0  # seconds a Java may take to start on a busy host
_MEMORY = "-Xmx64m"
# What is set for the JVM that runs IdentityIQ and would not do here: key stores whose password is not known, agents, ports.
_NOT_TAKEN = ("javax.net.ssl.keyStore", "javax.net.ssl.trustStorePassword", "com.sun.management", "java.rmi", "catalina.")


class Record(NamedTuple):
    """One thing the probe told: ``java``, ``debug``, ``connected``, ``log``, ``tls``, ``frame``, ``end``.

    ``at`` is milliseconds since the job began. ``waits`` is our own: nothing came within the patience.
    """

    kind: str
    at: int
    text: str


class Patience(NamedTuple):
    """Seconds after which the library is said to wait without end: without a word, and in all (a server may drip words)."""

    silence: float = 15.0
    total: float = 60.0


class Java:
    """A running probe. Jobs may run side by side: each has a thread of its own."""

    def __init__(self, process: asyncio.subprocess.Process, trust: TrustStore | None = None) -> None:
        self._process = process
        self.trust = trust
        self._queues: dict[str, asyncio.Queue[Record | None]] = {}
        self._count = 0
        self.said = ""  # the last line on standard error, for a Java that does not start

    async def do(self, job: Job, password: Password | None, patience: Patience) -> list[Record]:
        """Do one job and return all it told. Where patience ends it is left waiting, and that is told."""
        self._count += 1
        number = str(self._count)
        queue = self._queues[number] = asyncio.Queue()
        await self._write(written(job, password, number))
        records: list[Record] = []
        limit = max(patience.silence, _START)  # the first word comes from a Java that may still be starting
        ends = float("inf")
        loop = asyncio.get_running_loop()
        while len(records) < MOST_RECORDS:
            try:
                async with asyncio.timeout(min(limit, ends - loop.time())):
                    record = await queue.get()
            except TimeoutError:
                records += await self._where(number, queue)
                break
            if record is None:
                records.append(Record("died", 0, self.said))
                break
            records.append(record)
            limit = patience.silence
            ends = min(ends, loop.time() + patience.total)
            if record.kind == "end":
                break
        del self._queues[number]
        return records

    async def _where(self, number: str, queue: asyncio.Queue[Record | None]) -> list[Record]:
        """Ask what a silent job waits in."""
        await self._write(f"where {number}\n\n")
        told = [Record("waits", 0, "")]
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                while (record := await queue.get()) is not None and record.kind != "told":
                    told.append(record)
        return told

    async def _write(self, text: str) -> None:
        assert self._process.stdin is not None
        with suppress(ConnectionError):  # a Java that is gone is told by the end of its output
            self._process.stdin.write(text.encode())
            await self._process.stdin.drain()

    async def listen(self) -> None:
        """Hand each record to its job, until the process ends."""
        assert self._process.stdout is not None
        try:
            while line := await self._process.stdout.readline():
                self._hand(line.decode("utf-8", "replace").rstrip("\n"))
        except ValueError:  # a line beyond all measure: not from our probe
            pass
        for queue in self._queues.values():
            queue.put_nowait(None)

    def _hand(self, line: str) -> None:
        parts = line.split(" ", 3)
        queue = self._queues.get(parts[0])
        if queue is not None and len(parts) == 4 and parts[2].isdigit():
            queue.put_nowait(Record(parts[1], int(parts[2]), parts[3]))

    async def complain(self) -> None:
        """Keep the last line of standard error."""
        assert self._process.stderr is not None
        with suppress(ValueError):
            while line := await self._process.stderr.readline():
                self.said = line.decode("utf-8", "replace").strip()[:300] or self.said


@asynccontextmanager
async def running(program: Program) -> AsyncIterator[Java]:
    """Start the probe, and end it and all it waits for with the block. Raises NotHereError when it cannot be started."""
    runtime = program.runtime
    words = [str(runtime.java), _MEMORY, *_settings(program), "-cp", program.class_path, "Probe"]
    try:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
            start_new_session=True,
            limit=_LONGEST,
        )
    except OSError as problem:
        raise NotHereError(
            f"The Java at {runtime.home} could not be started: {problem.strerror}. Name another with --java."
        ) from None
    java = Java(process, runtime.trust)
    tasks = [asyncio.create_task(java.listen()), asyncio.create_task(java.complain())]
    try:
        yield java
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await asyncio.gather(*tasks, return_exceptions=True)
        await process.wait()


def _settings(program: Program) -> list[str]:
    """Return the ``-D`` settings of the Java that runs IdentityIQ, and its trust store where a setting names one."""
    runtime = program.runtime
    settings = {name: value for name, value in runtime.properties if not name.startswith(_NOT_TAKEN)}
    if runtime.trust and runtime.trust.own:
        settings["javax.net.ssl.trustStore"] = str(runtime.trust.path)
        if runtime.trust.type:
            settings["javax.net.ssl.trustStoreType"] = runtime.trust.type
    return [f"-D{name}={value}" for name, value in settings.items()]
