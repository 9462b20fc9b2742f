"""Asks for one more recipient to name in a run, up to RCPT. Must not know what becomes of it."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from wizard import values
from wizard.app.widgets.field import FieldRow, TextInput

ABOUT = (
    "The server is asked whether it would take mail for this address; nothing is sent to it. An address outside your own domain "
    "shows whether the server passes mail on for you."
)


class AskRecipient(ModalScreen[str | None]):
    """Gives a mail address, or None when the user thought better of it."""

    BINDINGS: ClassVar = [Binding("escape", "dismiss", "Do not", show=False)]

    def __init__(self) -> None:
        super().__init__(classes="window")

    def compose(self) -> ComposeResult:
        """One line to type into."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content("One more recipient")
            yield Static(Content(ABOUT), classes="text")
            yield FieldRow("Address", TextInput(placeholder="somebody@elsewhere.example", id="also-to"), id="also-to-row")
            yield Static(
                Content.assemble(("Enter", "bold $primary"), " run   ", ("Esc", "bold $primary"), " do not"), classes="keys"
            )

    @on(Input.Submitted, "#also-to")
    def _given(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            address = values.mail_address(event.value)
        except ValueError as problem:
            self.query_one("#also-to-row", FieldRow).error(str(problem))
            return
        if not address:
            self.query_one("#also-to-row", FieldRow).error("type a mail address, for example somebody@example.com")
            return
        self.dismiss(address)
