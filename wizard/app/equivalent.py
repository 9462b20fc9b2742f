"""The command line that does what the screen does, ready to paste. Must not know Textual, and never sees a secret."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from wizard.draft import Draft, Field
from wizard.profile import SecretKind, SecretRef

_FLAGS = {
    Field.HOST: "--host",
    Field.PORT: "--port",
    Field.SECURITY: "--security",
    Field.USERNAME: "--username",
    Field.MECHANISM: "--mechanism",
    Field.SENDER: "--from",
    Field.RECIPIENT: "--to",
    Field.EHLO_NAME: "--ehlo-name",
    Field.CA_FILE: "--ca-file",
    Field.TIMEOUT: "--timeout",
    Field.TOTAL_TIMEOUT: "--total-timeout",
    Field.MESSAGE: "--message",
}
_SWITCHES = {
    Field.ACCEPT_CLEARTEXT_AUTH: "--accept-cleartext-auth",
    Field.ACCEPT_UNVERIFIED_TLS: "--accept-unverified-tls",
}
_WIDTH = 76


def equivalent(draft: Draft, *, saved: Draft | None = None, name: str = "", deliver: bool = False) -> list[tuple[str, ...]]:
    """Return the words of the ``check`` command that runs ``draft``, grouped so that a flag stays with its value.

    With ``saved``, the draft kept under profile ``name``, the command names the profile and only what differs from it.
    The secret is never part of it: a reference to its place is, or nothing, and then ``check`` asks on a terminal.
    """
    words: list[tuple[str, ...]] = [("smtp-wizard", "check")]
    if saved is not None and name:
        words = [("smtp-wizard", "check", name)]
        words += [("--set", str(change)) for change in saved.changes_to(draft)]
    else:
        words += _all_flags(draft)
    return [*words, ("--deliver",)] if deliver else words


def _all_flags(draft: Draft) -> Iterator[tuple[str, ...]]:
    for field in Field:
        value = draft.get(field).strip()
        if not value:
            continue
        if field in _SWITCHES:
            if value.lower() in ("true", "yes", "1"):
                yield (_SWITCHES[field],)
        elif field is Field.PASSWORD:
            yield from _secret_flags(value)
        else:
            yield (_FLAGS[field], value)


def _secret_flags(value: str) -> Iterator[tuple[str, ...]]:
    try:
        ref = SecretRef.from_text(value)
    except ValueError:
        return
    match ref.kind:
        case SecretKind.FILE:
            yield ("--password-file", ref.detail)
        case SecretKind.COMMAND:
            yield ("--password-command", ref.detail)
        case SecretKind.ASK:
            return
        case _:
            yield ("--set", f"{Field.PASSWORD}={ref}")


def as_shell(words: list[tuple[str, ...]], width: int = _WIDTH) -> str:
    """Return the words quoted for a POSIX shell, broken with backslashes so that lines stay within ``width`` columns."""
    lines: list[str] = []
    current = ""
    for group in words:
        text = shlex.join(group)
        if current and len(current) + 1 + len(text) > width - 2:
            lines.append(current + " \\")
            current = "  " + text
        else:
            current = f"{current} {text}" if current else text
    return "\n".join([*lines, current])
