"""The files kept beside a change: what is imported, what takes it back, and a backup. Readable by their owner alone.

They may hold the password in a stored form, and the backup holds all of IdentityIQ's configuration.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from wizard import safefile
from wizard.identityiq.handover.plan import Plan
from wizard.identityiq.handover.rollback import NothingToRestoreError, rollback_xml, whole_rollback

MODE = 0o600
LARGEST_BACKUP = 512 * 1024 * 1024  # bytes; beyond that it is not the Configuration objects alone


class Kept(NamedTuple):
    """Where the files of one change lie. ``rollback`` is None where a merge restores nothing; ``whole`` is the object."""

    folder: Path
    document: Path
    backup: Path
    whole: Path
    rollback: Path | None = None


def names_in(folder: Path) -> Kept:
    """Return the names of the files in a folder; the console wants absolute ones."""
    folder = folder.absolute()
    return Kept(folder, folder / "merge.xml", folder / "backup.xml", folder / "whole-rollback.xml", folder / "rollback.xml")


def new_folder(above: Path, now: datetime, label: str = "") -> Path:
    """Return a folder that is not there yet, named after the moment. Makes nothing."""
    plain = "".join(char if char.isalnum() and char.isascii() else "-" for char in label).strip("-")[:40]
    stem = f"{now:%Y%m%d-%H%M%S}{'-' + plain if plain else ''}"
    taken = (above / (stem if number == 1 else f"{stem}-{number}") for number in range(1, 1000))
    return next(path for path in taken if not path.exists())


def write_files(kept: Kept, plan: Plan, backup: str) -> Kept:
    """Write rollback, whole rollback and the document, in this order: what takes back is there before what changes.

    ``backup`` is the text of the backup export. Raises OSError, UnwritableError, and ValueError for an export without the object.
    """
    kept.backup.chmod(MODE)
    rollback = kept.rollback
    try:
        _write(kept.folder / "rollback.xml", rollback_xml(plan.before, plan.entries))
    except NothingToRestoreError:
        rollback = None
    _write(kept.whole, whole_rollback(backup))
    _write(kept.document, plan.document)
    return kept._replace(rollback=rollback)


def _write(path: Path, text: str) -> None:
    safefile.write_atomic(path, text.encode(), MODE)


def read_backup(path: Path) -> str:
    """Return the text of a backup export. Raises OSError, UnicodeDecodeError."""
    return safefile.read_bounded(path, LARGEST_BACKUP).decode("utf-8-sig")
