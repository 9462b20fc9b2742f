"""Shell completion, made from the parser itself: shtab for bash and zsh, a small generator for fish, which shtab lacks."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from importlib.util import find_spec

from wizard.commands import COMMANDS
from wizard.commands.parser import PROGRAM, Parser, build, load
from wizard.commands.terminal import write_out

# Values worth offering. Not ``choices`` of the real parser: there a wrong value gets the same sentence as everywhere else.
_VALUES = {
    "field_security": ("starttls", "tls", "none"),
    "field_mechanism": ("auto", "plain", "login", "cram-md5", "scram-sha-1", "scram-sha-256", "scram-sha-512", "xoauth2"),
}
_FILES = ("config", "password_file", "field_ca_file")


def show(shell: str) -> int:
    """Print the completion of one shell to standard output."""
    write_out(script(shell))
    return 0


def script(shell: str) -> str:
    """Return the completion script of ``bash``, ``zsh`` or ``fish``."""
    parser, commands = build({name: load(name) for name in COMMANDS if find_spec(f"wizard.commands.{name}")})
    for one in (parser, *commands.values()):
        _offer_values(one)
    if shell == "fish":
        return "\n".join(_fish(parser, commands)) + "\n"
    import shtab

    return str(shtab.complete(parser, shell=shell))


def _offer_values(parser: argparse.ArgumentParser) -> None:
    import shtab

    for action in parser._actions:  # argparse offers no public way to walk a parser; shtab does the same
        if action.dest in _VALUES:
            action.choices = _VALUES[action.dest]
        if action.dest in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]  # shtab's own marker on an action


def _fish(parser: Parser, commands: dict[str, Parser]) -> Iterator[str]:
    yield f"complete -c {PROGRAM} -f"
    alone = "__fish_use_subcommand"
    for action in parser._actions:
        if not isinstance(action, argparse._SubParsersAction):
            yield from _fish_flag(action, alone)
    for name, command in commands.items():
        yield f"complete -c {PROGRAM} -n {alone} -a {name} -d {_quoted(COMMANDS[name])}"
        for action in command._actions:
            yield from _fish_flag(action, f"'__fish_seen_subcommand_from {name}'")


def _fish_flag(action: argparse.Action, condition: str) -> Iterator[str]:
    flags = " ".join(f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in action.option_strings)
    if not flags or action.help == argparse.SUPPRESS:
        return
    value = ""
    if action.choices:
        value = f" -x -a {_quoted(' '.join(str(choice) for choice in action.choices))}"
    elif action.dest in _FILES:
        value = " -r -F"
    elif action.nargs != 0:
        value = " -x"
    yield f"complete -c {PROGRAM} -n {condition} {flags}{value} -d {_quoted(action.help or '')}"


def _quoted(text: str) -> str:
    """Quote for fish, where only backslash and the quote itself mean something within single quotes."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("%%", "%")
    return f"'{escaped}'"
