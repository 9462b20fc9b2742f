"""``iiq apply``: show what changes in the IdentityIQ on this host, ask, change it, read back. Must not know consoles or XML."""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING

from wizard.commands.iiq import handing, onhost
from wizard.commands.terminal import talk

if TYPE_CHECKING:
    from wizard.identityiq.console.session import ConsoleLogin
    from wizard.identityiq.handover.plan import Plan
    from wizard.identityiq.installation import Installation


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``iiq apply``."""
    from wizard.commands.iiq import changing

    handing.add_profile_arguments(parser)
    changing.add_arguments(parser)
    parser.add_argument(
        "--clear-queue",
        action="store_true",
        help="afterwards, ask whether all mail that waits in IdentityIQ is to be deleted",
    )
    parser.add_argument(
        "--yes-delete-waiting-mail",
        action="store_true",
        help="with --clear-queue: the answer for scripts, because --yes does not answer that",
    )
    handing.add_password_arguments(parser)
    onhost.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Change IdentityIQ. 0 when everything stands as wanted; 1 when something went wrong or nobody agreed. Raises UsageError."""
    from wizard.commands.iiq import changing
    from wizard.commands.terminal import UsageError
    from wizard.identityiq.handover.merge import UnwritableError
    from wizard.identityiq.handover.prepare import plan_apply
    from wizard.identityiq.handover.wanted import ByHandError, side_of, wanted

    if args.yes_delete_waiting_mail and not args.clear_queue:
        raise UsageError("--yes-delete-waiting-mail answers the question of --clear-queue: add that, or leave it out")
    profile = handing.profile_of(args)
    try:
        wanted(profile)
    except ByHandError as problem:
        talk(f"Nothing was changed for '{profile.name}'. {problem}")
        if args.json:
            from wizard.commands.saved import print_json

            print_json({"schema": 1, "ok": False, "changes": None, "status": None, "trouble": None, "problem": str(problem)})
        return 1
    talk(*handing.redirect_hint(profile, "apply"))
    secret = handing.secret_of(args, profile)
    chosen = onhost.installation(args.folder, side_of(profile).folder)
    talk(*_unfinished(chosen))

    async def make(login: ConsoleLogin | None) -> Plan:
        return await plan_apply(chosen, profile, secret=secret, login=login, deadline=args.deadline, say=talk)

    try:
        return changing.run(
            args, chosen, make, changing.Words(profile.name, "Change IdentityIQ now?", clear_queue=args.clear_queue)
        )
    except UnwritableError as problem:
        raise UsageError(str(problem)) from None


def _unfinished(chosen: Installation) -> tuple[str, ...]:
    """Return what to know of a change whose end nobody saw: the line dropped, or the host went down."""
    from wizard.memory.lastapply import recall
    from wizard.memory.words import moment

    try:
        last = recall(str(chosen.folder.resolve()))
    except OSError:
        return ()
    if last is None or last.state != "begun":
        return ()
    return (
        f"The last change here, with the profile '{last.profile}' on {moment(last.when)}, was not seen to its end. What stands "
        "now is read first.",
        f"To take that change back instead: smtp-wizard iiq undo {shlex.quote(last.rollback or last.whole)}",
    )
