"""How the command line is understood: one parser, in which only the command that was named is filled in.

So ``check --help`` never imports what another command needs. Must not know what a command does.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import NoReturn

from wizard import __version__
from wizard.commands import COMMANDS
from wizard.commands.terminal import UsageError

PROGRAM = "smtp-wizard"
SHELLS = ("bash", "zsh", "fish")
_VALUE_OPTIONS = ("--config", "--profile", "--print-completion")
_SECRET_FLAGS = ("--password-stdin", "--password-file", "--password-command")
_ABOUT = "Make an application send mail: set up, test and repair SMTP. Without a command, the wizard opens."
_AFTER = "Exit codes: 0 passed, 1 a stage failed, 2 usage or configuration, 130 interrupted. The manual: smtp-wizard --man"


class Formatter(argparse.HelpFormatter):
    """argparse's own, told the width: it would import shutil and four compressors to ask, once for every flag."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns())


@cache
def _columns() -> int:
    """Return the width for help: COLUMNS, the terminal's, or 80."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isdigit() and int(asked) > 0:
        return int(asked)
    for stream in (1, 2):
        with suppress(OSError):
            return os.get_terminal_size(stream).columns or 80
    return 80


class Parser(argparse.ArgumentParser):
    """argparse whose errors are UsageError, and whose unknown flags come with the nearest known one."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError instead of leaving. A value given to a flag that takes none is not repeated: it may be a secret."""
        flag, found, _ = message.partition(": ignored explicit argument")
        if found:
            message = f"{flag}: takes no value"
        raise UsageError(message, usage=f"More: {self.prog} --help")

    def known_flags(self) -> list[str]:
        """Return the long flags of this parser."""
        return [flag for action in self._actions for flag in action.option_strings if flag.startswith("--")]


def parse(words: Sequence[str]) -> tuple[argparse.Namespace, ModuleType | None]:
    """Understand the command line. Returns its arguments and the command's module, None for the wizard itself.

    Raises UsageError; leaves with SystemExit for --help and --version, as argparse does.
    """
    command = named_command(words)
    if command and command not in COMMANDS:
        raise UsageError(
            f"there is no command '{command}'{_nearest(command, COMMANDS)}", usage=f"Commands: {', '.join(COMMANDS)}"
        )
    module = load(command) if command else None
    if module is not None and hasattr(module, "spelled_out"):
        words = module.spelled_out(words)  # a command may be shortened: its first action left out
    parser, commands = build({command: module} if module else {})
    args, unknown = parser.parse_known_args(words)
    if unknown:
        chosen = _innermost(commands.get(command, parser), args)
        chosen.error(_about_unknown(unknown, chosen.known_flags()))
    return args, module


def _innermost(parser: Parser, args: argparse.Namespace) -> Parser:
    """Return the parser of the action that was named, whose flags are the ones to compare with."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            inner = action.choices.get(str(getattr(args, action.dest, None)))
            return _innermost(inner, args) if isinstance(inner, Parser) else parser
    return parser


def load(command: str) -> ModuleType:
    """Import the module of one command."""
    return import_module(f"wizard.commands.{command}")


def build(modules: dict[str, ModuleType]) -> tuple[Parser, dict[str, Parser]]:
    """Return the parser and those of its commands; the commands without a module have a name and a help line only."""
    parser = Parser(prog=PROGRAM, description=_ABOUT, epilog=_AFTER, allow_abbrev=False, formatter_class=Formatter)
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    parser.add_argument("--man", action="store_true", help="show the manual")
    parser.add_argument("--print-completion", choices=SHELLS, metavar="SHELL", help="print shell completion: bash, zsh or fish")
    parser.add_argument("--profile", default="", metavar="NAME", help="open the wizard with a saved profile")
    parser.add_argument("--config", default="", metavar="FILE", help="another configuration file (or SMTP_WIZARD_CONFIG)")
    # With its own prog, argparse needs no formatter here, and so no shutil with its four compressors.
    group = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", parser_class=Parser, prog=PROGRAM)
    made: dict[str, Parser] = {}
    for name, summary in COMMANDS.items():
        about = f"{summary[0].upper()}{summary[1:]}."
        made[name] = group.add_parser(name, help=summary, description=about, allow_abbrev=False, formatter_class=Formatter)
        if name in modules:
            modules[name].add_arguments(made[name])
    return parser, made


def named_command(words: Sequence[str]) -> str:
    """Return the first word that is neither a flag nor a flag's value; empty when there is none."""
    rest = iter(words)
    for word in rest:
        if word == "--":
            return ""
        if word in _VALUE_OPTIONS:
            next(rest, None)
        elif not word.startswith("-"):
            return word
    return ""


def _about_unknown(unknown: Sequence[str], flags: Sequence[str]) -> str:
    word = next((word for word in unknown if word.startswith("-")), "")
    if not word:
        return f"'{unknown[0]}' is one word too many"
    flag = word.partition("=")[0]  # the value stays out of the message: it may be a secret typed by mistake
    if flag in ("--password", "--pass", "--passwd", "--token", "--secret"):
        return f"there is no flag {flag}, because others can read arguments: use {', '.join(_SECRET_FLAGS)}"
    return f"there is no flag {flag}{_nearest(flag, flags)}"


def _nearest(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    found = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f": did you mean {found[0]}?" if found else ""
