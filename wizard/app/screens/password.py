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
from wizard.profile import Password, Profile


class AskPassword(ModalScreen[Password | None]):
    """Gives the typed password, or None when the user thought better of it."""

    BINDINGS: ClassVar = [Binding("escape", "dismiss", "Do not", show=False)]

    def __init__(self, profile: Profile) -> None:
        super().__init__(classes="window")
        self.profile = profile

    def compose(self) -> ComposeResult:
        """One line to type into."""
        who = self.profile.login.username if self.profile.login else ""
        with Vertical(classes="dialog") as box:
            box.border_title = Content("Password")
            yield Static(Content(f"For {who} at {self.profile.endpoint.host}. Kept in memory until you leave."), classes="text")
            yield FieldRow("Password", SecretInput(id="secret"))
            yield Static(
                Content.assemble(("Enter", "bold $primary"), " sign in   ", ("Esc", "bold $primary"), " do not"), classes="keys"
            )

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give it, unless nothing was typed."""
        event.stop()
        if event.value:
            self.dismiss(Password(event.value))
