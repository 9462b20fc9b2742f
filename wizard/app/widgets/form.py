"""The form of the Details step: one row per setting, the rarer ones folded away. Must not know what a valid value is.

It shows a draft and tells each edit as a message; the screen applies it. The typed secret leaves only as a Password.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.css.query import DOMQuery
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from wizard.app.widgets.field import Choice, FieldRow, TextInput
from wizard.app.widgets.fold import Fold
from wizard.app.widgets.rows import (
    COMMON,
    DUPLICATES,
    ENCRYPTION,
    ENVIRONMENTS,
    FOLDS,
    MECHANISMS,
    NO_YES,
    NOTIFICATIONS,
    WARNINGS,
    Row,
    as_shown,
    usual_port,
)
from wizard.app.widgets.secret import SecretRows
from wizard.draft import Change, Draft, Field
from wizard.profile import Mechanism, Password, Security


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
        """The common rows, the folds, and no row behind a fold until it is opened."""
        yield from self._rows(COMMON)
        for name, (title, _, words) in FOLDS.items():
            yield Fold(self.draft, title, words, id=name)

    def _rows(self, table: tuple[Row, ...]) -> Iterator[Widget]:
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
            case Field.IIQ_TYPE:
                return Choice(NOTIFICATIONS, as_shown(field, self.draft), id=field, spread=False)
            case Field.IIQ_ENVIRONMENT:
                return Choice(ENVIRONMENTS, value.lower(), id=field, spread=False)
            case Field.IIQ_SUPPRESS_DUPLICATES:
                return Choice(DUPLICATES, value.lower(), id=field)
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
        await self.unfold(event.fold.id or "", not event.fold.opened)

    # --- what the screen shows ---------------------------------------------------------------------------------------

    def row(self, field: Field) -> FieldRow:
        """Return the row of a field."""
        return self.secret.password_row if field is Field.PASSWORD else self.query_one(f"#row-{field}", FieldRow)

    async def unfold(self, name: str = "more", opened: bool = True) -> None:
        """Open or close the rows behind a fold."""
        fold = self.query_one(f"#{name}", Fold)
        if opened == fold.opened:
            return
        fold.opened = opened
        if opened:
            await self.mount(*self._rows(FOLDS[name][1](self.draft)), after=fold)
            self._warn()
        else:
            await self._behind(name).remove()
        fold.refresh()

    def _behind(self, name: str) -> DOMQuery[Widget]:
        """Return the rows that stand behind a fold now."""
        every = {row[0] for kind in NOTIFICATIONS for row in FOLDS[name][1](Draft(iiq_type=kind.value))}
        return self.query(", ".join(f"#row-{field}" for field in sorted(every)))

    async def _follow_type(self) -> None:
        """Show the rows of the chosen notification type; those it shares with the one before stay as they are."""
        fold = self.query_one("#iiq", Fold)
        wanted = FOLDS["iiq"][1](self.draft)
        names = [f"row-{field}" for field, _, _ in wanted]
        standing = [row.id for row in self._behind("iiq")]
        if not fold.opened or names == standing:
            return
        await self.query(", ".join(f"#{name}" for name in standing if name not in names) or "#none").remove()
        for before, row in zip(names, wanted[1:], strict=False):  # the first row, the type itself, always stands
            if f"row-{row[0]}" not in standing:
                await self.mount(*self._rows((row,)), after=self.query_one(f"#{before}"))

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
        for fold in self.query(Fold):
            fold.show(draft)
        self._warn()
        if Field.IIQ_TYPE in fields:
            self.call_later(self._follow_type)

    def _warn(self) -> None:
        """Keep the plain warning under a switch for as long as it is on."""
        for field, words in WARNINGS.items():
            for row in self.query(f"#row-{field}").results(FieldRow):
                row.note(f"! {words}" if self.draft.get(field) else "")
                if self.draft.get(field) and row.has_focus_within:
                    self.call_after_refresh(row.scroll_visible, animate=False)

    def mark(self, fields: frozenset[Field]) -> None:
        """Mark the rows a remedy or an import changed."""
        for row in self.query(FieldRow):
            row.mark((row.id or "").removeprefix("row-") in fields)

    async def show_errors(self, errors: Mapping[Field, str]) -> None:
        """Show each error under its field and put the cursor on the first one, in the order of the screen."""
        for name, (_, rows, _) in FOLDS.items():
            if any(field in errors for field, _, _ in rows(self.draft)):
                await self.unfold(name)
        shown = [row for row in self.query(FieldRow) if (row.id or "").removeprefix("row-") in errors]
        for row in self.query(FieldRow):
            row.error("")
        for row in shown:
            row.error(errors[Field((row.id or "").removeprefix("row-"))])
        if shown:
            shown[0].editor.focus()
