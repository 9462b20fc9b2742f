"""What ``iiq export`` says: what changes, where the files are, what to know and how to load them; or one JSON object."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from wizard.commands.terminal import style_for, talk, write_out
from wizard.identityiq.handover.wanted import side_of
from wizard.identityiq.handover.words import label
from wizard.identityiq.settings import SECRET_KEYS

if TYPE_CHECKING:
    from wizard.identityiq.handover.bundle import Bundle
    from wizard.profile import Profile
    from wizard.render.style import Style

IMPORT_PAGE = "gear > Global Settings > Import from File"


def print_text(made: Bundle, *, heading: bool = False) -> None:
    """Write it to standard output."""
    style = style_for(sys.stdout, os.environ)
    first = [style.heading(style.plain(made.profile.name))] if heading else []
    last = [""] if heading else []
    write_out("\n".join([*first, *_lines(made, style), *last]) + "\n")


def talk_text(made: Bundle) -> None:
    """Say it on standard error, because standard output holds the file itself."""
    talk(*_lines(made, style_for(sys.stderr, os.environ)))


def _lines(made: Bundle, style: Style) -> list[str]:
    lines = _changes(made, style)
    if made.rollback:
        lines += style.wrapped(f"Takes it back: {made.rollback}", "")
    if made.file:
        alone = ", readable by you alone" if made.secret else ""
        lines += style.wrapped(f"To import:     {made.file}{alone}", "")
    if made.properties:
        lines += style.wrapped(f"Its values:    {made.properties}", "")
    lines += style.wrapped(_password(made), "")
    for note in made.notes:
        lines += ["", *style.signed("!", note)]
    if made.file:
        way = f"Load it in IdentityIQ: {IMPORT_PAGE}; or in its console: import {made.file}"
        lines += ["", *style.wrapped("Let your build fill in the values before it is imported." if made.tokens else way, "")]
    return lines


def _changes(made: Bundle, style: Style) -> list[str]:
    if made.changes is None:
        return []
    if not made.changes:
        return ["Nothing changes: these settings stand there already.", ""]
    width = max(len(one.label) for one in made.changes)
    rows = [style.plain(f"  {one.label:<{width}}  {one.old} -> {one.new}") for one in made.changes]
    return [style.heading("What changes"), *rows, ""]


def _password(made: Bundle) -> str:
    if made.profile.login is None or not side_of(made.profile).type.needs_host:
        return "No password is in the file."
    if made.tokens:
        return "No password is in the files: let your build take it from where it keeps secrets."
    if made.secret:
        return "The password is in the file. Delete the file once it is imported."
    return "The password is left out: type it on IdentityIQ's screen, or what is stored there stays."


def as_json(made: Bundle) -> dict[str, Any]:
    """Return the object other programs read; no password in any form is in it."""
    held = made.secret or made.tokens
    return {
        "profile": made.profile.name,
        "type": str(side_of(made.profile).type),
        "file": str(made.file) if made.file else None,
        "rollback": str(made.rollback) if made.rollback else None,
        "properties": str(made.properties) if made.properties else None,
        "tokens": made.tokens,
        "password_in_file": made.secret,
        "entries": [
            {"key": one.key, "label": label(one.key), "value": None if one.key in SECRET_KEYS else one.value}
            for one in made.entries
        ],
        "changes": None
        if made.changes is None
        else [
            {"key": one.key, "label": one.label, "before": None if one.added or not one.known else one.old, "after": one.new}
            for one in made.changes
        ],
        "notes": list(made.notes),
        "xml": made.document if made.file is None and not held else None,
    }


def by_hand(profile: Profile, why: str) -> dict[str, Any]:
    """Return the object of a profile of which nothing can be written."""
    return {
        "profile": profile.name,
        "type": str(side_of(profile).type),
        "file": None,
        "rollback": None,
        "properties": None,
        "tokens": False,
        "password_in_file": False,
        "entries": [],
        "changes": None,
        "notes": [why],
        "xml": None,
    }
