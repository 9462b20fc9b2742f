"""The headers of a received mail, out of what a person pasted: quoted, indented, with other lines around. Must not judge them."""

from __future__ import annotations

import re
from email.header import decode_header, make_header
from textwrap import dedent
from typing import NamedTuple

LONGEST = 2_000_000  # characters that are looked at
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{0,75})[ \t]*:(.*)")
_QUOTE = re.compile(r"^(?:[>|] ?)+")
# A text with none of these is no mail's headers; each is put on by servers or by every mail program.
_TELLING = frozenset(("received", "message-id", "authentication-results", "return-path", "x-smtp-wizard-token", "from"))
_BEGINS = re.compile(
    r"(?:received|return-path|delivered-to|authentication-results|message-id|from|to|subject|date|mime-version|"
    r"(?:x|arc|dkim)-[a-z-]+)[ \t]*:",
    re.IGNORECASE,
)


class NotHeadersError(ValueError):
    """The text holds no mail's headers. Its text is the user's sentence."""

    def __init__(self) -> None:
        super().__init__(
            "This text holds no headers of a received mail. In the mail program choose 'View source', 'Show original' or "
            "'Internet headers', and paste everything from the first Received: on."
        )


class Headers(NamedTuple):
    """The fields in their order, unfolded, as pairs of name and value; ``body`` is what followed, decoded, empty without."""

    fields: tuple[tuple[str, str], ...]
    body: str = ""

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a field, topmost first."""
        wanted = name.lower()
        return tuple(value for field, value in self.fields if field.lower() == wanted)

    def first(self, name: str) -> str:
        """Return the topmost value of a field, empty where it is missing."""
        return next(iter(self.all(name)), "")

    def decoded(self, name: str) -> str:
        """Return the topmost value with its encoded words read (RFC 2047)."""
        value = self.first(name)
        try:
            return str(make_header(decode_header(value)))
        except (LookupError, ValueError):
            return value


def read(text: str) -> Headers:
    """Return the headers in a text. Raises NotHeadersError."""
    lines = _plain(text[:LONGEST])
    start = next((at for at, line in enumerate(lines) if _BEGINS.match(line)), None)
    if start is None:
        raise NotHeadersError
    fields: list[tuple[str, str]] = []
    end = len(lines)
    for at, line in enumerate(lines[start:], start):
        if not line.strip():
            end = at
            break
        found = _FIELD.fullmatch(line)
        if found:
            fields.append((found[1], found[2].strip()))
        elif fields and line[:1] in " \t":
            name, value = fields[-1]
            fields[-1] = (name, f"{value} {line.strip()}".strip())
    if not any(name.lower() in _TELLING for name, _ in fields):
        raise NotHeadersError
    return Headers(tuple(fields), _body(lines[start:], end - start))


def _plain(text: str) -> list[str]:
    """Return the lines without a quotation's marks or an indentation that all of them share."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "").split("\n")
    marked = [line for line in lines if line.strip()]
    if marked and all(_QUOTE.match(line) for line in marked):
        lines = [_QUOTE.sub("", line, count=1) for line in lines]
    lines = dedent("\n".join(lines)).split("\n")
    while lines and not lines[0].strip():
        lines = lines[1:]
    spaced = len(lines) > 6 and not any(line.strip() for line in lines[1::2])
    return lines[::2] if spaced else lines  # some web mails copy with an empty line between any two


def _body(lines: list[str], end: int) -> str:
    if not any(line.strip() for line in lines[end:]):
        return ""
    from wizard.practice.relay_text import show

    return show("\n".join(lines).encode("utf-8", "surrogateescape")).body
