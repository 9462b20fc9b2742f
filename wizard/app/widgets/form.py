"""The form of the Details step: one row per setting, the rarer ones folded away. Must not know what a valid value is.

It shows a draft and tells each edit as a message; the screen applies it. The typed secret leaves only as a Password.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from wizard.app.widgets.field import FIELD_KEYS, Choice, FieldRow, TextInput, act_at_once
from wizard.app.widgets.rows import COMMON, ENCRYPTION, MECHANISMS, NO_YES, RARER, WARNINGS, as_shown, usual_port
from wizard.app.widgets.secret import SecretRows
from wizard.draft import Change, Draft, Field
from wizard.profile import Mechanism, Password, Security


class Fold(Widget, can_focus=True):
    """The line that opens and closes the rarer settings; names those that are set, so nothing works unseen."""

    BINDINGS: ClassVar = [
        *FIELD_KEYS,
        Binding("enter,space", "press", "Open or close", show=False),
    ]

    class Toggled(Message):
        """The line was pressed."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(id="more")
        self.draft = draft
        self.opened = False

    def render(self) -> Content:
        """Return the line."""
        given = [label for field, label, _ in RARER if self.draft.get(field)]
        what = "set: " + ", ".join(given) if given else "CA file, mechanism, time limits"
        style = "bold $primary" if self.has_focus else "$muted"
        return Content.styled(f"{'▼ Less' if self.opened else '► More'}   {'' if self.opened else what}", style)

    async def _on_key(self, event: events.Key) -> None:
        await act_at_once(self, event)

    def action_press(self) -> None:
        """Tell that it was pressed."""
        self.post_message(self.Toggled())

    def on_click(self) -> None:
        """Pressing by mouse is pressing."""
        self.action_press()


