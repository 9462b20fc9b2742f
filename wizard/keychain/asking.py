"""The secret from the person: typed without echo on a terminal, or piped in. Keeps nothing."""

from __future__ import annotations

import sys

from wizard.keychain.rung import LARGEST, Rung, SecretUnavailable, password_from, password_of
from wizard.profile import Password, SecretKind


def can_ask() -> bool:
    """Return whether somebody sits at a terminal."""
    return sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()


def rung() -> Rung:
    """Return whether the secret can be asked for here."""
    if can_ask():
        return Rung(SecretKind.ASK, True, "typed each time, kept nowhere")
    return Rung(SecretKind.ASK, False, "no terminal to type it on")


def ask(question: str) -> Password:
    """Ask on the terminal without echo. Raises SecretUnavailable without a terminal, or when nothing is typed."""
    if not can_ask():
        raise SecretUnavailable("There is no terminal to type the password on. Pipe it in with --stdin instead.")
    import getpass
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)  # getpass would go on and show what is typed
            text = getpass.getpass(question)
    except getpass.GetPassWarning:
        raise SecretUnavailable("This terminal would show the password while it is typed. Pipe it in with --stdin.") from None
    except EOFError:
        raise SecretUnavailable("No password was typed.") from None
    return password_of(text, "The password")


def from_stdin() -> Password:
    """Read the secret from standard input; on a terminal it is asked for, without echo. Raises SecretUnavailable."""
    if sys.stdin is None or sys.stdin.closed:
        raise SecretUnavailable("Standard input is closed, so no password could be read from it.")
    if sys.stdin.isatty():
        return ask("Password: ")
    data = sys.stdin.buffer.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise SecretUnavailable("Standard input holds far more than a password.")
    return password_from(data, "What came on standard input")
