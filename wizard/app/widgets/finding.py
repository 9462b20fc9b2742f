"""Draws labelled notes: the plan, what went wrong, the proof. Must not know what they say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from wizard.app.verdict import Note


def plain(text: str) -> Content:
    """Return text that is not markup and holds no control characters: it may quote a server."""
    return Content("".join(char if char.isprintable() or char == "\n" else "?" for char in text))


class Notes(VerticalScroll, can_focus=True):
    """A scrollable list of notes; labels in one column, long texts wrap beside them."""

    def __init__(self, notes: Iterable[Note] = (), *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes=classes)
        self._notes = tuple(notes)

    def show(self, notes: Iterable[Note], *, title: str | None = None) -> None:
        """Replace what is shown. Nothing is repainted when nothing changed."""
        if title is not None:
            self.border_title = plain(title)
        before, self._notes = self._notes, tuple(notes)
        if [replace(note, text="") for note in before] != [replace(note, text="") for note in self._notes]:
            self.refresh(recompose=True)
            self.scroll_home(animate=False)
            return
        texts = self.query(".note").results(Static)
        for static, old, new in zip(texts, before, self._notes, strict=False):
            if old != new:
                static.update(plain(new.text))

    @property
    def text(self) -> str:
        """The notes as plain text, for tests."""
        return "\n".join(f"{note.label}  {note.text}" if note.label else note.text for note in self._notes)

    def compose(self) -> ComposeResult:
        above = ""
        for note in self._notes:
            label, above = "" if note.label == above else note.label, note.label
            if note.wide:
                yield Static(plain(note.text), classes=f"note note--{note.tone}")
            else:
                with Horizontal(classes="note-row"):
                    yield Static(plain(label), classes=f"note-label note-label--{'key' if note.key else note.tone}")
                    yield Static(plain(note.text), classes=f"note note--{note.tone}")
