"""The console's process: started without a shell, read without end or limit being trusted, ended with all its children.

It knows bytes and deadlines, and neither commands nor prompts.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

from wizard.identityiq.console.words import ConsoleProblem, Trouble
from wizard.identityiq.starting import open_to_all, surroundings

LARGEST = 16 * 1024 * 1024  # bytes of one answer: SystemConfiguration is well below one million
_PATIENCE = 5.0  # seconds for what has ended to be noticed


class Process:
    """A running console. ``text`` is what it printed since it was last emptied."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._got = bytearray()
        self._news = asyncio.Event()
        self._reader = asyncio.create_task(self._read())
        self.ended = False
        self.overflowed = False

    @classmethod
    async def start(cls, launcher: Path, java: Path | None = None) -> Process:
        """Start ``launcher console`` in its own folder and process group. Raises ConsoleProblem.

        ``java`` is the home of the Java to put in front of its PATH, for a user who has none there.
        """
        words = _command(launcher)
        try:
            process = await asyncio.create_subprocess_exec(
                *words,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                cwd=launcher.parent,
                env=_environment(java),
                start_new_session=True,  # the launcher's Java is a child of its own, and ends with the group
            )
        except OSError as problem:
            raise ConsoleProblem(Trouble.NOT_STARTABLE, _why(launcher, problem)) from None
        return cls(process)

    async def _read(self) -> None:
        stream = self._process.stdout
        while stream is not None and (part := await stream.read(65_536)):
            # What is too much is read all the same and thrown away: asyncio's wait() does not return before the pipe is empty.
            self.overflowed = self.overflowed or len(self._got) + len(part) > LARGEST
            if not self.overflowed:
                self._got += part
            self._news.set()
        self.ended = True
        self._news.set()

    def text(self) -> str:
        """Return what was printed. Java writes in the locale's own characters: UTF-8, else Latin-1, which reads any byte."""
        got = bytes(self._got).replace(b"\r\n", b"\n")
        try:
            return got.decode("utf-8")
        except UnicodeDecodeError:
            return got.decode("latin-1")

    def last_line(self) -> bytes:
        """Return what stands after the last line break, where a prompt would."""
        return bytes(self._got[self._got.rfind(b"\n") + 1 :][-512:]).rstrip(b"\r")

    def size(self) -> int:
        """Return how many bytes were printed."""
        return len(self._got)

    def empty(self) -> None:
        """Forget what was printed."""
        self._got.clear()

    async def news(self, seconds: float) -> bool:
        """Wait until more is printed or the console ends, at most so many seconds. Return whether anything came."""
        try:
            async with asyncio.timeout(max(seconds, 0.0)):
                await self._news.wait()
        except TimeoutError:
            return False
        self._news.clear()
        return True

    async def say(self, line: str) -> None:
        """Write one line to it; one that has gone already notices nothing."""
        stream = self._process.stdin
        if stream is None:
            return
        with suppress(ConnectionError):
            stream.write(line.encode("utf-8") + b"\n")
            await stream.drain()

    async def code(self) -> int | None:
        """Return the exit code of a console whose output has ended; None where it still runs."""
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._process.wait()
        except TimeoutError:
            return None

    async def end(self) -> None:
        """End it and everything it started, whether it wants to or not."""
        # The group, and not only the launcher: its Java may outlive it.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with suppress(TimeoutError):  # what left the group may hold the pipe open: it is not waited for
            async with asyncio.timeout(_PATIENCE):
                await asyncio.gather(self._reader, self._process.wait())


def _environment(java: Path | None) -> dict[str, str]:
    environ = surroundings()
    if java is not None:
        environ["PATH"] = os.pathsep.join(part for part in (str(java / "bin"), environ.get("PATH", "")) if part)
    return environ


def _command(launcher: Path) -> list[str]:
    """Return how to start the launcher. One that was unpacked without its executable bit is handed to the shell it names."""
    if not launcher.is_file():
        raise ConsoleProblem(
            Trouble.MISSING,
            f"IdentityIQ's console was not found: there is no {launcher}. Name the folder that holds WEB-INF, or use an "
            "export file.",
        )
    open_place = open_to_all(launcher)
    if open_place is not None and os.geteuid() == 0:
        raise ConsoleProblem(
            Trouble.NOT_STARTABLE,
            f"Everybody on this host may change {open_place}, and so what IdentityIQ's console runs; you are root, and it would "
            f"run as you. It was not started. Take that right away first (chmod o-w {open_place}), or run smtp-wizard as the "
            "user that runs IdentityIQ.",
        )
    if os.access(launcher, os.X_OK):
        return [str(launcher), "console"]
    try:
        with launcher.open("rb") as file:
            first = file.readline(256)
    except OSError as problem:
        raise ConsoleProblem(Trouble.NOT_STARTABLE, _why(launcher, problem)) from None
    named = first[2:].decode("utf-8", "replace").split() if first.startswith(b"#!") else []
    return [*(named or ["/bin/sh"]), str(launcher), "console"]


def _why(launcher: Path, problem: OSError) -> str:
    match problem:
        case PermissionError():
            cure = "Run smtp-wizard as the user that runs IdentityIQ, or with sudo."
        case FileNotFoundError():
            cure = "The program in its first line is missing; a file that was edited on Windows has line ends that hide it."
        case _:
            cure = "Start it by hand once to see more."
    return f"IdentityIQ's console {launcher} could not be started: {problem.strerror or problem}. {cure}"
