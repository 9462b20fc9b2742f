"""argv to a command, or to the wizard. Imports the wizard's face only when it opens it, and a command only when it is named."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    import argparse

    from wizard.commands.terminal import UsageError

_READER_GONE = 141  # what a program ended by SIGPIPE leaves behind: 128 + 13
_INTERRUPTED = 130


def program() -> NoReturn:
    """The command itself: run, and leave at once when everything is said.

    Taking a loaded interpreter apart object by object costs an eighth of a whole check (measured), and nothing waits for it:
    files, sockets and servers are closed where they were opened.
    """
    code = main()
    if sys.stderr is not None:
        sys.stderr.flush()
    os._exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code (docs/headless.md). Never shows a traceback for what a user can cause."""
    # Loading makes many objects and hardly any garbage: looking for some every 700 objects costs 6 % of a whole check (measured).
    gc.set_threshold(20_000)
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _run(words)
        _flush()
        return code
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        _quiet()
        return _READER_GONE


def _run(words: list[str]) -> int:
    from wizard.commands.terminal import UsageError

    try:
        if not words:  # the wizard as it is mostly opened: nothing to parse
            return _open()
        from wizard.commands.parser import parse

        args, module = parse(words)
        return int(module.run(args)) if module else _without_command(args)
    except UsageError as problem:
        return _refuse(problem, words)
    except SystemExit as leaving:  # argparse leaves this way after --help and --version
        return leaving.code if isinstance(leaving.code, int) else 0


def _without_command(args: argparse.Namespace) -> int:
    if args.man:
        from wizard.commands.manual import show

        return show()
    if args.print_completion:
        from wizard.commands.completion import show as show_completion

        return show_completion(args.print_completion)
    return _open(args.profile, args.config)


def _open(profile: str = "", config: str = "") -> int:
    from wizard.commands.screen import run

    return run(profile, config)


def _refuse(problem: UsageError, words: list[str]) -> int:
    """Say why nothing was begun. Monitoring reads one line on standard output and its own exit code instead."""
    from wizard.commands.terminal import Output, talk

    if "--nagios" in words:
        from wizard.render.nagios import State, unknown

        Output(sys.stdout).write(unknown(" · ".join(problem.lines)) + "\n")
        return State.UNKNOWN
    talk(*(f"smtp-wizard: {line}" for line in problem.lines))
    if problem.usage:
        talk(*problem.usage.splitlines())
    return 2


def _interrupted() -> int:
    from wizard.commands.terminal import talk

    talk("", "Stopped.")
    return _INTERRUPTED


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()


def _quiet() -> None:
    from wizard.commands.terminal import silence

    silence(sys.stdout)


if __name__ == "__main__":
    program()
