"""A page laid over a step: a title, something to read or fill in, keys. Esc goes back to the step, which waits unchanged.

Must not know what a page is about.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from wizard.app.step import KeyLine
from wizard.app.verdict import Note
from wizard.app.widgets.finding import Notes, plain

if TYPE_CHECKING:
    from wizard.app.app import WizardApp

T = TypeVar("T")

# With priority: the list that has the cursor would take them for itself.
SCROLL_KEYS = (
    Binding("pagedown", "scroll_beside(True)", "Scroll", show=False, priority=True),
    Binding("pageup", "scroll_beside(False)", "Scroll", show=False, priority=True),
)


def scroll_page(what: VerticalScroll, *, down: bool) -> None:
    """Scroll a text that does not have the cursor by a page."""
    if down:
        what.scroll_page_down(animate=False)
    else:
        what.scroll_page_up(animate=False)


class Page(Screen[T | None], Generic[T]):
    """``HEADING`` stands in the first row, ``HELP`` behind F1. Subclasses give ``body`` and say things with ``say``.

    The page's result is what ``dismiss`` was given, None where it was only closed.
    """

    HEADING: ClassVar[str] = ""
    HELP: ClassVar[str] = ""
    KEYS: ClassVar[tuple[tuple[str, str], ...]] = (("Esc", "Back"), ("F1", "Help"))
    BINDINGS: ClassVar = [
        Binding("escape", "back", "Back", show=False),
        Binding("f1", "help", "Help", show=False),
    ]
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-slim"), (100, "-wide")]  # noqa: RUF012 - Textual declares them so
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-short"), (32, "-tall")]  # noqa: RUF012

    @property
    def wizard(self) -> WizardApp:
        """The app, with its draft."""
        return cast("WizardApp", self.app)

    def compose(self) -> ComposeResult:
        """Title, body, keys."""
        yield Static(Content.assemble((" SMTP Wizard", "bold"), "   ", plain(self.heading())), classes="page-title")
        yield from self.body()
        yield KeyLine(self.KEYS)

    def heading(self) -> str:
        """Return what stands beside the product's name."""
        return self.HEADING

    def body(self) -> ComposeResult:
        """What the page shows: unless told otherwise, notes alone."""
        yield Notes(id="told", classes="panel")

    def say(self, notes: Iterable[Note], *, title: str | None = None) -> None:
        """Show other notes; does nothing once the page is being left."""
        for told in self.query("#told").results(Notes):
            told.show(notes, title=title)

    def show_keys(self, *keys: tuple[str, str]) -> None:
        """Name other keys in the last row."""
        for line in self.query(KeyLine):
            line.show(keys)

    def enter_goes_on(self) -> bool:
        """Whether Enter, pressed now, leads to another step, so that the keys behind it are for that one."""
        return False

    def action_back(self) -> None:
        """Back to where the wizard was."""
        self.dismiss(None)

    def action_help(self) -> None:
        """Explain the page."""
        from wizard.app.dialog import Note as Window

        self.app.push_screen(Window(self.HEADING, self.HELP))
