"""What a mail says, for eyes: From, subject, and its readable text wrapped to a width. Must not know where the mail came from.

Any bytes will do: what is too long is cut, and said to be; what cannot be read is left out.
"""

from __future__ import annotations

import re
import textwrap
from contextlib import suppress
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from itertools import islice
from typing import NamedTuple

from wizard.practice.relay_html import text_of_html

LONGEST_MAIL = 300_000  # bytes that are looked at; the standard library's time for some headers grows with the square
_LONGEST_HEAD = 65_536
LONGEST_PART = 200_000  # characters of the text part
LONGEST_HEADER = 1_000
MOST_LINES = 400
_MOST_PARTS = 100
_CUT = "[... the mail goes on]"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# What the standard library raises for structures no mail program makes; the deepest nesting overruns the stack.
_HOSTILE = (ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError)


class Shown(NamedTuple):
    """What a mail says. ``body`` is lines of at most the width, parted by a line feed; ``html``: it was made from HTML."""

    header_from: str
    subject: str
    token: str
    body: str = ""
    html: bool = False


def show(content: bytes, width: int = 80) -> Shown:
    """Return what a mail says. Never raises."""
    content = content[:LONGEST_MAIL]
    head = re.split(rb"\r?\n\r?\n", content, maxsplit=1)[0]
    if len(head) > _LONGEST_HEAD:
        content = head[:_LONGEST_HEAD] + content[len(head) :]
        head = head[:_LONGEST_HEAD]
    try:
        message = message_from_bytes(content, policy=policy.compat32)
    except _HOSTILE:
        message = message_from_bytes(head, policy=policy.compat32)
    text, html = _body(message)
    return Shown(
        _header(message, "from"),
        _header(message, "subject"),
        _header(message, "x-smtp-wizard-token")[:64],
        wrapped(text, width),
        html,
    )


def wrapped(text: str, width: int = 80) -> str:
    """Return the text wrapped to a width; lines that fit stay as they are, control characters become blanks."""
    lines: list[str] = []
    for line in _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4)).split("\n"):
        line = line.rstrip()[: width * MOST_LINES]
        lines += textwrap.wrap(line, width, break_on_hyphens=False) if len(line) > width else [line]
        if len(lines) > MOST_LINES:
            return "\n".join([*lines[:MOST_LINES], _CUT])
    return "\n".join(lines).strip("\n")


def _body(message: Message) -> tuple[str, bool]:
    """Return the first plain text that says something, else the first HTML as text; attachments do not count."""
    try:
        parts = [part for part in islice(message.walk(), _MOST_PARTS) if part.get_content_disposition() != "attachment"]
        for kind in ("text/plain", "text/html"):
            for part in parts:
                text = _text(part)[:LONGEST_PART] if part.get_content_type() == kind else ""
                if text.strip():
                    return (text_of_html(text), True) if kind == "text/html" else (text, False)
    except _HOSTILE:
        pass
    return "", False


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        return raw.decode(str(part.get_content_charset("utf-8")), "replace")
    except LookupError:
        return raw.decode("latin-1")


def _header(message: Message, name: str) -> str:
    """Return one header on one line, its encoded words read (RFC 2047); bytes beyond ASCII are taken for UTF-8."""
    try:
        raw = str(message.get(name, ""))[:LONGEST_HEADER]
        raw = raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except _HOSTILE:
        return ""
    with suppress(*_HOSTILE):
        raw = str(make_header(decode_header(raw)))
    return " ".join(_CONTROL.sub(" ", raw).split())
