"""Where what is kept between runs lies, and how it is read and changed by several runs at once. Must not know what is kept."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wizard import safefile

SCHEMA = 1


def state_file(name: str) -> Path:
    """Return a file of the user's state folder. Raises FileNotFoundError for a user without a home.

    On Linux the folder is worked out here, as platformdirs does: loading it would cost a check a tenth of its time (measured).
    """
    platform: str = sys.platform
    if platform.startswith("linux"):
        base = os.environ.get("XDG_STATE_HOME", "").strip()
        if not base:
            home = os.path.expanduser("~")
            if home == "~":
                raise FileNotFoundError(errno.ENOENT, "this user has no home folder")
            base = os.path.join(home, ".local", "state")
        return Path(base, "smtp-wizard", name)
    from platformdirs import user_state_path

    try:
        return user_state_path("smtp-wizard", appauthor=False) / name
    except RuntimeError:
        raise FileNotFoundError(errno.ENOENT, "this user has no home folder") from None


def read(place: Path, key: str) -> dict[str, Any]:
    """Return the object kept under ``key``; empty when there is none, or nothing that can be understood. Raises OSError."""
    try:
        raw = safefile.read_bounded(place)
    except FileNotFoundError:
        return {}
    import json

    try:
        content = json.loads(raw)
        kept = content[key] if content["schema"] == SCHEMA else {}
    except (ValueError, LookupError, TypeError, RecursionError):
        return {}
    return kept if isinstance(kept, dict) else {}


def change(place: Path, key: str, edit: Callable[[dict[str, Any]], bool]) -> None:
    """Read, let ``edit`` change the object, and write it when it says so, while nobody else does the same. Raises OSError."""
    with safefile.locked(place):
        kept = read(place, key)
        if edit(kept):
            import json

            safefile.write_atomic(place, json.dumps({"schema": SCHEMA, key: kept}, indent=1).encode())
