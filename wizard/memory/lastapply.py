"""The last change made to each IdentityIQ, so that it can be taken back without naming a file. Holds paths, never a setting."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from wizard.memory import place

_FILE = "iiq-applied.json"
_KEY = "applied"
_MOST = 50  # installations


class LastApply(NamedTuple):
    """One change. ``when`` is ISO 8601 in UTC; ``rollback`` is empty where a merge restores nothing.

    ``state`` is ``begun`` until its end was seen, then what reading back gave (``done``, ``partly``, ...) or ``undone``.
    """

    installation: str
    profile: str
    when: str
    rollback: str
    whole: str
    state: str = "begun"


def folder() -> Path:
    """Return where the files of changes are kept. Raises FileNotFoundError for a user without a home."""
    return place.state_file("iiq")


def remember(change: LastApply) -> None:
    """Keep a change as the last one of its installation. Raises OSError."""

    def edit(kept: dict[str, Any]) -> bool:
        kept.pop(change.installation, None)
        kept[change.installation] = change._asdict()
        for old in list(kept)[:-_MOST]:
            del kept[old]
        return True

    place.change(place.state_file(_FILE), _KEY, edit)


def recall(installation: str = "") -> LastApply | None:
    """Return the last change of an installation, or of all; None where there is none. Raises OSError."""
    kept = place.read(place.state_file(_FILE), _KEY)
    found = [change for raw in kept.values() if (change := _of(raw)) and installation in ("", change.installation)]
    return max(found, key=lambda change: change.when, default=None)


def now() -> str:
    """Return the moment as it is kept."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _of(raw: object) -> LastApply | None:
    if not isinstance(raw, dict) or not all(isinstance(raw.get(name), str) for name in LastApply._fields):
        return None
    return LastApply(**{name: raw[name] for name in LastApply._fields})
