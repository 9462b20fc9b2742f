"""The command palette, quieted: a blinking cursor writes to the line for as long as the palette is open."""

from __future__ import annotations

from textual.command import CommandPalette
from textual.widgets import Input


class Palette(CommandPalette):
    """Textual's palette with a cursor that stands still."""

    def on_mount(self) -> None:
        """Stop the blinking."""
        self.query_one(Input).cursor_blink = False
