"""The relay's mails on disk: one private file each, written whole before the mail is accepted. Must not know SMTP.

A file is an ordinary mail that any mail program opens: the envelope stands before its headers as Return-Path and Delivered-To,
as in a Maildir.
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
import stat
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TypeVar

from wizard import safefile

T = TypeVar("T")

KEEP_BYTES = 256 * 1024 * 1024
KEEP_MAILS = 10_000
_WRITERS = 2  # threads: enough for one disk
_NAME = re.compile(r"(\d{6})-[0-9A-F]+\.eml")
_LINE_END = re.compile(rb"\r\n|\r|\n")


class NoRoomError(OSError):
    """The store is as full as it may get: no mail can be taken until some are gone."""

    def __init__(self) -> None:
        super().__init__(errno.ENOSPC, "the relay's folder holds as much as it may")


class Kept(NamedTuple):
    """A mail as it lies in a file: envelope and content, line ends CRLF."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


class Store:
    """A folder of mails, bounded in number and bytes. Its methods block on the disk and may be called from any thread."""

    def __init__(self, folder: Path, *, keep_bytes: int = KEEP_BYTES, keep_mails: int = KEEP_MAILS) -> None:
        self.folder = folder
        self._keep_bytes, self._keep_mails = keep_bytes, keep_mails
        self._lock = threading.Lock()
        # Threads of its own: the loop's shared ones may all be busy waiting for the very mail that is to be written.
        self._writers = ThreadPoolExecutor(_WRITERS, thread_name_prefix="relay-store")
        safefile.make_folder(folder)
        sizes = {path: path.stat().st_size for path in self.files()}
        self._sizes = sizes
        self._bytes = sum(sizes.values())
        self._last = max((number_of(path) for path in sizes), default=0)

    async def aside(self, work: Callable[[], T]) -> T:
        """Do what blocks on the disk in a thread and return its result; raises what it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._writers, work)

    def close(self) -> None:
        """Let go of the threads once they are done; the files stay."""
        self._writers.shutdown(wait=False)

    def files(self) -> tuple[Path, ...]:
        """Return the files in the folder, oldest mail first. Raises OSError."""
        return tuple(sorted(path for path in self.folder.iterdir() if _NAME.fullmatch(path.name) and _ours(path)))

    @property
    def taken(self) -> int:
        """Bytes of all mails in the folder."""
        with self._lock:
            return self._bytes

    def next_number(self) -> int:
        """Return the number of the next mail; those of earlier runs in the same folder are not used again."""
        with self._lock:
            self._last += 1
            return self._last

    def add(self, number: int, queue_id: str, kept: Kept) -> Path:
        """Write a mail and return its file once it is on the disk. Raises NoRoomError, OSError."""
        data = _as_file(kept)
        path = self.folder / f"{number:06}-{queue_id}.eml"
        with self._lock:
            if len(self._sizes) >= self._keep_mails or self._bytes + len(data) > self._keep_bytes:
                raise NoRoomError
            self._note(path, len(data))  # before it is written: two at once must not overrun the bound
        try:
            safefile.write_atomic(path, data)
        except BaseException:
            with self._lock:
                self._note(path, 0)
            raise
        return path

    def read(self, path: Path) -> Kept:
        """Return a mail. Raises OSError; what somebody else put in its place, in a folder open to others, is none."""
        if not _ours(path):
            raise PermissionError(errno.EPERM, "the file is not this program's own")
        return _from_file(safefile.read_bounded(path, self._keep_bytes))

    def keep_for(self, path: Path, recipients: Sequence[str]) -> None:
        """Write a mail again for the recipients that are left, or remove it when none are. Raises OSError."""
        if not recipients:
            os.unlink(path)
            with self._lock:
                self._note(path, 0)
            return
        data = _as_file(self.read(path)._replace(recipients=tuple(recipients)))
        safefile.write_atomic(path, data)
        with self._lock:
            self._note(path, len(data))

    def _note(self, path: Path, size: int) -> None:
        self._bytes += size - self._sizes.pop(path, 0)
        if size:
            self._sizes[path] = size


def _ours(path: Path) -> bool:
    """Whether an ordinary file of this user stands there, and no link to another."""
    try:
        seen = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(seen.st_mode) and seen.st_uid == os.geteuid()


def number_of(path: Path) -> int:
    """Return the number in a file's name; 0 for a file that is none of ours."""
    found = _NAME.fullmatch(path.name)
    return int(found[1]) if found else 0


def with_line_ends(content: bytes) -> bytes:
    """Return a mail with CRLF at the end of every line: a lone CR or LF may mean another end to the next server."""
    content = _LINE_END.sub(b"\r\n", content)
    return content if content.endswith(b"\r\n") or not content else content + b"\r\n"


# The content's own first line is the relay's Received, so that the end of the envelope is plain to see.
def _as_file(kept: Kept) -> bytes:
    envelope = [f"Return-Path: <{kept.sender}>", *(f"Delivered-To: {recipient}" for recipient in kept.recipients)]
    return "".join(f"{line}\r\n" for line in envelope).encode("utf-8", "surrogateescape") + kept.content


def _from_file(data: bytes) -> Kept:
    lines = data.split(b"\r\n")
    sender = lines[0].decode("utf-8", "surrogateescape").removeprefix("Return-Path: <").removesuffix(">")
    recipients = []
    for line in lines[1:]:
        if not line.startswith(b"Delivered-To: "):
            break
        recipients.append(line.removeprefix(b"Delivered-To: ").decode("utf-8", "surrogateescape"))
    at = sum(len(line) + 2 for line in lines[: 1 + len(recipients)])
    return Kept(sender, tuple(recipients), data[at:])
