"""One line about this host: sign, label, words. Must not know what is looked at."""

from __future__ import annotations

from textwrap import wrap

from textual.content import Content
from textual.widgets import Static

from wizard.app.host import State

_STYLES = {"ok": "$success", "!": "bold $warning"}


_BEFORE = 16  # columns of sign and label


class StateLine(Static):
    """Shows a state; one that replaces it is written into the same row. Words that need more rows stay in their column."""

    def __init__(self, state: State, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(_words(state), id=id)
        self.state = state

    def show(self, state: State) -> None:
        """Show another state."""
        self.state = state
        self.update(_words(state, self.size.width), layout=False)

    def on_resize(self) -> None:
        """Break the words anew, where they do not fit on one row."""
        if len(self.state.words) > self.size.width - _BEFORE:
            self.update(_words(self.state, self.size.width))


def _words(state: State, width: int = 0) -> Content:
    words = ("\n" + " " * _BEFORE).join(wrap(state.words, width - _BEFORE)) if width > 2 * _BEFORE else state.words
    return Content.assemble((f"{state.sign:<4}", _STYLES.get(state.sign, "$muted")), (f"{state.label:<12}", "$muted"), words)
