"""``domain``: MX, SPF, DMARC and reverse DNS of a sender's domain, with the records to publish. Must not know DNS or SMTP."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.dnstypes import Records
    from wizard.profile import Profile


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``domain``."""
    parser.add_argument("address", nargs="?", default="", metavar="ADDRESS", help="the sender's address, or its domain")
    # A saved profile by the same name as in front of the command; only the outer one brings a default.
    parser.add_argument("--profile", default=argparse.SUPPRESS, metavar="NAME", help="take sender, server and EHLO name from it")
    parser.add_argument("--config", default=argparse.SUPPRESS, metavar="FILE", help="another configuration file")
    parser.add_argument("--host", default="", metavar="HOST", help="the mail server the mail goes through")
    parser.add_argument("--username", default="", metavar="USER", help="who signs in there")
    parser.add_argument("--envelope", default="", metavar="ADDRESS", help="the envelope sender, where it differs from ADDRESS")
    parser.add_argument("--ehlo-name", default="", metavar="NAME", help="the name this host gives itself")
    parser.add_argument("--exit-address", default="", metavar="IP", help="the public address mail leaves from")
    parser.add_argument("--timeout", default="", metavar="SECONDS", help="for all of it, 5 unless told")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace, resolver: Records | None = None) -> int:
    """Examine once. Returns 0 when nothing is wrong, 1 when something is; ``resolver`` is replaced in tests only.

    Raises UsageError for what is no address, no domain, no IP address or no saved profile.
    """
    import asyncio
    import json
    import os
    import sys

    from wizard import values
    from wizard.commands.terminal import Output, UsageError, style_for, talk
    from wizard.domain.examining import DEADLINE, contacts, examine
    from wizard.render import domain as words

    profile = _profile(args)
    sender = args.address or (profile.sender if profile else "")
    if not sender:
        raise UsageError("name the sender's address or domain, for example: smtp-wizard domain iiq@example.com")
    username = args.username or (profile.login.username if profile and profile.login else "")
    try:
        host = values.host(args.host.strip()) if args.host else profile.endpoint.host if profile else ""
        hello = values.ehlo_name(args.ehlo_name.strip()) or (profile.ehlo_name if profile else "")
        envelope = values.mail_address(args.envelope.strip()) if args.envelope else ""
        out = exit_address(args.exit_address)
        deadline = values.seconds(args.timeout.strip()) or DEADLINE
        asked = contacts(sender, host=host, ehlo_name=hello, envelope=envelope)
    except ValueError as problem:
        raise UsageError(str(problem)) from None
    talk("Asking this host's resolver, and nobody else:", *(f"  {line}" for line in asked))
    found = asyncio.run(
        examine(
            sender,
            envelope=envelope,
            username=username,
            host=host,
            ehlo_name=hello,
            exit_address=out,
            resolver=resolver,
            deadline=deadline,
        )
    )
    output, style = Output(sys.stdout), style_for(sys.stdout, os.environ)
    output.write((json.dumps(words.render(found), indent=1) if args.json else "\n".join(words.text(found, style))) + "\n")
    if output.problem:
        talk(f"The result could not be written to standard output: {output.problem}.")
        return 2
    return 1 if found.warns else 0


def _profile(args: argparse.Namespace) -> Profile | None:
    """Return the saved profile that was named. Raises UsageError."""
    name = getattr(args, "profile", "")
    if not name:
        return None
    from wizard.commands.flags import config_path
    from wizard.commands.setup import error_lines, saved_profile
    from wizard.commands.terminal import UsageError
    from wizard.profile import Invalid, parse

    found, draft = saved_profile(name, config_path(args))
    profile = parse(draft, found)
    if isinstance(profile, Invalid):
        raise UsageError(*error_lines(profile, draft))
    return profile


def exit_address(text: str) -> str | None:
    """Read an IP address; None when none was given. Raises ValueError with a sentence."""
    from wizard import values

    clean = text.strip().strip("[]")
    if clean and not values.is_address(clean):
        raise ValueError(f"'{values.shown(text)}' is not an IP address: type the public address that others see mail come from")
    return clean.partition("%")[0] or None
