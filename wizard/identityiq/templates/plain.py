"""HTML as text at a width: links with their addresses, lists, tables as columns. Must not know where the HTML is from."""

import re
import textwrap
from html.parser import HTMLParser

from wizard.identityiq.templates.tags import fit

_BLOCKS = frozenset(
    (
        *("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "dt", "dd", "table", "blockquote", "pre", "form"),
        *("body", "section", "article", "header", "footer", "address", "html", "center"),
    )
)
_HIDDEN = frozenset(["style", "script", "head", "title", "template"])
_SPACED = frozenset(["p", "table", "h1", "h2", "h3", "ul", "ol"])
_MOST_COLUMNS = 12
_LONGEST_LINK = 200


def as_text(html: str, width: int = 80) -> str:
    """Return HTML as lines of at most ``width`` columns; only a word longer than that is longer.

    A link's address follows its words in ``<>``; what is hidden is left out; unclosed tags are taken as browsers do.
    """
    reader = _Reader(width)
    reader.feed(fit(html))
    reader.close()
    return reader.finished()


def wrapped(body: str, html: bool, width: int = 80) -> list[str]:
    """Return a body as lines of at most ``width`` columns: HTML as text, plain text with its indents kept."""
    if html:
        return as_text(body, width).splitlines()
    lines = []
    for line in body.strip("\n").expandtabs(4).splitlines():
        indent = " " * min(len(line) - len(line.lstrip()), width // 2)
        lines += textwrap.wrap(
            line,
            width,
            drop_whitespace=True,
            replace_whitespace=False,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return lines


class _Reader(HTMLParser):
    def __init__(self, width: int) -> None:
        super().__init__(convert_charrefs=True)
        self.width = max(width, 20)
        self.lines: list[str] = []
        self.inline: list[str] = []
        self.hidden: list[str] = []
        self.lists: list[int] = []  # 0 for bullets, else the next number
        self.bullet = ""
        self.links: list[str] = []
        self.rows: list[list[str]] = []
        self.tables = 0
        self.quoted = 0
        self.preformatted = 0

    # --- what the parser calls ---------------------------------------------------------------------------------------

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self.hidden.clear()
        if tag in _HIDDEN:
            self.hidden.append(tag)
        if self.hidden:
            return
        if tag in _BLOCKS and not self._in_cell():
            self._break(gap=tag in _SPACED and not self.lists)
        known = dict(attrs)
        match tag:
            case "br":
                self._line()
            case "hr":
                self._break()
                self.lines.append("-" * self.width)
            case "a":
                self.links.append(known.get("href") or "")
            case "img":
                self.inline.append(f"[{known.get('alt') or 'picture'}]")
            case _:
                self._enter(tag)

    def _enter(self, tag: str) -> None:
        match tag:
            case "ul" | "ol":
                self.lists.append(1 if tag == "ol" else 0)
            case "li":
                self._item()
            case "table" | "tr" | "td" | "th":
                self._table_starts(tag)
            case "blockquote":
                self.quoted += 1
            case "pre":
                self.preformatted += 1

    def handle_endtag(self, tag: str) -> None:
        if self.hidden:
            if tag == self.hidden[-1]:
                self.hidden.pop()
            return
        if tag == "a" and self.links:
            self._link(self.links.pop())
        elif tag == "table" and self.tables:
            self._table_ends()
        elif tag in ("td", "th", "tr"):
            self._cell_ends()
        elif tag in _BLOCKS or tag == "li":
            if not self._in_cell():
                self._break(gap=tag in ("p", "h1", "h2", "h3") and not self.lists)
            self._leave(tag)

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.inline.append(data if self.preformatted else re.sub(r"\s+", " ", data))

    # --- lines -----------------------------------------------------------------------------------------------------------

    def _item(self) -> None:
        self._break()
        if self.lists and self.lists[-1]:
            self.bullet = f"{self.lists[-1]}. "
            self.lists[-1] += 1
        else:
            self.bullet = "* "

    def _leave(self, tag: str) -> None:
        if tag in ("ul", "ol") and self.lists:
            self.lists.pop()
            if not self.lists:
                self._gap()
        elif tag == "blockquote" and self.quoted:
            self.quoted -= 1
        elif tag == "pre" and self.preformatted:
            self.preformatted -= 1

    def _link(self, address: str) -> None:
        words = "".join(self.inline)
        bare = address.removeprefix("mailto:")
        if address and not address.startswith("#") and not words.rstrip().endswith(bare):
            self.inline.append(f" <{bare[:_LONGEST_LINK]}>")

    def _line(self) -> None:
        if self._in_cell():
            self.inline.append(" ")
        elif not self._break():
            self.lines.append("")

    def _gap(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def _break(self, *, gap: bool = False) -> bool:
        """End the line that is being written; return whether there was one."""
        text = "".join(self.inline)
        self.inline.clear()
        wrote = bool(text.strip())
        if wrote:
            self._write(text)
        if gap:
            self._gap()
        return wrote

    def _write(self, text: str) -> None:
        indent = "> " * min(self.quoted, 8) + "  " * max(min(len(self.lists), 8) - 1, 0)
        first, later = indent + self.bullet, indent + " " * len(self.bullet)
        self.bullet = ""
        pieces = text.splitlines() if self.preformatted else [" ".join(text.split())]
        for piece in pieces:
            if self.preformatted:
                self.lines.append(first + piece)
            else:
                self.lines += textwrap.wrap(
                    piece,
                    self.width,
                    initial_indent=first,
                    subsequent_indent=later,
                    break_long_words=False,
                    break_on_hyphens=False,
                )
            first = later

    # --- tables ------------------------------------------------------------------------------------------------------------

    def _in_cell(self) -> bool:
        return bool(self.tables and self.rows and self.rows[-1])

    def _table_starts(self, tag: str) -> None:
        if tag == "table":
            self.tables += 1
            if self.tables > 1:  # a table within a cell is for the looks: its text belongs to the cell
                return
            self.rows = []
        elif self.tables == 1 and tag == "tr":
            self._cell_ends()
            self.rows.append([])
        elif self.tables == 1:
            self._cell_ends()
            if not self.rows:
                self.rows.append([])
            self.rows[-1].append("")

    def _cell_ends(self) -> None:
        if self.tables == 1 and self.rows and self.rows[-1]:
            self.rows[-1][-1] += "".join(self.inline)
            self.inline.clear()

    def _table_ends(self) -> None:
        if self.tables == 1:
            self._cell_ends()
            rows, self.rows = self.rows, []
            self.lines += _laid_out(rows, self.width)
            self._gap()
        self.tables -= 1

    def finished(self) -> str:
        """Return the whole text."""
        while self.tables:
            self._table_ends()
        self._break()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in self.lines)).strip("\n")


def _laid_out(rows: list[list[str]], width: int) -> list[str]:
    """Return rows as columns where they fit, else cell below cell."""
    rows = [[" ".join(cell.split()) for cell in row] for row in rows]
    rows = [row for row in rows if any(row)]
    columns = max(map(len, rows), default=0)
    if columns == 0:
        return []
    rows = [[*row, *[""] * (columns - len(row))] for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(columns)]
    if columns > 1 and columns <= _MOST_COLUMNS and sum(widths) + 2 * (columns - 1) <= width:
        return ["  ".join(f"{cell:<{size}}" for cell, size in zip(row, widths, strict=True)).rstrip() for row in rows]
    cells = [cell for row in rows for cell in row if cell]
    return [line for cell in cells for line in textwrap.wrap(cell, width, break_long_words=False, break_on_hyphens=False)]
