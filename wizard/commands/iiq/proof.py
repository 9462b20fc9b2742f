"""``iiq proof``: how IdentityIQ itself shows that mail was sent, and what each state means. Must not know IdentityIQ."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.identityiq.watch.proof import Chapter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``iiq proof``."""
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print it. Returns 0."""
    import sys

    from wizard.commands.saved import print_json, print_lines
    from wizard.commands.terminal import is_terminal, width_of
    from wizard.identityiq.watch import proof

    if args.json:
        print_json({"schema": 1, "chapters": [_as_json(chapter) for chapter in proof.CHAPTERS]})
        return 0
    print_lines(proof.lines(width_of(sys.stdout) if is_terminal(sys.stdout) else 80))
    return 0


def _as_json(chapter: Chapter) -> dict[str, object]:
    return {
        "id": chapter.id,
        "title": chapter.title,
        "statements": [{"text": one.text, "certainty": one.certainty.value} for one in chapter.statements],
    }
