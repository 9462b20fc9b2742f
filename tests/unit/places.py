"""What the tests of places for a secret share: references, a program that prints, and the sentence of a refusal."""

from __future__ import annotations

import sys
from collections.abc import Awaitable
from pathlib import Path

import pytest

from wizard.keychain import SecretUnavailable
from wizard.profile import SecretKind, SecretRef

SECRETS = [
    "hunter2",
    " blanks around ",
    "Schlüssel-äöüß",
    "🔑🙂👩‍👩‍👧",
    "x" * 300,
    "quote\"s'$(id)`id`\\n;&|",
    "tab\tinside",
    "#=[]{}%",
]
KEYRING = SecretRef(SecretKind.KEYRING)


def ref(text: str) -> SecretRef:
    return SecretRef.from_text(text)


async def refusal(attempt: Awaitable[object]) -> str:
    """Return the sentence of an attempt that must fail."""
    with pytest.raises(SecretUnavailable) as caught:
        await attempt
    return str(caught.value)


def printing(folder: Path, body: str) -> SecretRef:
    """Return a command that runs a Python program."""
    program = folder / "program.py"
    program.write_text(body, encoding="utf-8")
    return SecretRef(SecretKind.COMMAND, f"'{sys.executable}' -I -X utf8 '{program}'")
