"""themes/*.toml, and the user's own, to Textual themes. Must not know any screen.

A theme file holds ``dark = true|false``, optionally ``ansi = true`` for the terminal's own colours, and a table ``[colors]``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import Theme

from wizard.app.host import short

DEFAULT = "dusk"
COLOURS = ("background", "surface", "panel", "foreground", "muted", "primary", "accent", "success", "warning", "error")
_OPTIONAL = ("selection", "selection-text")


class ThemeError(ValueError):
    """A theme file that cannot be used; the message names the file, the place and the cure."""


def names(own: Path | None = None) -> tuple[str, ...]:
    """Return the names of all themes, the shipped ones first; ``own`` is the user's folder of themes."""
    found = dict.fromkeys(sorted(_shipped_names(), key=lambda name: (name != DEFAULT, name)))
    found.update(dict.fromkeys(sorted(_own_names(own))))
    return tuple(found)


def _shipped_names() -> Iterator[str]:
    return (entry.name.removesuffix(".toml") for entry in files("wizard.themes").iterdir() if entry.name.endswith(".toml"))


def _own_names(own: Path | None) -> list[str]:
    try:
        return [entry.stem for entry in own.iterdir() if entry.suffix == ".toml"] if own else []
    except OSError:
        return []


def load(name: str, own: Path | None = None) -> Theme:
    """Read one theme by name; the user's own file wins over a shipped one. Raises ThemeError."""
    if name not in names(own):
        raise ThemeError(f"there is no theme named '{name}': choose one of {', '.join(names(own))}")
    mine = own / f"{name}.toml" if own else None
    place: Traversable = mine if mine and mine.is_file() else files("wizard.themes") / f"{name}.toml"
    # The name first: a long path is broken over the lines of a small notice.
    shown = f"{place.name} in {short(place.parent)}" if isinstance(place, Path) else str(place)
    try:
        return parse(name, place.read_text(encoding="utf-8"), shown)
    except (OSError, UnicodeDecodeError) as problem:
        raise ThemeError(f"the theme file {shown} cannot be read: {problem}") from None


def parse(name: str, text: str, place: str) -> Theme:
    """Turn the text of a theme file into a theme. ``place`` is named in errors. Raises ThemeError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ThemeError(f"the theme file {place} is not valid TOML: {problem}") from None
    colours = data.get("colors")
    if not isinstance(colours, dict):
        raise ThemeError(f"the theme file {place} has no table [colors]: copy a shipped theme and change its colours")
    known = {key: _colour(colours, key, place) for key in COLOURS}
    ansi = data.get("ansi") is True
    extra = {key: _colour(colours, key, place) for key in _OPTIONAL if key in colours}
    return _theme(name, known, extra, dark=data.get("dark") is not False, ansi=ansi)


def _colour(colours: dict[str, Any], key: str, place: str) -> str:
    value = colours.get(key)
    if not isinstance(value, str):
        raise ThemeError(f'the theme file {place} needs a colour for {key}, for example {key} = "#a0b0c0"')
    try:
        Color.parse(value)
    except ColorParseError:
        raise ThemeError(f"the theme file {place}: {key} = '{value}' is not a colour, for example \"#a0b0c0\"") from None
    return value


def _theme(name: str, known: dict[str, str], extra: dict[str, str], *, dark: bool, ansi: bool) -> Theme:
    selection = extra.get("selection", known["primary"])
    selection_text = extra.get("selection-text", known["background"])
    variables = {
        "muted": known["muted"],
        "text": known["foreground"],
        "text-muted": known["muted"],
        "text-disabled": known["muted"],
        "foreground-muted": known["muted"],
        "block-cursor-background": selection,
        "block-cursor-foreground": selection_text,
        "block-cursor-blurred-background": known["panel"],
        "block-cursor-blurred-foreground": known["foreground"],
        "block-cursor-text-style": "none",
        # Textual draws the cursor in swapped colours already; where the terminal has its own, only reverse can swap them.
        "input-cursor-text-style": "reverse" if ansi else "none",
        "input-selection-background": selection,
        "input-selection-foreground": selection_text,
        "border": known["primary"],
        "border-blurred": known["muted"],
        "scrollbar": known["muted"],
        "scrollbar-background": known["surface"],
        "scrollbar-corner-color": known["surface"],
        # Textual's own styles name these two, and an ansi theme has no defaults for them.
        "ansi-background": known["background"],
        "ansi-foreground": known["foreground"],
    }
    return Theme(
        name=name,
        primary=known["primary"],
        secondary=known["accent"],
        accent=known["accent"],
        success=known["success"],
        warning=known["warning"],
        error=known["error"],
        foreground=known["foreground"],
        background=known["background"],
        surface=known["surface"],
        panel=known["panel"],
        dark=dark,
        ansi=ansi,
        variables=variables,
    )
