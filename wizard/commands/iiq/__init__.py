"""``iiq``: everything about IdentityIQ's mail, one file per action. Must not know what the actions do.

``iiq`` alone, and ``iiq PROFILE``, are short for ``iiq card``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module

ACTIONS: dict[str, str] = {
    "card": "the two screen paths in IdentityIQ and the values to type there",
    "find": "find IdentityIQ on this host: its folder, Java, trust store and mail library",
    "read": "read IdentityIQ's mail settings from a file or from this host, and say what is wrong with them",
    "test": "test a profile with IdentityIQ's own Java and mail library, beside our own test",
    "trust": "hold the server's certificates against the trust store of IdentityIQ's Java",
    "oauth": "the values for HTTP/OAuth, and a live test of them",
    "export": "write the file to import into IdentityIQ, and the one that takes it back",
    "check-file": "say what is wrong with a file to import, made here or by hand",
    "apply": "change IdentityIQ on this host, read back and compare",
    "undo": "import the rollback file that was made before a change",
    "watch": "show every mail IdentityIQ sends, through a relay on this host",
    "arrived": "say what received headers, a mailbox or the code of a message prove",
    "proof": "how to see in IdentityIQ itself that mail was sent, and what each state means",
    "log": "the line IdentityIQ's log is expected to show, for every finding",
    "template": "render, examine and send IdentityIQ's e-mail templates",
}
MODULES = {name: f"wizard.commands.iiq.{name.replace('-', '_')}" for name in ACTIONS}


def spelled_out(words: Sequence[str]) -> list[str]:
    """Return the words with ``card`` put in where ``iiq`` is followed by no action."""
    at = list(words).index("iiq") + 1
    rest = list(words[at:])
    first = next((word for word in rest if not word.startswith("-")), "")
    if first in ACTIONS or any(word in ("-h", "--help") for word in rest):
        return list(words)
    return [*words[:at], "card", *rest]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions, each with its own flags."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    for name, summary in ACTIONS.items():
        about = f"{summary[0].upper()}{summary[1:]}."
        made = actions.add_parser(name, help=summary, description=about, allow_abbrev=False)
        import_module(MODULES[name]).add_arguments(made)


def run(args: argparse.Namespace) -> int:
    """Do one action and return the exit code. Raises UsageError with the sentence to show."""
    code: int = import_module(MODULES[args.action or "card"]).run(args)
    return code
