"""What F1 says: one short text per field and step. Must not know any screen."""

from __future__ import annotations

from wizard.draft import Field

TOPICS: dict[str, tuple[str, str]] = {
    Field.HOST: ("Host", "The name of the mail server that takes your mail."),
}


def topic(name: str, step: str) -> tuple[str, str]:
    """Return title and text for a focused widget's id, falling back to the step's own."""
    return TOPICS.get(name) or TOPICS.get(step) or ("Help", "Ctrl+p lists everything you can do here. Esc goes back.")
