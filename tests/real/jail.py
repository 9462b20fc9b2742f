"""Runs a server that Debian will not install beside Postfix: from an unpacked package, in a folder that is its whole world.

Debian lets only one mail server be installed at a time. The folder holds the program, its libraries and the users it asks for, so
that no user, socket or queue of the machine itself is touched. Must not know which server it runs.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

UNPACKED = Path(os.environ.get("SMTP_WIZARD_TEST_SERVERS", "/opt/smtp-wizard-tests"))
_START_WITHIN = 20  # seconds
_STOP_WITHIN = 10  # seconds


def missing(program: str, package: str) -> str:
    """Return why an unpacked program (its path from the root) cannot be run here, or nothing when it can."""
    if not (UNPACKED / program).exists():
        return f"not unpacked: {UNPACKED / program} (on Debian: apt-get download {package}; dpkg -x {package}_*.deb {UNPACKED})"
    lacking = [name for name, path in _libraries(UNPACKED / program) if not path]
    if lacking:
        return f"not installed: {', '.join(lacking)} (libraries that {package} depends on)"
    return "" if os.geteuid() == 0 else f"{package} can only be started by root"


def furnish(folder: Path, programs: dict[str, Path], users: dict[str, int]) -> None:
    """Put programs (by their path inside), the libraries they need, and users with a group of the same name into the folder."""
    for inside, outside in programs.items():
        _copy(outside, folder / inside)
        for name, path in _libraries(outside):
            if not path:
                raise RuntimeError(f"{outside} needs {name}, which is not installed")
            _copy(Path(path), folder / path.lstrip("/"))
    for name in ("etc", "dev", "tmp", "run"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "tmp").chmod(0o1777)
    every = {"root": 0, **users}
    (folder / "etc/passwd").write_text("".join(f"{name}:x:{number}:{number}::/:/bin/sh\n" for name, number in every.items()))
    (folder / "etc/group").write_text("".join(f"{name}:x:{number}:\n" for name, number in every.items()))
    (folder / "etc/hosts").write_text("127.0.0.1 localhost\n")
    # Names are never looked up elsewhere: nobody answers on this port, and the refusal comes at once.
    (folder / "etc/resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    os.mknod(folder / "dev/null", 0o20666, os.makedev(1, 3))
    (folder / "dev/null").chmod(0o666)


@contextmanager
def started(folder: Path, command: list[str], ports: list[int]) -> Iterator[None]:
    """Run a command with the folder as its root until the block ends; every process it started ends with it.

    Raises RuntimeError with the server's own words when it does not listen on all the ports.
    """
    with (folder / "words").open("w") as words:
        process = subprocess.Popen(
            ["chroot", str(folder), *command], stdin=subprocess.DEVNULL, stdout=words, stderr=words, start_new_session=True
        )
    try:
        _await_ports(process, ports, folder / "words")
        yield
    finally:
        _stop(process, folder)


def _await_ports(process: subprocess.Popen[bytes], ports: list[int], words: Path) -> None:
    until = monotonic() + _START_WITHIN
    while not all(map(_listens, ports)):
        if process.poll() is not None or monotonic() > until:
            raise RuntimeError(f"{process.args!r} did not start: {words.read_text(errors='replace')}")
        sleep(0.02)


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
    return False


def _stop(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Ask first, then end whatever still has the folder as its root: a server's helpers may have left its process group."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_WITHIN)
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and Path(os.readlink(entry / "root")).is_relative_to(folder):
                os.kill(int(entry.name), signal.SIGKILL)
    process.wait()


def _libraries(program: Path) -> list[tuple[str, str]]:
    """Return a program's shared libraries as name and path, the path empty where it is not installed."""
    told = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=False).stdout
    found = re.findall(r"^\s*(\S+) => (/\S+|not found)", told, re.MULTILINE)
    loader = re.findall(r"^\s*(/\S+) \(", told, re.MULTILINE)
    return [(name, "" if path == "not found" else path) for name, path in found] + [(path, path) for path in loader]


def _copy(outside: Path, inside: Path) -> None:
    inside.parent.mkdir(parents=True, exist_ok=True)
    if not inside.exists():
        shutil.copy(outside.resolve(), inside)
