"""What was last told of each profile, so that monitoring speaks only when something changed. Holds no secret, no address.

Must not know reports or how a state is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from wizard import safefile
from wizard.memory.place import change, state_file

_FILE, _KEY = "alerts.json", "profiles"


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


def changes(now: Mapping[str, Told], path: Path | None = None) -> tuple[tuple[Change, ...], str]:
    """Keep what is told now by profile name; return what differs from the last time, and a sentence when it cannot be kept.

    A state that goes on keeps its ``since``. Nothing here is ever fatal: what cannot be read counts as never told, so that a
    state is rather told twice than never.
    """
    found: tuple[Change, ...] = ()

    def edit(kept: dict[str, Any]) -> bool:
        nonlocal found
        before = {name: _told(value) for name, value in kept.items()}
        found = tuple(Change(name, before.get(name), told) for name, told in now.items() if _differs(before.get(name), told))
        kept.update({one.name: one.now._asdict() for one in found})
        return bool(found)

    try:
        change(path or state_file(_FILE), _KEY, edit)
    except OSError as problem:
        everything = tuple(Change(name, None, told) for name, told in now.items())
        return everything, f"What was told cannot be kept, so everything is told every time: {safefile.reason(problem)}."
    return found, ""


def _differs(before: Told | None, now: Told) -> bool:
    return before is None or (before.state, before.ids) != (now.state, now.ids)


def _told(kept: object) -> Told | None:
    match kept:
        case {"state": str(state), "ids": list(ids), "since": str(since)}:
            return Told(state, tuple(str(name) for name in ids), since)
        case _:
            return None
