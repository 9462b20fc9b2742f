"""A mail's readable text: its plain part, or its HTML as text, wrapped to a width. Must not know where the mail came from.

Bounded: what is longer than LONGEST is cut, and said to be.
"""

from __future__ import annotations

import re
import textwrap
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import NamedTuple

LONGEST = 200_000  # characters of a part that are looked at
MOST_LINES = 400
_CUT = "[... the mail goes on]"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr")
_LISTS = ("dd", "dl", "dt", "li", "ol", "table", "tr", "ul")
_BLOCKS = frozenset(("address", "article", "blockquote", "body", "div", "footer", "p", "pre", *_HEADINGS, *_LISTS))
_SILENT = frozenset(("head", "script", "style", "title", "template"))


class Readable(NamedTuple):
    """Text for eyes, lines parted by a line feed; ``html`` says that it was made from HTML."""

    text: str
    html: bool


def readable(message: EmailMessage, width: int = 80) -> Readable:
    """Return the body of a mail as text of at most ``width`` columns; empty where it has no text part."""
    for kind in ("plain", "html"):
        part = _part(message, kind)
        if part is not None and part.strip():
            text = text_of_html(part[:LONGEST]) if kind == "html" else part[:LONGEST]
            return Readable(wrapped(text, width), kind == "html")
    return Readable("", False)


def wrapped(text: str, width: int = 80) -> str:
    """Return the text wrapped to a width; lines that fit stay as they are, control characters become blanks."""
    lines: list[str] = []
    for line in _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4)).split("\n"):
        line = line.rstrip()
        lines += textwrap.wrap(line, width, break_on_hyphens=False) if len(line) > width else [line]
        if len(lines) > MOST_LINES:
            return "\n".join([*lines[:MOST_LINES], _CUT])
    return "\n".join(lines).strip("\n")


def _part(message: EmailMessage, kind: str) -> str | None:
    try:
        part = message.get_body((kind,))
    except (AttributeError, KeyError, IndexError, ValueError):  # what the standard library makes of hostile structures
        return None
    if part is None:
        return None
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        return raw.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return raw.decode("latin-1")


def text_of_html(html: str) -> str:
    """Return HTML as plain text: blocks become lines, links keep their address, scripts and styles are left out."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._silent: list[str] = []
        self._link = ""
        self._link_from = 0
        self._kept = 0  # how deep in <pre>

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag == "br" or tag in _BLOCKS:
            self._pieces.append("\n" if tag in ("br", "li", "tr", "div") else "\n\n")
            self._kept += tag == "pre"
            if tag == "li":
                self._pieces.append("- ")
        elif tag in ("td", "th"):
            self._pieces.append("  ")
        elif tag == "a":
            self._link, self._link_from = next((value or "" for name, value in attrs if name == "href"), ""), len(self._pieces)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            while self._silent and self._silent.pop() != tag:
                pass
        elif tag == "a" and self._link:
            said = "".join(self._pieces[self._link_from :])
            if self._link.removeprefix("mailto:") not in said:
                self._pieces.append(f" <{self._link}>")
            self._link = ""
        elif tag in _BLOCKS:
            self._kept -= tag == "pre" and self._kept > 0
            self._pieces.append("\n" if tag in ("li", "tr", "div") else "\n\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._pieces.append(data if self._kept else re.sub(r"[ \t\r\n\f]+", " ", data))

    def text(self) -> str:
        lines = [re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in "".join(self._pieces).split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
