"""Small windows over a step: a note to read, a question to answer. Must not know what they are about."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

MINIMUM = (80, 24)  # columns and rows a step needs


class WindowKeys(Static):
    """The last row of a window: its keys, and the arrows while the text above is longer than the window."""

    def __init__(self, *keys: tuple[str, str], id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(classes="keys", id=id)
        self.keys = keys
        self.scrolls = False

    def on_mount(self) -> None:
        """Follow the text: a window made smaller may begin to scroll."""
        for text in self.screen.query(VerticalScroll):
            self.watch(text, "show_vertical_scrollbar", self._scrolling)
        self.show(*self.keys)

    def _scrolling(self, scrolls: bool) -> None:
        if scrolls != self.scrolls:
            self.scrolls = scrolls
            self.show(*self.keys)

    def show(self, *keys: tuple[str, str]) -> None:
        """Name the keys; the last of them closes, and the arrows stand before it."""
        self.keys = keys
        arrows = (("↑↓", "scroll"),) if self.scrolls else ()
        parts = [Content.assemble((key, "bold $primary"), f" {what}") for key, what in (*keys[:-1], *arrows, keys[-1])]
        self.update(Content("   ").join(parts))


class Note(ModalScreen[None]):
    """Something to read; Esc, Enter or F1 closes it. Text is shown as it is, markup is not read."""

    BINDINGS: ClassVar = [Binding("escape,enter,f1,question_mark,q", "dismiss", "Close", show=False)]

    def __init__(self, title: str, text: str | Content) -> None:
        super().__init__(classes="window")
        self.note_title = title
        self.text = text if isinstance(text, Content) else Content(text)

    def compose(self) -> ComposeResult:
        """A titled box with the text and the key that closes it."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(self.note_title)
            with VerticalScroll(classes="text"):
                yield Static(self.text)
            yield WindowKeys(("Esc", "close"))


class Ask(ModalScreen[bool]):
    """A yes-or-no question: Enter means ``yes``, Esc means ``no``; both say in words what they do. Long text scrolls.

    A ``risky`` yes needs a key nobody presses by habit: a capital Y, and Enter means no.
    """

    BINDINGS: ClassVar = [
        Binding("enter", "enter", "Answer", show=False),
        Binding("y", "yes", "Yes", show=False),
        Binding("Y,shift+y", "answer(True)", "Yes", show=False),
        Binding("escape,n", "answer(False)", "No", show=False),
    ]

    def __init__(self, question: str, *, yes: str = "leave", no: str = "stay here", title: str = "", risky: bool = False) -> None:
        super().__init__(classes="window")
        self.risky = risky
        self.asked_by = title
        self.question = question
        self.yes = yes
        self.no = no

    def compose(self) -> ComposeResult:
        """The question and its two keys."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(self.asked_by)
            with VerticalScroll(classes="text"):
                yield Static(Content(self.question))
            yield WindowKeys(("Y" if self.risky else "Enter", self.yes), ("Esc", self.no))

    def action_enter(self) -> None:
        """Enter is the likely answer: yes, or no where a yes cannot be taken back."""
        self.dismiss(not self.risky)

    def action_yes(self) -> None:
        """A small y is enough where nothing is at risk."""
        if not self.risky:
            self.dismiss(True)

    def action_answer(self, yes: bool) -> None:
        """Give the answer to who asked."""
        self.dismiss(yes)


class TooSmall(ModalScreen[None]):
    """Covers everything while the terminal is smaller than a step needs; the form waits unchanged beneath."""

    def on_screen_resume(self) -> None:
        """Go, when the window grew while something else lay above."""
        if self.app.size.width >= MINIMUM[0] and self.app.size.height >= MINIMUM[1]:
            self.dismiss()

    def compose(self) -> ComposeResult:
        """One sentence that fits even in 20 columns."""
        yield Static("SMTP Wizard needs 80 columns and 24 rows. Enlarge the window: nothing is lost.")
