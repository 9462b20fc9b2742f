"""The wizard itself: owns the draft and the typed password, moves between the three steps, keeps what is unfinished.

Must not know what a step shows, nor SMTP. Open it with ``WizardApp().run()``; every argument has a default.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import SystemCommand
from textual.screen import Screen
from textual.timer import Timer

from wizard.app import run, theme
from wizard.app.guarded import BEFORE_LEAVING, Guarded
from wizard.app.memory import Memory
from wizard.app.screens.access import AccessScreen
from wizard.app.step import Step, StepName
from wizard.draft import Change, Draft, Field
from wizard.profile import Profile, parse

if TYPE_CHECKING:
    from wizard.app.iiq.reading import Taken
    from wizard.keychain import Rung
    from wizard.practice import PracticeServer
    from wizard.profile import Password
    from wizard.smtp.network import Network

PAUSE_BEFORE_KEEPING = 1.0  # seconds of peace after an edit before the unfinished form is written


class WizardApp(Guarded):
    """Owns ``draft`` and ``password`` (memory only); ``apply`` is the one way to change the draft.

    ``marked`` are the fields a remedy or an import changed last; ``signin_failures`` counts refused sign-ins of this
    sitting by ``run.account(profile)``; ``practice`` is the practice server while it runs, with its mailbox. ``draft`` given
    with a host opens on Details. ``config_path`` names another settings file.
    """

    def __init__(
        self,
        draft: Draft | None = None,
        *,
        profile_name: str = "",
        config_path: Path | None = None,
        network: Network | None = None,
        start: StepName | None = None,
    ) -> None:
        self.memory = Memory(config_path)
        super().__init__(self.memory.themes)
        self.draft = draft or Draft()
        self.password: Password | None = None
        self.client_secret: Password | None = None
        self.letter: run.OwnMail | None = None  # in place of the test message
        self.console_login: tuple[str, Password] | None = None
        self.profile_name = profile_name
        self.config_path = config_path
        self.network = network
        self.first_step = start or (StepName.DETAILS if self.draft.host else StepName.ACCESS)
        self.step = self.first_step
        self.marked: frozenset[Field] = frozenset()
        self.signin_failures: Counter[tuple[str, str]] = Counter()
        self.practice: PracticeServer | None = None
        self.fixed: tuple[Draft, Draft] | None = None  # the settings before the first fix, and after the last
        self.taken: Taken | None = None  # what was read of IdentityIQ, to hand the settings back to
        self._open = AsyncExitStack()
        self._keep_soon: Timer | None = None
        self._kept = self._saved = self.draft
        self._theme_problem = self.try_theme(self.memory.theme)

    # --- the draft ---------------------------------------------------------------------------------------------------

    def apply(self, *changes: Change, mark: bool = False) -> None:
        """Change the draft. With ``mark`` the changed fields stand out (a remedy, an import) until the next such change."""
        before = self.draft
        self.draft = before.with_changes(*changes)
        if mark:
            self.marked = frozenset(change.field for change in before.changes_to(self.draft))
        if self.draft != before and self.is_running:
            if self._keep_soon:
                self._keep_soon.stop()
            self._keep_soon = self.set_timer(PAUSE_BEFORE_KEEPING, self._keep)

    def start_from(self, draft: Draft, profile_name: str = "") -> None:
        """Begin with other settings: nothing typed for the ones before, the password least of all, stays behind."""
        if draft != self.draft:
            self.password = self.client_secret = None
        self.apply(*self.draft.changes_to(draft))
        self.marked = frozenset()
        self.fixed = self.taken = None
        self.profile_name = profile_name
        if profile_name:
            self._kept = self._saved = draft

    def was_read(self, taken: Taken) -> None:
        """Remember what was read of IdentityIQ, and let stand out what was cured on the way."""
        self.taken = taken
        self.marked = taken.cured

    def failures(self) -> int:
        """Return how often the present user's sign-in at the present host was refused, in this sitting or in runs before it."""
        profile = parse(self.draft)
        return run.refused(self.signin_failures, profile) if isinstance(profile, Profile) and profile.login else 0

    # --- what is kept ------------------------------------------------------------------------------------------------

    def resume(self) -> None:
        """Go on with the form that was left unfinished, at the step where it was left; the password is typed again."""
        left = self.memory.unfinished
        if left is not None:
            self.start_from(left.draft, left.profile_name)
            self.screen.post_message(Step.Moved(max(StepName.DETAILS, StepName(left.step), key=list(StepName).index)))

    def _keep(self) -> None:
        """Keep the unfinished form, beside the loop: a home folder on a slow server must not stop the typing."""
        if self.draft != self._kept and not self.on_practice():
            self._kept = self.draft
            self.run_worker(
                partial(self.memory.keep, self.draft, self.step, self.profile_name), thread=True, group="keep", exclusive=True
            )

    def keep_now(self) -> None:
        """Keep the unfinished form before anything else happens: there may be no later."""
        if self.draft != self._kept and not self.on_practice():
            self._kept = self.draft
            self.memory.keep(self.draft, self.step, self.profile_name)

    @property
    def as_saved(self) -> Draft | None:
        """The present profile as it was last loaded or saved, None for settings that belong to no profile."""
        return self._saved if self.profile_name else None

    def saved(self) -> None:
        """The profile was saved: there is nothing unfinished any more, and the lists show it."""
        if self._keep_soon:
            self._keep_soon.stop()
        self._kept = self._saved = self.draft
        self.memory.forget()
        self.memory.read()

    async def on_unmount(self) -> None:
        """On the way out keep what is unfinished, let a change come to its end, and close the practice server."""
        self.keep_now()
        await self.finish_guarded()
        await self._open.aclose()

    # --- the places the steps ask for ----------------------------------------------------------------------------------

    async def rungs(self) -> tuple[Rung, ...]:
        """Return the ladder of places for a password, as it stands in this session."""
        from wizard import keychain

        return await keychain.rungs(config=self.memory.path)

    async def open_practice(self, fault: str | None = None) -> Draft:
        """Open the practice server in this program, in place of one already open; return settings for it. Raises OSError."""
        from wizard.practice import PracticeServer

        await self._open.aclose()
        self.practice = None
        self.practice = await self._open.enter_async_context(PracticeServer(fault))
        return self.practice.draft()

    def on_practice(self) -> bool:
        """Return whether the draft goes to our own practice server, which will not be there next time."""
        profile = parse(self.draft)
        return isinstance(profile, Profile) and run.is_practice(profile, self.practice)

    def called(self) -> str:
        """Return what the first row calls the present settings."""
        return self.profile_name or ("practice server" if self.on_practice() else "new profile")

    def only_ports(self) -> tuple[int, ...]:
        """Return the ports to look at in place of the usual ones: those of the practice server."""
        return tuple(self.practice.ports.values()) if self.practice and self.on_practice() else ()

    # --- the steps -----------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Tell what went wrong with the colours, now that there is a screen to tell it on."""
        if self._theme_problem:
            self.tell_theme(self._theme_problem)

    def opening_screen(self) -> Screen[Any]:
        """The step to begin with."""
        return self.step_screen(self.first_step)

    def step_screen(self, name: StepName) -> Step:
        """Make the screen of a step; each is built from the draft, so nothing else need be carried over."""
        match name:
            case StepName.ACCESS:
                return AccessScreen()
            case StepName.DETAILS:
                from wizard.app.screens.details import DetailsScreen

                return DetailsScreen()
            case StepName.TEST:
                from wizard.app.screens.check import CheckScreen

                return CheckScreen()

    async def go_to(self, name: StepName) -> None:
        """Show another step in place of the present one."""
        self.step = name
        await self.replace_screen(self.step_screen(name))

    @on(Step.Moved)
    async def _moved(self, message: Step.Moved) -> None:
        await self.go_to(message.to)

    # --- everywhere ----------------------------------------------------------------------------------------------------

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: what the step offers, then what is there everywhere."""
        if isinstance(screen, Step):
            for command in screen.commands():
                yield SystemCommand(*command)
            yield SystemCommand("Help", "explain what has the cursor", screen.action_help)
            yield SystemCommand(
                "Equivalent command", "the command line that does the same, without the password", self.action_command
            )
        yield SystemCommand("Explain an error", "paste an error, a bounce or a log, and see what it means", self.action_explain)
        for name in theme.names(self.memory.themes):
            yield SystemCommand(f"Theme: {name}", "change the colours and remember them", partial(self.set_theme, name))
        yield SystemCommand("Leave", "end the wizard; what you typed is kept, without the password", self.action_leave)

    def action_command(self) -> None:
        """Show the command line that does what the wizard is set to do."""
        from wizard.app.dialog import Note
        from wizard.app.equivalent import as_shell, command

        self.push_screen(Note("The same without a screen", as_shell(command(self.draft))))

    def action_explain(self) -> None:
        """Open the place where a pasted error is explained, over what is shown now."""
        from wizard.app.screens.explain import ExplainScreen

        if not isinstance(self.screen, ExplainScreen):
            self.push_screen(ExplainScreen())

    def action_hand_over(self) -> None:
        """Open the place where the settings go back to IdentityIQ, over what is shown now."""
        from wizard.app.iiq.handover import HandOver

        if isinstance(self.screen, Step):
            self.screen.settle()
        if not isinstance(self.screen, HandOver):
            self.push_screen(HandOver())

    def action_leave(self) -> None:
        """End the wizard, after a question in words for the case there is."""
        from wizard.app.dialog import Ask

        screen = self.screen
        if isinstance(screen, Ask) or self.ending:
            return
        question = screen.leaving() if isinstance(screen, Step) else ""
        self.push_screen(Ask(question or self._farewell()), self._leave)

    def _farewell(self) -> str:
        if self.guarded:
            return BEFORE_LEAVING
        if self.draft == self._saved or self.on_practice() or not self.memory.worth_keeping(self.draft):
            return "Leave SMTP Wizard?"
        return "Leave SMTP Wizard? What you typed is kept for next time, without the password."

    def _leave(self, yes: bool | None) -> None:
        if yes:
            self.end()

    def set_theme(self, name: str) -> None:
        """Change the colours and remember the choice; a broken theme file is named and the colours stay."""
        problem = self.try_theme(name) or self.memory.remember_theme(name)
        if problem:
            self.tell_theme(problem)
