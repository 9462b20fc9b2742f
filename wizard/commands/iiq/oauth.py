"""``iiq oauth``: the values for IdentityIQ's HTTP/OAuth, and a live test of them. Must not know HTTP."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from wizard.commands import client_secret
from wizard.commands.flags import add_config, config_path

if TYPE_CHECKING:
    from wizard.draft import Draft
    from wizard.identityiq.oauth import OAuthSettings, Problem
    from wizard.profile import Password

CLOUDS = ("global", "gcc-high", "dod", "china")  # those of wizard/identityiq/oauth/microsoft.py, which --help does not load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``iiq oauth``."""
    parser.add_argument("profile", nargs="?", default="", metavar="PROFILE", help="a saved profile; without it, the flags alone")
    asked = parser.add_argument_group("Microsoft 365: propose the values")
    asked.add_argument("--tenant", default="", metavar="TENANT", help="the tenant's id, or one of its domains")
    asked.add_argument("--cloud", choices=CLOUDS, default="global", help="which of Microsoft's clouds it lives in")
    values = parser.add_argument_group("values (they beat the profile and the proposal)")
    for flag, dest, metavar, words in _VALUES:
        values.add_argument(flag, dest=dest, default=None, metavar=metavar, help=words)
    values.add_argument("--ca-file", default=None, metavar="FILE", help="trust the authorities in this PEM file instead")
    values.add_argument("--timeout", default=None, metavar="SECONDS", help="for each step, 15 unless told")
    client_secret.add_arguments(parser)
    parser.add_argument("--values", action="store_true", help="show the values and what is wrong with them; ask nobody")
    parser.add_argument("--send", action="store_true", help="send one test message to the recipient; without it nothing is sent")
    parser.add_argument("--save", default="", metavar="PROFILE", help="save the values in this profile")
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object")


_VALUES = (
    ("--email-endpoint", "email_endpoint", "URL", "Email Service Endpoint"),
    ("--token-endpoint", "token_endpoint", "URL", "Token Endpoint"),
    ("--refresh-endpoint", "refresh_endpoint", "URL", "Refresh Token Endpoint"),
    ("--scope", "scope", "SCOPE", "Scope, which ends in /.default"),
    ("--client-id", "client_id", "ID", "Client ID: the Application (client) ID"),
    ("--from", "sender", "ADDRESS", "the mailbox that sends"),
    ("--to", "recipient", "ADDRESS", "who gets the test message"),
)


class _Asked(NamedTuple):
    """What one call is about."""

    name: str
    draft: Draft
    settings: OAuthSettings


def run(args: argparse.Namespace) -> int:
    """Show the values, test them, save them. Raises UsageError for values that cannot be tested, or no secret."""
    from wizard.commands.iiq.oauth_shown import Face
    from wizard.commands.terminal import Output, style_for
    from wizard.identityiq.oauth import OAuthRun, problems

    given = os.environ.pop(client_secret.VARIABLE, "")  # no child inherits it, whatever happens
    asked = _asked(args)
    found = problems(asked.settings, send=args.send)
    face = Face(args, asked.settings, asked.name, Output(sys.stdout), style_for(sys.stdout, os.environ))
    if args.values or not asked.settings.client_id:
        face.show(OAuthRun(asked.settings), found, tested=False)
        _save(args, asked)
        face.check_written()
        return 2 if _wrong(found, asked.settings) else 0
    secret = _secret(args, asked, found, given)
    face.show_values(found)
    outcome, interrupted = face.test(secret)
    face.show(outcome, found, tested=True)
    _save(args, asked, secret)
    face.check_written()
    if interrupted:
        return 130
    return 0 if outcome.ok else 1


def _wrong(found: tuple[Problem, ...], settings: OAuthSettings) -> bool:
    """Whether something that was typed is wrong; what is only missing is no fault of a list of values."""
    return any(problem.fatal and settings.get(problem.slot).strip() for problem in found)


def _asked(args: argparse.Namespace) -> _Asked:
    """Put profile, proposal and flags together: the later beats the earlier."""
    from wizard.draft import Change
    from wizard.identityiq.oauth import Slot
    from wizard.identityiq.oauth.microsoft import by_id, proposal

    name, draft = _saved(args)
    if args.tenant:
        cloud = by_id(args.cloud)
        assert cloud is not None  # argparse let it through
        sender = args.sender if args.sender is not None else draft.sender
        proposed = proposal(args.tenant, sender, cloud=cloud)
        slots = (Slot.EMAIL_ENDPOINT, Slot.TOKEN_ENDPOINT, Slot.REFRESH_ENDPOINT, Slot.SCOPE)
        draft = draft.with_changes(*(Change(slot.field, proposed.get(slot)) for slot in slots))
    given = {Slot(dest): getattr(args, dest) for _, dest, _, _ in _VALUES if getattr(args, dest) is not None}
    draft = draft.with_changes(*(Change(slot.field, value) for slot, value in given.items()))
    return _Asked(name, draft, _settings(draft, args))


def _saved(args: argparse.Namespace) -> tuple[str, Draft]:
    from wizard.commands.setup import saved_profile
    from wizard.draft import Draft

    return saved_profile(args.profile, config_path(args)) if args.profile else ("", Draft())


def _settings(draft: Draft, args: argparse.Namespace) -> OAuthSettings:
    """Return the values as they stand in the draft, blanks included: judging them is what this is for."""
    from wizard.commands.terminal import UsageError
    from wizard.identityiq.oauth import OAuthSettings, Slot
    from wizard.profile import DEFAULT_TIMEOUT, DEFAULT_TOTAL_TIMEOUT
    from wizard.values import path, seconds

    try:
        ca_file = path((args.ca_file if args.ca_file is not None else draft.ca_file).strip())
        timeout = seconds((args.timeout or draft.timeout).strip()) or DEFAULT_TIMEOUT
        total = seconds(draft.total_timeout.strip()) or max(DEFAULT_TOTAL_TIMEOUT, timeout)
    except ValueError as problem:
        raise UsageError(str(problem)) from None
    texts = {slot.value: draft.get(slot.field) for slot in Slot if slot is not Slot.CLIENT_SECRET}
    return OAuthSettings(**texts, ca_file=ca_file, timeout=timeout, total_timeout=total)


def _secret(args: argparse.Namespace, asked: _Asked, found: tuple[Problem, ...], given: str) -> Password:
    """Return the secret once the values are fit to be tested. Raises UsageError with a line for each that is not."""
    from wizard.commands.terminal import UsageError
    from wizard.identityiq.oauth import secret_problem

    fatal = [problem for problem in found if problem.fatal]
    if fatal:
        raise UsageError(*(f"{problem.slot.label}: {problem.text}" for problem in fatal))
    who = client_secret.Owner(asked.name or args.save, asked.settings.client_id, asked.draft.iiq_client_secret)
    secret = client_secret.secret_for(who, args, given)
    wrong = secret_problem(asked.settings, secret)
    if wrong and wrong.fatal:
        raise UsageError(f"{wrong.slot.label}: {wrong.text}")
    return secret


def _save(args: argparse.Namespace, asked: _Asked, secret: Password | None = None) -> None:
    if args.save:
        client_secret.save(args, asked.draft, asked.settings, secret)
