"""A text box to paste into, which tells when the typing rests. Must not know what is pasted."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import Binding
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea

PAUSE = 0.25  # seconds of peace after an edit before the text is read


class PasteArea(TextArea):
    """A text box without a blinking cursor, in which Tab moves on and Esc leaves."""

    # With priority, so that what is typed right behind a Tab does not land in the text that was just left.
    BINDINGS: ClassVar = [
        Binding("escape", "screen.back", "Back", show=False, priority=True),
        Binding("tab", "app.focus_next", "Next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", "Before", show=False, priority=True),
    ]

    class Rested(Message):
        """The text was changed, and then left alone for a moment."""

    def __init__(self) -> None:
        super().__init__(id="text", soft_wrap=True, tab_behavior="focus", show_line_numbers=False)
        self.cursor_blink = False
        self._soon: Timer | None = None

    @on(TextArea.Changed)
    def _typed(self) -> None:
        if self._soon:
            self._soon.stop()
        self._soon = self.set_timer(PAUSE, lambda: self.post_message(self.Rested()))
