"""A file that only its owner can read. Keeps one secret, on one line; must not know profiles."""

from __future__ import annotations

import os
from pathlib import Path

from wizard import safefile
from wizard.keychain.rung import LARGEST, Rung, SecretUnavailable, password_from
from wizard.profile import Password, SecretKind


def default_file(name: str, config: Path) -> Path:
    """Return where the secret of a profile lies when no file was named: the folder ``secrets`` beside the configuration."""
    from urllib.parse import quote

    safe = quote(name, safe=" @+,=")
    safe = f"%2E{safe[1:]}" if safe.startswith(".") else safe or "unnamed"
    if len(safe) > 150:  # a file name has at most 255 bytes on most file systems
        from hashlib import sha256

        safe = f"{safe[:100]}-{sha256(name.encode()).hexdigest()[:16]}"
    return Path(os.path.abspath(config)).parent / "secrets" / safe


def rung(folder: Path) -> Rung:
    """Return whether a secret could be written below the folder, which need not exist yet."""
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
        return Rung(SecretKind.FILE, True, f"one that only you can read, in {folder}", stores=True)
    return Rung(SecretKind.FILE, False, f"you may not write in {existing}", stores=True)


def fetch(named: str) -> Password:
    """Read the secret. Raises SecretUnavailable, also when anybody else could read it too."""
    path = _path(named)
    try:
        data = safefile.read_bounded(path, LARGEST, private=True)
    except FileNotFoundError:
        raise SecretUnavailable(
            f"The password file {path} does not exist. Store the password with: smtp-wizard secret set"
        ) from None
    except OSError as problem:
        if problem.errno is None:
            raise SecretUnavailable(
                f"Others on this host may read the password file {path}, so it is not used. Run: chmod 600 {_quoted(path)}"
            ) from None
        raise SecretUnavailable(f"Cannot read the password file {path}: {safefile.reason(problem)}.") from None
    return password_from(data, f"The password file {path}")


def store(named: str, password: Password) -> str:
    """Write the secret with mode 0600, read it back, and return where it went. Raises SecretUnavailable."""
    path = _path(named)
    target = Path(os.path.realpath(path))
    try:
        safefile.write_atomic(target, password.reveal().encode() + b"\n", 0o600)
    except OSError as problem:
        raise SecretUnavailable(f"Cannot write the password file {path}: {safefile.reason(problem)}.") from None
    if fetch(named).reveal() != password.reveal():
        raise SecretUnavailable(f"The password file {path} did not keep the password unchanged. Choose another place.")
    return f"in {path}, a file that only you can read (mode 0600)"


def clear(named: str) -> bool:
    """Remove the file; False when there was none. Raises SecretUnavailable."""
    path = _path(named)
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as problem:
        raise SecretUnavailable(f"Cannot remove the password file {path}: {safefile.reason(problem)}.") from None
    return True


def _path(named: str) -> Path:
    return Path(os.path.expanduser(named))


def _quoted(path: Path) -> str:
    from shlex import quote

    return quote(str(path))
