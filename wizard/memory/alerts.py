"""What was last told of each profile, so that monitoring speaks only when something changed. Holds no secret, no address.

Must not know reports or how a state is found.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from wizard import safefile

_SCHEMA = 1


class Told(NamedTuple):
    """What was told: state (``OK``, ``CRITICAL``, ...), the ids of causes and warnings, and since when (ISO 8601, UTC)."""

    state: str
    ids: tuple[str, ...]
    since: str


class Change(NamedTuple):
    """One profile whose state or causes are not what they were; ``before`` is None at its first time."""

    name: str
    before: Told | None
    now: Told


def alerts_path() -> Path:
    """Return the file in the user's state folder. Raises FileNotFoundError for a user without a home."""
    from platformdirs import user_state_path

    try:
        return user_state_path("smtp-wizard", appauthor=False) / "alerts.json"
    except RuntimeError:
        raise FileNotFoundError(errno.ENOENT, "this user has no home folder") from None


def changes(now: Mapping[str, Told], path: Path | None = None) -> tuple[tuple[Change, ...], str]:
    """Keep what is told now by profile name; return what differs from the last time, and a sentence when it cannot be kept.

    A state that goes on keeps its ``since``. Nothing here is ever fatal: what cannot be read counts as never told, so that a
    state is rather told twice than never.
    """
    try:
        place = path or alerts_path()
        with safefile.locked(place):
            kept = _read(place)
            found = tuple(Change(name, kept.get(name), told) for name, told in now.items() if _differs(kept.get(name), told))
            if found:
                kept.update({change.name: change.now for change in found})
                safefile.write_atomic(place, _written(kept))
    except OSError as problem:
        everything = tuple(Change(name, None, told) for name, told in now.items())
        return everything, f"What was told cannot be kept, so everything is told every time: {safefile.reason(problem)}."
    return found, ""


def _differs(before: Told | None, now: Told) -> bool:
    return before is None or (before.state, before.ids) != (now.state, now.ids)


def _written(kept: Mapping[str, Told]) -> bytes:
    profiles = {name: {"state": told.state, "ids": list(told.ids), "since": told.since} for name, told in kept.items()}
    return json.dumps({"schema": _SCHEMA, "profiles": profiles}, indent=1).encode()


def _read(place: Path) -> dict[str, Told]:
    try:
        content = json.loads(safefile.read_bounded(place))
        if content["schema"] != _SCHEMA:
            return {}
        return {str(name): _told(told) for name, told in content["profiles"].items()}
    except (FileNotFoundError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


def _told(told: Mapping[str, object]) -> Told:
    ids = told["ids"]
    if not isinstance(ids, list):
        raise TypeError("the ids are a list")
    return Told(str(told["state"]), tuple(str(name) for name in ids), str(told["since"]))
