"""The command line that does what the screen does, laid out to be read and pasted. Must not know Textual, and sees no secret."""

from __future__ import annotations

import shlex

from wizard.draft import Draft
from wizard.render.command import CommandLine

_WIDTH = 62


def command(draft: Draft, *, saved: Draft | None = None, name: str = "", deliver: bool = False) -> CommandLine:
    """Return the ``check`` command that runs ``draft``.

    With ``saved``, the draft kept under profile ``name``, the command names the profile and only what differs from it.
    """
    return CommandLine(draft, name=name, saved=saved, extra=(("--deliver",),) if deliver else ())


def as_shell(line: CommandLine, width: int = _WIDTH) -> str:
    """Return the command quoted for a POSIX shell, broken with backslashes so that lines stay within ``width`` columns.

    A value is never broken, so one longer than the width stands on a line of its own.
    """
    lines: list[str] = []
    current = ""
    for group in line.groups():
        text = shlex.join(group)
        if current and len(current) + 1 + len(text) > width - 2:
            lines.append(current + " \\")
            current = "  " + text
        else:
            current = f"{current} {text}" if current else text
    return "\n".join([*lines, current])


def about_the_password(draft: Draft) -> str:
    """Return where the command gets the password it does not name; empty when nobody signs in."""
    if not draft.username.strip():
        return ""
    if draft.password.strip() in ("", "ask"):
        return "The password is not part of it: check asks for it on a terminal, or takes it with --password-stdin."
    return "The password is not part of it: check takes it from where it is kept."
