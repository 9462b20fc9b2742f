"""Which programs of others may be started, and with which surroundings: whoever looks at IdentityIQ may be root.

A process can name any file as its Java, and any folder can look like an IdentityIQ. Must not know consoles or Java.
"""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

# SMTP_WIZARD_PASSWORD, SMTP_WIZARD_CLIENT_SECRET and what may follow: no business of a child's.
_OURS = "SMTP_WIZARD_"


def surroundings() -> dict[str, str]:
    """Return this process's environment without what is meant for this program alone, and without the secrets it read there."""
    from wizard.keychain.given import names_read

    kept_back = names_read()
    return {name: value for name, value in os.environ.items() if not name.startswith(_OURS) and name not in kept_back}


def nobody_elses(program: Path) -> bool:
    """Return whether an ordinary file cannot have been put there by anybody but root and this user."""
    try:
        seen = program.stat()
    except OSError:
        return False
    others_write = seen.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return stat.S_ISREG(seen.st_mode) and seen.st_uid in (0, os.geteuid()) and not others_write


def stranger(path: Path) -> str:
    """Return who a file belongs to where that is neither root nor this user; empty otherwise, or where it cannot be seen."""
    try:
        owner = path.stat().st_uid
    except OSError:
        return ""
    if owner in (0, os.geteuid()):
        return ""
    try:
        return pwd.getpwuid(owner).pw_name
    except KeyError:
        return str(owner)


def open_to_all(path: Path) -> Path | None:
    """Return what everybody on this host may change: the file, or a folder above it; None where there is nothing such.

    A folder with the sticky bit (/tmp) protects what is in it.
    """
    return next((one for one in _way_to(path) if _writable(one)), None)


def _way_to(path: Path) -> Iterator[Path]:
    path = Path(os.path.abspath(path))
    real = Path(os.path.realpath(path))
    yield from dict.fromkeys((path, *path.parents, real, *real.parents))


def _writable(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return bool(mode & stat.S_IWOTH) and not (stat.S_ISDIR(mode) and mode & stat.S_ISVTX)
