"""What ``apply`` and ``undo`` share: show the plan, ask, carry it out, say what stands and how to take it back.

Nothing is changed without a yes: from a person, or --yes. Deleting waiting mail is a question of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from wizard.commands.flags import absolute
from wizard.commands.iiq import onhost, stopping
from wizard.commands.terminal import UsageError, is_terminal, style_for, talk, write_out

if TYPE_CHECKING:
    from wizard.identityiq.console.session import ConsoleLogin, ConsoleProblem
    from wizard.identityiq.handover.kept import Kept
    from wizard.identityiq.handover.outcome import Applied
    from wizard.identityiq.handover.plan import Plan
    from wizard.identityiq.installation import Installation
    from wizard.memory.lastapply import LastApply


class Words(NamedTuple):
    """What differs between the two: the profile's name, the question, whether the queue is asked about, what is undone."""

    profile: str
    question: str
    clear_queue: bool = False
    undoes: LastApply | None = None
    file: Path | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags both have."""
    parser.add_argument("--plan", action="store_true", help="say what would change, and change nothing")
    parser.add_argument("--yes", action="store_true", help="change it without asking, for scripts")
    parser.add_argument(
        "--keep", default="", metavar="DIR", help="where backup and rollback files go; without it, your state folder"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(
    args: argparse.Namespace,
    chosen: Installation,
    make: Callable[[ConsoleLogin | None], Awaitable[Plan]],
    words: Words,
) -> int:
    """Plan, ask, change, read back. Raises UsageError."""
    _check(args)
    with stopping.as_interrupt():
        return _run(args, chosen, make, words)


def _run(
    args: argparse.Namespace,
    chosen: Installation,
    make: Callable[[ConsoleLogin | None], Awaitable[Plan]],
    words: Words,
) -> int:
    from wizard.commands.iiq import changing_shown as shown
    from wizard.identityiq.console.session import ConsoleProblem

    used: list[ConsoleLogin | None] = []

    async def remembered(login: ConsoleLogin | None) -> Plan:
        used.append(login)
        return await make(login)

    try:
        plan = onhost.in_console(args, remembered)
    except ConsoleProblem as problem:
        talk(*onhost.words_of(problem), "Nothing was changed.")
        return _problem(args, chosen, problem)
    backlog = words.file is None
    if not args.json:
        write_out("\n".join(shown.plan_text(plan, style_for(sys.stdout, os.environ), backlog=backlog)) + "\n")
    elif not args.yes and not args.plan:  # whoever agrees has to see what to
        talk(*shown.plan_text(plan, style_for(sys.stderr, os.environ), backlog=backlog))
    nothing = not plan.changes and not plan.goes
    if nothing and words.clear_queue:
        talk("The waiting mail was kept: --clear-queue asks after a change, and there was none. In the console: clearEmailQueue.")
    if nothing or args.plan or not _agreed(args, words.question):
        return shown.end(args, plan, None, chosen, code=0 if nothing or args.plan else 1)
    applied = _carried_out(args, plan, used[-1], words)
    if isinstance(applied, str):
        return shown.end(args, plan, None, chosen, code=1, problem=applied)
    cleared = _cleared(args, chosen, used[-1], applied) if words.clear_queue else None
    return shown.end(args, plan, applied, chosen, code=0 if applied.right and cleared is not False else 1, cleared=cleared)


def _problem(args: argparse.Namespace, chosen: Installation, problem: ConsoleProblem) -> int:
    if args.json:
        from wizard.commands.saved import print_json

        print_json(onhost.problem_object(problem, installation=str(chosen.folder), changes=None, status=None))
    return 1


def _check(args: argparse.Namespace) -> None:
    if args.plan and args.yes:
        raise UsageError("--plan changes nothing and --yes agrees to a change: leave one of the two out")
    if not args.plan and not args.yes and (args.no_input or not somebody()):
        raise UsageError("Nobody is here to agree to the change: add --yes, or --plan to see what it would be")


def somebody() -> bool:
    """Return whether a person can answer."""
    return is_terminal(sys.stdin) and is_terminal(sys.stderr)


def _agreed(args: argparse.Namespace, question: str) -> bool:
    return bool(args.yes) or asked(f"{question} [y/N] ", ("y", "yes"))


def asked(question: str, right: tuple[str, ...]) -> bool:
    """Ask on standard error; only the right words count as a yes."""
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in right


# --- the change ---------------------------------------------------------------------------------------------------------------


def _carried_out(args: argparse.Namespace, plan: Plan, login: ConsoleLogin | None, words: Words) -> Applied | str:
    """Return how it ended; where it was not begun, why, which is said."""
    from wizard.identityiq.console.session import ConsoleProblem
    from wizard.identityiq.handover.apply import StoppedError, apply

    begun: list[Kept] = []

    def note(kept: Kept) -> None:
        begun.append(kept)
        _remember(plan, kept, words, "begun")

    try:
        folder = _keep_in(args, words)
        applied = asyncio.run(apply(plan, folder, login=login, deadline=args.deadline, say=talk, begun=note))
    except (StoppedError, ConsoleProblem) as problem:
        talk(*str(problem).splitlines())
        return str(problem)
    except KeyboardInterrupt:
        _say_interrupted(begun)
        raise
    _remember(plan, applied.kept, words, str(applied.status))
    return applied


def _keep_in(args: argparse.Namespace, words: Words) -> Path:
    from wizard import safefile
    from wizard.identityiq.handover.kept import new_folder
    from wizard.memory import lastapply

    try:
        above = absolute(args.keep) if args.keep else lastapply.folder()
    except OSError as problem:
        raise UsageError(f"There is no place for the rollback files: {safefile.reason(problem)}. Name one: --keep DIR") from None
    return new_folder(above, datetime.now(), words.profile or "undo")


def _remember(plan: Plan, kept: Kept, words: Words, state: str) -> None:
    """Keep where the way back is, so that undo finds it; a state folder that cannot be written is no reason to stop."""
    from wizard.memory import lastapply

    if words.file is not None and state == "done":
        from wizard.identityiq.watch import due

        due.settle(words.file)  # where a watch could not restore, this has done it
    if words.undoes is not None:
        if state != "done":
            return
        change = words.undoes._replace(state="undone")
    elif words.file is not None:
        return  # a file somebody named: which change it belongs to is not known here
    else:
        where = str(plan.installation.folder.resolve())
        rollback = str(kept.rollback) if kept.rollback else ""
        change = lastapply.LastApply(where, words.profile, lastapply.now(), rollback, str(kept.whole), state)
    with suppress(OSError):
        lastapply.remember(change)


def _say_interrupted(begun: list[Kept]) -> None:
    if not begun:
        talk("", "Stopped before the import. IdentityIQ is as it was.")
        return
    talk(
        "",
        "Stopped while the import was under way: whether it took effect is not known. Look with: smtp-wizard iiq read",
        f"To take it back: smtp-wizard iiq undo {begun[0].rollback or begun[0].whole}",
    )


# --- waiting mail -------------------------------------------------------------------------------------------------------------


def _cleared(args: argparse.Namespace, chosen: Installation, login: ConsoleLogin | None, applied: Applied) -> bool | None:
    """Ask about waiting mail and delete it. None where it was left, False where the console failed."""
    from wizard.identityiq.console.session import ConsoleProblem
    from wizard.identityiq.handover.apply import clear_queue
    from wizard.identityiq.handover.plan import CLEARING

    if not applied.right:
        talk("The waiting mail was left alone, because the change did not go as wanted.")
        return None
    talk(CLEARING)
    if not args.yes_delete_waiting_mail and not (
        somebody() and not args.no_input and asked("Type DELETE to delete all waiting mail, Enter to keep it: ", ("delete",))
    ):
        talk("The waiting mail was kept.")
        return None
    try:
        answer = asyncio.run(clear_queue(chosen, login=login, deadline=args.deadline, say=talk))
    except ConsoleProblem as problem:
        talk(*str(problem).splitlines())
        return False
    talk(answer.problem or f"The console answered: {' '.join(answer.output.split()) or 'nothing'}")
    return not answer.problem
