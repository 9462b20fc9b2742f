"""What the actions that hand settings over share: the profile that is meant, and its password where it is to go along.

The password is left out unless asked for; it is never an argument. Must not know XML.
"""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from wizard.commands.flags import add_changes, add_config, add_password_places, config_path
from wizard.commands.terminal import UsageError

if TYPE_CHECKING:
    from wizard.draft import Draft
    from wizard.identityiq.handover.prepare import Secret
    from wizard.profile import Profile


def add_profile_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the profile and what changes it for this once."""
    parser.add_argument("profile", nargs="?", default="", metavar="PROFILE", help="a saved profile; without it, the default one")
    parser.add_argument(
        "--redirect", default="", metavar="ADDRESS", help="send all mail to this address instead (type Redirect to Email)"
    )
    add_changes(parser, "change one field of the profile for this once; may be repeated")
    add_config(parser)


def add_password_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags about the password."""
    group = parser.add_argument_group("password (left out unless asked for, never an argument itself)")
    group.add_argument(
        "--with-password", action="store_true", help="take the profile's password along, encrypted by IdentityIQ's console"
    )
    group.add_argument(
        "--password-in-clear", action="store_true", help="with --with-password: as it is, where no console can encrypt it"
    )
    add_password_places(group)


def profile_of(args: argparse.Namespace) -> Profile:
    """Return the profile that is meant, changed as the flags say. Raises UsageError."""
    from wizard.commands.setup import saved_profile

    name, draft = saved_profile(args.profile, config_path(args))
    return parsed(name, draft, args)


def parsed(name: str, draft: Draft, args: argparse.Namespace) -> Profile:
    """Return a draft, changed as the flags say, as a profile. Raises UsageError."""
    from wizard.commands.setup import changes_of, error_lines
    from wizard.draft import Change, Field
    from wizard.profile import Invalid, parse

    changes = changes_of(args)
    if args.redirect:
        changes += [Change(Field.IIQ_TYPE, "redirectToEmail"), Change(Field.IIQ_REDIRECT_ADDRESS, args.redirect)]
    changed = draft.with_changes(*changes)
    profile = parse(changed, name)
    if isinstance(profile, Invalid):
        raise UsageError(f"The profile '{name}' is not complete:", *error_lines(profile, changed))
    return profile


def redirect_hint(profile: Profile, action: str) -> tuple[str, ...]:
    """Return how to redirect first, where that is worth proposing."""
    import shlex

    from wizard.identityiq.handover.wanted import proposes_redirect

    words = f"smtp-wizard iiq {action} {shlex.quote(profile.name)} --redirect ADDRESS"
    return (f"To redirect its mail first: {words}",) if proposes_redirect(profile) else ()


def check_password_flags(args: argparse.Namespace) -> None:
    """Raise UsageError for flags about a password that go nowhere."""
    named = args.password_stdin or args.password_file is not None or args.password_command is not None
    if (named or args.password_in_clear) and not args.with_password:
        raise UsageError("A password is handed over with --with-password only: add it, or leave the other password flags out.")
    if args.password_stdin and args.console_password_stdin:
        raise UsageError("Standard input holds one password only: name a file for the other one with --password-file FILE")


def secret_of(args: argparse.Namespace, profile: Profile) -> Secret | None:
    """Return the password to hand over; None where it stays out. Raises UsageError where there is none."""
    check_password_flags(args)
    if not args.with_password:
        return None
    from wizard.commands.password import password_for
    from wizard.identityiq.handover.prepare import Secret

    if profile.login is None:
        raise UsageError(
            "username: the profile signs in as nobody, so there is no password to hand over: leave --with-password out"
        )
    password = password_for(profile, args, os.environ)
    if not password:
        raise UsageError(
            "password: there is none to hand over, and nobody to ask. Name its place: --password-stdin, --password-file or "
            "--password-command"
        )
    return Secret(password, in_clear=args.password_in_clear)
