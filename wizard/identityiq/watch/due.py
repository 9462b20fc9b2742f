"""Which IdentityIQ still has to get its settings back: written down before they are changed, struck out once they are back.

A program that is killed cannot restore anything; the next one that looks here can say what is to be done. Holds no secret.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from wizard.memory import place
from wizard.values import shown

_FILE = "restore-due.json"
_KEY = "due"


class Due(NamedTuple):
    """One restore that is due. ``folder`` is the installation's, ``rollback`` the file to import; ``since`` is ISO 8601.

    ``pid`` is the program that watches, and restores when it ends; 0 where it is not known.
    """

    folder: Path
    rollback: Path
    host: str
    port: int
    since: str
    pid: int = 0

    @property
    def running(self) -> bool:
        """Whether the program that is to restore is there still, and is another one than this."""
        if not self.pid or self.pid == os.getpid():
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except OSError:  # another user's
            return True
        return True

    @property
    def sentence(self) -> str:
        """What is wrong and what to do."""
        if self.running:
            return (
                f"IdentityIQ in {shown(str(self.folder))} is pointed at the relay of another watch ({self.host}, port "
                f"{self.port}), which brings its settings back when it ends: end process {self.pid} first. If that is no watch "
                f"any more, take it back with: smtp-wizard iiq undo {self.rollback}"
            )
        return (
            f"IdentityIQ in {shown(str(self.folder))} was pointed at a relay of this program ({self.host}, port {self.port}) and "
            f"did not get its settings back: its mail fails. Take it back with: smtp-wizard iiq undo {self.rollback}"
        )


def remember(due: Due) -> None:
    """Write a restore down, before anything is changed. Raises OSError: then nothing may be changed."""

    def edit(kept: dict[str, Any]) -> bool:
        facts = due._asdict() | {"folder": str(due.folder), "rollback": str(due.rollback)}
        kept[str(due.folder)] = facts
        return True

    place.change(place.state_file(_FILE), _KEY, edit)


def settle(rollback: Path) -> None:
    """Strike a restore out: this file, or the one beside it, has been imported. A record that cannot be changed stays."""

    def edit(kept: dict[str, Any]) -> bool:
        done = [folder for folder, due in kept.items() if _folder_of(due) == rollback.absolute().parent]
        for folder in done:
            del kept[folder]
        return bool(done)

    with suppress(OSError):
        place.change(place.state_file(_FILE), _KEY, edit)


def pending() -> tuple[Due, ...]:
    """Return what is due, as far as it can be read."""
    try:
        kept = place.read(place.state_file(_FILE), _KEY)
    except OSError:
        return ()
    return tuple(_read(kept))


def now_text(now: datetime) -> str:
    """Return a moment as it is written down."""
    return now.isoformat(timespec="seconds")


def _folder_of(due: object) -> Path | None:
    rollback = due.get("rollback") if isinstance(due, dict) else None
    return Path(rollback).parent if isinstance(rollback, str) else None


def _read(kept: dict[str, Any]) -> Iterator[Due]:
    for facts in kept.values():
        with suppress(TypeError, ValueError, KeyError):
            files = Path(facts["folder"]), Path(facts["rollback"])
            yield Due(*files, str(facts["host"]), int(facts["port"]), str(facts["since"]), int(facts.get("pid", 0)))
