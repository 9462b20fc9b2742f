"""The Java processes of this host, as far as this user may look at them. Must not know application servers."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_NAMES = ("java", "jsvc", "jsvc.exec")
# A Java takes options from these as well as from its command line.
_OPTIONS = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")


class Running(NamedTuple):
    """A Java process. ``words`` is its command line, empty where it may not be read; ``options`` are words it got otherwise.

    ``program`` is the file it runs, ``folder`` where it runs, each None where that may not be read. ``replaced`` says that the
    file was replaced or removed since. ``boxed`` says that it lives in a container: its paths are not those of this host.
    """

    pid: int
    user: str = ""
    words: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    program: Path | None = None
    folder: Path | None = None
    home: str = ""  # its JAVA_HOME
    replaced: bool = False
    boxed: bool = False


Look = Callable[[], Iterable[Running]]


def running() -> list[Running]:
    """Return the Java processes of this host. One that ends meanwhile is left out; what may not be read is left empty."""
    import psutil

    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):  # it ended, or this user may not even know its name
            if process.name() in _NAMES:
                found.append(_look(process.pid))
    return found


def _look(pid: int) -> Running:
    import psutil

    process = psutil.Process(pid)
    user, words, environ = "", tuple[str, ...](), dict[str, str]()
    with suppress(psutil.AccessDenied, KeyError):
        user = process.username()
    with suppress(psutil.AccessDenied):
        words = tuple(process.cmdline())
    with suppress(psutil.AccessDenied):
        environ = process.environ()
    program = _link(pid, "exe")
    replaced = program.endswith(" (deleted)")
    return Running(
        pid,
        user,
        words,
        _options(environ),
        Path(program.removesuffix(" (deleted)")) if program else None,
        Path(folder) if (folder := _link(pid, "cwd")) else None,
        environ.get("JAVA_HOME", ""),
        replaced,
        _boxed(pid),
    )


def _options(environ: dict[str, str]) -> tuple[str, ...]:
    words: list[str] = []
    for name in _OPTIONS:
        with suppress(ValueError):  # a quotation mark that is not closed: Java refuses it too
            words += shlex.split(environ.get(name, ""))
    return tuple(words)


def _link(pid: int, name: str) -> str:
    try:
        return os.readlink(f"/proc/{pid}/{name}")
    except OSError:
        return ""


def _boxed(pid: int) -> bool:
    """Say whether a process sees another file system than this one does; not where that may not be looked at."""
    try:
        own, its = os.stat("/"), os.stat(f"/proc/{pid}/root")
    except OSError:
        return False
    return (own.st_dev, own.st_ino) != (its.st_dev, its.st_ino)
