"""The state of this host before anything begins: settings file, places for a password, IdentityIQ. Must not know Textual."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from wizard.profile import SecretKind

if TYPE_CHECKING:
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


def find_identityiq() -> str:
    """Return the folder of an IdentityIQ on this host, or nothing. Looks only where application servers keep theirs."""
    named = os.environ.get("SPHOME", "")
    places = [Path(named)] if named else []
    for pattern in (
        "opt/*/webapps/*",
        "opt/*/*/webapps/*",
        "var/lib/tomcat*/webapps/*",
        "usr/share/tomcat*/webapps/*",
        "srv/*/webapps/*",
    ):
        places += sorted(Path("/").glob(pattern))
    return next((str(place) for place in places if (place / "WEB-INF" / "lib" / "identityiq.jar").is_file()), "")


def identityiq(installed: str) -> State:
    """Say whether IdentityIQ was found."""
    if installed:
        return State("ok", "IdentityIQ", f"{installed}; it is set up by hand from what you find out here")
    return State("-", "IdentityIQ", "not on this host; mail can be set up and tested all the same")
