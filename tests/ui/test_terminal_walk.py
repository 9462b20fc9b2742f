"""The whole wizard in a real terminal, 80 columns and 24 rows: a pseudo-terminal, read through a terminal emulator."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest

DEADLINE = 30.0  # seconds until a wait gives up
ENTER, ESC, DOWN, CTRL_Q = "\r", "\x1b", "\x1b[B", "\x11"


class Terminal:
    """A wizard in a pseudo-terminal. Waits are for what the screen shows; nothing here sleeps."""

    def __init__(self, home: Path) -> None:
        self.screen = pyte.Screen(80, 24)
        self.stream = pyte.ByteStream(self.screen)
        self.bytes = b""
        kept = ("PATH", "VIRTUAL_ENV", "COVERAGE_PROCESS_START")
        env = {name: os.environ[name] for name in kept if name in os.environ}
        env |= {"HOME": str(home), "TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": str(Path.cwd())}
        self.pid, self.handle = pty.fork()
        if self.pid == 0:
            os.execve(sys.executable, [sys.executable, "-m", "wizard"], env)  # noqa: S606 - no shell is wanted
        self.resize(80, 24)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, as a dragged window does."""
        self.screen.resize(rows, columns)
        fcntl.ioctl(self.handle, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)

    def press(self, *keys: str) -> None:
        """Type keys."""
        for key in keys:
            os.write(self.handle, key.encode())

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def until(self, shows: str, *, gone: str = "") -> str:
        """Read until the screen shows a text, and no longer another one; return what it shows then."""
        end = time.monotonic() + DEADLINE
        while shows not in self.text or (gone and gone in self.text):
            if not self._read(end):
                pytest.fail(f"waited for {shows!r} and saw:\n{self.text}")
        return self.text

    def _read(self, end: float) -> bool:
        ready, _, _ = select.select([self.handle], [], [], max(0.0, end - time.monotonic()))
        try:
            data = os.read(self.handle, 65536) if ready else b""
        except OSError:  # Linux says EIO when the other side has closed
            data = b""
        self.bytes += data
        self.stream.feed(data)
        return bool(data)

    def ended(self) -> int:
        """Read to the end and return the exit code."""
        end = time.monotonic() + DEADLINE
        while self._read(end):
            pass
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def close(self) -> None:
        """End what still runs."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.handle)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A wizard just opened in a home folder of its own."""
    opened = Terminal(tmp_path)
    yield opened
    opened.close()


def test_enter_alone_leads_to_message_arrived_and_a_saved_profile(terminal: Terminal, tmp_path: Path) -> None:
    terminal.until("The practice server")
    terminal.press(ENTER)
    terminal.until("[2 Details]")
    terminal.until("localhost")
    terminal.press(ENTER)
    terminal.until("Nothing has been contacted yet")
    terminal.press(ENTER)
    terminal.until("The message arrived.")
    terminal.press(ENTER)
    terminal.until("Save the profile")
    terminal.press(ENTER)
    terminal.until("Saved as 'practice'.")
    terminal.press(CTRL_Q)
    terminal.until("Enter leave")
    terminal.press(ENTER)
    assert terminal.ended() == 0
    assert b"Traceback" not in terminal.bytes
    assert b"\x1b[?1049l" in terminal.bytes, "the terminal's own screen comes back"
    saved = tomllib.loads((tmp_path / ".config/smtp-wizard/config.toml").read_text(encoding="utf-8"))
    assert saved["profiles"]["practice"]["host"] == "localhost"


def test_enter_fixes_a_fault(terminal: Terminal) -> None:
    terminal.until("The practice server")
    terminal.press(DOWN)
    terminal.until("› A fault to practise on")
    terminal.press(ENTER)
    while "plain-on-the-tls-port" not in chosen(terminal.until("›")):
        before = chosen(terminal.text)
        terminal.press(DOWN)
        terminal.until("›", gone=before)
    terminal.press(ENTER)
    terminal.until("[2 Details]")
    terminal.until("localhost")
    terminal.press(ENTER)
    terminal.until("Nothing has been contacted yet")
    terminal.press(ENTER)
    terminal.until("Fix, test again")
    terminal.press(ENTER)
    terminal.until("The message arrived.")
    terminal.press("u")
    terminal.until("Undone")


def chosen(text: str) -> str:
    """Return the line the sign stands on."""
    return next((line for line in text.splitlines() if "›" in line), "")


def test_a_window_made_tiny_and_large_again_loses_nothing(terminal: Terminal) -> None:
    terminal.until("The practice server")
    terminal.resize(20, 5)
    terminal.until("80 columns")
    terminal.resize(80, 24)
    terminal.until("› The practice server")
    terminal.press(ENTER)
    terminal.until("[2 Details]")


def test_keys_typed_far_ahead_land_where_they_are_meant_and_none_starts_a_test_unseen(terminal: Terminal) -> None:
    terminal.until("not on this host")
    terminal.press("T\rmail.example.test\t\t\tann@example.test\t\t\tiiq@example.test\tyou@example.test\rm\r")
    plan = terminal.until("Nothing has been contacted yet")
    assert "mail.example.test:587" in plan
    assert "as ann@example.test" in plan
    assert "iiq@example.test" in plan
    assert "○ one test message to you@example.test" in plan, "the m was not typed into an address, nor taken unseen"


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_keeps_the_last_letter_and_gives_the_terminal_back(
    terminal: Terminal, tmp_path: Path, told: signal.Signals
) -> None:
    terminal.until("not on this host")
    terminal.press("T\rmail.example.test")
    terminal.until("mail.example.test")
    os.kill(terminal.pid, told)
    assert terminal.ended() == 128 + told
    assert b"\x1b[?1049l" in terminal.bytes, "the terminal's own screen comes back"
    assert b"\x1b[?25h" in terminal.bytes, "the cursor comes back"
    left = json.loads((tmp_path / ".local/state/smtp-wizard/unfinished.json").read_text(encoding="utf-8"))
    assert left["draft"]["host"] == "mail.example.test"


def test_letters_behind_a_correction_and_a_tab_behind_an_arrow_keep_their_order(terminal: Terminal) -> None:
    terminal.until("not on this host")
    terminal.press("T\r")
    terminal.until("[2 Details]")
    terminal.press("wrong\x15mail.examplx\x7fe.test\t\x1b[C\t\tann\x7f\x7f\x7fbob\t\t\tiiq@example.test\tyou@example.test\r")
    plan = terminal.until("Nothing has been contacted yet")
    assert "mail.example.test:465 TLS" in plan
    assert "as bob" in plan
