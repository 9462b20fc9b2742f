"""Asks who signs in to IdentityIQ's console, and passes it on. Must not keep it, nor know the console."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from wizard.app.dialog import WindowKeys
from wizard.app.widgets.field import FieldRow, SecretInput, TextInput
from wizard.profile import Password


class AskLogin(ModalScreen[tuple[str, Password] | None]):
    """User name and password of an IdentityIQ administrator; ``why`` says what became of the try before, ``user`` made it."""

    BINDINGS: ClassVar = [
        Binding("escape", "dismiss", "Do not", show=False),
        Binding("enter", "give", "Sign in", show=False),
    ]

    def __init__(self, why: str, user: str = "") -> None:
        super().__init__(classes="window")
        self.why = why
        self.user = user or "spadmin"

    def compose(self) -> ComposeResult:
        """Why, two rows, keys."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content("IdentityIQ's console asks who you are")
            yield Static(
                Content(
                    f"{self.why}\n\nIt goes to the console's own input, and is written nowhere: it is forgotten when you leave."
                ),
                classes="text",
                markup=False,
            )
            yield FieldRow("User name", TextInput(self.user, id="console-user"), id="console-user-row")
            yield FieldRow("Password", SecretInput(id="console-password"), id="console-password-row")
            yield WindowKeys(("Enter", "sign in"), ("Esc", "do not"))

    def on_mount(self) -> None:
        """The password is what is missing."""
        self.query_one("#console-password", Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a field signs in."""
        event.stop()
        self.action_give()

    def action_give(self) -> None:
        """Give both to who asked."""
        user = self.query_one("#console-user", Input).value.strip()
        secret = self.query_one("#console-password", Input).value
        if not user:
            self.query_one("#console-user-row", FieldRow).error(
                "type the name of an IdentityIQ administrator, for example spadmin"
            )
        elif not secret:
            self.query_one("#console-password-row", FieldRow).error("type the password; it is not shown")
        else:
            self.dismiss((user, Password(secret)))
