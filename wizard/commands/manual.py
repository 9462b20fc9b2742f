"""The manual page: through ``man`` on a terminal that has it, as plain text everywhere else. Must not know the commands."""

from __future__ import annotations

import re
import sys
from importlib.resources import as_file, files

from wizard.commands.terminal import is_terminal, write_out

_FONTS = re.compile(r"\\f[BIRP]")
_HEAD = {".SH", ".SS"}


def show() -> int:
    """Show the manual. Returns an exit code."""
    page = files("wizard").joinpath("smtp-wizard.1")
    if is_terminal(sys.stdout) and is_terminal(sys.stdin):
        from shutil import which

        man = which("man")
        if man:
            import subprocess

            with as_file(page) as path:
                if subprocess.run([man, "-l", str(path)], check=False).returncode == 0:  # noqa: S603 - our own file
                    return 0
    write_out(as_text(page.read_text("utf-8")))
    return 0


def as_text(source: str) -> str:
    """Return a man(7) page as plain text; knows the macros that our own page uses."""
    lines: list[str] = []
    tag = False
    for raw in source.splitlines():
        macro, _, rest = raw.partition(" ")
        if macro in (".TP", ".IP"):
            lines.append("")
            tag = True
        elif macro in _HEAD:
            lines += ["", _plain(rest).strip('"')]
        elif macro == ".PP":
            lines.append("")
        elif macro in (".B", ".I", ".BR", ".IR", ".BI"):
            lines.append(("  " if tag else "    ") + _joined(rest, spaced=macro in (".B", ".I")))
            tag = False
        elif not raw.startswith((".", "'")):
            lines.append(("  " if tag else "    ") + _plain(raw))
            tag = False
    return "\n".join(lines).strip("\n") + "\n"


def _joined(words: str, *, spaced: bool) -> str:
    """Join the arguments of a font macro: ``.BR a b`` sets them without a blank between."""
    parts = [quoted or bare for quoted, bare in re.findall(r'"([^"]*)"|(\S+)', words)]
    return _plain((" " if spaced else "").join(parts))


def _plain(text: str) -> str:
    return _FONTS.sub("", text).replace(r"\-", "-").replace(r"\(bu", "*").replace(r"\&", "").replace(r"\e", "\\")
