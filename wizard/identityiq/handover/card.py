"""The card for those who may only use the screen: both paths to the page and every field to type, as text. Holds no secret."""

from __future__ import annotations

from textwrap import wrap
from typing import NamedTuple

from wizard.identityiq.screen import PATH_NOTES, PATHS, ScreenField, fields, remarks
from wizard.profile import Profile


class CardLine(NamedTuple):
    """One line of the card; a heading may be shown as one."""

    text: str
    heading: bool = False


def card(profile: Profile | None, *, width: int = 80) -> str:
    """Return the card as text; without a profile, what to have at hand. ``width`` in columns."""
    return "\n".join(line.text for line in card_lines(profile, width=width)) + "\n"


def card_lines(profile: Profile | None, *, width: int = 80) -> tuple[CardLine, ...]:
    """Return the card line by line."""
    lines = [CardLine("In IdentityIQ, open one of these", heading=True), *(CardLine(f"  {path}") for path in PATHS)]
    lines += [line for note in PATH_NOTES for line in _wrapped(note, width, "  ")]
    named = f"what the profile '{profile.name}' has" if profile and profile.name else "these values"
    known = f"and type {named}" if profile else "and have these at hand (no profile is saved yet)"
    lines += [CardLine(""), CardLine(known, heading=True)]
    shown = fields(profile)
    column = max(len(one.label) for one in shown)
    lines += [line for one in shown for line in _field(one, column, width)]
    for remark in remarks(profile):
        lines += [CardLine(""), *_wrapped(remark, width, "  ")]
    return tuple(lines)


def _field(one: ScreenField, column: int, width: int) -> list[CardLine]:
    indent = " " * (column + 4)
    alone = len(indent) + len(one.value) > width  # a long address stands whole on a line of its own
    said = [one.value] if one.value and not alone else []
    said += [line.text.lstrip() for line in _wrapped(f"({one.note})", width, indent)] if one.note else []
    first = [CardLine(f"  {one.label}"), CardLine(f"    {one.value}")] if alone else []
    lines = [f"  {'' if number or alone else one.label:<{column}}  {text}".rstrip() for number, text in enumerate(said or [""])]
    return [*first, *(CardLine(line) for line in lines if line or not alone)]


def _wrapped(text: str, width: int, indent: str) -> list[CardLine]:
    lines = wrap(text, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return [CardLine(line) for line in lines]
