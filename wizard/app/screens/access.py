"""Step 1, Access: where the settings come from. Must not know how any source reads them."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from wizard.app.step import Step, StepName


class AccessScreen(Step):
    """The first step."""

    step = StepName.ACCESS

    def body(self) -> ComposeResult:
        """The sources."""
        yield OptionList(Option("Type them in yourself", id="hand"), id="sources")

    def on_option_list_option_selected(self) -> None:
        """Go on."""
        self.action_next()
