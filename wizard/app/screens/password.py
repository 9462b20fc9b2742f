"""Asks for a password before a run; it stays in memory. Must not know what it is used for."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from wizard.app.widgets.field import FieldRow, SecretInput
from wizard.profile import Password


class AskPassword(ModalScreen[Password | None]):
    """Gives the typed secret, or None when the user thought better of it; ``who`` it belongs to, ``what`` it is called."""

    BINDINGS: ClassVar = [Binding("escape", "dismiss", "Do not", show=False)]

    def __init__(self, who: str, what: str = "Password") -> None:
        super().__init__(classes="window")
        self.who = who
        self.what = what

    def compose(self) -> ComposeResult:
        """One line to type into."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(self.what)
            yield Static(Content(f"For {self.who}. Kept in memory until you leave."), classes="text")
            yield FieldRow(self.what if len(self.what) < 12 else "Secret", SecretInput(id="secret"))
            yield Static(
                Content.assemble(("Enter", "bold $primary"), " sign in   ", ("Esc", "bold $primary"), " do not"), classes="keys"
            )

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give it, unless nothing was typed."""
        event.stop()
        if event.value:
            self.dismiss(Password(event.value))
