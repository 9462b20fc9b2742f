"""IdentityIQ's settings, read from a file, a paste or this host, with what is wrong with them; Enter takes them into the form.

Must not know XML or the console.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.timer import Timer
from textual.widgets import Input, TextArea
from textual.worker import get_current_worker

from wizard.app.iiq.console import ConsolePage
from wizard.app.iiq.words import flaw_notes, installation_notes, settings_notes, summary
from wizard.app.screens.explain import PasteArea
from wizard.app.verdict import Note, Tone
from wizard.app.widgets.field import FieldRow, TextInput
from wizard.app.widgets.finding import Notes
from wizard.draft import Change, Field

if TYPE_CHECKING:
    from wizard.identityiq.installation import Installation
    from wizard.identityiq.settings import Settings

PAUSE = 0.25  # seconds of peace after an edit before the text is read


class Taken(NamedTuple):
    """What was read and is wanted: the changes it stands for, the settings themselves, what was cured, where it comes from."""

    changes: tuple[Change, ...]
    settings: Settings
    cured: frozenset[Field]
    installation: Installation | None = None


class Reading(ConsolePage[Taken]):
    """Shows what was read; ``take`` is what Enter gives back, once there is something."""

    BINDINGS: ClassVar = [Binding("enter", "take", "Take", show=False)]

    def __init__(self) -> None:
        super().__init__()
        self.taken: Taken | None = None

    def show_settings(self, settings: Settings | None, source: str, installation: Installation | None = None) -> None:
        """Show settings and flaws; None where the text holds no configuration."""
        from wizard.identityiq.lint import lint
        from wizard.identityiq.translate import changes

        if settings is None:
            self.taken = None
            self.refuse(f"{source} holds no SystemConfiguration, so there are no mail settings in it.")
            return
        flaws = lint(settings)
        cured = frozenset(change.field for flaw in flaws for remedy in flaw.finding.remedies for change in remedy.changes)
        self.taken = Taken(_with_folder(changes(settings), installation), settings, cured, installation)
        has = Note("What IdentityIQ has", wide=True, tone=Tone.CALM)
        gap = (Note("", wide=True),) if flaws else ()
        self.say((summary(flaws), *flaw_notes(flaws), *gap, has, *settings_notes(settings)), title="What was read")
        self.show_keys(("Enter", "Take into the form"), ("↑↓", "Scroll"), ("Esc", "Back"), ("F1", "Help"))

    @property
    def has_read(self) -> bool:
        """Whether there is something to take."""
        return self.taken is not None

    def refuse(self, why: str, *more: Note) -> None:
        """Say why nothing could be read."""
        self.say((Note(f"{why.rstrip('.')}.", wide=True, tone=Tone.BAD), *more))
        self.show_keys(*self.KEYS)

    def action_take(self) -> None:
        """Give back what was read."""
        if self.taken:
            self.dismiss(self.taken)


def _with_folder(changes: tuple[Change, ...], installation: Installation | None) -> tuple[Change, ...]:
    return (*changes, Change(Field.IIQ_FOLDER, str(installation.folder))) if installation else changes


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
        self._soon: Timer | None = None

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

    def action_clear(self) -> None:
        """Make room for another text."""
        self.remove_class("-read")
        self.query_one(PasteArea).load_text("")
        self.query_one(PasteArea).focus()

    @on(TextArea.Changed)
    def _typed(self) -> None:
        if self._soon:
            self._soon.stop()
        self._soon = self.set_timer(PAUSE, self._read_paste)

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
        if from_file and self.has_read:
            self.query_one("#told").focus()


_EMPTY = (
    Note("Paste the settings above, or name a file.", wide=True, tone=Tone.CALM),
    Note("an export, the console's or Debug page's XML, a merge file", "reads"),
    Note("nothing leaves this machine, nothing is changed in IdentityIQ", "private"),
)


class ReadHost(Reading):
    """Through the console of an installation on this host: what will happen, then what was read."""

    HEADING = "IdentityIQ on this host"
    HELP = (
        "The settings are read through IdentityIQ's own console, WEB-INF/bin/iiq console: one session that reads and then quits. "
        "Starting it takes 10 to 20 seconds, because it starts IdentityIQ's own code in a Java of its own. Nothing is "
        "changed.\n\n"
        "On an installation that is set up, the console may ask for an administrator's user name and password. They go to its "
        "input, never onto a command line, and are kept nowhere.\n\n"
        "Without a screen: smtp-wizard iiq read"
    )
    KEYS = (("Enter", "Read"), ("↑↓", "Scroll"), ("Esc", "Back"), ("F1", "Help"))

    def __init__(self, installation: Installation) -> None:
        super().__init__()
        self.installation = installation
        self.reading = False

    def on_mount(self) -> None:
        """Say what will happen; nothing is started before Enter."""
        self._plan()
        self.query_one("#told").focus()

    def _plan(self, *more: Note) -> None:
        self.say(
            (
                *more,
                Note("Enter reads the mail settings through IdentityIQ's console.", wide=True, tone=Tone.CALM),
                Note("It takes 10 to 20 seconds, changes nothing, and may ask who you are.", wide=True),
                *installation_notes(self.installation),
            ),
            title="Found",
        )
        self.show_keys(*self.KEYS)

    def action_take(self) -> None:
        """Read, or take what was read."""
        if self.taken:
            super().action_take()
        elif not self.reading:
            self._start()

    def _start(self) -> None:
        self.reading = True
        self.show_keys(("Esc", "Stop"), ("F1", "Help"))
        self.run_worker(self._read(), exclusive=True, group="read")

    def _progress(self, words: str) -> None:
        self.say((Note(words, wide=True, tone=Tone.CALM),), title="Reading")

    async def _read(self) -> None:
        from wizard.identityiq.console import session
        from wizard.identityiq.console.session import ConsoleProblem, Trouble
        from wizard.identityiq.reading import XmlProblem

        self._progress("Starting IdentityIQ's console ...")
        try:
            found = await session.read(self.installation, login=self.login, say=self._progress)
        except ConsoleProblem as problem:
            if problem.trouble in (Trouble.LOGIN_REQUIRED, Trouble.LOGIN_REFUSED):
                self.ask_login(str(problem), self._start, self._plan)
            else:
                self._plan(Note(str(problem), wide=True, tone=Tone.BAD))
            return
        except XmlProblem as problem:
            self._plan(Note(str(problem), wide=True, tone=Tone.BAD))
            return
        finally:
            self.reading = False
        self.show_settings(found.settings, "What the console printed", self.installation)

    def action_back(self) -> None:
        """Stop reading, or go back."""
        if self.reading:
            self.workers.cancel_group(self, "read")
            self.reading = False
            self._plan(Note("Stopped: the console was ended.", wide=True, tone=Tone.WARN))
        else:
            super().action_back()
