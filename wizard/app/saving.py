"""Saves a profile: the secret to the place chosen, then the settings to the file, and says what went where.

Must not know Textual. The secret goes first: a profile never points at a place that does not hold it yet.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from wizard.app import run
from wizard.app.verdict import Note, Tone
from wizard.draft import Change, Draft, Field
from wizard.profile import Invalid, Password, Profile, SecretKind, SecretRef, parse

HOLDS = (SecretKind.KEYRING, SecretKind.FILE)
PLACES = {
    SecretKind.KEYRING: "the keyring",
    SecretKind.FILE: "a file only you can read",
    SecretKind.COMMAND: "a command that prints it",
    SecretKind.ENV: "an environment variable",
    SecretKind.CREDENTIAL: "a systemd credential",
    SecretKind.ASK: "nowhere: ask each time",
}


class NotSavedError(Exception):
    """Nothing was saved; the text is the user's sentence."""


async def save(
    name: str, draft: Draft, place: SecretRef, typed: Password | None, path: Path | None, base: Draft | None = None
) -> tuple[Draft, tuple[Note, ...]]:
    """Save ``draft`` as ``name`` with its secret in ``place``; return the draft as saved and the sentences about it.

    With ``base``, the profile as it was loaded, only what has changed since is written.

    Raises NotSavedError with a sentence when the secret or the settings could not be written.
    """
    from wizard import config, keychain

    old = parse(draft, name)
    if isinstance(old, Invalid):
        raise NotSavedError(f"{old.first}: {old.errors[old.first]}")
    draft = draft.with_changes(Change(Field.PASSWORD, str(place) if old.login else ""))
    try:
        config.profile_name(name)
        told = await _keep_secret(old, place, typed) if old.login else "There is no password to keep."
        await asyncio.to_thread(config.save_profile, name, draft, path=path, base=base)
    except (config.ConfigError, keychain.SecretUnavailable) as problem:
        raise NotSavedError(str(problem)) from problem
    return draft, (
        Note(f"Saved as '{name}'.", wide=True, tone=Tone.CALM),
        Note(str(path or config.config_path()), "settings"),
        Note(told, "password"),
    )


async def _keep_secret(profile: Profile, place: SecretRef, typed: Password | None) -> str:
    from wizard import keychain

    assert profile.login is not None
    if place.kind in HOLDS and (typed or place != profile.login.secret):
        password = await run.password_for(profile, typed)
        if not password:
            return f"not written: there was none to write. It is expected in {PLACES[place.kind]}."
        return await keychain.store(place, keychain.account_of(profile), password)
    return f"kept where it was: {PLACES[place.kind]}" if place.kind is not SecretKind.ASK else "not kept: you are asked each time"


def default_name(draft: Draft, current: str, *, practice: bool) -> str:
    """Return a name to offer: the present one, ``practice``, or the domain of the host."""
    if current or practice:
        return current or "practice"
    labels = draft.host.strip().rstrip(".").split(".")
    return labels[-2] if len(labels) > 1 and not labels[-1].isdigit() else labels[0]


def places(draft: Draft, name: str, path: Path | None) -> tuple[SecretRef, ...]:
    """Return where the password can go when this profile is saved: where it is now first, then the others."""
    try:
        now = (SecretRef.from_text(draft.password),) if draft.password.strip() else ()
    except ValueError:
        now = ()
    others = (SecretRef(SecretKind.KEYRING), SecretRef(SecretKind.FILE, secret_file(name, path)), SecretRef(SecretKind.ASK))
    return (*now, *(each for each in others if each.kind not in {one.kind for one in now}))


def secret_file(name: str, path: Path | None) -> str:
    """Return the file a secret goes to when nothing else is said; ``path`` is the settings file, None for the usual one."""
    from wizard.config import config_path
    from wizard.keychain import default_file

    return str(default_file(name, path or config_path()))
