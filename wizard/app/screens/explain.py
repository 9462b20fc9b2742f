"""A pasted error, bounce, log or stack trace, and what it means, beneath it as it is pasted. Contacts nobody, keeps nothing.

Must not know how a text is read.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static
from textual.worker import get_current_worker

from wizard.app import verdict
from wizard.app.step import KeyLine
from wizard.app.verdict import Note, Tone
from wizard.app.widgets.field import FieldRow, TextInput
from wizard.app.widgets.finding import Notes
from wizard.app.widgets.paste import PasteArea

if TYPE_CHECKING:
    from wizard.diagnosis.casebook import Case

_LARGEST = 16 * 1024 * 1024  # bytes of a file that are read
_SHOWN = 4000  # characters of a file that are shown; all of it is read

HELP = (
    "Paste what you have: a server's reply such as 535 5.7.8, a Java stack trace, a bounce, lines of a mail log, the output of "
    "swaks, curl or openssl. Several cases in one text are told one by one.\n\n"
    "Or name a file: type its path and press Enter. Large logs are read whole, only their beginning is shown.\n\n"
    "Everything stays on this machine: nothing is sent, and nothing is kept when you leave.\n\n"
    "Tab goes from the text to the file and to the explanation, where the arrows scroll. Ctrl+l empties the text, for the next "
    "one. Esc goes back.\n\n"
    "Without a screen: smtp-wizard explain FILE"
)
_CASES = 20  # cases that are shown, the newest; a day's log of a busy server can hold thousands
_RECIPIENTS = 10  # addresses that are named of one case
_EMPTY = (
    Note("Paste an error above, or name a file.", wide=True, tone=Tone.CALM),
    Note("a reply of the server, a Java stack trace, a bounce, lines of a log", "reads"),
    Note("nothing leaves this machine, nothing is kept", "private"),
)
_NOTHING = (
    Note("Nothing in this text is recognised as an error in sending mail.", wide=True, tone=Tone.CALM),
    Note("Give the lines with the server's reply, a number such as 535 or 550, or with the exception.", wide=True),
)


class ExplainScreen(Screen[None]):
    """Text above, explanation below."""

    BINDINGS: ClassVar = [
        Binding("escape", "back", "Back", show=False),
        Binding("f1", "help", "Help", show=False),
        Binding("ctrl+l", "clear", "Empty", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._from_file = ""

    def compose(self) -> ComposeResult:
        """Title, text, file, explanation, keys."""
        yield Static(Content.assemble((" SMTP Wizard", "bold"), "   Explain an error"), id="explain-title")
        with Vertical(id="given", classes="panel") as given:
            given.border_title = "Paste an error, a bounce, a log or a stack trace"
            yield PasteArea()
            yield FieldRow("or a file", TextInput(placeholder="~/catalina.out, then Enter", id="file"), id="file-row")
        notes = Notes(_EMPTY, id="explained", classes="panel")
        notes.border_title = "What it means"
        yield notes
        yield KeyLine((("Tab", "Text · File · Explanation"), ("↑↓", "Scroll"), ("^l", "Empty"), ("Esc", "Back"), ("F1", "Help")))

    def on_mount(self) -> None:
        """The text has the cursor: a paste can follow at once."""
        self.query_one(PasteArea).focus()

    def action_back(self) -> None:
        """Back to where the wizard was."""
        self.dismiss()

    def action_clear(self) -> None:
        """Make room for another text."""
        self._from_file = ""
        self.query_one(PasteArea).load_text("")
        self.query_one(PasteArea).focus()

    def action_help(self) -> None:
        """Say what can be pasted, and that it stays here."""
        from wizard.app.dialog import Note as Window

        self.app.push_screen(Window("Explain an error", HELP))

    # --- the text --------------------------------------------------------------------------------------------------

    @on(PasteArea.Rested)
    def _read_text(self) -> None:
        text = self.query_one(PasteArea).text
        if self._from_file and text == self._from_file[:_SHOWN]:
            text = self._from_file
        self.run_worker(partial(self._explain, text), thread=True, exclusive=True, group="explain")

    def _explain(self, text: str) -> None:
        """Read the text beside the loop: a large log takes a moment."""
        from wizard.diagnosis.casebook import cases

        reading = get_current_worker()
        notes = explained(cases(text.splitlines()), empty=not text.strip())
        if not reading.is_cancelled:  # a newer text may be told already
            self.app.call_from_thread(self._show, notes)

    def _show(self, notes: tuple[Note, ...]) -> None:
        if self.is_attached and self.query("#explained"):
            self.query_one("#explained", Notes).show(notes)

    # --- a file ----------------------------------------------------------------------------------------------------

    @on(Input.Changed, "#file")
    def _path_typed(self) -> None:
        self.query_one("#file-row", FieldRow).error("")

    @on(Input.Submitted, "#file")
    def _file_given(self, event: Input.Submitted) -> None:
        from wizard import safefile

        row = self.query_one("#file-row", FieldRow)
        typed = event.value.strip()
        if not typed:
            row.error("type the path of a file, for example /var/log/mail.log")
            return
        try:
            raw = safefile.read_bounded(Path(typed).expanduser(), _LARGEST)
        except (OSError, ValueError, RuntimeError) as problem:
            why = safefile.reason(problem) if isinstance(problem, OSError) else str(problem)
            row.error(f"not read: {why}")
            return
        self._from_file = raw.decode("utf-8", "backslashreplace").replace("\r\n", "\n")
        self.query_one(PasteArea).load_text(self._from_file[:_SHOWN])


def explained(found: tuple[Case, ...], *, empty: bool = False) -> tuple[Note, ...]:
    """Return what a text means, as notes: each cause with its cure; of a log the newest first, with its lines."""
    if empty:
        return _EMPTY
    if not found:
        return _NOTHING
    notes: list[Note] = []
    for place, case in enumerate(found[:_CASES], start=1):
        if len(found) > 1 or case.count > 1:
            notes.append(Note(_where(place, len(found), case), wide=True, tone=Tone.QUIET))
        notes.extend(verdict.about(case.finding, keys=False))
        if case.recipients:
            notes.append(Note(_some(case.recipients), "for", Tone.QUIET))
    if len(found) > _CASES:
        more = f"{len(found) - _CASES} older cases are not shown here. smtp-wizard explain FILE tells them all."
        notes.append(Note(more, wide=True, tone=Tone.CALM))
    return tuple(notes)


def _some(recipients: tuple[str, ...]) -> str:
    """Return the first of many addresses, and how many follow."""
    more = len(recipients) - _RECIPIENTS
    return ", ".join(recipients[:_RECIPIENTS]) + (f" and {more} more" if more > 0 else "")


def _where(place: int, of: int, case: Case) -> str:
    """Return ``1 of 3: 12 times, last 2026-11-24 09:30:00, line 40``; of very many lines only the first is known."""
    times = "once" if case.count == 1 else f"{case.count} times"
    last = f", last {case.last}" if case.last else ""
    line = ""
    if case.lines:
        line = f", first in line {case.lines[0]}" if case.count > len(case.lines) > 1 else f", line {case.lines[-1]}"
    told = f"{times}{last}{line}"
    return f"{place} of {of}: {told}" if of > 1 else f"Seen {told}"
