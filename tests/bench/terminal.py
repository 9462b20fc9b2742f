"""A program in a terminal of 80x24, seen from the terminal: what is on the screen, when, for how many bytes, in how much memory.

Knows no toolkit: it starts a program, answers what terminals answer, and reads.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pyte

SIZE = (80, 24)
_DEADLINE = 30.0  # seconds a program has to show what is waited for
_CLOSE_BEHIND = 0.03  # seconds; two chunks of one screen follow each other faster
_QUIET = 0.15  # seconds without a byte after which a program has had its say

# What a modern terminal answers: its attributes, which private modes it knows, its keyboard protocol, the cursor's place.
_ANSWERS = (
    (re.compile(rb"\x1b\[0?c"), b"\x1b[?62;22c"),
    (re.compile(rb"\x1b\[\?(\d+)\$p"), b"\x1b[?\\1;2$y"),
    (re.compile(rb"\x1b\[\?u"), b"\x1b[?0u"),
    (re.compile(rb"\x1b\[6n"), b"\x1b[1;1R"),
)
# Sequences pyte does not know and would draw as letters.
_UNKNOWN = re.compile(rb"\x1b\[[<=>?][0-9;]*[uqcm]|\x1b\[[0-9;?]*\$p|\x1b\[[0-9;]*t|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")


class Terminal:
    """A running program and the screen it draws. Times are seconds since it was started."""

    def __init__(self, process: int, master: int) -> None:
        self.process = process
        self.written = 0
        self._master = master
        self._begun = time.perf_counter()
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._screen = pyte.Screen(*SIZE)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(self._screen.display)

    def until(self, *marks: str) -> float:
        """Wait until all marks are on the screen; return when the bytes that showed the last one came. Raises TimeoutError."""
        while True:
            while self._waiting:
                came, data = self._waiting.popleft()
                self._stream.feed(_UNKNOWN.sub(b"", data))
                if all(mark in self.text for mark in marks):
                    return came
            if not self._take(_DEADLINE):
                raise TimeoutError(f"{marks} did not come; the screen shows:\n{self.text}")

    def settle(self, quiet: float = _QUIET) -> int:
        """Read until nothing came for ``quiet`` seconds; return how many bytes came."""
        before = self.written
        while self._take(quiet):
            pass
        while self._waiting:
            self._stream.feed(_UNKNOWN.sub(b"", self._waiting.popleft()[1]))
        return self.written - before

    def press(self, keys: str) -> None:
        """Type keys as a terminal sends them."""
        os.write(self._master, keys.encode())

    def peak(self) -> float:
        """The most memory the program held so far, in bytes."""
        status = Path(f"/proc/{self.process}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        return int(found[1]) * 1024 if found else 0

    def _take(self, timeout: float) -> bool:
        """Wait for bytes, then take what comes close behind; return whether any came.

        Drawn later: the emulator is slow, and while it works the time of what comes next could not be told.
        """
        came = False
        while self._read(_CLOSE_BEHIND if came else timeout):
            came = True
        return came

    def _read(self, timeout: float) -> bool:
        """Keep what comes within the time, with when it came; return False when nothing did or the program ended."""
        ready, _, _ = select.select([self._master], [], [], timeout)
        if not ready:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # the program ended: Linux says EIO instead of an end of file
            return False
        self._waiting.append((time.perf_counter() - self._begun, data))
        self.written += len(data)
        for question, answer in _ANSWERS:
            for found in question.finditer(data):
                os.write(self._master, found.expand(answer))
        return True


@contextmanager
def opened(command: Sequence[str], home: Path) -> Iterator[Terminal]:
    """Start a program in a terminal of its own and with a home folder of its own; end it when the block is left."""
    process, master = pty.fork()
    if process == 0:
        known = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "VIRTUAL_ENV") if name in os.environ}
        settings = {"HOME": str(home), "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        os.execvpe(command[0], list(command), {**known, **settings})  # noqa: S606 - no shell is wanted between
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
    terminal = Terminal(process, master)
    try:
        yield terminal
    finally:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        os.close(master)
        os.waitpid(process, 0)
