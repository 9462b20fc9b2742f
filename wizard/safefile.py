"""Small private files, read and written so that a crash, a full disk or a second writer loses nothing. Must not know formats."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOCK_WAIT = 10.0  # seconds; another writer holds the lock for milliseconds
LARGEST = 1_000_000  # bytes; a settings file beyond this is something else

_REASONS = {
    errno.ENOSPC: "the disk is full. Free some space, then try again",
    errno.EDQUOT: "your disk quota is used up. Free some space, then try again",
    errno.EROFS: "it lies on a read-only file system. Choose another place",
    errno.EACCES: "you do not have the permission. Check the owner and mode with ls -l, or choose another place",
    errno.EPERM: "the system does not permit it. Check the owner and attributes, or choose another place",
    errno.EEXIST: "a file of that name stands where a folder has to be. Move it away, or choose another place",
    errno.EISDIR: "it is a folder, not a file. Name a file, or move the folder away",
    errno.ENOTDIR: "a part of the path is a file, not a folder. Check the path",
    errno.ELOOP: "its symbolic links go round in a circle. Check them with ls -l",
    errno.ENAMETOOLONG: "the path is too long. Choose a shorter one",
    errno.ENOLCK: "the file system does not support locks, so two programs could overwrite each other. Choose another place",
    errno.EAGAIN: "another SMTP Wizard is saving there right now. Try again in a moment",
    errno.EFBIG: "it is larger than a settings file can be. Check that it is the right file",
    errno.EINVAL: "it is not an ordinary file. Name a file",
}


def reason(problem: OSError, flag: str = "") -> str:
    """Return why a file could not be read or written and what to do, as the rest of a sentence without its full stop.

    ``flag`` is the one that names another place, where there is one.
    """
    said = _said(problem)
    return f"{said} with {flag}" if flag and said.endswith("another place") else said


def _said(problem: OSError) -> str:
    return _REASONS.get(problem.errno or 0, f"{(problem.strerror or 'the system refused it')}. Check the path and try again")


def read_bounded(path: Path, limit: int = LARGEST, *, private: bool = False) -> bytes:
    """Return the bytes of an ordinary file of at most ``limit`` bytes.

    Raises OSError; EINVAL for a pipe or device (reading one could wait for ever), EFBIG beyond the limit, and PermissionError
    without an errno when ``private`` is asked for and group or others have any access.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        seen = os.fstat(handle)
        if stat.S_ISDIR(seen.st_mode):
            raise OSError(errno.EISDIR, "is a folder")
        if not stat.S_ISREG(seen.st_mode):
            raise OSError(errno.EINVAL, "is not a file")
        if private and seen.st_mode & 0o077:
            raise PermissionError("others can read it")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, "is too large")
    return data


def write_atomic(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace the file by ``data`` in one step, or leave it as it was. Missing folders are made with mode 0700.

    The bytes are on the disk before the name points at them (fsync of file and folder). Raises OSError; then nothing is
    left behind. An existing file keeps its owner when the caller may give files away.
    """
    make_folder(path.parent)
    _refuse_other_than_file(path)
    import tempfile  # with what it imports, a twentieth of a whole check that writes nothing

    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".new")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            os.fchmod(file.fileno(), mode)
            _keep_owner(file.fileno(), path)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    _sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make the folder and its missing parents with mode 0700 (mkdir's own ``parents`` leaves them open). Raises OSError."""
    if folder.is_dir():
        return
    if folder.parent != folder:
        make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)


def _refuse_other_than_file(path: Path) -> None:
    """A rename would replace a pipe or device (as root even /dev/null) without a word."""
    with suppress(FileNotFoundError):
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, "is a folder")
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "is not a file")


def _keep_owner(handle: int, path: Path) -> None:
    with suppress(FileNotFoundError, PermissionError):
        old = path.stat()
        if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(handle, old.st_uid, old.st_gid)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as problem:
        if problem.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems have no folder fsync
            raise
    finally:
        os.close(handle)


@contextmanager
def locked(path: Path, wait: float = LOCK_WAIT) -> Iterator[None]:
    """Hold the lock that belongs to ``path`` (a file beside it that goes away again) for the time of the block.

    Waits at most ``wait`` seconds. Raises OSError, with EAGAIN when another writer kept the lock.
    """
    make_folder(path.parent)
    name = path.with_name(f".{path.name}.lock")
    until = time.monotonic() + wait
    handle = _try_lock(name)
    while handle is None:
        if time.monotonic() > until:
            raise OSError(errno.EAGAIN, "another writer holds the lock")
        time.sleep(0.02)
        handle = _try_lock(name)
    try:
        yield
    finally:
        # Removed while still held: whoever opened it meanwhile sees in _try_lock that its file has no name any more.
        with suppress(FileNotFoundError):
            name.unlink()
        os.close(handle)


def _try_lock(name: Path) -> int | None:
    import fcntl  # POSIX only, and only savers need it

    handle = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(handle), os.stat(name)):
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    except OSError:
        os.close(handle)
        raise
    os.close(handle)
    return None
