"""Step 2, Details: the form, with live diagnostics beside it. Must not know SMTP."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Input

from wizard.app.step import Step, StepName
from wizard.draft import Change, Field


class DetailsScreen(Step):
    """The second step."""

    step = StepName.DETAILS

    def body(self) -> ComposeResult:
        """The form."""
        yield Input(self.wizard.draft.host, id=Field.HOST, compact=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Keep what is typed."""
        self.wizard.apply(Change(Field.HOST, event.value))

    def on_input_submitted(self) -> None:
        """Go on."""
        self.action_next()
