"""What the actions on an IdentityIQ of this host share: which one is meant, and who signs in to its console.

A password comes from a terminal or from standard input, never as an argument. Must not know what is done with the console.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from wizard.commands.flags import absolute
from wizard.commands.saved import quoted
from wizard.commands.terminal import UsageError, is_terminal, talk

if TYPE_CHECKING:
    from wizard.identityiq.console.session import ConsoleLogin, ConsoleProblem
    from wizard.identityiq.installation import Installation

T = TypeVar("T")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --folder and the console's sign-in."""
    group = parser.add_argument_group("IdentityIQ on this host")
    group.add_argument(
        "--folder", default="", metavar="DIR", help="its folder, the one that holds WEB-INF; without it, it is found"
    )
    group.add_argument("--console-user", default="", metavar="USER", help="who signs in to IdentityIQ's console, where it asks")
    group.add_argument(
        "--console-password-stdin",
        action="store_true",
        help="read that user's password from standard input, not from the terminal",
    )
    group.add_argument(
        "--deadline",
        type=_seconds,
        default=180.0,
        metavar="SECONDS",
        help="for the console's start and each command, 180 unless told",
    )
    parser.add_argument("--no-input", action="store_true", help="never ask anything")


def _seconds(text: str) -> float:
    from wizard.values import seconds

    try:
        return seconds(text) or 180.0
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


def installation(folder: str = "", usual: Path | None = None) -> Installation:
    """Return the one that is meant: by ``folder`` (--folder), by ``usual`` (what the profile says), or the only one there is.

    Raises UsageError.
    """
    from wizard.identityiq.host import find

    named = absolute(folder) if folder else usual
    if named is not None:
        return _in_folder(named)
    found = find()
    if not found:
        raise UsageError(
            "No IdentityIQ was found on this host. Name its folder, the one that holds WEB-INF, with --folder DIR",
            "or read an export: smtp-wizard iiq read FILE",
        )
    if len(found) > 1:
        raise UsageError(
            f"{len(found)} installations of IdentityIQ were found on this host. Say which one:",
            *(f"  --folder {one.folder}" for one in found),
        )
    return unasked(found[0])


def unasked(found: Installation) -> Installation:
    """Return an installation nobody named, where nobody else can have laid it out to be found. Raises UsageError."""
    from wizard.identityiq.host import owner_of

    owner = owner_of(found)
    if owner:
        raise UsageError(
            f"The IdentityIQ in {found.folder} belongs to {owner}, and what is in it would run as you. If it is yours, name it: "
            f"--folder {quoted(str(found.folder))}",
            f"or run smtp-wizard as its user: sudo -u {owner} smtp-wizard ...",
        )
    return found


def _in_folder(folder: Path) -> Installation:
    from wizard.identityiq.host import at

    found = at(folder)
    if found is None:
        raise UsageError(f"There is no IdentityIQ in {folder}: its folder is the one that holds WEB-INF, with bin/iiq in it")
    return found


def console_login(args: argparse.Namespace) -> ConsoleLogin | None:
    """Return who signs in to the console; None where nobody was named. Raises UsageError."""
    if not args.console_user:
        if args.console_password_stdin:
            raise UsageError("--console-password-stdin: add --console-user USER, who signs in with it")
        return None
    from wizard.identityiq.console.session import ConsoleLogin
    from wizard.keychain import SecretUnavailable, ask, from_stdin

    question = f"Password of {args.console_user} in IdentityIQ's console: "
    try:
        if args.console_password_stdin:
            return ConsoleLogin(args.console_user, from_stdin())
        if args.no_input or not is_terminal(sys.stdin):
            raise UsageError("--console-user needs a password: pipe it in with --console-password-stdin")
        return ConsoleLogin(args.console_user, ask(question))
    except SecretUnavailable as problem:
        raise UsageError(str(problem)) from None


def in_console(args: argparse.Namespace, do: Callable[[ConsoleLogin | None], Awaitable[T]]) -> T:
    """Do something in the console; where it wants a sign-in that was not given and somebody is there, ask and do it again.

    Raises UsageError, and ConsoleProblem from ``do``.
    """
    import asyncio

    from wizard.commands.iiq.stopping import as_interrupt
    from wizard.identityiq.console.session import ConsoleProblem, Trouble

    async def attempt(login: ConsoleLogin | None) -> T:
        return await do(login)

    login = console_login(args)
    try:
        with as_interrupt():
            return asyncio.run(attempt(login))
    except ConsoleProblem as problem:
        if problem.trouble is not Trouble.LOGIN_REQUIRED or args.no_input or not _somebody():
            raise
    login = _asked()
    with as_interrupt():
        return asyncio.run(attempt(login))


def words_of(problem: ConsoleProblem) -> list[str]:
    """Return what to say about a console that gave no answer: its sentence, and the flags where it wants to know who asks."""
    from wizard.identityiq.console.session import Trouble

    said = str(problem).splitlines()
    if problem.trouble is Trouble.LOGIN_REQUIRED:
        said.append("Name that user with --console-user USER, and pipe the password in with --console-password-stdin.")
    return said


def problem_object(problem: ConsoleProblem, **facts: object) -> dict[str, object]:
    """Return what a console that gave no answer is for other programs: the keys of a success that matter, and why."""
    return {"schema": 1, "ok": False, **facts, "trouble": str(problem.trouble), "problem": str(problem)}


def _somebody() -> bool:
    return is_terminal(sys.stdin) and is_terminal(sys.stderr)


def _asked() -> ConsoleLogin:
    from wizard.identityiq.console.session import ConsoleLogin
    from wizard.keychain import SecretUnavailable, ask

    talk("IdentityIQ's console wants to know who you are (a System Administrator of IdentityIQ).")
    sys.stderr.write("User name: ")
    sys.stderr.flush()
    name = sys.stdin.readline().strip()
    if not name:
        raise UsageError("No user name was typed. Name one with --console-user USER")
    try:
        return ConsoleLogin(name, ask(f"Password of {name}: "))
    except SecretUnavailable as problem:
        raise UsageError(str(problem)) from None
