"""Step 1, Access: where the settings come from. Must not know how a source reads them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from wizard.app import host, sources
from wizard.app.step import Command, Step, StepName
from wizard.app.widgets.field import FieldRow, TextInput
from wizard.app.widgets.menu import Entry, Menu
from wizard.app.widgets.state import StateLine
from wizard.draft import Draft

if TYPE_CHECKING:
    from wizard.discover import Discovery

QUESTION = "Where do the settings come from?"
ASKS = (
    "Enter asks this host's resolver for the SRV and MX records of the domain, and looks at ports 465 and 587 of smtp.DOMAIN, "
    "mail.DOMAIN and the domain's own mail server. Well-known providers are recognised without asking anybody."
)


class AccessScreen(Step):
    """A list of sources; some lead to a second list, one asks for an address. Esc goes back one list."""

    step = StepName.ACCESS
    KEYS: ClassVar = (("Enter", "Choose"), ("↑↓", "Move"), ("Esc", "Leave"), ("F1", "Help"), ("^p", "Commands"))

    def __init__(self) -> None:
        super().__init__()
        self.trail: list[tuple[str, tuple[Entry, ...], str]] = []
        self.installed: str | None = None
        self.found: Discovery | None = None
        self.states: dict[str, host.State] = {}
        self.going = False

    def body(self) -> ComposeResult:
        """The list, the question for an address beneath it, and the state of this host."""
        with Vertical(id="source", classes="panel") as source:
            source.border_title = QUESTION
            yield Menu(self._top(), id="sources")
            yield Static(id="said", classes="-empty", markup=False)
        memory = self.wizard.memory
        with Vertical(id="before", classes="panel") as before:
            before.border_title = "Before you begin"
            self.states["settings"] = host.settings(memory.path, memory.problem, len(memory.profiles))
            self.states["secrets"] = host.State("", "secrets", "looking ...")
            self.states["identityiq"] = host.State("", "IdentityIQ", "looking ...")
            for name, state in self.states.items():
                yield StateLine(state, id=f"state-{name}")

    def on_mount(self) -> None:
        """The list has the cursor."""
        self.query_one(Menu).focus()

    def drawn(self) -> None:
        """What takes time is found out when the list can be read, and what is not seen yet is made."""
        row = FieldRow("Address", TextInput(placeholder="you@company.com", id="address"), id="row-address")
        row.display = False
        self.query_one("#source").mount(row, before=0)
        self.run_worker(self._look_around(), group="around")

    async def _look_around(self) -> None:
        from wizard.smtp.network import in_daemon_thread

        self.installed = await in_daemon_thread(host.find_identityiq)
        self.states["identityiq"] = host.identityiq(self.installed)
        self.states["secrets"] = host.secrets(await self.wizard.rungs())
        if self._left:
            return
        for name in ("identityiq", "secrets"):
            self.query_one(f"#state-{name}", StateLine).show(self.states[name])
        if not self.trail:
            self.query_one(Menu).show(self._top(), keep_place=True)

    @property
    def _left(self) -> bool:
        """Whether the step is being left: its lines go before what looks around for them is told to end."""
        return len(self.query(StateLine)) < len(self.states) or not self.query(Menu)

    def _top(self) -> tuple[Entry, ...]:
        memory = self.wizard.memory
        left = memory.unfinished.draft if memory.unfinished else None
        return sources.top(memory.profiles, memory.default_profile, left, self.installed)

    # --- choosing ----------------------------------------------------------------------------------------------------

    @on(Menu.Chosen)
    def _chosen(self, event: Menu.Chosen) -> None:
        self.going = False
        self.choose(event.entry.id)
        if not self.going:
            self.wizard.release_keys()

    def enter_goes_on(self) -> bool:
        """Both the list and the address lead on."""
        return self.focused is not None

    def move(self, to: StepName) -> None:
        """Go to another step."""
        self.going = True
        super().move(to)

    @on(Menu.Moved)
    def _moved_over(self, event: Menu.Moved) -> None:
        if event.entry.more:
            self._say(event.entry.more)

    def choose(self, name: str) -> None:
        """Take a source by its id: fill the draft and go on, or lead to the next list."""
        kind, _, rest = name.partition(":")
        match kind:
            case "resume":
                self.going = True
                self.wizard.resume()
            case "profile":
                self._take(self.wizard.memory.profiles[rest], rest)
            case "profiles":
                self._list("A saved profile", sources.profile_entries(self.wizard.memory.profiles))
            case "practice" | "fault":
                self.going = True
                self.run_worker(self._practise(rest or None), exclusive=True, group="practice")
            case "faults":
                from wizard.practice import FAULTS

                self._list("A fault to practise on", sources.fault_entries(FAULTS))
            case "provider" | "region":
                self._provider(rest)
            case "address":
                self._ask_address()
            case "candidate":
                self._candidate(int(rest))
            case "identityiq" | "export":
                self._identityiq()
            case _:
                self._take(self.wizard.draft, self.wizard.profile_name)

    def _take(self, draft: Draft, profile_name: str = "") -> None:
        self.wizard.start_from(draft, profile_name)
        self.move(StepName.DETAILS)

    def _list(self, title: str, entries: tuple[Entry, ...]) -> None:
        """Go one list deeper."""
        menu = self.query_one(Menu)
        self.trail.append((str(self.query_one("#source").border_title), menu.entries, menu.here.id if menu.here else ""))
        self.query_one("#source").border_title = title
        menu.show(entries)
        menu.display = bool(entries)
        menu.focus()
        if menu.here:
            self._moved_over(Menu.Moved(menu.here))
        self.show_keys((("Enter", "Choose"), ("↑↓", "Move"), ("Esc", "Back"), ("F1", "Help"), ("^p", "Commands")))

    def _say(self, text: str) -> None:
        said = self.query_one("#said", Static)
        said.set_class(not text, "-empty")
        said.update(text)

    def action_back(self) -> None:
        """Back to the list before, and from the first one out."""
        if not self.trail:
            super().action_back()
            return
        self.workers.cancel_group(self, "discover")
        title, entries, place = self.trail.pop()
        self.query_one("#source").border_title = title
        self.query("#row-address").set(display=False)
        self._say("")
        menu = self.query_one(Menu)
        menu.display = True
        menu.show(entries if self.trail else self._top())
        menu.go_to(place)
        menu.focus()
        if not self.trail:
            self.show_keys(self.KEYS)

    # --- the sources -------------------------------------------------------------------------------------------------

    async def _practise(self, fault: str | None) -> None:
        self._say("Opening the practice server on this machine ...")
        try:
            draft = await self.wizard.open_practice(fault)
        except OSError as problem:
            self._say(f"The practice server cannot open a port on this machine: {problem}. Another source works without it.")
            self.wizard.release_keys(replay=False)
            return
        self._say("")
        self._take(draft)
        server = self.wizard.practice
        self.wizard.password = server.password if server and draft.username else None

    def _provider(self, rest: str) -> None:
        from wizard import providers

        if not rest:
            self._list("A provider", sources.provider_entries(providers.table()))
            return
        name, chosen, region = rest.partition(":")
        provider = providers.by_id(name)
        if provider is None:
            return
        if not chosen and len(provider.regions) > 1:
            self._list(provider.name, sources.region_entries(provider))
            return
        address = self.wizard.draft.sender if "@" in self.wizard.draft.sender else ""
        self._take(self.wizard.draft.with_changes(*provider.changes(address, region)))

    def _ask_address(self) -> None:
        if not self.query("#address"):  # chosen in the moment before the row is made
            self.call_later(self._ask_address)
            return
        self._list("An e-mail address", ())
        self.query_one("#row-address").display = True
        self.query_one("#address", Input).focus()
        self._say(ASKS)

    @on(Input.Submitted, "#address")
    def _address_given(self, event: Input.Submitted) -> None:
        from wizard.discover import read

        self.wizard.release_keys()
        try:
            _, domain = read(event.value)
        except ValueError as problem:
            self.query_one("#row-address", FieldRow).error(str(problem))
            return
        self._say(f"Looking for the mail servers of {domain} ...")
        self.run_worker(self._discover(event.value), exclusive=True, group="discover")

    @on(Input.Changed, "#address")
    def _address_typed(self) -> None:
        self.query_one("#row-address", FieldRow).error("")

    async def _discover(self, address: str) -> None:
        from wizard.discover import discover

        found = self.found = await discover(address, network=self.wizard.network)
        if self._left:
            return
        menu = self.query_one(Menu)
        menu.show(sources.candidate_entries(found.candidates))
        menu.display = bool(found.candidates)
        if found.candidates:
            menu.focus()
            self._say(menu.here.more if menu.here else "")
        else:
            self._say(found.nothing)

    def _candidate(self, place: int) -> None:
        if self.found:
            self._take(Draft().with_changes(*self.found.candidates[place].changes))

    def _identityiq(self) -> None:
        from wizard.app.dialog import Ask

        def answered(yes: bool | None) -> None:
            if yes:
                self._take(self.wizard.draft, self.wizard.profile_name)

        text = sources.identityiq_text(self.installed)
        self.app.push_screen(Ask(text, yes="open the form", no="back", title="IdentityIQ"), answered)

    # --- everywhere --------------------------------------------------------------------------------------------------

    def help_topic(self) -> str:
        """The entry the sign stands on explains itself."""
        menu = self.query_one(Menu)
        return menu.here.id.partition(":")[0] if menu.has_focus and menu.here else super().help_topic()

    def commands(self) -> Iterable[Command]:
        """Every source is also in the palette."""
        for entry in self._top():
            if not entry.idle:
                yield Command(entry.title, entry.about, partial(self.choose, entry.id))
