"""What ``iiq read`` says: the settings in both vocabularies, then each flaw with its place and cures; or one JSON object."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from wizard.commands.terminal import style_for, write_out
from wizard.identityiq.settings import Key
from wizard.identityiq.translate import changes, left_behind
from wizard.identityiq.vocabulary import Row, rows
from wizard.render.json import finding_object
from wizard.render.text import finding_lines
from wizard.values import shown

if TYPE_CHECKING:
    from wizard.commands.iiq.read import Seen
    from wizard.identityiq.lint import Flaw
    from wizard.render.style import Style

_WIDEST = 30  # columns of a value that others are lined up by


def print_text(seen: Seen) -> None:
    """Write it all to standard output."""
    style = style_for(sys.stdout, os.environ)
    lines = [*_settings(seen, style), *_beside(seen, style)]
    for flaw in seen.flaws:
        lines += ["", *_flaw(flaw, seen, style)]
    write_out("\n".join([*lines, "", *_verdict(seen, style)]) + "\n")


def _settings(seen: Seen, style: Style) -> list[str]:
    said = [style.heading(style.plain(f"What {seen.export.source} says about mail"))]
    table = rows(seen.settings)
    label, value = (max((len(cell) for cell in cells), default=0) for cells in _columns(table))
    said += [f"  {row.label:<{label}}  {style.plain(row.value):<{value}}  {style.plain(_meant(row))}".rstrip() for row in table]
    if not table:
        said.append("  nothing")
    if seen.settings.merged:
        said += ["", *style.wrapped("This changes single entries only: what it does not name stays as it is in IdentityIQ.")]
    return said


def _columns(table: tuple[Row, ...]) -> tuple[list[str], list[str]]:
    """Return labels and values to line up by; a long value moves only what stands behind it."""
    return [row.label for row in table], [row.value for row in table if row.ours or len(row.value) < _WIDEST]


def _meant(row: Row) -> str:
    """Return the standard's word, and how a profile says it."""
    profile = f" ({row.change.field} = {row.change.value})" if row.change and row.key == Key.ENCRYPTION else ""
    return f"{row.ours}{profile}"


def _beside(seen: Seen, style: Style) -> list[str]:
    """Return what else is worth knowing: templates with a From of their own, and mail that waits."""
    said: list[str] = []
    for sender in seen.settings.senders[:5]:
        said += style.wrapped(f"The template '{shown(sender.template)}' has a From of its own: {shown(sender.sender)}")
    more = len(seen.settings.senders) - 5
    if more > 0:
        said += style.wrapped(f"{more} more templates have one, too.")
    queue = seen.export.queue
    if queue is not None:
        mails = {0: "No mail is", 1: "1 mail is"}.get(queue, f"{queue} mails are")
        said += style.wrapped(f"{mails} expected to wait in IdentityIQ's queue, counted from the Requests in it.")
    return ["", *said] if said else []


def _flaw(flaw: Flaw, seen: Seen, style: Style) -> list[str]:
    first, *rest = finding_lines(flaw.finding, None, style)
    in_file = flaw.line and seen.folder is None  # of what a console printed nobody counts the lines
    place = f"line {flaw.line}, column {flaw.column}: {flaw.key}" if in_file else flaw.key
    return [first, *style.wrapped(place), *rest]


def _verdict(seen: Seen, style: Style) -> list[str]:
    errors, warnings, notes = (
        sum(flaw.finding.severity == severity for flaw in seen.flaws) for severity in ("error", "warning", "info")
    )
    if not errors + warnings:
        noted = f", {_counted(notes, 'note', 'notes')}" if notes else ""
        return style.signed("ok", f"Nothing wrong was found in these settings{noted}. Whether mail leaves, a test shows.")
    counted = [
        _counted(number, one, more)
        for number, one, more in ((errors, "error", "errors"), (warnings, "warning", "warnings"), (notes, "note", "notes"))
        if number
    ]
    return [f"{style.sign('X' if errors else '!')} {' and '.join(', '.join(counted).rsplit(', ', 1))}."]


def _counted(number: int, one: str, more: str) -> str:
    return f"1 {one}" if number == 1 else f"{number} {more}"


# --- JSON -------------------------------------------------------------------------------------------------------------------


def as_json(seen: Seen) -> dict[str, Any]:
    """Return the object other programs read; absent facts are null, and no password is in it."""
    settings, export = seen.settings, seen.export
    return {
        "schema": 1,
        "source": export.source,
        "folder": str(seen.folder) if seen.folder else None,
        "ok": seen.ok,
        "trouble": None,
        "problem": None,
        "merge": settings.merged,
        "settings": [
            {
                "key": entry.key,
                "value": entry.value or None,
                "form": str(entry.form),
                "type": entry.type or None,
                "line": entry.line or None,
                "column": entry.column or None,
            }
            for entry in settings.entries
        ],
        "rows": [
            {"label": row.label, "key": row.key or None, "value": row.value, "meaning": row.ours or None}
            for row in rows(settings)
        ],
        "changes": {str(change.field): change.value for change in changes(settings)},
        "left_behind": list(left_behind(settings)),
        "password": str(settings.password_form) if settings.password else None,
        "retries": settings.retry_max,
        "retry_interval": settings.retry_interval,
        "template_senders": [
            {"template": one.template, "sender": one.sender, "line": one.line or None} for one in settings.senders
        ],
        "objects": dict(export.objects),
        "queue": export.queue,
        "flaws": [_flaw_object(flaw) for flaw in seen.flaws],
    }


def _flaw_object(flaw: Flaw) -> dict[str, Any]:
    place = {"key": flaw.key, "line": flaw.line or None, "column": flaw.column or None}
    return {**finding_object(flaw.finding), **place, "log_line": flaw.finding.log_line or None}
