"""Writes the file to import and the one that takes it back, readable by you alone. Must not know XML."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from wizard import safefile
from wizard.app.dialog import WindowKeys
from wizard.app.target import Target
from wizard.app.widgets.field import Choice, FieldRow, Option, TextInput
from wizard.identityiq.handover.merge import UnwritableError, merge_xml
from wizard.identityiq.handover.rollback import NothingToRestoreError, about_not_restored, rollback_xml
from wizard.identityiq.handover.tokens import PASSWORD_TOKEN, properties, tokenised
from wizard.identityiq.handover.wanted import ByHandError, wanted

if TYPE_CHECKING:
    from wizard.app.iiq.reading import Taken
    from wizard.identityiq.settings import Entry, Settings
    from wizard.profile import Profile

_FORMS = (Option("values", "these values"), Option("tokens", "placeholders, for a build"))
IMPORT = (
    "Import it in IdentityIQ: gear > Global Settings > Import from File, or in its console: import {path}",
    "Then test again: mail that failed before is expected to be tried an hour later, and then goes to real people.",
)


class WriteMerge(ModalScreen[None]):
    """Asks for the form and the file, writes, and says what lies where and what to do with it."""

    BINDINGS: ClassVar = [Binding("escape", "dismiss", "Close", show=False), Binding("enter", "write", "Write", show=False)]

    def __init__(self, profile: Profile, taken: Taken | None) -> None:
        super().__init__(classes="window")
        self.profile = profile
        self.taken = taken
        self.target = Target("~/merge.xml")
        self.done = False

    def compose(self) -> ComposeResult:
        """What is written, form, file, what became of it, keys."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content("A file to import")
            with VerticalScroll(classes="text"):
                yield Static(Content(_about(self.profile, self.taken)), id="merge-text")
            yield FieldRow("Holds", Choice(_FORMS, "values", id="form-of", spread=False), id="form-row")
            yield FieldRow("File", TextInput(default_path(self.profile), id="file"), id="file-row")
            yield WindowKeys(("Enter", "write"), ("Esc", "do not"))

    def on_mount(self) -> None:
        """The file has the cursor."""
        self.query_one("#file", Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the file field writes."""
        event.stop()
        self.action_write()

    def action_write(self) -> None:
        """Write, asking once more where a file would be replaced; Enter on what was said closes."""
        if self.done:
            self.dismiss(None)
            return
        row = self.query_one("#file-row", FieldRow)
        try:
            path = self.target.path(row, self.query_one("#file", TextInput))
            if path is None:
                return
            tokens = self.query_one("#form-of", Choice).value == "tokens"
            said = write(self.profile, self.taken.settings if self.taken else None, path, tokens=tokens)
        except OSError as problem:
            row.error(f"not written: {safefile.reason(problem)}")
        except (RuntimeError, ValueError) as problem:  # no such user behind ~, a value that no XML can hold, HTTP/OAuth
            row.error(f"not written: {problem}")
        else:
            self._written(said)

    def _written(self, said: tuple[str, ...]) -> None:
        self.done = True
        self.query("#form-row, #file-row").remove()
        self.query_one("#merge-text", Static).update(Content("\n\n".join(said)))
        self.query_one(WindowKeys).show(("Esc", "close"))


def default_path(profile: Profile) -> str:
    """Return where the file goes when nobody says otherwise: your home folder, named after profile or host."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", profile.name or profile.endpoint.host).strip("-.")
    return f"~/smtp-wizard-{name or 'profile'}-merge.xml"


def _about(profile: Profile, taken: Taken | None) -> str:
    lines = ["It merges the entries named before into SystemConfiguration and leaves all others alone. No password is in it: "]
    lines[0] += "type it on IdentityIQ's page." if profile.login else "none is needed."
    if taken is None:
        lines.append(
            "IdentityIQ's settings were not read, so no file is made that takes it back: read an export first to have one."
        )
    else:
        lines.append("Beside it stands the file that takes it back, named -rollback.")
    return "\n\n".join(lines)


def write(profile: Profile, before: Settings | None, path: Path, *, tokens: bool = False) -> tuple[str, ...]:
    """Write rollback first, then the merge; return what to say. Raises OSError, and ValueError with the user's sentence."""
    try:
        entries = wanted(profile)
    except ByHandError as problem:
        raise ValueError(str(problem)) from problem
    said = []
    if tokens:
        return _write_tokens(entries, path)
    if before is not None:
        said.append(_write_rollback(before, entries, path.with_name(f"{path.stem}-rollback{path.suffix or '.xml'}")))
    try:
        safefile.write_atomic(path, merge_xml(entries).encode())
    except UnwritableError as problem:
        raise ValueError(str(problem)) from problem
    return (f"Written, readable by you alone: {path}", *said, *(line.format(path=path) for line in IMPORT))


def _write_rollback(before: Settings, entries: tuple[Entry, ...], path: Path) -> str:
    try:
        safefile.write_atomic(path, rollback_xml(before, entries).encode())
    except NothingToRestoreError as problem:
        return f"No rollback file: {problem}"
    return f"What takes it back: {path}. {about_not_restored(before, entries)}".strip()


def _write_tokens(entries: tuple[Entry, ...], path: Path) -> tuple[str, ...]:
    values = path.with_name(f"{path.stem}.target.properties")
    safefile.write_atomic(values, properties(entries).encode())
    safefile.write_atomic(path, merge_xml(tokenised(entries), password=PASSWORD_TOKEN).encode())
    return (
        f"Written with placeholders such as %%SMTP_HOST%%: {path}",
        f"The values of this environment, without the password: {values}",
        "Let your build put the values in, and the password from where it keeps secrets, then import the result.",
    )
