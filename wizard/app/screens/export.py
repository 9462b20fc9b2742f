"""Writes the report of a run into a file: text, Markdown or JSON, readable by you alone. Must not know how a run is made."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from wizard import safefile
from wizard.app.target import Target
from wizard.app.verdict import Note, Tone
from wizard.app.widgets.field import Choice, FieldRow, Option, TextInput
from wizard.render.command import CommandLine
from wizard.report import Report

_FORMATS = (Option(".md", "Markdown"), Option(".txt", "text"), Option(".json", "JSON"))


def rendered(report: Report, ending: str, command: CommandLine) -> str:
    """Return the report as the file's ending asks for, the conversation included; redacted, as the transcript already is."""
    match ending:
        case ".json":
            from wizard.render import json

            return json.render(report, transcript=True)
        case ".txt":
            from wizard.render import text

            return text.render(report, command, transcript=True)
        case _:
            from wizard.render import markdown

            return markdown.render(report, command, transcript=True)


def default_path(report: Report, ending: str) -> str:
    """Return where a report goes when nobody says otherwise: your home folder, named after profile or host."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", report.profile.name or report.profile.endpoint.host).strip("-.")
    return f"~/smtp-wizard-{name or 'report'}{ending}"


class ExportReport(ModalScreen[Note | None]):
    """Asks for format and file; gives the sentence that says what was written where."""

    BINDINGS: ClassVar = [Binding("escape", "dismiss", "Do not", show=False), Binding("enter", "write", "Write", show=False)]

    def __init__(self, report: Report, command: CommandLine) -> None:
        super().__init__(classes="window")
        self.report = report
        self.command = command
        self.target = Target("~/report.md")

    def compose(self) -> ComposeResult:
        """Format, file, keys."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content("Export the report")
            yield Static(Content("Stages, findings and the conversation. Passwords are not in it."), classes="text")
            yield FieldRow("Format", Choice(_FORMATS, ".md", id="format"))
            yield FieldRow("File", TextInput(default_path(self.report, ".md"), id="file"), id="file-row")
            yield Static(
                Content.assemble(("Enter", "bold $primary"), " write   ", ("Esc", "bold $primary"), " do not"), classes="keys"
            )

    def on_choice_changed(self, event: Choice.Changed) -> None:
        """Let the file's ending follow the format."""
        field = self.query_one("#file", TextInput)
        field.value = str(Path(field.value).with_suffix(event.choice.value)) if Path(field.value).name else field.value

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the file field writes."""
        event.stop()
        self.action_write()

    def action_write(self) -> None:
        """Write, asking once more where a file would be replaced."""
        row = self.query_one("#file-row", FieldRow)
        try:
            path = self.target.path(row, self.query_one("#file", TextInput))
            if path is None:
                return
            text = rendered(self.report, self.query_one("#format", Choice).value, self.command)
            safefile.write_atomic(path, (text.rstrip("\n") + "\n").encode())
        except OSError as problem:
            row.error(f"not written: {safefile.reason(problem)}")
            return
        except (RuntimeError, ValueError) as problem:  # no such user behind ~, a NUL in the name
            row.error(f"not written: {problem}; type another file")
            return
        self.dismiss(Note(f"The report is in {path}, readable by you alone.", wide=True, tone=Tone.CALM))
