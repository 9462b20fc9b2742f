"""Step 1, Access: where the settings come from. Must not know how a source reads them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from wizard.app import host, sources
from wizard.app.screens.address import AddressStep
from wizard.app.step import Command, StepName
from wizard.app.widgets.menu import Entry, Menu
from wizard.app.widgets.state import StateLine
from wizard.draft import Draft

if TYPE_CHECKING:
    from wizard.app.iiq.reading import Taken
    from wizard.identityiq.installation import Installation

QUESTION = "Where do the settings come from?"


class AccessScreen(AddressStep):
    """A list of sources; some lead to a second list, one asks for an address. Esc goes back one list."""

    step = StepName.ACCESS
    KEYS: ClassVar = (("Enter", "Choose"), ("↑↓", "Move"), ("Esc", "Leave"), ("F1", "Help"), ("^p", "Commands"))

    def __init__(self) -> None:
        super().__init__()
        self.installed: tuple[Installation, ...] | None = None
        self.states: dict[str, host.State] = {}
        self.going = False

    def body(self) -> ComposeResult:
        """The list, the question for an address beneath it, and the state of this host."""
        with Vertical(id="source", classes="panel") as source:
            source.border_title = QUESTION
            yield Menu(self.top(), id="sources")
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
        self.make_address_row()
        self.run_worker(self._look_around(), group="around")

    async def _look_around(self) -> None:
        from wizard.smtp.network import in_daemon_thread

        self.installed = await in_daemon_thread(host.find_identityiq)
        self.states["identityiq"] = host.identityiq(self.installed)
        self.states["secrets"] = host.secrets(await self.wizard.rungs())
        if self.leaving_now:
            return
        for name in ("identityiq", "secrets"):
            self.query_one(f"#state-{name}", StateLine).show(self.states[name])
        if not self.trail:
            self.query_one(Menu).show(self.top(), keep_place=True)

    @property
    def leaving_now(self) -> bool:
        """Whether the step is being left: its lines go before what looks around for them is told to end."""
        return len(self.query(StateLine)) < len(self.states) or super().leaving_now

    def top(self) -> tuple[Entry, ...]:
        """Return the sources of this host and this moment."""
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

    def choose(self, name: str) -> None:
        """Take a source by its id: fill the draft and go on, or lead to the next list."""
        kind, _, rest = name.partition(":")
        windows = {
            "identityiq": self._identityiq,
            "installation": lambda: self._read_host((self.installed or ())[int(rest)]),
            "export": self._export,
            "explain": self.wizard.action_explain,
        }
        match kind:
            case "identityiq" | "installation" | "export" | "explain":
                windows[kind]()
            case "resume":
                self.going = True
                self.wizard.resume()
            case "profile":
                self.take(self.wizard.memory.profiles[rest], rest)
            case "profiles":
                self.open_list("A saved profile", sources.profile_entries(self.wizard.memory.profiles))
            case "practice" | "fault":
                self.going = True
                self.run_worker(self._practise(rest or None), exclusive=True, group="practice")
            case "faults":
                from wizard.practice import FAULTS

                self.open_list("A fault to practise on", sources.fault_entries(FAULTS))
            case "provider" | "region":
                self._provider(rest)
            case "address":
                self.ask_address()
            case "candidate":
                self.candidate(rest)
            case _:
                self.take(self.wizard.draft, self.wizard.profile_name)

    # --- the sources -------------------------------------------------------------------------------------------------

    async def _practise(self, fault: str | None) -> None:
        self.say("Opening the practice server on this machine ...")
        try:
            draft = await self.wizard.open_practice(fault)
        except OSError as problem:
            self.say(f"The practice server cannot open a port on this machine: {problem}. Another source works without it.")
            self.wizard.release_keys(replay=False)
            return
        self.say("")
        self.take(draft)
        server = self.wizard.practice
        self.wizard.password = server.password if server and draft.username else None

    def _provider(self, rest: str) -> None:
        from wizard import providers

        if not rest:
            self.open_list("A provider", sources.provider_entries(providers.table()))
            return
        name, chosen, region = rest.partition(":")
        provider = providers.by_id(name)
        if provider is None:
            return
        if not chosen and len(provider.regions) > 1:
            self.open_list(provider.name, sources.region_entries(provider))
            return
        address = self.wizard.draft.sender if "@" in self.wizard.draft.sender else ""
        self.take(self.wizard.draft.with_changes(*provider.changes(address, region)))

    def _identityiq(self) -> None:
        found = self.installed or ()
        if len(found) > 1:
            self.open_list("Which IdentityIQ?", sources.installation_entries(found))
        elif found:
            self._read_host(found[0])
        else:
            from wizard.app.dialog import Ask

            def answered(yes: bool | None) -> None:
                if yes:
                    self.take(self.wizard.draft, self.wizard.profile_name)

            self.app.push_screen(Ask(sources.identityiq_text(), yes="open the form", no="back", title="IdentityIQ"), answered)

    def _read_host(self, installation: Installation) -> None:
        from wizard.app.iiq.onhost import ReadHost

        self.app.push_screen(ReadHost(installation), self._was_read)

    def _export(self) -> None:
        from wizard.app.iiq.export import ReadExport

        self.app.push_screen(ReadExport(), self._was_read)

    def _was_read(self, taken: Taken | None) -> None:
        if taken:
            self.take(Draft().with_changes(*taken.changes))
            self.wizard.was_read(taken)

    # --- everywhere --------------------------------------------------------------------------------------------------

    def help_topic(self) -> str:
        """The entry the sign stands on explains itself."""
        menu = self.query_one(Menu)
        return menu.here.id.partition(":")[0] if menu.has_focus and menu.here else super().help_topic()

    def commands(self) -> Iterable[Command]:
        """Every source is also in the palette."""
        for entry in self.top():
            if not entry.idle:
                yield Command(entry.title, entry.about, partial(self.choose, entry.id))
