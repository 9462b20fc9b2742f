"""A line of a form that opens and closes further rows, and names what is set behind it. Must not know the rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from wizard.app.widgets.field import FIELD_KEYS, act_at_once
from wizard.draft import Draft


class Fold(Widget, can_focus=True):
    """``title`` stands behind the arrow; ``words`` says of a draft what is behind it, so nothing works unseen."""

    BINDINGS: ClassVar = [
        *FIELD_KEYS,
        Binding("enter,space", "press", "Open or close", show=False),
    ]

    class Toggled(Message):
        """The line was pressed."""

        def __init__(self, fold: Fold) -> None:
            super().__init__()
            self.fold = fold

    def __init__(self, draft: Draft, title: str, words: Callable[[Draft], str], *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self.draft = draft
        self.title = title
        self.words = words
        self.opened = False

    def show(self, draft: Draft) -> None:
        """Name what is set in another draft; draws nothing where the words stay."""
        before, self.draft = self.words(self.draft), draft
        if before != self.words(draft):
            self.refresh()

    def render(self) -> Content:
        """Return the line."""
        style = "bold $primary" if self.has_focus else "$muted"
        line = f"{'▼' if self.opened else '►'} {self.title}"
        return Content.styled(f"{line:<13}{self.words(self.draft)}", style)

    async def _on_key(self, event: events.Key) -> None:
        await act_at_once(self, event)

    def action_press(self) -> None:
        """Tell that it was pressed."""
        self.post_message(self.Toggled(self))

    def on_click(self) -> None:
        """Pressing by mouse is pressing."""
        self.action_press()