class Form(VerticalScroll, can_focus=False):
    """Shows a draft; every edit is told as ``Edited``, a typed secret as ``SecretTyped``."""

    class Edited(Message):
        """The user changed a setting. ``typed`` is the field being typed into: its editor knows better than any message."""

        def __init__(self, *changes: Change, typed: Field | None = None) -> None:
            super().__init__()
            self.changes = changes
            self.typed = typed

    class SecretTyped(Message):
        """The user typed a password; an empty one means: none typed."""

        def __init__(self, password: Password) -> None:
            super().__init__()
            self.password = password

    class HostLeft(Message):
        """The host field was left or pasted into: time to tidy what stands there."""

    def __init__(self, draft: Draft, *, typed: bool, id: str) -> None:  # noqa: A002
        super().__init__(id=id, classes="panel")
        self.draft = draft
        self.port_touched = draft.port not in ("", usual_port(draft))
        self.secret = SecretRows(draft.password, typed=typed)

    def compose(self) -> ComposeResult:
        """The common rows, the fold, and no rarer row until it is opened."""
        yield from self._rows(COMMON)
        yield Fold(self.draft)

    def _rows(self, table: tuple[tuple[Field, str, str], ...]) -> Iterator[Widget]:
        for field, label, hint in table:
            if field is Field.PASSWORD:
                yield self.secret
            else:
                yield FieldRow(label, self._editor(field, hint), id=f"row-{field}")

    def _editor(self, field: Field, hint: str) -> Widget:
        value = self.draft.get(field)
        match field:
            case Field.SECURITY:
                return Choice(ENCRYPTION, value.lower() or Security.STARTTLS, id=field)
            case Field.MECHANISM:
                return Choice(MECHANISMS, "" if value.lower() == Mechanism.AUTO else value.lower(), id=field, spread=False)
            case Field.ACCEPT_CLEARTEXT_AUTH | Field.ACCEPT_UNVERIFIED_TLS:
                return Choice(NO_YES, value, id=field)
            case _:
                return TextInput(value, placeholder=hint, id=field)

    # --- what the user does ------------------------------------------------------------------------------------------

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if event.input.id == Field.PASSWORD:
            self.post_message(self.SecretTyped(Password(event.value)))
            return
        field = Field(event.input.id or "")
        value = event.input.value  # not event.value: more may have been typed since
        if value == self.draft.get(field):
            return
        if field is Field.PORT:
            self.port_touched = bool(value)
        self.row(field).error("")
        self.post_message(self.Edited(Change(field, value), typed=field))

    @on(Choice.Changed)
    def _chosen(self, event: Choice.Changed) -> None:
        event.stop()
        field = Field(event.choice.id or "")
        self.post_message(self.Edited(*self.followed([Change(field, event.choice.value)])))

    def followed(self, changes: list[Change]) -> list[Change]:
        """Return changes with the port they bring along: it follows the encryption until one is typed or pasted."""
        fields = {change.field: change.value for change in changes}
        if Field.PORT in fields:
            self.port_touched = True
        elif Field.SECURITY in fields and not self.port_touched:
            return [*changes, Change(Field.PORT, str(Security(fields[Field.SECURITY]).usual_port))]
        return changes

    @on(SecretRows.PlaceChosen)
    def _place_chosen(self, event: SecretRows.PlaceChosen) -> None:
        event.stop()
        self.post_message(self.Edited(Change(Field.PASSWORD, event.reference), typed=Field.PASSWORD))

    @on(Input.Blurred)
    @on(TextInput.Pasted)
    def _left(self, event: Input.Blurred | TextInput.Pasted) -> None:
        event.stop()
        source = event.input if isinstance(event, Input.Blurred) else event.source
        if source.id == Field.HOST:
            self.post_message(self.HostLeft())

    @on(Fold.Toggled)
    async def _toggled(self, event: Fold.Toggled) -> None:
        event.stop()
        await self.unfold(not self.query_one(Fold).opened)

    # --- what the screen shows ---------------------------------------------------------------------------------------

    def row(self, field: Field) -> FieldRow:
        """Return the row of a field."""
        return self.secret.password_row if field is Field.PASSWORD else self.query_one(f"#row-{field}", FieldRow)

    async def unfold(self, opened: bool = True) -> None:
        """Open or close the rarer rows."""
        fold = self.query_one(Fold)
        if opened == fold.opened:
            return
        fold.opened = opened
        if opened:
            await self.mount(*self._rows(RARER), after=fold)
            self._warn()
        else:
            await self.query(", ".join(f"#row-{field}" for field, _, _ in RARER)).remove()
        fold.refresh()

    def standing(self) -> list[Change]:
        """Return what stands in the editors and is not in the draft yet: keys can be faster than the messages about them."""
        editors = [editor for editor in self.query(TextInput) if editor.id in set(Field) - {Field.PASSWORD}]
        typed = [Change(Field(editor.id or ""), editor.value) for editor in editors]
        typed += [Change(Field.PASSWORD, reference) for reference in self.secret.standing]
        return [change for change in typed if change.value != self.draft.get(change.field)]

    def show(self, draft: Draft, fields: Collection[Field] = tuple(Field)) -> None:
        """Show another draft in the editors of ``fields``. What is being typed at this moment must not be among them."""
        self.draft = draft
        with self.prevent(Input.Changed):
            for field in fields:
                for editor in self.query(f"#{field}"):
                    if isinstance(editor, TextInput) and field is not Field.PASSWORD and editor.value != draft.get(field):
                        editor.value = draft.get(field)
                        editor.cursor_position = len(editor.value)
                    elif isinstance(editor, Choice):
                        editor.set_value(as_shown(field, draft))
        if Field.PASSWORD in fields:
            self.secret.show(draft.password)
        fold = self.query_one(Fold)
        if [bool(fold.draft.get(field)) for field, _, _ in RARER] != [bool(draft.get(field)) for field, _, _ in RARER]:
            fold.draft = draft
            fold.refresh()
            self._warn()

    def _warn(self) -> None:
        """Keep the plain warning under a switch for as long as it is on."""
        for field, words in WARNINGS.items():
            for row in self.query(f"#row-{field}").results(FieldRow):
                row.note(f"! {words}" if self.draft.get(field) else "")
                if self.draft.get(field) and row.has_focus_within:
                    self.call_after_refresh(row.scroll_visible, animate=False)

    def mark(self, fields: frozenset[Field]) -> None:
        """Mark the rows a remedy or an import changed."""
        for field, _, _ in (*COMMON, *RARER):
            for row in self.query(f"#row-{field}").results(FieldRow):
                row.mark(field in fields)

    async def show_errors(self, errors: Mapping[Field, str]) -> None:
        """Show each error under its field and put the cursor on the first one, in the order of the screen."""
        if any(field in errors for field, _, _ in RARER):
            await self.unfold()
        shown = [field for field, _, _ in (*COMMON, *RARER) if field in errors]
        for row in self.query(FieldRow):
            row.error("")
        for field in shown:
            self.row(field).error(errors[field])
        if shown:
            self.row(shown[0]).editor.focus()
