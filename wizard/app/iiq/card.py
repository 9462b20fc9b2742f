"""The card to type from, over the whole page; ``c`` copies it, ``w`` writes it into a file. Holds no secret."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from wizard.app.page import Page
from wizard.app.target import into_home
from wizard.identityiq.handover.card import card, card_lines
from wizard.profile import Profile

_WIDTH = 76


class Card(Page[None]):
    """Both screen paths and every field."""

    HEADING = "Type this into IdentityIQ"
    HELP = (
        "Open one of the two paths in IdentityIQ and type each value into the field of that name. What stands in brackets "
        "explains the field and is not typed.\n\nc gives the card to your terminal's clipboard, w writes it into a file in your "
        "home folder. The password is not on it.\n\nWithout a screen: smtp-wizard iiq card"
    )
    KEYS = (("c", "Copy"), ("w", "Write into a file"), ("↑↓", "Scroll"), ("Esc", "Back"), ("F1", "Help"))
    BINDINGS: ClassVar = [
        Binding("c", "copy", "Copy", show=False),
        Binding("w", "write", "Write", show=False),
        Binding("q", "back", "Back", show=False),
    ]

    def __init__(self, profile: Profile) -> None:
        super().__init__()
        self.profile = profile

    def body(self) -> ComposeResult:
        """The card, and what became of it."""
        lines = [Content.styled(line.text, "bold" if line.heading else "") for line in card_lines(self.profile, width=_WIDTH)]
        with VerticalScroll(id="card", classes="panel") as scroll:
            scroll.border_title = "The card"
            yield Static(Content("\n").join(lines))
        yield Static(id="card-told", markup=False)

    def on_mount(self) -> None:
        """The arrows scroll."""
        self.query_one(VerticalScroll).focus()

    def _tell(self, what: str) -> None:
        self.query_one("#card-told", Static).update(f" {what}")

    def action_copy(self) -> None:
        """Hand the text to the terminal's clipboard; whether the terminal takes it, it does not say."""
        self.app.copy_to_clipboard(card(self.profile))
        self._tell("Given to your terminal's clipboard. Where pasting brings nothing, w writes it.")

    def action_write(self) -> None:
        """Write the card into the home folder, replacing an older one of the same profile: it holds nothing else."""
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", self.profile.name or self.profile.endpoint.host).strip("-.") or "profile"
        self._tell(into_home(lambda: Path.home() / f"smtp-wizard-{name}-card.txt", card(self.profile)))
