"""``iiq log``: for every finding, the line IdentityIQ's log is expected to show. Must not know what JavaMail does."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.profile import Security


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``iiq log``."""
    parser.add_argument(
        "finding", nargs="?", default="", metavar="FINDING", help="one finding's id, such as cert-expired; else all"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the lines. Returns 0. Raises UsageError for an id that is none."""
    from wizard.commands.saved import print_json, print_lines
    from wizard.commands.terminal import UsageError, talk
    from wizard.diagnosis.names import NAMES

    if args.finding and args.finding not in NAMES:
        from difflib import get_close_matches

        near = get_close_matches(args.finding, list(NAMES), n=3, cutoff=0.4)
        hint = f": did you mean {' or '.join(near)}?" if near else ""
        raise UsageError(
            f"there is no finding '{args.finding}'{hint}", "docs/findings.md lists them, and iiq log without one does"
        )
    chosen = [args.finding] if args.finding else list(NAMES)
    if args.json:
        print_json({"schema": 1, "findings": [{"id": one, "log": _lines(one)} for one in chosen]})
        return 0
    print_lines([line for one in chosen for line in _text(one, NAMES[one])])
    talk("The other way round, from a log to the findings: smtp-wizard explain FILE")
    return 0


def _lines(finding: str) -> dict[str, str]:
    """Return what the log is expected to show, by what IdentityIQ calls the encryption."""
    from wizard.identityiq.javamail.loglines import log_lines
    from wizard.modes import IIQ_WORDS

    return {IIQ_WORDS[security]: log_lines(finding, security) for security in _order()}


def _order() -> tuple[Security, ...]:
    from wizard.profile import Security

    return (Security.STARTTLS, Security.TLS, Security.NONE)


def _text(finding: str, name: str) -> list[str]:
    from textwrap import wrap

    lines = _lines(finding)
    said = [("", lines["TLS"])] if len(set(lines.values())) == 1 else [(f"{word:<5} ", text) for word, text in lines.items()]
    found = [f"{finding}  {name}"]
    for word, text in said:
        found += wrap(text, 80, initial_indent=f"    {word}", subsequent_indent=" " * (4 + len(word)), break_on_hyphens=False)
    return [*found, ""]
