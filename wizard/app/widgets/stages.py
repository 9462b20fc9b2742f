"""The list of stages, drawn from a report. Repaints only the rows that changed, so that a slow line stays quick.

Must not know how a run is made: it is handed reports.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from wizard.app.facts import Mark, Row, expected, rows
from wizard.report import Report

_MARK_WIDTH = 4
_NAME_WIDTH = 17
_TIME_WIDTH = 8
_CLASSES = {
    Mark.OK: "stages--ok",
    Mark.FAILED: "stages--failed",
    Mark.RUNNING: "stages--running",
    Mark.SKIPPED: "stages--skipped",
}


class StageList(Widget):
    """One row per stage: sign, name, fact, time. Shows nothing until the first report."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*_CLASSES.values(), "stages--fact", "stages--time"}

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
        name_width: int = _NAME_WIDTH,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._name_width = name_width
        self._rows: tuple[Row, ...] = ()
        self._room = 0

    def show(self, report: Report | None) -> None:
        """Draw a report; None empties the list."""
        self.show_rows(rows(report) if report else (), expected(report) if report else 0)

    def show_rows(self, shown: tuple[Row, ...], room_for: int = 0) -> None:
        """Draw rows, with room for as many as there will be."""
        before, self._rows = self._rows, shown
        room, self._room = self._room, max(len(self._rows), room_for)
        if room != self._room:
            self.refresh(layout=True)
            return
        pairs = zip_longest(before, self._rows)
        changed = [Region(0, y, self.size.width, 1) for y, (old, new) in enumerate(pairs) if old != new]
        if changed:
            self.refresh(*changed)

    @property
    def text(self) -> str:
        """The rows as plain text, for a screen reader and for tests."""
        return "\n".join(" ".join(part for part in (row.mark, row.name, row.fact, row.time) if part) for row in self._rows)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as rows; while a run is under way, as many as there will be: nothing below moves."""
        return self._room

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        width = self.size.width
        if y >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        row = self._rows[y]
        mark = self.get_component_rich_style(_CLASSES[row.mark])
        fact = self.get_component_rich_style("stages--fact")
        if row.mark is Mark.SKIPPED and not row.fact:
            return Strip([Segment(f"{row.mark:<{_MARK_WIDTH}}", mark), Segment(_listed(row.name, width - _MARK_WIDTH), mark)])
        return Strip(self._cells(row, mark, mark if row.mark is Mark.FAILED else fact, width))

    def _cells(self, row: Row, mark: Style, fact: Style, width: int) -> list[Segment]:
        room = max(width - _MARK_WIDTH - self._name_width - _TIME_WIDTH, 0)
        time_width = _TIME_WIDTH
        if not row.time and cell_len(row.fact) >= room:  # a long fact takes the place of a time that is not there
            room, time_width = room + _TIME_WIDTH, 0
        name = mark if row.mark in (Mark.FAILED, Mark.RUNNING, Mark.SKIPPED) else self.rich_style
        return [
            Segment(f"{row.mark:<{_MARK_WIDTH}}", mark),
            Segment(set_cell_size(row.name, self._name_width), name),
            Segment(set_cell_size(_cut(row.fact, room - 1), room), fact),
            Segment(f"{row.time:>{time_width}}", self.get_component_rich_style("stages--time")),
        ]


def _cut(text: str, room: int) -> str:
    """Shorten to ``room`` cells, saying so; control characters of a server never reach the terminal."""
    clean = "".join(char if char.isprintable() else "?" for char in text)
    return clean if cell_len(clean) <= room else set_cell_size(clean, max(room - 3, 0)) + "..."


def _listed(names: str, room: int) -> str:
    """Shorten a list of names between two names, not inside one."""
    if cell_len(names) <= room:
        return set_cell_size(names, room)
    kept = names.split(" · ")
    while kept and cell_len(" · ".join([*kept, "..."])) > room:
        kept.pop()
    return set_cell_size(" · ".join([*kept, "..."]), room)
