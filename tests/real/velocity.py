"""The real Velocity 1.7 in one Java process. Must not know what the product's own rendering makes of a template."""

from __future__ import annotations

import base64
import os
import shutil
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from pathlib import Path

_SOURCE = Path(__file__).with_name("Velocity.java")
_JARS = tuple(Path("/usr/share/java") / name for name in ("velocity.jar", "commons-collections3.jar", "commons-lang.jar"))
# What Velocity.java gives every template.
VALUES = {"s": "text", "e": "", "z": 0, "n": 3, "d": 1.5, "t": True, "f": False, "l": ["a", "b"], "el": [], "m": {"k": "v"}}
FAILED = None


def missing() -> str:
    """Return why Velocity cannot be run here, or nothing when it can."""
    absent = [program for program in ("java", "javac") if not shutil.which(program)]
    absent += [str(jar) for jar in _JARS if not jar.exists()]
    return f"not installed: {', '.join(absent)} (on Debian: apt-get install default-jdk-headless velocity)" if absent else ""


async def rendered(templates: Sequence[str]) -> list[str | None]:
    """Return what each template renders to; FAILED where Velocity refuses it."""
    process = await create_subprocess_exec(
        *("java", "-XX:TieredStopAtLevel=1", "-cp", os.pathsep.join(map(str, _JARS)), str(_SOURCE)), stdin=PIPE, stdout=PIPE
    )
    lines = b"".join(base64.b64encode(one.encode()) + b"\n" for one in templates)
    out, _ = await process.communicate(lines)
    answers = [base64.b64decode(line).decode() for line in out.splitlines()]
    assert len(answers) == len(templates), "Velocity stopped before the last template"
    return [answer[1:] if answer.startswith("+") else FAILED for answer in answers]
