"""IdentityIQ's settings from a file or a paste. Must not know XML."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input
from textual.worker import get_current_worker

from wizard.app.iiq.reading import TAKE_KEYS, Reading
from wizard.app.verdict import Note, Tone
from wizard.app.widgets.field import FieldRow, TextInput
from wizard.app.widgets.finding import Notes
from wizard.app.widgets.paste import PasteArea

_FIRST_TAB = (("Tab", "To what was read: Enter there takes it"), ("^l", "Empty"), ("Esc", "Back"), ("F1", "Help"))


class ReadExport(Reading):
    """From a file or a paste."""

    HEADING = "An IdentityIQ export"
    HELP = (
        "Paste what the console's  get Configuration SystemConfiguration  prints, or the XML of the Debug page; or name a file: "
        "an export of SystemConfiguration, a merge file, or a whole export with many objects, however large.\n\n"
        "Everything stays on this machine. The file is read as text: nothing in it is run, and nothing it names is fetched.\n\n"
        "What is wrong is named with its line and its cure. 'done' beside a cure means that the form has it cured already. Enter "
        "takes the settings into the form; the password is not taken over.\n\n"
        "Without a screen: smtp-wizard iiq read FILE"
    )
    KEYS = (("Tab", "Text · File · What was read"), ("^l", "Empty"), ("Esc", "Back"), ("F1", "Help"))
    BINDINGS: ClassVar = [Binding("ctrl+l", "clear", "Empty", show=False)]

    def __init__(self) -> None:
        super().__init__()
        self._pasted = False

    def body(self) -> ComposeResult:
        """Text, file, what was read."""
        with Vertical(id="given", classes="panel") as given:
            given.border_title = "Paste the XML of SystemConfiguration"
            yield PasteArea()
            yield FieldRow("or a file", TextInput(placeholder="~/SystemConfiguration.xml, then Enter", id="file"), id="file-row")
        told = Notes(_EMPTY, id="told", classes="panel")
        told.border_title = "What was read"
        yield told

    def on_mount(self) -> None:
        """The text has the cursor: a paste can follow at once."""
        self.query_one(PasteArea).focus()

    def on_descendant_focus(self) -> None:
        """Enter means something else in the text, in the file's row and on what was read."""
        self._name_keys()

    def _name_keys(self) -> None:
        if self.taken:
            self.show_keys(*(TAKE_KEYS if self.enter_goes_on() else _FIRST_TAB))

    def on_paste(self) -> None:
        """What is pasted in one piece is whole: once it is read, Enter may take it."""
        self._pasted = True

    def action_clear(self) -> None:
        """Make room for another text."""
        self.remove_class("-read")
        self.taken = None
        self.say(_EMPTY)
        self.show_keys(*self.KEYS)
        self.query_one("#file", Input).value = ""
        self.query_one(PasteArea).load_text("")
        self.query_one(PasteArea).focus()

    @on(PasteArea.Rested)
    def _read_paste(self) -> None:
        text = self.query_one(PasteArea).text
        if text.strip():
            self.run_worker(partial(self._read, text, None), thread=True, exclusive=True, group="read")
        elif self.taken is None:
            self.say(_EMPTY)

    @on(Input.Changed, "#file")
    def _path_typed(self) -> None:
        self.query_one("#file-row", FieldRow).error("")

    @on(Input.Submitted, "#file")
    def _file_given(self, event: Input.Submitted) -> None:
        event.stop()
        typed = event.value.strip()
        if not typed:
            self.query_one("#file-row", FieldRow).error("type the path of a file, for example ~/SystemConfiguration.xml")
            return
        try:
            path = Path(typed).expanduser()
        except RuntimeError as problem:  # no such user behind ~
            self.query_one("#file-row", FieldRow).error(f"not read: {problem}")
            self.say(_EMPTY)
            return
        self.say((Note(f"Reading {path} ...", wide=True),))
        self.run_worker(partial(self._read, "", path), thread=True, exclusive=True, group="read")

    def _read(self, text: str, path: Path | None) -> None:
        """Read beside the loop: a whole export takes its time."""
        from wizard import safefile
        from wizard.identityiq.reading import XmlProblem, read_file, read_text

        source = str(path) if path else "This text"
        working = get_current_worker()
        try:
            found = read_file(path) if path else read_text(text, source)
            tell = partial(self.show_settings, found.settings, source)
        except XmlProblem as problem:
            tell = partial(self.refuse, str(problem))
        except OSError as problem:
            tell = partial(self.refuse, f"{path} was not read: {safefile.reason(problem)}.")
        if not working.is_cancelled:
            self.app.call_from_thread(self._told, tell, path is not None)

    def _told(self, tell: partial[None], from_file: bool) -> None:
        if not self.query("#told"):
            return
        self.taken = None
        tell()
        self.set_class(from_file and self.has_read, "-read")  # room for what was read, where nothing was pasted
        if self.has_read and (from_file or self._pasted):
            self.query_one("#told").focus()
        self._pasted = False
        self._name_keys()


_EMPTY = (
    Note("Paste the settings above, or name a file.", wide=True, tone=Tone.CALM),
    Note("an export, the console's or Debug page's XML, a merge file", "reads"),
    Note("nothing leaves this machine, nothing is changed in IdentityIQ", "private"),
)
