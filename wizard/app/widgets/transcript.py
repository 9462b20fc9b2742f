"""The conversation with the server, timed, line by line. It is handed redacted lines and must not know where they come from."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from textual.events import Resize
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from wizard.smtp.events import Line

# Which way a line went, so that it shows without colour.
_WAY = {"S": "<-", "C": "->", "*": "**"}
_LEFT = 12


class Transcript(ScrollView, can_focus=True):
    """Every line with its direction (``<-`` from the server, ``->`` to it) and its time in seconds where that changes.

    Long lines wrap, the newest is in view.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"transcript--time", "transcript--them", "transcript--us", "transcript--note"}

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes=classes)
        self._lines: tuple[Line, ...] = ()
        self._drawn: list[tuple[Line, str, bool]] = []

    def show(self, lines: tuple[Line, ...]) -> None:
        """Show the lines; those already drawn are kept."""
        if lines[: len(self._lines)] != self._lines:
            self._drawn = []
            self._lines = ()
        new = lines[len(self._lines) :]
        self._lines = lines
        for line in new:
            self._wrap(line)
        self._fit()

    @property
    def text(self) -> str:
        """The conversation as plain text, for tests."""
        return "\n".join(f"{line.at:.3f} {line.sender}: {line.text}" for line in self._lines)

    def on_resize(self, event: Resize) -> None:
        """Wrap again for the new width."""
        self._drawn = []
        for line in self._lines:
            self._wrap(line)
        self._fit()

    def _wrap(self, line: Line) -> None:
        room = max(self.scrollable_content_region.width - _LEFT, 10)
        clean = "".join(char if char.isprintable() else "?" for char in line.text)
        for number, part in enumerate(_pieces(clean, room)):
            self._drawn.append((line, part, number == 0))

    def _fit(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._drawn))
        self.scroll_end(animate=False, immediate=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one wrapped line."""
        index = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if index >= len(self._drawn):
            return Strip.blank(width, self.rich_style)
        line, part, first = self._drawn[index]
        stamp = f"{line.at:.3f}"
        told = index > 0 and f"{self._drawn[index - 1][0].at:.3f}" == stamp
        way = _WAY.get(line.sender, line.sender) if first else ""
        look = {"S": "transcript--them", "C": "transcript--us"}.get(line.sender, "transcript--note")
        style = self.get_component_rich_style(look)
        cells = [
            Segment(f"{'' if told else stamp:>7}  ", self.get_component_rich_style("transcript--time")),
            Segment(f"{way:<3}", style),
            Segment(part, style),
        ]
        return Strip(cells).adjust_cell_length(width, self.rich_style)


def _pieces(text: str, room: int) -> list[str]:
    """Cut a line into pieces of at most ``room`` cells, at a blank where there is one in the later half."""
    pieces = []
    while cell_len(text) > room:
        piece = chop_cells(text, room)[0]
        blank = piece.rfind(" ") + 1
        piece = piece[:blank] if blank > len(piece) // 2 else piece
        pieces.append(piece)
        text = text[len(piece) :]
    return [*pieces, text]
