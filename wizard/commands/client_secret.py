"""The client secret of HTTP/OAuth for one run, and the place it is kept in. Must not show it, nor know what it opens."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from wizard.commands.terminal import UsageError, is_terminal, talk

if TYPE_CHECKING:
    from wizard.draft import Draft
    from wizard.identityiq.oauth import OAuthSettings
    from wizard.profile import Password, SecretRef

VARIABLE = "SMTP_WIZARD_CLIENT_SECRET"


class Owner(NamedTuple):
    """Whose secret it is: the profile, the Client ID, and where the profile says that it is kept (empty: nowhere)."""

    profile: str
    client_id: str
    reference: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags that say where the secret is; it is never an argument itself."""
    places = parser.add_argument_group(f"client secret (never an argument itself; or {VARIABLE})")
    one = places.add_mutually_exclusive_group()
    one.add_argument("--client-secret-stdin", action="store_true", help="read it from standard input")
    one.add_argument("--client-secret-file", metavar="FILE", help="read it from a file only you can read")
    one.add_argument("--client-secret-command", metavar="COMMAND", help="take what a command prints")
    places.add_argument(
        "--keep-secret",
        default="",
        metavar="PLACE",
        help="with --save, keep it there: keyring, or file:PATH for a file only you can read",
    )
    parser.add_argument("--no-input", action="store_true", help="never ask anything")


def reference(args: argparse.Namespace) -> str:
    """Return the place the flags name, as a profile holds it; empty when they name none."""
    if args.client_secret_file is not None:
        return f"file:{Path(args.client_secret_file).expanduser().absolute()}"
    return f"command:{args.client_secret_command}" if args.client_secret_command is not None else ""


def secret_for(owner: Owner, args: argparse.Namespace, given: str) -> Password:
    """Return the secret: from standard input, the place a flag names, the environment (``given``), the profile's place, or asked.

    Raises UsageError with the sentence to show where there is none.
    """
    from wizard.keychain import SecretUnavailable, account_for, fetch, from_stdin
    from wizard.profile import Password, SecretKind

    try:
        if args.client_secret_stdin:
            if is_terminal(sys.stdin) and args.no_input:
                raise UsageError("client secret: --no-input forbids to ask, and standard input is a terminal: pipe it in")
            return _asked(owner) if is_terminal(sys.stdin) else from_stdin()
        named = reference(args)
        if given and not named:
            return Password(given)
        ref = _ref(named or owner.reference)
        if ref.kind is not SecretKind.ASK:
            return asyncio.run(fetch(ref, account=account_for(owner.profile, owner.client_id)))
    except SecretUnavailable as problem:
        raise UsageError(f"client secret: {problem}") from None
    if args.no_input or not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        raise UsageError(
            "client secret: there is none to test with. Pipe it in with --client-secret-stdin, name a file or command, "
            f"or set {VARIABLE}",
            usage="To see the values without a test: --values",
        )
    return _asked(owner)


def _ref(text: str) -> SecretRef:
    from wizard.profile import SecretKind, SecretRef

    try:
        return SecretRef.from_text(text) if text.strip() else SecretRef(SecretKind.ASK)
    except ValueError as problem:
        raise UsageError(f"client secret: {problem}") from None


def _asked(owner: Owner) -> Password:
    from wizard.keychain import SecretUnavailable, ask

    try:
        return ask(f"Client secret of {owner.client_id}: ")
    except SecretUnavailable as problem:
        raise UsageError(f"client secret: {problem}") from None


def save(args: argparse.Namespace, draft: Draft, settings: OAuthSettings, secret: Password | None) -> None:
    """Save the values in the profile ``--save`` names, and the secret where ``--keep-secret`` says. Raises UsageError."""
    from wizard.commands.saved import config_of
    from wizard.config import ConfigError, save_profile
    from wizard.draft import Change, Field
    from wizard.identityiq.oauth import Slot

    config = config_of(args)
    known = config.profiles.get(args.save)
    base = known or draft
    slots = [slot for slot in Slot if slot is not Slot.CLIENT_SECRET and settings.get(slot)]
    changes = [Change(slot.field, settings.get(slot)) for slot in slots]
    if not base.host:
        changes.append(Change(Field.IIQ_TYPE, "http"))
    place = _kept(args, settings, secret) or reference(args)
    if place:
        changes.append(Change(Field.IIQ_CLIENT_SECRET, place))
    try:
        save_profile(args.save, base.with_changes(*changes), path=config.path, base=known)
    except ConfigError as problem:
        raise UsageError(*str(problem).splitlines()) from problem
    talk(f"Saved in '{args.save}' in {config.path}.")
    if not (place or base.iiq_client_secret):
        talk("The client secret is kept nowhere and asked for each time. To keep it, add --keep-secret keyring or file:PATH.")


def _kept(args: argparse.Namespace, settings: OAuthSettings, secret: Password | None) -> str:
    """Keep the secret where that was asked for, and return the reference to it."""
    if not args.keep_secret:
        return ""
    from wizard.keychain import SecretUnavailable, account_for, store

    if secret is None:
        raise UsageError("--keep-secret: there is no client secret to keep without a test: leave --values out")
    ref = _ref(args.keep_secret)
    try:
        where = asyncio.run(store(ref, account_for(args.save, settings.client_id), secret))
    except SecretUnavailable as problem:
        raise UsageError(f"--keep-secret: {problem}") from None
    talk(f"The client secret is kept {where}.")
    return str(ref)
