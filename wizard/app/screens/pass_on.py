"""The text for the person who can help, to read, copy or write into a file. Must not know how it is made."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from wizard.app.dialog import WindowKeys
from wizard.app.target import into_home
from wizard.render.ticket import Ticket

_NAMES = 99  # files of one host beside each other, before the oldest have to go


class PassOn(ModalScreen[None]):
    """Shows a ticket; ``c`` copies it, ``w`` writes it beside what was written before. A ticket holds no secret."""

    BINDINGS: ClassVar = [
        Binding("escape,enter,p,q", "dismiss", "Close", show=False),
        Binding("c", "copy", "Copy", show=False),
        Binding("w", "write", "Write", show=False),
    ]

    def __init__(self, ticket: Ticket, host: str) -> None:
        super().__init__(classes="window")
        self.ticket = ticket
        self.host = host

    @property
    def text(self) -> str:
        """The whole text as it is passed on, its lines unbroken."""
        return f"Subject: {self.ticket.subject}\n\n{self.ticket.body}\n"

    def compose(self) -> ComposeResult:
        """The text, what became of it, the keys."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(f"For {self.ticket.whom}")
            with VerticalScroll(classes="text"):
                yield Static(Content(self.text.rstrip()))
            yield Static(id="pass-on-told", markup=False)
            yield WindowKeys(("c", "copy"), ("w", "write into a file"), ("Esc", "close"))

    def _tell(self, what: str) -> None:
        self.query_one("#pass-on-told", Static).update(what)

    def action_copy(self) -> None:
        """Hand the text to the terminal's clipboard; whether the terminal takes it, it does not say."""
        self.app.copy_to_clipboard(self.text)
        self._tell("Given to your terminal's clipboard. Where pasting brings nothing, w writes it into a file.")

    def action_write(self) -> None:
        """Write the text under a name that is still free, in your home folder."""
        self._tell(into_home(lambda: free_name(self.host), self.text))


def free_name(host: str) -> Path:
    """Return where a text about a host goes: ``~/smtp-wizard-HOST-request.txt``, with a number while that exists."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", host).strip("-.") or "server"
    home = Path.home()
    tried = [home / f"smtp-wizard-{name}-request{f'-{number}' if number > 1 else ''}.txt" for number in range(1, _NAMES + 1)]
    return next((path for path in tried if not path.exists()), tried[-1])
