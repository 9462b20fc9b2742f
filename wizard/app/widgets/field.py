"""One row of a form: a label, something to type or choose, and room for one sentence beneath. Must not know which form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

# With priority the app itself moves the cursor, before it looks at the next key. Otherwise keys that arrive in one burst, as
# over a slow line, would still go to the field that was just left: a password into the user name.
FIELD_KEYS = (
    Binding("up,shift+tab", "app.focus_previous", "Field above", show=False, priority=True),
    Binding("down,tab", "app.focus_next", "Field below", show=False, priority=True),
)


async def act_at_once(widget: Widget, event: events.Key) -> None:
    """Let a key's binding act while it is the widget's turn. Called in ``_on_key``, before Textual's own handler.

    Textual would send the key round by the app first: letters typed right behind a Backspace would stand before it acts, and
    a Tab right behind an arrow would turn the arrow over to the next field.
    """
    for binding in widget._bindings.key_to_bindings.get(event.key, ()):
        if not binding.priority:
            event.stop()
            event.prevent_default()
            await widget.run_action(binding.action)
            return


class TextInput(Input):
    """A one-row input: no border, no blinking cursor (nothing is written while nothing happens), arrows change the row."""

    BINDINGS: ClassVar = list(FIELD_KEYS)

    class Pasted(Message):
        """Text was pasted in; what was copied often has more around it than was meant."""

        def __init__(self, source: TextInput) -> None:
            super().__init__()
            self.source = source

    def __init__(self, value: str = "", *, placeholder: str = "", id: str | None = None, password: bool = False) -> None:  # noqa: A002
        super().__init__(
            value,
            placeholder,
            password=password,
            compact=True,
            select_on_focus=False,
            validate_on=(),
            id=id,
        )
        self.cursor_blink = False

    async def _on_key(self, event: events.Key) -> None:
        await act_at_once(self, event)

    def _on_paste(self, event: events.Paste) -> None:
        # Leading blank lines of a copied cell would otherwise paste nothing at all. Textual calls Input's own handler next.
        event.text = event.text.strip("\r\n")
        self.call_later(self.post_message, self.Pasted(self))

    def action_copy(self) -> None:
        """Copy the selection; with nothing selected, Ctrl+C means what it means everywhere else."""
        if self.selected_text:
            super().action_copy()
        else:
            self.screen.app.simulate_key("ctrl+q")


class SecretInput(TextInput):
    """A password: shown as dots, and neither copied nor cut, because Textual would put the clear text on the clipboard."""

    def __init__(self, *, placeholder: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(placeholder=placeholder, id=id, password=True)

    def action_copy(self) -> None:
        """Copy nothing, and say so."""
        if self.selected_text:
            self.notify("A password is not copied to the clipboard.", markup=False)
        else:
            super().action_copy()

    def action_cut(self) -> None:
        """Cut nothing, and say so."""
        self.notify("A password is not cut to the clipboard. Backspace deletes it.", markup=False)


class Option(NamedTuple):
    """One value of a choice: ``value`` is what the draft holds, ``label`` what is shown."""

    value: str
    label: str


class Choice(Widget, can_focus=True):
    """One of a few values on one row: Left and Right change it. ``spread`` shows all of them, otherwise only the chosen."""

    BINDINGS: ClassVar = [
        *FIELD_KEYS,
        Binding("left", "step(-1)", "The one before", show=False),
        Binding("right,space", "step(1)", "The next one", show=False),
    ]

    class Changed(Message):
        """Another value was chosen by the user."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> Choice:
            """The choice, for ``@on`` with a selector."""
            return self.choice

    def __init__(self, options: Iterable[Option], value: str, *, id: str | None = None, spread: bool = True) -> None:  # noqa: A002
        super().__init__(id=id)
        self.options = tuple(options)
        self.spread = spread
        self.value = value

    async def _on_key(self, event: events.Key) -> None:
        await act_at_once(self, event)

    @property
    def place(self) -> int:
        """Where the value stands among the options; a value that is none of them counts as the first."""
        return next((place for place, option in enumerate(self.options) if option.value == self.value), 0)

    def set_value(self, value: str) -> None:
        """Show another value, without telling anyone."""
        if value != self.value:
            self.value = value
            self.refresh()

    def action_step(self, by: int) -> None:
        """Choose a neighbour; the ends are joined, so one key reaches everything."""
        self.value = self.options[(self.place + by) % len(self.options)].value
        self.refresh()
        self.post_message(self.Changed(self))

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked."""
        if not self.spread:
            self.action_step(1)
            return
        end = 0
        for option in self.options:
            end += len(option.label) + 4
            if event.x < end:
                self.value = option.value
                self.refresh()
                self.post_message(self.Changed(self))
                return

    def render(self) -> Content:
        """Return the row; the chosen one differs by its sign, not only by its colour."""
        here = self.place
        if not self.spread:
            label = self.options[here].label
            style = "bold $primary" if self.has_focus else ""
            return Content.assemble(("‹ ", "$muted"), (label, style), (" ›", "$muted"))
        parts = []
        for place, option in enumerate(self.options):
            chosen = place == here
            style = ("bold $primary" if self.has_focus else "bold") if chosen else "$muted"
            parts.append(Content.styled(f"{'●' if chosen else '○'} {option.label}", style))
        return Content("  ").join(parts)


class FieldRow(Widget):
    """Label, editor, and beneath them an error or a note while there is one. The label is drawn by the row itself."""

    def __init__(self, label: str, editor: Widget, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.label = label
        self.editor = editor
        self._error = ""
        self._note = ""

    def compose(self) -> ComposeResult:
        """The editor; the sentence is mounted when there is one, so that an untroubled form stays light."""
        yield self.editor

    def render(self) -> Content:
        """Return the label, in the weight of the focus."""
        if self.has_class("changed"):
            return Content.assemble((f"{self.label} *", "bold $accent"))
        return Content.styled(self.label, "bold" if self.has_pseudo_class("focus-within") else "$muted")

    def on_descendant_focus(self) -> None:
        """Give the label weight."""
        self.refresh()

    def on_descendant_blur(self) -> None:
        """Take it back."""
        self.refresh()

    def mark(self, changed: bool) -> None:
        """Show, by a star too, that a remedy or an import changed this field."""
        if changed != self.has_class("changed"):
            self.set_class(changed, "changed")
            self.refresh()

    def error(self, text: str) -> None:
        """Show what is wrong, or nothing."""
        if text != self._error:
            self._error = text
            self._show()

    def note(self, text: str) -> None:
        """Show what is worth knowing, or nothing; an error hides it meanwhile."""
        if text != self._note:
            self._note = text
            self._show()

    def _show(self) -> None:
        text = f"X {self._error}" if self._error else self._note
        lines = self.query(Static)
        if not text:
            lines.remove()
            return
        line = lines.first() if lines else Static(markup=False)
        line.set_class(bool(self._error), "error")
        line.set_class(text.startswith("!"), "warning")
        line.update(text)
        if not lines:
            self.mount(line)
