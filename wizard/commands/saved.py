"""What the commands about saved profiles share: their common flags, the configuration they name, plain lines and JSON."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from wizard.commands.flags import add_config, config_path
from wizard.commands.setup import load_config
from wizard.commands.terminal import style_for, write_out

if TYPE_CHECKING:
    from wizard.config import Config


def add_common(parser: argparse.ArgumentParser, *, default: bool) -> None:
    """Add --config and --json. They may stand before the action (or the command) too, so only the outermost brings a default:
    an inner one would put it over what was said before.
    """
    add_config(parser)
    parser.add_argument(
        "--json", action="store_true", default=False if default else argparse.SUPPRESS, help="show what is asked for as JSON"
    )


def config_of(args: argparse.Namespace) -> Config:
    """Return the configuration the arguments name. Raises UsageError."""
    return load_config(config_path(args))


def print_lines(lines: Iterable[str]) -> None:
    """Write lines to standard output, in characters that can be shown there and steer no terminal."""
    style = style_for(sys.stdout, os.environ)
    write_out("".join(style.plain(line).rstrip() + "\n" for line in lines))


def print_json(value: object) -> None:
    """Write one JSON object to standard output."""
    from wizard.render.style import safe_json

    write_out(safe_json(json.dumps(value, indent=2, ensure_ascii=False)) + "\n")


def quoted(word: str) -> str:
    """Return a word as a shell takes it, for commands to copy."""
    return shlex.quote(word)
