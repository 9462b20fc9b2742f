"""A list to choose one entry from. Repaints only the rows that change, so that an arrow key stays cheap on a slow line.

Must not know what the entries stand for. The chosen row differs by its sign, not only by colour.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from wizard.app.widgets.field import act_at_once


class Entry(NamedTuple):
    """One line: ``id`` for the program, ``title`` and ``about`` for the reader; ``idle`` entries can be read, not chosen.

    ``more`` is what a row has no room for; whoever shows the list may show it beneath.
    """

    id: str
    title: str
    about: str = ""
    idle: bool = False
    more: str = ""


class Menu(Widget, can_focus=True):
    """Up and Down move, Enter chooses, a letter jumps to the next entry that begins with it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"menu--title", "menu--about", "menu--here", "menu--here-blurred"}
    BINDINGS: ClassVar = [
        Binding("up", "go(-1)", "Up", show=False),
        Binding("down", "go(1)", "Down", show=False),
        Binding("pageup", "go(-10)", "Page up", show=False),
        Binding("pagedown", "go(10)", "Page down", show=False),
        Binding("home", "go(-1000)", "First", show=False),
        Binding("end", "go(1000)", "Last", show=False),
        Binding("enter", "choose", "Choose", show=False),
    ]

    class Chosen(Message):
        """An entry was chosen."""

        def __init__(self, entry: Entry) -> None:
            super().__init__()
            self.entry = entry

    class Moved(Message):
        """The sign was moved to another entry."""

        def __init__(self, entry: Entry) -> None:
            super().__init__()
            self.entry = entry

    def __init__(self, entries: Iterable[Entry] = (), *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.entries = tuple(entries)
        self.place = self._next_usable(0, 1)
        self._top = 0

    def show(self, entries: Iterable[Entry], *, keep_place: bool = False) -> None:
        """Show other entries; ``keep_place`` leaves the sign on the entry of the same id."""
        before = self.here.id if keep_place and self.here else ""
        same_size = len(self.entries) == len(tuple(entries := tuple(entries)))
        changed = [y for y, pair in enumerate(zip(self.entries, entries, strict=False)) if len({*pair}) > 1]
        self.entries = entries
        again = next((place for place, entry in enumerate(entries) if entry.id == before), None)
        if keep_place and again is not None and same_size:
            self.place = again
            self.refresh(*[self._row_region(y) for y in changed] or [self._row_region(self.place)])
            return
        self.place = again if again is not None else self._next_usable(0, 1)
        self._top = 0
        self._follow()
        self.refresh(layout=True)

    @property
    def here(self) -> Entry | None:
        """The entry the sign stands on."""
        return self.entries[self.place] if self.place < len(self.entries) else None

    def go_to(self, name: str) -> None:
        """Put the sign on the entry with this id, where there is one."""
        self._move(next((place for place, entry in enumerate(self.entries) if entry.id == name), self.place))

    def action_go(self, by: int) -> None:
        """Move the sign; entries that cannot be chosen are passed over."""
        if not self.entries:
            return
        wanted = min(max(self.place + by, 0), len(self.entries) - 1)
        self._move(self._next_usable(wanted, 1 if by > 0 else -1))

    def _next_usable(self, place: int, step: int) -> int:
        last = len(self.entries) - 1
        for way in (step, -step):
            look = place
            while 0 <= look <= last:
                if not self.entries[look].idle:
                    return look
                look += way
        return 0

    def _move(self, place: int) -> None:
        before, self.place = self.place, place
        if before != place and self.here:
            self.post_message(self.Moved(self.here))
        if self._follow():
            self.refresh()
        elif before != place:
            self.refresh(self._row_region(before), self._row_region(place))

    def _follow(self) -> bool:
        """Scroll so that the sign is visible; return whether that moved the list."""
        height = self.size.height or len(self.entries)
        top = min(max(self._top, self.place - height + 1), self.place)
        moved, self._top = top != self._top, top
        return moved

    def _row_region(self, place: int) -> Region:
        return Region(0, place - self._top, self.size.width, 1)

    def action_choose(self) -> None:
        """Choose the entry the sign stands on."""
        if self.here and not self.here.idle:
            self.post_message(self.Chosen(self.here))

    async def on_key(self, event: events.Key) -> None:
        """Jump to the next entry that begins with the letter typed."""
        await act_at_once(self, event)
        if event.character and event.character.isalnum():
            order = [*range(self.place + 1, len(self.entries)), *range(self.place + 1)]
            for place in order:
                if self.entries[place].title.lower().startswith(event.character.lower()) and not self.entries[place].idle:
                    self._move(place)
                    event.stop()
                    return

    def on_click(self, event: events.Click) -> None:
        """Choose the row that was clicked."""
        place = self._top + event.y
        if place < len(self.entries) and not self.entries[place].idle:
            self._move(place)
            self.action_choose()

    def on_focus(self) -> None:
        """Show the sign in its full weight."""
        self.refresh(self._row_region(self.place))

    def on_blur(self) -> None:
        """And in less when the focus is elsewhere."""
        self.refresh(self._row_region(self.place))

    def on_resize(self) -> None:
        """Keep the sign in sight."""
        if self._follow():
            self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line per entry."""
        return len(self.entries)

    def render_line(self, y: int) -> Strip:
        """Draw one row: sign, title, what it is about."""
        width = self.size.width
        place = self._top + y
        if place >= len(self.entries):
            return Strip.blank(width, self.rich_style)
        entry = self.entries[place]
        here = place == self.place and not entry.idle
        more = "↓" if y == self.size.height - 1 and place < len(self.entries) - 1 else "↑" if y == 0 and self._top else " "
        title_width = max((cell_len(each.title) for each in self.entries), default=0) + 3
        title = set_cell_size(f"{'›' if here else ' '} {entry.title}", title_width + 2)
        about = set_cell_size(_cut(entry.about, width - title_width - 4), max(0, width - title_width - 4))
        if here:
            style = self.get_component_rich_style("menu--here" if self.has_focus else "menu--here-blurred")
            return Strip([Segment(f"{title}{about} {more}", style)], width)
        quiet = self.get_component_rich_style("menu--about")
        name = quiet if entry.idle else self.get_component_rich_style("menu--title")
        return Strip([Segment(title, name), Segment(f"{about} {more}", quiet)], width)


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, max(0, width - 1)) + "…"
