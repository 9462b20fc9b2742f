"""What ``iiq read`` says: the settings in both vocabularies, then each flaw with its place and cures; or one JSON object."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from wizard.commands.terminal import style_for, write_out
from wizard.identityiq.settings import Key, Settings
from wizard.identityiq.translate import changes, left_behind
from wizard.identityiq.vocabulary import Row, rows
from wizard.render.json import finding_object
from wizard.render.text import finding_lines
from wizard.values import shown

if TYPE_CHECKING:
    from wizard.identityiq.lint import Flaw
    from wizard.identityiq.reading import Export
    from wizard.render.style import Style

_WIDEST = 30  # columns of a value that others are lined up by


class Judged(NamedTuple):
    """What was read, and what is wrong with it; ``folder`` is the installation's, None for a file."""

    export: Export
    settings: Settings
    flaws: tuple[Flaw, ...]
    folder: Path | None

    @property
    def ok(self) -> bool:
        """Whether nothing that keeps mail from leaving was found."""
        return all(flaw.finding.severity != "error" for flaw in self.flaws)


def print_text(judged: Judged) -> None:
    """Write it all to standard output."""
    style = style_for(sys.stdout, os.environ)
    lines = [*_settings(judged, style), *_beside(judged, style)]
    for flaw in judged.flaws:
        lines += ["", *_flaw(flaw, judged, style)]
    write_out("\n".join([*lines, "", *_verdict(judged, style)]) + "\n")


def _settings(judged: Judged, style: Style) -> list[str]:
    said = [style.heading(style.plain(f"What {judged.export.source} says about mail"))]
    table = rows(judged.settings)
    label, value = (max((len(cell) for cell in cells), default=0) for cells in _columns(table))
    said += [f"  {row.label:<{label}}  {style.plain(row.value):<{value}}  {style.plain(_meant(row))}".rstrip() for row in table]
    if not table:
        said.append("  nothing")
    if judged.settings.merged:
        said += ["", *style.wrapped("This changes single entries only: what it does not name stays as it is in IdentityIQ.")]
    return said


def _columns(table: tuple[Row, ...]) -> tuple[list[str], list[str]]:
    """Return labels and values to line up by; a long value moves only what stands behind it."""
    return [row.label for row in table], [row.value for row in table if row.ours or len(row.value) < _WIDEST]


def _meant(row: Row) -> str:
    """Return the standard's word, and how a profile says it."""
    profile = f" ({row.change.field} = {row.change.value})" if row.change and row.key == Key.ENCRYPTION else ""
    return f"{row.ours}{profile}"


def _beside(judged: Judged, style: Style) -> list[str]:
    """Return what else is worth knowing: templates with a From of their own, and mail that waits."""
    said: list[str] = []
    for sender in judged.settings.senders[:5]:
        said += style.wrapped(f"The template '{shown(sender.template)}' has a From of its own: {shown(sender.sender)}")
    more = len(judged.settings.senders) - 5
    if more > 0:
        said += style.wrapped(f"{more} more templates have one, too.")
    queue = judged.export.queue
    if queue is not None:
        mails = {0: "No mail is", 1: "1 mail is"}.get(queue, f"{queue} mails are")
        said += style.wrapped(f"{mails} expected to wait in IdentityIQ's queue, counted from the Requests in it.")
    return ["", *said] if said else []


def _flaw(flaw: Flaw, judged: Judged, style: Style) -> list[str]:
    first, *rest = finding_lines(flaw.finding, None, style)
    in_file = flaw.line and judged.folder is None  # of what a console printed nobody counts the lines
    place = f"line {flaw.line}, column {flaw.column}: {flaw.key}" if in_file else flaw.key
    return [first, *style.wrapped(place), *rest]


def _verdict(judged: Judged, style: Style) -> list[str]:
    errors, warnings, notes = (
        sum(flaw.finding.severity == severity for flaw in judged.flaws) for severity in ("error", "warning", "info")
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


def as_json(judged: Judged) -> dict[str, Any]:
    """Return the object other programs read; absent facts are null, and no password is in it."""
    settings, export = judged.settings, judged.export
    return {
        "schema": 1,
        "source": export.source,
        "folder": str(judged.folder) if judged.folder else None,
        "ok": judged.ok,
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
        "flaws": [_flaw_object(flaw) for flaw in judged.flaws],
    }


def _flaw_object(flaw: Flaw) -> dict[str, Any]:
    place = {"key": flaw.key, "line": flaw.line or None, "column": flaw.column or None}
    return {**finding_object(flaw.finding), **place, "log_line": flaw.finding.log_line or None}
