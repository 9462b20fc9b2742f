"""What every place for a secret shares: whether it can be used and why not, and what bytes count as a secret."""

import re
from typing import NamedTuple

from wizard.profile import Password, SecretKind

LARGEST = 65_536  # bytes; the longest OAuth tokens have a few thousand
_UNFIT = re.compile(r"[\x00\r\n\ud800-\udfff]")


class SecretUnavailable(Exception):  # noqa: N818 - it names a state the caller expects, as the contract between the parts does
    """The secret cannot be had, kept or cleared. Its text is the user's sentence and never holds any of the secret."""


class Rung(NamedTuple):
    """One place on the ladder. ``why`` says in a few words what it is, or why it cannot be used; ``stores``: can be written."""

    kind: SecretKind
    available: bool
    why: str
    stores: bool = False


def password_from(data: bytes, place: str) -> Password:
    """Return the secret a file, a credential or a program's output holds: one line, its line end taken off, nothing else.

    Raises SecretUnavailable, whose sentence begins with ``place``.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise SecretUnavailable(f"{place} is not UTF-8 text, so it is no password that can be sent.") from None
    line = text.removesuffix("\n")
    if line != text:
        line = line.removesuffix("\r")
    return password_of(line, place)


def password_of(text: str, place: str) -> Password:
    """Return the text as a secret. Raises SecretUnavailable when it is empty, or holds what no sign-in can send."""
    if not text:
        raise SecretUnavailable(f"{place} is empty.")
    if "\n" in text or "\r" in text:
        raise SecretUnavailable(f"{place} has more than one line. Keep the password alone, on one line.")
    if _UNFIT.search(text):
        raise SecretUnavailable(f"{place} contains bytes that no password has. Write it again as plain text.")
    return Password(text)
