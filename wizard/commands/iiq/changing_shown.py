"""What ``iiq apply`` and ``iiq undo`` say: the plan before, what stands after; or one JSON object."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any

from wizard.commands.terminal import style_for, write_out
from wizard.identityiq.handover.plan import backlog_lines, plan_lines
from wizard.identityiq.handover.told import outcome_lines

if TYPE_CHECKING:
    from wizard.identityiq.handover.outcome import Applied
    from wizard.identityiq.handover.plan import Plan
    from wizard.identityiq.installation import Installation
    from wizard.render.style import Style

STEPS = (
    "A backup export and the rollback files are made first. Then IdentityIQ's console imports the change, and what stands is "
    "read back and compared.",
)


def plan_text(plan: Plan, style: Style, *, backlog: bool) -> list[str]:
    """Return the plan for a person."""
    first, *rest = plan_lines(plan)
    lines = [style.heading(style.plain(first)), *_rows(rest, style)]
    if not plan.changes and not plan.goes:
        return lines
    lines += ["", style.heading("How"), *_rows(STEPS, style)]
    if backlog:
        lines += ["", style.heading("Mail that waits, and who sends"), *_rows(backlog_lines(plan), style)]
    return [*lines, ""]


def _rows(lines: tuple[str, ...] | list[str], style: Style) -> list[str]:
    """Rows stay on their line, sentences are wrapped."""
    return [text for line in lines for text in ([style.plain(line)] if line.startswith("  ") else style.wrapped(line))]


def end(
    args: argparse.Namespace,
    plan: Plan,
    applied: Applied | None,
    chosen: Installation,
    *,
    code: int,
    cleared: bool | None = None,
    problem: str = "",
) -> int:
    """Say how it ended and return the exit code."""
    if args.json:
        from wizard.commands.saved import print_json

        print_json(as_json(plan, applied, cleared=cleared, ok=code == 0, problem=problem))
        return code
    style = style_for(sys.stdout, os.environ)
    if applied is not None:
        sign = "ok" if applied.right else "X"
        first, *rest = outcome_lines(applied, str(chosen.folder))
        lines = [*style.signed(sign, first), *_rows(rest, style)]
        write_out("\n".join(lines) + "\n")
    elif (plan.changes or plan.goes) and not args.plan and not problem:  # a problem has said so
        write_out("Nothing was changed.\n")
    return code


def as_json(plan: Plan, applied: Applied | None, *, cleared: bool | None, ok: bool, problem: str = "") -> dict[str, Any]:
    """Return the object other programs read; no password in any form is in it. ``problem`` is why nothing was begun."""
    kept = applied.kept if applied else None
    return {
        "schema": 1,
        "ok": ok,
        "installation": str(plan.installation.folder),
        "changes": [
            {"key": one.key, "label": one.label, "before": one.old if one.before else None, "after": one.new}
            for one in plan.changes
        ],
        "taken_out": [entry.key for entry in plan.goes],
        "notes": list(plan.notes),
        "waiting": plan.waiting,
        "status": str(applied.status) if applied else None,
        "problem": (applied.problem if applied else problem) or None,
        "trouble": None,
        "rows": [
            {"key": row.key, "label": row.label, "wanted": row.wanted, "stands": row.stands, "right": row.right}
            for row in applied.rows
        ]
        if applied
        else None,
        "lost": list(applied.lost) if applied else None,
        "rollback": str(kept.rollback) if kept and kept.rollback else None,
        "whole_rollback": str(kept.whole) if kept else None,
        "backup": str(kept.backup) if kept else None,
        "waiting_mail_deleted": cleared,
    }
