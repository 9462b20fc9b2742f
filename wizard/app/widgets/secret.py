"""The two or three rows about a password: the secret itself, where it is kept, and which place exactly.

Must not know how any place works; the ladder with its reasons is handed in.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from wizard.app.widgets.field import Choice, FieldRow, Option, SecretInput, TextInput
from wizard.profile import Password, SecretKind

# What the choice says, what the row beneath asks for, and an example of it.
PLACES: Mapping[SecretKind, tuple[str, str, str]] = {
    SecretKind.KEYRING: ("the keyring", "", ""),
    SecretKind.FILE: ("a file only you can read", "File", "/path/to/file"),
    SecretKind.COMMAND: ("a command prints it", "Command", "pass show mail/prod"),
    SecretKind.ENV: ("an environment variable", "Variable", "SMTP_PASSWORD"),
    SecretKind.CREDENTIAL: ("a systemd credential", "Credential", "smtp-password"),
    SecretKind.ASK: ("nowhere: ask each time", "", ""),
}
_READ_ONLY = (SecretKind.COMMAND, SecretKind.ENV, SecretKind.CREDENTIAL)


class SecretRows(Widget):
    """Shows a reference such as ``keyring`` or ``file:PATH`` as rows; tells a change of place as ``PlaceChosen``."""

    class PlaceChosen(Message):
        """Another place, or another detail of it; ``reference`` is its text form."""

        def __init__(self, reference: str) -> None:
            super().__init__()
            self.reference = reference

    def __init__(self, reference: str, *, typed: bool) -> None:
        super().__init__(id="secret")
        self.kind, self.detail = _split(reference)
        self.reasons: dict[SecretKind, str] = {}
        self.default_file = ""
        self.password_row = FieldRow("Password", SecretInput(placeholder=self._hint(typed), id="password"), id="row-password")
        self.place_row = FieldRow("kept in", Choice(self._options(), self.kind, id="kept", spread=False), id="row-kept")

    def compose(self) -> ComposeResult:
        """The rows that are always there, and the detail where the place has one."""
        yield self.password_row
        yield self.place_row
        if PLACES[self.kind][1]:
            yield self._detail_row()

    def _detail_row(self) -> FieldRow:
        _, label, example = PLACES[self.kind]
        return FieldRow(label, TextInput(self.detail, placeholder=example, id="place"), id="row-place")

    def _options(self) -> tuple[Option, ...]:
        return tuple(Option(kind, words) for kind, (words, _, _) in PLACES.items())

    def _hint(self, typed: bool) -> str:
        if typed:
            return "typed, not shown again"
        if self.kind in _READ_ONLY:
            return "read from its place"
        return "" if self.kind is SecretKind.ASK else "as kept, or type a new one"

    @property
    def reference(self) -> str:
        """The place in text form."""
        return f"{self.kind}:{self.detail}" if PLACES[self.kind][1] else str(self.kind)

    @property
    def standing(self) -> tuple[str, ...]:
        """The place in text form as it is typed at this moment; nothing where none is being typed."""
        return tuple(f"{self.kind}:{editor.value}" for editor in self.query("#place").results(TextInput))

    @property
    def typed(self) -> Password | None:
        """The password that stands in its row, None when nothing does."""
        editor = self.password_row.editor
        return Password(editor.value) if isinstance(editor, SecretInput) and editor.value else None

    def set_reasons(self, reasons: Mapping[SecretKind, str], default_file: str) -> None:
        """Take the reasons of places that cannot be used here, and the path a new file would get."""
        self.reasons = dict(reasons)
        self.default_file = default_file
        self._explain()

    def show(self, reference: str) -> None:
        """Show another reference."""
        kind, detail = _split(reference)
        if (kind, detail) == (self.kind, self.detail):
            return
        other_kind = kind is not self.kind
        self.kind, self.detail = kind, detail
        if other_kind:
            editor = self.place_row.editor
            assert isinstance(editor, Choice)
            editor.set_value(kind)
            self.run_worker(self._replace_detail(), exclusive=True)
            return
        for editor in self.query("#place").results(TextInput):
            if editor.value != detail:
                editor.value = detail

    async def _replace_detail(self) -> None:
        await self.query("#row-place").remove()
        if PLACES[self.kind][1]:
            await self.mount(self._detail_row())
        self._explain()

    def _explain(self) -> None:
        why = self.reasons.get(self.kind, "")
        self.place_row.note(f"! {why}" if why else "")

    @on(Choice.Changed, "#kept")
    async def _chosen(self, event: Choice.Changed) -> None:
        event.stop()
        self.kind = SecretKind(event.choice.value)
        self.detail = self.default_file if self.kind is SecretKind.FILE else ""
        await self._replace_detail()
        self.post_message(self.PlaceChosen(self.reference))

    @on(Input.Changed, "#place")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.detail = event.value
        self.post_message(self.PlaceChosen(self.reference))


def _split(reference: str) -> tuple[SecretKind, str]:
    kind, _, detail = reference.partition(":")
    try:
        return SecretKind(kind.strip().lower() or SecretKind.ASK), detail.strip()
    except ValueError:
        return SecretKind.ASK, ""
