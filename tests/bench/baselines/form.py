"""The measure of the face: a bare Textual app with as many fields as the wizard's first screen has choices."""

from __future__ import annotations

import sys

from textual.app import App, ComposeResult
from textual.widgets import Input


class Form(App[None]):
    """Fields and nothing else."""

    def __init__(self, fields: int) -> None:
        super().__init__()
        self.fields = fields

    def compose(self) -> ComposeResult:
        """One input per field, with a word in it to be seen."""
        for number in range(self.fields):
            yield Input(placeholder=f"field-{number}")


if __name__ == "__main__":
    Form(int(sys.argv[1])).run()
