"""What the program stands on: is there a terminal, how wide, which characters, does anybody still read. Must not know commands.

Standard output carries data, standard error the talk; both may be closed, full, or a pipe whose reader went away.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from wizard.render.style import Style

MINIMUM = (80, 24)
INSTEAD = (
    "Without a screen, use the command line: smtp-wizard check --host HOST --username USER --from SENDER --to RECIPIENT",
    "What else it can do: smtp-wizard --help",
)
_NOT_UTF8 = ("c", "posix")


class UsageError(Exception):
    """The command cannot begin: ``lines`` say why and what to do; the program ends with 2 (with --nagios 3)."""

    def __init__(self, *lines: str, usage: str = "") -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
        self.usage = usage


class Output:
    """Standard output, written piece by piece. A reader that went away ends the writing, not the run.

    ``problem`` names what kept the data from being written (a full disk); empty when all is well.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self.stream = stream
        self.problem = ""

    def write(self, text: str) -> None:
        """Write and flush; what the stream's encoding cannot say is written as escapes. Never raises OSError."""
        if self.stream is None:
            return
        encoding = self.stream.encoding or "utf-8"
        try:
            self.stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
            self.stream.flush()
        except BrokenPipeError:
            self._give_up()
        except (OSError, ValueError) as problem:
            self.problem = getattr(problem, "strerror", "") or str(problem)
            self._give_up()

    def _give_up(self) -> None:
        silence(self.stream)
        self.stream = None


def write_out(text: str) -> None:
    """Write to standard output. Raises UsageError where it cannot be written: half of an answer would be taken for the whole."""
    output = Output(sys.stdout)
    output.write(text)
    if output.problem:
        raise UsageError(f"The result could not be written to standard output: {output.problem}.")


def silence(stream: TextIO | None) -> None:
    """Point a stream that cannot be written to at nothing, so that the interpreter's last flush is quiet too."""
    if stream is None:
        return
    with suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)


def talk(*lines: str) -> None:
    """Say something to the person, on standard error."""
    from wizard.render.style import safe

    stream = sys.stderr
    if stream is None:
        return
    encoding = stream.encoding or "utf-8"
    with suppress(OSError, ValueError):
        for line in lines:
            stream.write(safe(line).encode(encoding, "backslashreplace").decode(encoding) + "\n")
        stream.flush()


def is_terminal(stream: TextIO | None) -> bool:
    """Return whether a stream is a terminal; a closed one is not."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def speaks_utf8(stream: TextIO | None, environ: Mapping[str, str]) -> bool:
    """Return whether other characters than ASCII can be shown.

    The stream's encoding alone does not tell: Python writes UTF-8 under LANG=C too (PEP 538, 540), where the terminal may not
    expect it. A locale that was not named at all is taken for UTF-8, as it is in containers and under cron.
    """
    encoding = (stream.encoding if stream is not None else "") or ""
    if encoding.lower().replace("-", "").replace("_", "") != "utf8":
        return False
    named = environ.get("LC_ALL") or environ.get("LC_CTYPE") or ""
    if named in ("", "C.UTF-8", "C.utf8", "UTF-8"):  # what PEP 538 itself sets, which hides LANG
        named = environ.get("LC_ALL") or environ.get("LANG") or ""
    name, _, codeset = named.lower().partition(".")
    if name in _NOT_UTF8 and not codeset:
        return False
    return not codeset or codeset.partition("@")[0].replace("-", "") == "utf8"


def style_for(stream: TextIO | None, environ: Mapping[str, str]) -> Style:
    """Return how text may look on a stream: no escape codes but on a terminal, and none with NO_COLOR (no-color.org)."""
    from wizard.render.style import Style

    terminal = is_terminal(stream)
    colour = terminal and not environ.get("NO_COLOR") and environ.get("TERM", "dumb") != "dumb"
    columns = width_of(stream) if terminal else 80
    return Style(ascii=not speaks_utf8(stream, environ), colour=colour, width=columns, live=terminal)


def width_of(stream: TextIO | None) -> int:
    """Return a comfortable width in columns: the terminal's own, between 40 and 100."""
    columns, _ = size_of(stream)
    return min(max(columns or 80, 40), 100)


def size_of(stream: TextIO | None) -> tuple[int, int]:
    """Return columns and lines; zeros where the terminal does not know (a serial line)."""
    try:
        size = os.get_terminal_size(stream.fileno()) if stream is not None else os.terminal_size((0, 0))
    except (OSError, ValueError):
        return 0, 0
    return size.columns, size.lines


def obstacle(environ: Mapping[str, str]) -> str:
    """Return why the wizard cannot draw here, as a sentence with its cure; empty when it can.

    Standard error counts too: that is where Textual draws, and a log of escape codes helps nobody.
    """
    streams = {"standard input": sys.stdin, "standard output": sys.stdout, "standard error": sys.stderr}
    missing = [name for name, stream in streams.items() if not is_terminal(stream)]
    if missing:
        return f"The wizard needs a terminal, and {_listed(missing)} not one."
    if environ.get("TERM", "") in ("", "dumb", "unknown"):
        return "The terminal says that it cannot place text (TERM is 'dumb' or not set). If it can, start with TERM=xterm."
    columns, lines = size_of(sys.stdout)
    if (columns and columns < MINIMUM[0]) or (lines and lines < MINIMUM[1]):
        return (
            f"The terminal has {columns}x{lines} characters, the wizard needs {MINIMUM[0]}x{MINIMUM[1]}: make the window larger."
        )
    if not (speaks_utf8(sys.stdout, environ) and speaks_utf8(sys.stderr, environ)):
        return "The locale is not UTF-8, so the wizard's lines and signs would come out wrong. Start with LC_ALL=C.UTF-8 set."
    return ""


def _listed(names: list[str]) -> str:
    return f"{names[0]} is" if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]} are"
