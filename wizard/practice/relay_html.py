"""HTML as plain text, in one pass over it: hostile pages must neither stop a relay nor take long. Must not know mails.

The standard library's parser takes minutes for some pages of this size and gives up on others (measured), so it is not used.
"""

from __future__ import annotations

import html
import re

_LONGEST_TAG = 4_000  # characters; a < without its > within so many is text
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr")
_LISTS = ("dd", "dl", "dt", "li", "ol", "table", "tr", "ul")
_BLOCKS = frozenset(("address", "article", "blockquote", "body", "div", "footer", "p", "pre", *_HEADINGS, *_LISTS))
_CLOSE = frozenset(("div", "li", "tr"))  # blocks that stand without an empty line around them
_SILENT = frozenset(("head", "script", "style", "title", "template"))
_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9]{0,20})")
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
# html.unescape turns the digits into a number, whatever their count; no character has more than seven.
_HUGE = re.compile(r"&#(?:[xX][0-9a-fA-F]{7}|[0-9]{8})[0-9a-fA-F]*;?")


def text_of_html(page: str) -> str:
    """Return HTML as plain text: blocks become lines, links keep their address, scripts and styles are left out."""
    reader = _Reader(page)
    at = 0
    while at < len(page):
        opens = page.find("<", at)
        if opens < 0:
            reader.text(page[at:])
            break
        reader.text(page[at:opens])
        at = reader.tag(opens)
    return reader.result()


class _Reader:
    def __init__(self, page: str) -> None:
        self._page = page
        self._small = page.lower()
        self._missing: set[str] = set()  # ends that were looked for and come no more: looking again would take for ever
        self._pieces: list[str] = []
        self._link = ""
        self._link_from = 0
        self._kept = 0  # how deep in <pre>

    def text(self, piece: str) -> None:
        """Add text between two tags."""
        if piece:
            piece = html.unescape(_HUGE.sub("\ufffd", piece))
            self._pieces.append(piece if self._kept else re.sub(r"[ \t\r\n\f]+", " ", piece))

    def tag(self, opens: int) -> int:
        """Read what begins with < at ``opens`` and return where to go on."""
        page = self._page
        if page.startswith("<!--", opens):
            return self._behind("-->", opens + 4)
        name = _NAME.match(page, opens + 1)
        if name is None and page[opens + 1 : opens + 2] not in ("!", "?"):
            self.text("<")
            return opens + 1
        ends = page.find(">", opens, opens + _LONGEST_TAG)
        if ends < 0:
            self.text("<")
            return opens + 1
        if name is None:
            return ends + 1
        word = name[1].lower()
        if page[opens + 1] == "/":
            self._end(word)
        elif word in _SILENT:
            return self._behind(f"</{word}", ends + 1)
        else:
            self._start(word, page[name.end() : ends])
        return ends + 1

    def _behind(self, end: str, at: int) -> int:
        """Return the place behind an end that is looked for from ``at``; the end of the page where it does not come."""
        found = -1 if end in self._missing else self._small.find(end, at)
        if found < 0:
            self._missing.add(end)
            return at if end.startswith("</") else len(self._page)
        if not end.startswith("</"):
            return found + len(end)
        closes = self._page.find(">", found, found + _LONGEST_TAG)
        return closes + 1 if closes >= 0 else found + len(end)

    def _start(self, word: str, attributes: str) -> None:
        if word == "br":
            self._pieces.append("\n")
        elif word in _BLOCKS:
            self._pieces.append("\n" if word in _CLOSE else "\n\n")
            self._kept += word == "pre"
            if word == "li":
                self._pieces.append("- ")
        elif word in ("td", "th"):
            self._pieces.append("  ")
        elif word == "a":
            found = _HREF.search(attributes)
            self._link = html.unescape(_HUGE.sub("", next(filter(None, found.groups()), ""))) if found else ""
            self._link_from = len(self._pieces)

    def _end(self, word: str) -> None:
        if word == "a" and self._link:
            said = "".join(self._pieces[self._link_from :])
            if self._link.removeprefix("mailto:") not in said:
                self._pieces.append(f" <{self._link}>")
            self._link = ""
        elif word in _BLOCKS:
            self._kept -= word == "pre" and self._kept > 0
            self._pieces.append("\n" if word in _CLOSE else "\n\n")

    def result(self) -> str:
        """Return the text, with single blanks and at most one empty line in a row."""
        lines = [re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in "".join(self._pieces).split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
