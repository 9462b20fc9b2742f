"""The conversation with the server, timed, line by line. It is handed redacted lines and must not know where they come from."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import chop_cells
from rich.segment import Segment
from textual.events import Resize
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from wizard.smtp.events import Line

_WHO = {"S": "them", "C": "us", "*": ""}
_LEFT = 14


class Transcript(ScrollView, can_focus=True):
    """Server and client in turn with the seconds since the run began; long lines wrap, the newest is in view."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"transcript--time", "transcript--them", "transcript--us", "transcript--note"}

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes=classes)
        self._lines: tuple[Line, ...] = ()
        self._drawn: list[tuple[Line, str, bool]] = []
        self._speaker = ""

    def show(self, lines: tuple[Line, ...]) -> None:
        """Show the lines; those already drawn are kept."""
        if lines[: len(self._lines)] != self._lines:
            self._clear()
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
        self._clear()
        for line in self._lines:
            self._wrap(line)
        self._fit()

    def _clear(self) -> None:
        self._drawn = []
        self._speaker = ""

    def _wrap(self, line: Line) -> None:
        room = max(self.scrollable_content_region.width - _LEFT, 10)
        clean = "".join(char if char.isprintable() else "?" for char in line.text)
        for number, part in enumerate(chop_cells(clean, room) or [""]):
            self._drawn.append((line, part, number == 0 and line.sender != self._speaker))
            self._speaker = line.sender

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
        new = index == 0 or self._drawn[index - 1][0] is not line
        time = f"{line.at:7.3f}" if new else ""
        who = _WHO.get(line.sender, line.sender) if first else ""
        look = {"S": "transcript--them", "C": "transcript--us"}.get(line.sender, "transcript--note")
        style = self.get_component_rich_style(look)
        cells = [
            Segment(f"{time:>7}  ", self.get_component_rich_style("transcript--time")),
            Segment(f"{who:<5}", style),
            Segment(part, style),
        ]
        return Strip(cells).adjust_cell_length(width, self.rich_style)
