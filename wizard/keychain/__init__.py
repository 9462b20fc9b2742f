"""Where a secret lives and how it is had: keyring, file, command, environment variable, systemd credential, or asked each time.

One ladder, no silent step from one rung to another. Must not know servers, screens or the configuration file.
"""

from __future__ import annotations

from pathlib import Path
from typing import assert_never

from wizard.keychain import asking, command, file, given, ring
from wizard.keychain.asking import ask, can_ask, from_stdin
from wizard.keychain.file import default_file
from wizard.keychain.rung import Rung, SecretUnavailable, password_of
from wizard.profile import Password, Profile, SecretKind, SecretRef

__all__ = [
    "Rung",
    "SecretUnavailable",
    "account_for",
    "account_of",
    "ask",
    "can_ask",
    "clear",
    "default_file",
    "fetch",
    "from_stdin",
    "rungs",
    "store",
]

DEADLINE = 5.0  # seconds to get a secret
STORE_DEADLINE = 30.0  # seconds to keep one: a keyring may first ask a person to unlock it


def account_of(profile: Profile) -> str:
    """Return the name a keyring keeps this profile's secret under: profile and user."""
    return account_for(profile.name, profile.login.username if profile.login else "")


def account_for(name: str, user: str) -> str:
    """Return the same from a profile's name and its user name."""
    return f"{name} ({user})" if name and user else name or user


async def rungs(*, config: Path | None = None, deadline: float = DEADLINE) -> tuple[Rung, ...]:
    """Return the whole ladder as it stands in this session, safest first. ``config`` is the configuration file."""
    if config is None:
        from wizard.config import config_path

        config = config_path()
    return (
        await ring.rung(deadline),
        file.rung(default_file("", config).parent),
        command.rung(),
        *given.rungs(),
        asking.rung(),
    )


async def fetch(ref: SecretRef, *, account: str, deadline: float = DEADLINE) -> Password:
    """Return the secret from where the reference says, within ``deadline`` seconds. Raises SecretUnavailable.

    ``ask`` always raises: typing is the caller's business, who knows whether anybody is there.
    """
    match ref.kind:
        case SecretKind.KEYRING:
            return await ring.fetch(account, deadline)
        case SecretKind.FILE:
            return file.fetch(ref.detail)
        case SecretKind.COMMAND:
            return await command.fetch(ref.detail, deadline)
        case SecretKind.ENV:
            return given.fetch_variable(ref.detail)
        case SecretKind.CREDENTIAL:
            return given.fetch_credential(ref.detail)
        case SecretKind.ASK:
            raise SecretUnavailable("The password of this profile is kept nowhere: it is typed each time.")
        case _:
            assert_never(ref.kind)


async def store(ref: SecretRef, account: str, password: Password, *, deadline: float = STORE_DEADLINE) -> str:
    """Keep the secret, read it back, and return where it went, as the rest of a sentence. Raises SecretUnavailable."""
    password = password_of(password.reveal(), "The password")
    match ref.kind:
        case SecretKind.KEYRING:
            return await ring.store(account, password, deadline)
        case SecretKind.FILE:
            return file.store(ref.detail, password)
        case SecretKind.COMMAND | SecretKind.ENV | SecretKind.CREDENTIAL | SecretKind.ASK:
            raise SecretUnavailable(f"Nothing can be stored there. {OWNER[ref.kind]}")
        case _:
            assert_never(ref.kind)


async def clear(ref: SecretRef, account: str, *, deadline: float = STORE_DEADLINE) -> bool:
    """Take the secret away from where the reference says; False when there was none. Raises SecretUnavailable."""
    match ref.kind:
        case SecretKind.KEYRING:
            return await ring.clear(account, deadline)
        case SecretKind.FILE:
            return file.clear(ref.detail)
        case SecretKind.COMMAND | SecretKind.ENV | SecretKind.CREDENTIAL | SecretKind.ASK:
            raise SecretUnavailable(f"Nothing was stored there, so there is nothing to clear. {OWNER[ref.kind]}")
        case _:
            assert_never(ref.kind)


OWNER = {
    SecretKind.COMMAND: "The program the command names keeps the password: change it there.",
    SecretKind.ENV: "Whoever starts the program sets the environment variable: change it there.",
    SecretKind.CREDENTIAL: "systemd passes the credential: change it where the unit's LoadCredential points.",
    SecretKind.ASK: "The password is typed each time and kept nowhere.",
}
