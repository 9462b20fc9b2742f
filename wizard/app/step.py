"""What the three steps share: header with progress, footer line of keys, Back and Next, questions before leaving.

Must not know what a step shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, NamedTuple, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

if TYPE_CHECKING:
    from wizard.app.app import WizardApp


class StepName(StrEnum):
    """The three steps, in order; also what is remembered of an unfinished form."""

    ACCESS = "access"
    DETAILS = "details"
    TEST = "test"


class Command(NamedTuple):
    """One entry of the palette: what it is called, one line about it, and what it does."""

    title: str
    help: str
    action: Callable[[], object]


class Heading(Widget):
    """The first row: product, progress 1-2-3 with the present step named by sign and weight, profile at the right."""

    def render(self) -> Content:
        """Return the row, cut to the width there is."""
        screen = self.screen
        assert isinstance(screen, Step)
        names = [(name, f"{number} {name.capitalize()}") for number, name in enumerate(StepName, 1)]
        progress = Content(" ── ").join(
            Content.styled(f"[{text}]", "bold $primary") if name is screen.step else Content.styled(f" {text} ", "$muted")
            for name, text in names
        )
        profile = screen.wizard.called()
        width = self.size.width
        left = max(1, (width - progress.cell_length) // 2 - len(" SMTP Wizard"))
        room = width - len(" SMTP Wizard") - left - progress.cell_length - 2
        right = profile if len(profile) <= room else profile[: max(0, room - 1)] + "…"
        gap = max(1, room - Content(right).cell_length + 1)
        return Content.assemble((" SMTP Wizard", "bold"), " " * left, progress, " " * gap, (right, "$muted"), " ")


class KeyLine(Widget):
    """The last row: the keys that do something here."""

    def __init__(self, keys: Iterable[tuple[str, str]]) -> None:
        super().__init__()
        self.keys = tuple(keys)

    def show(self, keys: Iterable[tuple[str, str]]) -> None:
        """Name other keys; writes nothing when they are the same."""
        changed = tuple(keys)
        if changed != self.keys:
            self.keys = changed
            self.refresh()

    def render(self) -> Content:
        """Return the row: ``Enter Next   Esc Back``."""
        parts = [Content.assemble((key, "bold $primary"), " " if key else "", what) for key, what in self.keys]
        return Content.assemble(" ", Content("   ").join(parts))


class Step(Screen[None]):
    """One of the three steps. Subclasses give ``body``, ``KEYS``, and answer ``action_next``, ``leaving``, ``commands``."""

    step: ClassVar[StepName]
    # Off where a key may contact a server: such a key is only taken once the screen has named what it does.
    takes_what_was_typed_ahead: ClassVar[bool] = True
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-slim"), (100, "-wide")]  # noqa: RUF012 - Textual declares them so
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-short"), (32, "-tall")]  # noqa: RUF012
    KEYS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Enter", "Next"),
        ("Esc", "Back"),
        ("F1", "Help"),
        ("^p", "Commands"),
    )
    BINDINGS: ClassVar = [
        Binding("escape", "back", "Back", show=False),
        Binding("f1", "help", "Help", show=False),
        Binding("question_mark", "help", "Help", show=False),
    ]

    # Textual paints the whole screen again whenever the focus moves; the two widgets concerned paint themselves.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    class Moved(Message):
        """The step is done with, or left: the app shows another one."""

        def __init__(self, to: StepName) -> None:
            super().__init__()
            self.to = to

    @property
    def wizard(self) -> WizardApp:
        """The app, with its draft."""
        return cast("WizardApp", self.app)

    def compose(self) -> ComposeResult:
        """Header, body, keys."""
        yield Heading()
        yield from self.body()
        yield KeyLine(self.KEYS)

    def body(self) -> ComposeResult:
        """What the step shows between header and keys."""
        raise NotImplementedError

    def show_keys(self, keys: Iterable[tuple[str, str]]) -> None:
        """Name other keys in the footer line."""
        self.query_one(KeyLine).show(keys)

    def refresh_heading(self) -> None:
        """Draw the first row again, after the profile's name changed."""
        self.query_one(Heading).refresh()

    def commands(self) -> Iterable[Command]:
        """What the palette offers on this step besides what it offers everywhere."""
        return ()

    def enter_goes_on(self) -> bool:
        """Whether Enter, pressed now, leads away from here, so that the keys behind it are for what comes next."""
        return False

    def drawn(self) -> None:
        """Called once the step stands on the screen; what takes time begins here."""

    def settle(self) -> None:
        """Take over what stands in editors and is not in the draft yet."""

    def leaving(self) -> str:
        """Return the question to ask before leaving this step, in words for this very case; empty: none."""
        return ""

    def move(self, to: StepName) -> None:
        """Go to another step, after asking where ``leaving`` has a question."""
        question = self.leaving()
        if not question:
            self.post_message(self.Moved(to))
            return
        from wizard.app.dialog import Ask

        def answered(yes: bool | None) -> None:
            if yes:
                self.post_message(self.Moved(to))

        self.app.push_screen(Ask(question), answered)

    def action_back(self) -> None:
        """Go one step back; on the first one, ask whether to leave."""
        names = list(StepName)
        place = names.index(self.step)
        if place:
            self.move(names[place - 1])
        else:
            self.wizard.action_leave()

    def action_next(self) -> None:
        """Go one step on."""
        names = list(StepName)
        place = names.index(self.step)
        if place + 1 < len(names):
            self.move(names[place + 1])

    def help_topic(self) -> str:
        """Return the id of the help text for what has the focus: a field's name, or the step's own."""
        focused = self.focused
        return (focused.id or self.step) if focused else self.step

    def action_help(self) -> None:
        """Explain what has the focus."""
        from wizard.app.dialog import Note
        from wizard.app.help import topic

        title, text = topic(self.help_topic(), self.step)
        self.app.push_screen(Note(title, text))
