"""The state of this host before anything begins: settings file, places for a password, IdentityIQ. Must not know Textual."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from wizard.profile import SecretKind

if TYPE_CHECKING:
    from wizard.identityiq.installation import Installation
    from wizard.keychain import Rung


class State(NamedTuple):
    """One line: ``sign`` is ``ok``, ``!`` or nothing while it is not known."""

    sign: str
    label: str
    words: str


def settings(path: Path, problem: str, profiles: int) -> State:
    """Say whether the settings can be read and saved. ``problem`` is the sentence of a file that cannot be read."""
    if problem:
        return State("!", "settings", problem)
    folder = next((parent for parent in (path, *path.parents) if parent.exists()), Path("/"))
    if not os.access(folder, os.W_OK):
        return State("!", "settings", f"{short(path)} cannot be written: nothing can be saved there")
    return State("ok", "settings", f"{short(path)}: {_saved(profiles) if path.exists() else 'can be written'}")


def _saved(profiles: int) -> str:
    return "one profile" if profiles == 1 else f"{profiles} profiles" if profiles else "no profile yet"


def secrets(rungs: tuple[Rung, ...]) -> State:
    """Say where a password would be kept: the keyring, or what else there is. Why not stands in Details, beside the choice."""
    keyring = next((rung for rung in rungs if rung.kind is SecretKind.KEYRING), None)
    if keyring and keyring.available:
        return State("ok", "secrets", "the keyring of this session keeps them")
    return State("!", "secrets", "no keyring can be used here: Details asks where passwords go")


def short(path: Path) -> str:
    """Return a path with the home folder as ``~``."""
    try:
        home = Path.home()
    except RuntimeError:  # a user without a home folder
        return str(path)
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) and home != Path("/") else str(path)


def find_identityiq() -> tuple[Installation, ...]:
    """Return the IdentityIQs on this host; takes a moment, so not before the first paint."""
    from wizard.identityiq.host import find

    return find()


def identityiq_at(folder: Path) -> Installation | None:
    """Return the IdentityIQ in a folder, None where there is none."""
    from wizard.identityiq.host import at

    return at(folder)


def identityiq(found: tuple[Installation, ...]) -> State:
    """Say whether IdentityIQ was found, with what its mail depends on: version, Java, mail library."""
    if not found:
        return State("-", "IdentityIQ", "not on this host; mail can be set up and tested all the same")
    if len(found) > 1:
        return State("ok", "IdentityIQ", f"{len(found)} on this host: {', '.join(short(one.folder) for one in found)}")
    one = found[0]
    facts = [one.version, f"Java {one.jvm.version}" if one.jvm and one.jvm.version else "", _library(one)]
    said = ", ".join(fact for fact in facts if fact)
    return State("ok", "IdentityIQ", f"{said}: {short(one.folder)}" if said else short(one.folder))


def _library(found: Installation) -> str:
    return f"JavaMail {found.mail.version}" if found.mail and found.mail.version else ""
