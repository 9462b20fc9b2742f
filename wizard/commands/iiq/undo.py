"""``iiq undo``: import the rollback file that was made before a change, and read back. Must not know consoles or XML."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.commands.flags import absolute
from wizard.commands.iiq import onhost
from wizard.commands.terminal import UsageError, talk

if TYPE_CHECKING:
    from wizard.identityiq.console.session import ConsoleLogin
    from wizard.identityiq.handover.plan import Plan
    from wizard.memory.lastapply import LastApply


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``iiq undo``."""
    from wizard.commands.iiq import changing

    parser.add_argument(
        "file", nargs="?", default="", metavar="FILE", help="a rollback file; without it, the one of the last change on this host"
    )
    parser.add_argument(
        "--whole", action="store_true", help="without FILE: put the whole object back, what was added since goes too"
    )
    changing.add_arguments(parser)
    onhost.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Take a change back. 0 when everything stands as the file says; 1 when something went wrong or nobody agreed.

    Raises UsageError.
    """
    from wizard.commands.iiq import changing
    from wizard.identityiq.handover.prepare import UnfitError, plan_undo

    if args.file and args.whole:
        raise UsageError("--whole is for the last change: leave FILE out, or name the whole-rollback file as FILE")
    last = None if args.file else _last(args)
    path = absolute(args.file) if last is None else _file_of(last, whole=args.whole)
    chosen = onhost.installation(args.folder, Path(last.installation) if last else None)

    async def make(login: ConsoleLogin | None) -> Plan:
        return await plan_undo(chosen, path, login=login, deadline=args.deadline, say=talk)

    try:
        return changing.run(args, chosen, make, changing.Words("", "Take it back now?", undoes=last, file=path))
    except UnfitError as problem:
        raise UsageError(str(problem)) from None


def _last(args: argparse.Namespace) -> LastApply:
    from wizard import safefile
    from wizard.memory.lastapply import recall

    folder = str(absolute(args.folder)) if args.folder else ""
    try:
        last = recall(folder)
    except OSError as problem:
        raise UsageError(f"What was changed last cannot be read: {safefile.reason(problem)}. Name a rollback file.") from None
    if last is None:
        raise UsageError("No change is known that was made from here. Name the rollback file: smtp-wizard iiq undo FILE")
    if last.state == "undone":
        talk("The last change was taken back already. It is looked at once more.")
    return last


def _file_of(last: LastApply, *, whole: bool) -> Path:
    if whole:
        return Path(last.whole)
    if not last.rollback:
        raise UsageError(
            "None of the entries had a value before, so there is no rollback file. Put the whole object back: --whole"
        )
    return Path(last.rollback)
