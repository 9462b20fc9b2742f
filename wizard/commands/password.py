"""The password of one run: from standard input, the environment, the profile's reference, or asked. Must not keep or show it."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import MutableMapping

from wizard.commands.terminal import UsageError, is_terminal
from wizard.profile import Login, Password, Profile, SecretKind

SECRET_VARIABLE = "SMTP_WIZARD_PASSWORD"  # noqa: S105 - the variable's name
_LONGEST = 64 * 1024  # bytes; an OAuth token has a few thousand


def password_for(profile: Profile, args: argparse.Namespace, environ: MutableMapping[str, str]) -> Password | None:
    """Return the run's password, None when nobody signs in or nothing could be asked.

    The variable is taken out of ``environ`` whatever happens, so that no child inherits it. Raises UsageError with the
    sentence to show when the place named for it has none.
    """
    from_environment = environ.pop(SECRET_VARIABLE, "")
    login = profile.login
    if login is None:
        return None
    if args.password_stdin:
        return _from_stdin(login, profile, may_ask=not args.no_input)
    named_by_flag = args.password_file is not None or args.password_command is not None
    if from_environment and not named_by_flag:
        return Password(from_environment)
    if login.secret.kind is SecretKind.ASK:
        return _ask(login, profile) if _can_ask() and not args.no_input else None
    return _fetch(profile, login)


def _fetch(profile: Profile, login: Login) -> Password:
    from wizard.keychain import SecretUnavailable, account_of, fetch

    try:
        return asyncio.run(fetch(login.secret, account=account_of(profile)))
    except SecretUnavailable as problem:
        raise UsageError(f"password: {problem}") from None


def _from_stdin(login: Login, profile: Profile, *, may_ask: bool) -> Password:
    """Read one line; a line break at its end is not part of the password, blanks are."""
    if is_terminal(sys.stdin) and may_ask:
        return _ask(login, profile) or _nothing()
    if sys.stdin is None or is_terminal(sys.stdin):
        return _nothing()
    raw = sys.stdin.buffer.read(_LONGEST + 1)
    if len(raw) > _LONGEST:
        raise UsageError(f"password: more than {_LONGEST} bytes came from standard input: that is no password")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError("password: what came from standard input is not UTF-8 text") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if "\n" in text or "\r" in text or "\0" in text:
        raise UsageError("password: more than one line came from standard input: send the password alone")
    return Password(text) if text else _nothing()


def _nothing() -> Password:
    raise UsageError(
        "password: nothing came from standard input: for example  pass show mail/prod | smtp-wizard check prod --password-stdin"
    )


def _can_ask() -> bool:
    return is_terminal(sys.stdin) and is_terminal(sys.stderr)


def _ask(login: Login, profile: Profile) -> Password | None:
    from getpass import getpass

    try:
        typed = getpass(f"Password of {login.username} at {profile.endpoint.host}: ", stream=sys.stderr)
    except EOFError:
        return None
    return Password(typed) if typed else None
