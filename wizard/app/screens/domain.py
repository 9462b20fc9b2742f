"""The sender's domain as DNS shows it: who is asked, then what was found and the records to publish. Must not know DNS."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from wizard.app.dialog import WindowKeys
from wizard.profile import Profile
from wizard.render.style import Style

_WIDTH = 68  # columns of text within the window


class DomainWindow(ModalScreen[None]):
    """Names what the resolver will be asked; Enter asks. ``exit_address``: where mail leaves from, where a run showed it."""

    BINDINGS: ClassVar = [
        Binding("enter", "ask", "Ask", show=False),
        Binding("escape", "dismiss", "Close", show=False),
    ]

    def __init__(self, profile: Profile, exit_address: str | None = None) -> None:
        super().__init__(classes="window")
        self.profile = profile
        self.exit_address = exit_address
        self.asked = False

    def compose(self) -> ComposeResult:
        """What will be asked, and the two keys."""
        from wizard.domain.examining import contacts

        asks = contacts(self.profile.sender, host=self.profile.endpoint.host, ehlo_name=self.profile.ehlo_name)
        text = "\n".join(("This host's resolver will be asked for:", "", *(f"  {line}" for line in asks)))
        with Vertical(classes="dialog") as box:
            box.border_title = Content(f"The domain of {self.profile.sender}")
            with VerticalScroll(classes="text"):
                yield Static(Content(text), id="domain-text")
            yield WindowKeys(("Enter", "ask"), ("Esc", "close"))

    def action_ask(self) -> None:
        """Ask once."""
        if not self.asked:
            self.asked = True
            self.query_one("#domain-text", Static).update("Asking ...")
            self.query_one(WindowKeys).show(("Esc", "close"))
            self.run_worker(self._examine())

    async def _examine(self) -> None:
        from wizard.domain.examining import examine
        from wizard.render.domain import text

        profile = self.profile
        found = await examine(
            profile.sender,
            username=profile.login.username if profile.login else "",
            host=profile.endpoint.host,
            ehlo_name=profile.ehlo_name,
            exit_address=self.exit_address,
        )
        if self.is_attached:
            self.query_one("#domain-text", Static).update(Content("\n".join(text(found, Style(width=_WIDTH)))))
            self.query_one(VerticalScroll).focus()
