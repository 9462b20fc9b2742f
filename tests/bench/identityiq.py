"""How long IdentityIQ's settings take to read, and how much memory, against the bare parser over the same file."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.result import Result, compared, in_turn

ROUNDS = 5
MEGABYTE = 1024 * 1024
LARGE = 60 * MEGABYTE  # bytes of the export
_OBJECT = (
    '<Identity name="user{0}"><Attributes><Map><entry key="displayName" value="User {0}"/><entry key="email" '
    'value="user{0}@example.com"/></Map></Attributes><Bundles><Reference class="Bundle" name="Everybody"/></Bundles></Identity>\n'
)
_SETTINGS = (
    '<Configuration name="SystemConfiguration"><Attributes><Map><entry key="emailNotifierType" value="smtp"/>'
    '<entry key="defaultEmailHost" value="smtp.example.com"/><entry key="defaultEmailFromAddress" value="iiq@example.com"/>'
    "</Map></Attributes></Configuration>\n"
)


def export() -> list[Result]:
    """`iiq read` of a whole export of 60 MB, its settings at the end, against the bare expat parser over the same file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xml"
        _write(path)
        ours = [sys.executable, "-m", "wizard", "iiq", "read", str(path)]
        base = [sys.executable, str(Path(__file__).parent / "baselines" / "bare_expat.py"), str(path)]
        peaks: list[int] = []
        mine, theirs = in_turn(ROUNDS, lambda: _run(ours, peaks), lambda: _run(base))
    return [
        compared("time, against the bare parser", mine, theirs, 2.0),
        Result("most memory at one moment", max(peaks) / MEGABYTE, "MiB", 100.0, "the file has 60 MiB"),
    ]


def _write(path: Path) -> None:
    with path.open("w") as file:
        file.write("<?xml version='1.0' encoding='UTF-8'?>\n<sailpoint>\n")
        number = 0
        while file.tell() < LARGE:
            file.writelines(_OBJECT.format(number + step) for step in range(1000))
            number += 1000
        file.write(_SETTINGS + "</sailpoint>\n")


def _run(command: list[str], peaks: list[int] | None = None) -> float:
    """Run a command; return its seconds, and keep the most memory it held, in bytes."""
    began = time.perf_counter()
    pid = os.posix_spawn(
        command[0],
        command,
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0), (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)],
    )
    _, _, usage = os.wait4(pid, 0)
    if peaks is not None:
        peaks.append(usage.ru_maxrss * 1024)
    return time.perf_counter() - began
