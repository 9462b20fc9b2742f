"""``discover``: the servers that may send for a mail address or domain, with where each came from. Must not know DNS or SMTP."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.dnstypes import Resolver
    from wizard.smtp.network import Network


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``discover``."""
    parser.add_argument("address", metavar="ADDRESS", help="a mail address, or the domain behind its @")
    parser.add_argument("--timeout", default="", metavar="SECONDS", help="for all of it, 5 unless told")
    parser.add_argument("--no-probe", action="store_true", help="name the servers without looking at them")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace, network: Network | None = None, resolver: Resolver | None = None) -> int:
    """Look once. Returns 0 when a server was found, 1 when none was; ``network`` and ``resolver`` are replaced in tests only.

    Raises UsageError for what is neither an address nor a domain.
    """
    import asyncio
    import os
    import sys
    import time
    from datetime import UTC, datetime

    from wizard import values
    from wizard.commands.terminal import Output, UsageError, style_for, talk
    from wizard.discover import DEADLINE, contacts, discover, read
    from wizard.render import discover as words

    try:
        _, domain = read(args.address)
        deadline = values.seconds(args.timeout.strip()) or DEADLINE
    except ValueError as problem:
        raise UsageError(str(problem)) from None
    asked = contacts(domain)
    if asked:
        talk("Asking, nothing is signed in or sent:", *(f"  {line}" for line in asked))
    began = time.monotonic()
    found = asyncio.run(discover(args.address, deadline=deadline, network=network, resolver=resolver))
    if found.candidates and not args.no_probe:
        from wizard.looked import look_at

        unseen = dict.fromkeys(f"{each.host} port {each.port}" for each in found.candidates if each.look is None)
        if unseen:
            talk("Looking at what was found:", *(f"  {line}" for line in unseen))
        left = max(1.0, deadline - (time.monotonic() - began))
        found = asyncio.run(look_at(found, seconds=left, network=network))
    output, style = Output(sys.stdout), style_for(sys.stdout, os.environ)
    today = datetime.now(UTC).date()
    output.write((words.render(found) if args.json else "\n".join(words.text(found, style, today))) + "\n")
    if output.problem:
        talk(f"The result could not be written to standard output: {output.problem}.")
        return 2
    return 0 if found.candidates else 1
