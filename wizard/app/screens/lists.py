"""A step that is a list, from which deeper lists open and Esc leads back. Must not know what its entries stand for."""

from __future__ import annotations

from textual import on
from textual.widgets import Static

from wizard.app.step import Step, StepName
from wizard.app.widgets.menu import Entry, Menu
from wizard.draft import Draft


class ListStep(Step):
    """``trail`` holds the lists above the present one: title, entries, and where the sign stood."""

    def __init__(self) -> None:
        super().__init__()
        self.trail: list[tuple[str, tuple[Entry, ...], str]] = []

    def top(self) -> tuple[Entry, ...]:
        """Return the first list."""
        raise NotImplementedError

    def take(self, draft: Draft, profile_name: str = "") -> None:
        """Begin with these settings and go on to Details."""
        self.wizard.start_from(draft, profile_name)
        self.move(StepName.DETAILS)

    @on(Menu.Moved)
    def _moved_over(self, event: Menu.Moved) -> None:
        if event.entry.more:
            self.say(event.entry.more)

    def open_list(self, title: str, entries: tuple[Entry, ...]) -> None:
        """Go one list deeper."""
        menu = self.query_one(Menu)
        self.trail.append((str(self.query_one("#source").border_title), menu.entries, menu.here.id if menu.here else ""))
        self.query_one("#source").border_title = title
        menu.show(entries)
        menu.display = bool(entries)
        menu.focus()
        if menu.here:
            self._moved_over(Menu.Moved(menu.here))
        self.show_keys((("Enter", "Choose"), ("↑↓", "Move"), ("Esc", "Back"), ("F1", "Help"), ("^p", "Commands")))

    def say(self, text: str) -> None:
        """Say something under the list; nothing takes it away."""
        said = self.query_one("#said", Static)
        said.set_class(not text, "-empty")
        said.update(text)

    def action_back(self) -> None:
        """Back to the list before, and from the first one out."""
        if not self.trail:
            super().action_back()
            return
        title, entries, place = self.trail.pop()
        self.query_one("#source").border_title = title
        self.say("")
        menu = self.query_one(Menu)
        menu.display = True
        menu.show(entries if self.trail else self.top())
        menu.go_to(place)
        menu.focus()
        if not self.trail:
            self.show_keys(self.KEYS)
