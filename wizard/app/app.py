"""The wizard itself: owns the draft and the typed password, moves between the three steps, keeps what is unfinished.

Must not know what a step shows, nor SMTP. Open it with ``WizardApp().run()``; every argument has a default.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.screen import Screen

from wizard.app import theme
from wizard.app.screens.access import AccessScreen
from wizard.app.step import Step, StepName
from wizard.draft import Change, Draft, Field

if TYPE_CHECKING:
    from wizard.practice import PracticeServer
    from wizard.profile import Password
    from wizard.smtp.network import Network

MINIMUM = (80, 24)


class WizardApp(App[None]):
    """Owns ``draft`` and ``password`` (memory only); ``apply`` is the one way to change the draft.

    ``marked`` are the fields a remedy or an import changed last; ``signin_failures`` counts refused sign-ins of this
    sitting by host and user; ``practice`` is the practice server while it runs, with its mailbox.
    """

    CSS_PATH = "app.tcss"
    TITLE = "SMTP Wizard"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar = [
        Binding("ctrl+q", "leave", "Leave", show=False, priority=True),
        Binding("ctrl+c", "leave", "Leave", show=False, system=True),
    ]

    def __init__(
        self,
        draft: Draft | None = None,
        *,
        profile_name: str = "",
        config_path: Path | None = None,
        network: Network | None = None,
        start: StepName = StepName.ACCESS,
    ) -> None:
        super().__init__()
        self.animation_level = "none"
        self.draft = draft or Draft()
        self.password: Password | None = None
        self.profile_name = profile_name
        self.config_path = config_path
        self.network = network
        self.start = start
        self.marked: frozenset[Field] = frozenset()
        self.signin_failures: Counter[tuple[str, str]] = Counter()
        self.practice: PracticeServer | None = None
        self._open = AsyncExitStack()
        self._use_theme(theme.DEFAULT)

    # --- the draft -------------------------------------------------------------------------------------------------

    def apply(self, *changes: Change, mark: bool = False) -> None:
        """Change the draft. With ``mark`` the changed fields stand out until the next change (a remedy, an import)."""
        before = self.draft
        self.draft = before.with_changes(*changes)
        if mark:
            self.marked = frozenset(change.field for change in before.changes_to(self.draft))

    # --- the steps -------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Show the first step."""
        self.push_screen(self.step_screen(self.start))

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

    def go_to(self, name: StepName) -> None:
        """Show another step in place of the present one (answering a message with switch_screen paints no blank frame)."""
        self.switch_screen(self.step_screen(name))

    @on(Step.Moved)
    def _moved(self, message: Step.Moved) -> None:
        self.go_to(message.to)

    # --- everywhere ------------------------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        """Below 80x24 say so instead of drawing half a form; the form waits beneath."""
        from wizard.app.dialog import TooSmall

        small = event.size.width < MINIMUM[0] or event.size.height < MINIMUM[1]
        covered = isinstance(self.screen, TooSmall)
        if small and not covered:
            self.push_screen(TooSmall())
        elif covered and not small:
            self.pop_screen()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: what the step offers, then what is there everywhere."""
        if isinstance(screen, Step):
            for command in screen.commands():
                yield SystemCommand(*command)
        for name in theme.names(self.own_themes):
            yield SystemCommand(f"Theme: {name}", "change the colours and remember them", lambda name=name: self.set_theme(name))
        yield SystemCommand("Leave", "end the wizard; what you typed is kept, without the password", self.action_leave)

    def action_leave(self) -> None:
        """End the wizard, after a question where something would be lost or left running."""
        screen = self.screen
        question = screen.leaving() if isinstance(screen, Step) else ""
        if not question:
            self.exit()
            return
        from wizard.app.dialog import Ask

        self.push_screen(Ask(question), lambda yes: self.exit() if yes else None)

    # --- looks -----------------------------------------------------------------------------------------------------

    @property
    def own_themes(self) -> Path | None:
        """The folder of the user's own themes, beside the settings."""
        return self.config_path.parent / "themes" if self.config_path else None

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Names our styles use beyond Textual's own."""
        return {"muted": "#9a9a9a"}

    def _use_theme(self, name: str) -> None:
        self.register_theme(theme.load(name, self.own_themes))
        self.theme = name

    def set_theme(self, name: str) -> None:
        """Change the colours and remember the choice; a broken theme file is named and the colours stay."""
        try:
            self._use_theme(name)
        except theme.ThemeError as problem:
            self.notify(str(problem), title="The theme was not changed", severity="warning", markup=False)
