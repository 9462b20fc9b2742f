"""Flags that several commands have, said once: another configuration file, single fields, where a password comes from.

Must not know what a command does with them.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

CONFIG_VARIABLE = "SMTP_WIZARD_CONFIG"


def add_config(to: argparse._ActionsContainer) -> None:
    """Add --config. It may stand before the command too, so it brings no default: that would beat what was said there."""
    to.add_argument(
        "--config", default=argparse.SUPPRESS, metavar="FILE", help=f"another configuration file (or {CONFIG_VARIABLE})"
    )


def config_path(args: argparse.Namespace) -> Path | None:
    """Return the configuration file the arguments name, before the command or after it; None for the usual one."""
    named = getattr(args, "config", "")
    return Path(os.path.expanduser(named)) if named else None


def add_changes(to: argparse._ActionsContainer, words: str) -> None:
    """Add --set FIELD=VALUE, read by ``setup.changes_of``; ``words`` are its help."""
    to.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", dest="changes", help=words)


def add_password_places(group: argparse._ArgumentGroup) -> None:
    """Add the flags that say where a password comes from, one at most, read by ``password.password_for``."""
    places = group.add_mutually_exclusive_group()
    places.add_argument("--password-stdin", action="store_true", help="read it from standard input")
    places.add_argument("--password-file", metavar="FILE", help="read it from a file only you can read")
    places.add_argument("--password-command", metavar="COMMAND", help="take what a command prints")


def absolute(text: str) -> Path:
    """Return a path that was typed as one that stays right wherever the program stands; ``~`` is the home folder."""
    return Path(os.path.abspath(os.path.expanduser(text)))
