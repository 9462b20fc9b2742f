"""One line about this host: sign, label, words. Must not know what is looked at."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from wizard.app.host import State

_STYLES = {"ok": "$success", "!": "bold $warning"}


class StateLine(Static):
    """Shows a state; one that replaces it is written into the same row."""

    def __init__(self, state: State, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(_words(state), id=id)

    def show(self, state: State) -> None:
        """Show another state."""
        self.update(_words(state), layout=False)


def _words(state: State) -> Content:
    return Content.assemble(
        (f"{state.sign:<4}", _STYLES.get(state.sign, "$muted")), (f"{state.label:<12}", "$muted"), state.words
    )
