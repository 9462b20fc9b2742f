"""The source that is a mail address: asks for it, looks for its servers, offers what was found. Must not know other sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.widgets import Input

from wizard.app import sources
from wizard.app.screens.lists import ListStep
from wizard.app.widgets.field import FieldRow, TextInput
from wizard.app.widgets.menu import Menu
from wizard.draft import Draft

if TYPE_CHECKING:
    from wizard.discover import Discovery

LOOK_SECONDS = 2.5  # for what each server found says of itself; it can be chosen before
ASKS = (
    "Enter asks this host's resolver for the SRV and MX records of the domain, and looks at ports 465 and 587 of smtp.DOMAIN, "
    "mail.DOMAIN and the domain's own mail server. Well-known providers are recognised without asking anybody. "
    "Each server found is then looked at on its port."
)


class AddressStep(ListStep):
    """A list with a row for an address beside it; ``found`` is what was found for the last one."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Discovery | None = None

    def make_address_row(self) -> None:
        """Make the row, unseen; after the first paint, because it is not needed before."""
        row = FieldRow("Address", TextInput(placeholder="you@company.com", id="address"), id="row-address")
        row.display = False
        self.query_one("#source").mount(row, before=0)

    @property
    def leaving_now(self) -> bool:
        """Whether the step is being left: its widgets go before what still works for them is told to end."""
        return not self.query(Menu)

    def action_back(self) -> None:
        """Take the row and the search away with the list they belong to."""
        self.workers.cancel_group(self, "discover")
        self.query("#row-address").set(display=False)
        super().action_back()

    def ask_address(self) -> None:
        """Show the row and say who will be asked."""
        if not self.query("#address"):  # chosen in the moment before the row is made
            self.call_later(self.ask_address)
            return
        self.open_list("An e-mail address", ())
        self.query_one("#row-address").display = True
        self.query_one("#address", Input).focus()
        self.say(ASKS)

    @on(Input.Submitted, "#address")
    def _address_given(self, event: Input.Submitted) -> None:
        from wizard.discover import read

        self.wizard.release_keys()
        try:
            _, domain = read(event.value)
        except ValueError as problem:
            self.query_one("#row-address", FieldRow).error(str(problem))
            return
        self.say(f"Looking for the mail servers of {domain} ...")
        self.run_worker(self._discover(event.value), exclusive=True, group="discover")

    @on(Input.Changed, "#address")
    def _address_typed(self) -> None:
        self.query_one("#row-address", FieldRow).error("")

    async def _discover(self, address: str) -> None:
        from wizard.discover import discover

        found = self.found = await discover(address, network=self.wizard.network)
        if self.leaving_now:
            return
        menu = self.query_one(Menu)
        menu.display = bool(found.candidates)
        if not found.candidates:
            menu.show(())
            self.say(found.nothing)
            return
        self._show_candidates()
        menu.focus()
        from wizard.looked import look_at

        looked = await look_at(found, seconds=LOOK_SECONDS, network=self.wizard.network)
        if not self.leaving_now and self.found is found and self.query_one("#row-address").display:
            self.found = looked
            self._show_candidates()

    def _show_candidates(self) -> None:
        """Show the servers found; once they were looked at, with what they said. The sign stays on its row."""
        if self.found is None:
            return
        menu = self.query_one(Menu)
        menu.show(sources.candidate_entries(self.found.candidates), keep_place=True)
        self.say(menu.here.more if menu.here else "")

    def candidate(self, name: str) -> None:
        """Take one of the servers found, by the name its row has."""
        for each in self.found or ():
            if sources.candidate_name(each) == name:
                self.take(Draft().with_changes(*each.changes))
                return
