"""``iiq template send``: one template, with sample values, as the test message of a check. Must not know SMTP or Velocity."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from wizard.commands import remembering, setup

if TYPE_CHECKING:
    from wizard.identityiq.templates import Rendered, Template
    from wizard.profile import Profile


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags: those of a check, because it is one."""
    setup.add_arguments(parser)
    remembering.add_arguments(parser)
    parser.set_defaults(deliver=True)
    parser.add_argument("--exact", action="store_true", help="leave out the line with the token at the end of the body")
    parser.add_argument("--json", action="store_const", const="json", dest="shape", help="one JSON object, as check --json")
    parser.add_argument("--transcript", action="store_true", help="add the conversation, without secrets")


def run(args: argparse.Namespace) -> int:
    """Render, sign in, send. Returns the exit code of a check; 1 as well where there is nothing that could be sent."""
    import asyncio

    from wizard.commands.check import Climb
    from wizard.commands.password import password_for
    from wizard.commands.terminal import Output, style_for, talk
    from wizard.identityiq.templates import letter_of

    if (args.sample or args.folder) and args.file and not args.profile:
        args.profile, args.file = args.file, ""
    template = _one(args)
    described = setup.from_arguments(args)
    mail = _rendered(args, template, described.profile)
    if mail is None:
        return 1
    profile = _as_sent(args, mail, described.profile)
    talk(f"Sending the template '{template.name}' to {profile.recipient}, as {profile.sender}.")
    climb = Climb(profile, described.command, Output(sys.stdout), style_for(sys.stdout, os.environ), live=args.shape is None)
    interrupted = False
    try:
        password = password_for(profile, args, os.environ)
        held_back = remembering.held_back(profile, args)
        letter = letter_of(mail, bare=args.exact)
        asyncio.run(climb.climb(password, deliver=True, held_back=held_back, letter=letter))
    except KeyboardInterrupt:
        interrupted = True
    climb.changed = remembering.Memory(climb.report, args).changed
    climb.finish(args.shape or "text", transcript=args.transcript, ticket=args.ticket)
    return 2 if climb.output.problem else climb.exit_code("text", interrupted=interrupted)


def _one(args: argparse.Namespace) -> Template:
    """Return the one template to send. Raises UsageError when more than one is meant."""
    from wizard.commands.iiq.template_named import chosen_templates
    from wizard.commands.terminal import UsageError

    chosen = chosen_templates(args, [args.file] if args.file else [])
    if len(chosen) > 1:
        names = ", ".join(f"'{one.name}'" for one in chosen[:5]) + (", ..." if len(chosen) > 5 else "")
        raise UsageError(f"one template is sent at a time, and there are {len(chosen)}: {names}", "Choose one with --name NAME")
    return chosen[0]


def _rendered(args: argparse.Namespace, template: Template, profile: Profile) -> Rendered | None:
    """Render it, and say what is wrong; None where no mail comes of it."""
    from wizard.commands.iiq.template_named import rendered_templates
    from wizard.commands.terminal import talk
    from wizard.identityiq.templates import lint

    (mail,) = rendered_templates(args, (template,), profile)
    flaws = lint(template, mail, profile=profile)
    talk(*(f"{one.finding.severity}: {one.finding.title} [{one.finding.id}]" for one in flaws))
    if not mail.complete:
        talk(f"Nothing was sent: the template '{template.name}' cannot be rendered. See: smtp-wizard iiq template lint")
        return None
    return mail


def _as_sent(args: argparse.Namespace, mail: Rendered, profile: Profile) -> Profile:
    """Return the profile with the sender IdentityIQ is expected to use: the template's From, unless --from says otherwise."""
    from wizard.commands.terminal import UsageError, talk
    from wizard.identityiq.templates.headers import address_of

    own = address_of(mail.sender) if mail.sender else ""
    if own and args.field_sender is None:
        profile = profile._replace(sender=own)
    if not profile.sender or not profile.recipient:
        missing = "sender: add --from ADDRESS" if not profile.sender else "recipient: add --to ADDRESS"
        raise UsageError(f"the test message needs a {missing}")
    if mail.cc or mail.bcc:
        talk("The template's cc and bcc are left out: a test goes to the recipient of the profile alone.")
    return profile
