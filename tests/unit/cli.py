"""Ways to run the command line in tests: in this process beside the test's loop, as a real process, and on a terminal."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import io
import os
import pty
import struct
import sys
import termios
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from wizard.__main__ import main
from wizard.draft import Draft, Field
from wizard.render.command import FLAGS

PYTHON = (sys.executable, "-m", "wizard")


@dataclass(frozen=True)
class Ran:
    """What a run left behind."""

    code: int
    out: str
    err: str


def settle(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a home and an environment that say nothing of the developer's own."""
    for name in ("SMTP_WIZARD_PASSWORD", "NO_COLOR", "LC_ALL", "LC_CTYPE", "PYTHONIOENCODING"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "xdg"))
    monkeypatch.setenv("SMTP_WIZARD_CONFIG", str(home / "config.toml"))
    return home


class _Stream(io.TextIOWrapper):
    def __init__(self, data: bytes = b"", encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(data), encoding=encoding, write_through=True)

    def text(self) -> str:
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode(self.encoding)


def run(*words: str, stdin: bytes = b"", encoding: str = "utf-8") -> Ran:
    """Run the program in this process."""
    out, err = _Stream(encoding=encoding), _Stream(encoding=encoding)
    before = sys.stdin
    sys.stdin = _Stream(stdin)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(words)
    finally:
        sys.stdin = before
    return Ran(int(code), out.text(), err.text())


async def run_beside(*words: str, stdin: bytes = b"", encoding: str = "utf-8") -> Ran:
    """Run the program in a thread, while the test's loop serves the practice server."""
    return await asyncio.to_thread(run, *words, stdin=stdin, encoding=encoding)


def flags_for(draft: Draft) -> list[str]:
    """The flags that describe a draft."""
    return [word for field in Field if field in FLAGS and draft.get(field) for word in (FLAGS[field], draft.get(field))]


async def start(*words: str, env: dict[str, str] | None = None, redirect: str = "") -> asyncio.subprocess.Process:
    """Start the program as a process of its own; ``redirect`` is redirections to add, such as ``<&-``."""
    return await asyncio.create_subprocess_exec(
        *("/bin/sh", "-c", f'exec "$@" {redirect}', "sh"),
        *(*PYTHON, *words),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **(env or {})},
        cwd=Path(__file__).parents[2],
    )


async def run_process(*words: str, env: dict[str, str] | None = None, redirect: str = "") -> Ran:
    """Run the program as a process of its own to its end."""
    process = await start(*words, env=env, redirect=redirect)
    out, err = await process.communicate()
    assert process.returncode is not None
    return Ran(process.returncode, out.decode(), err.decode())


async def run_in_terminal(
    words: Sequence[str], *, size: tuple[int, int] = (80, 24), answers: dict[str, str], env: dict[str, str]
) -> Ran:
    """Run the program on a terminal of its own; types an answer as soon as its prompt is shown. ``out`` is all that was shown."""
    primary, secondary = pty.openpty()
    fcntl.ioctl(secondary, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    process = await asyncio.create_subprocess_exec(
        *(*PYTHON, *words),
        stdin=secondary,
        stdout=secondary,
        stderr=secondary,
        env={**os.environ, **env},
        cwd=Path(__file__).parents[2],
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(secondary)
    shown = await asyncio.to_thread(_converse, primary, dict(answers))
    os.close(primary)
    return Ran(await process.wait(), shown, "")


def _converse(terminal: int, answers: dict[str, str]) -> str:
    shown = b""
    with contextlib.suppress(OSError):  # Linux says EIO when the last process on the terminal has ended
        while chunk := os.read(terminal, 4096):
            shown += chunk
            for prompt in [prompt for prompt in answers if prompt.encode() in shown]:
                os.write(terminal, answers.pop(prompt).encode() + b"\n")
    return shown.decode()
