"""Templates become mails with sample values: through a process of its own, with a deadline. Must not know Velocity.

Whatever a template does, a call here ends within DEADLINE seconds for each template, and what it gave so far is returned.
"""

from __future__ import annotations

import asyncio
import json
import sys
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import wizard
from wizard.identityiq.templates.mail import Part, Problem, Rendered, Trouble, Use
from wizard.identityiq.templates.template import Template

DEADLINE = 5.0  # seconds for one template; a usual one needs a few thousandths
_START = 15.0  # seconds for the process to come up, on a busy host
_GOODBYE = 0.3  # seconds
_LONGEST_ANSWER = 64 * 1024 * 1024  # bytes; the process itself stops at a million letters for each text
ROOT = "https://iam.example.com/identityiq"  # where the pages are, when nobody said


async def render_all(
    templates: Sequence[Template], arguments: Mapping[str, str] | None = None, *, root: str = "", today: date | None = None
) -> tuple[Rendered, ...]:
    """Render templates with sample values, one process for all of them.

    ``arguments`` are values by name that beat the samples; ``root`` is IdentityIQ's server root for links; ``today`` is the
    day the samples' dates lie around. What goes wrong is in each Rendered's ``problems``; nothing is raised but OSError
    when no process can be started at all.
    """
    day = today or date.today()
    answers = await in_worker([_job(one, arguments or {}, root or ROOT, day) for one in templates])
    return tuple(_rendered(template, answer) for template, answer in zip(templates, answers, strict=True))


async def in_worker(jobs: Sequence[dict[str, Any]]) -> list[dict[str, Any] | None]:
    """Return the worker's answer to each job, None where it gave none in time; it is started anew after that.

    Raises OSError when no process can be started.
    """
    process: asyncio.subprocess.Process | None = None
    answers = []
    try:
        for job in jobs:
            if process is None:
                process = await _started()
                await _line(process, _START)  # it says that it is ready
            answer = await _asked(process, job)
            if answer is None:
                await _ended(process)
                process = None
            answers.append(answer)
    finally:
        if process is not None:
            await _ended(process)
    return answers


async def render_async(
    template: Template, arguments: Mapping[str, str] | None = None, *, root: str = "", today: date | None = None
) -> Rendered:
    """Render one template; as ``render_all``."""
    (made,) = await render_all((template,), arguments, root=root, today=today)
    return made


def render(
    template: Template, arguments: Mapping[str, str] | None = None, *, root: str = "", today: date | None = None
) -> Rendered:
    """Render one template where no event loop runs; as ``render_all``."""
    return asyncio.run(render_async(template, arguments, root=root, today=today))


def _job(template: Template, arguments: Mapping[str, str], root: str, today: date) -> dict[str, Any]:
    texts = {str(part): template.part(part) for part in Part}
    declared = [[one.name, one.type] for one in template.arguments]
    return {"texts": texts, "arguments": declared, "given": dict(arguments), "root": root, "today": today.isoformat()}


async def _started() -> asyncio.subprocess.Process:
    """Start the process. It inherits nothing: no environment (secrets may be in it), no open file but its two pipes."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "wizard.identityiq.templates.worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONPATH": str(Path(wizard.__file__).parent.parent), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd="/",
        limit=_LONGEST_ANSWER,
        start_new_session=True,
    )


async def _asked(process: asyncio.subprocess.Process, job: dict[str, Any]) -> dict[str, Any] | None:
    """Return the answer to a job, None when there is none in time, or the process has died."""
    assert process.stdin is not None
    try:
        process.stdin.write(json.dumps(job).encode("ascii") + b"\n")
        answer: dict[str, Any] = json.loads(await _line(process, DEADLINE))
    except (OSError, ValueError):
        return None
    return answer


async def _line(process: asyncio.subprocess.Process, seconds: float) -> bytes:
    """Return the next line; an empty one when there is none in time."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(seconds):
            await process.stdin.drain()
            return await process.stdout.readline()
    except (TimeoutError, ConnectionError):
        return b""


async def _ended(process: asyncio.subprocess.Process) -> None:
    """End the process: it leaves by itself when its input ends, and is killed when it is too busy for that."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(_GOODBYE):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _rendered(template: Template, answer: dict[str, Any] | None) -> Rendered:
    if answer is None:
        words = f"it does not come to an end within {DEADLINE:.0f} seconds, or needs more memory than there is"
        return Rendered(html=template.html, problems=(Problem(Trouble.TOO_MUCH, words, Part.BODY),))
    problems: list[Problem] = []
    uses: list[Use] = []
    assigned: set[str] = set()
    for part in Part:
        found, lines = answer[part], _Lines(template.part(part))
        assigned |= set(found["assigned"])
        for one in found["problems"]:
            opened, _ = lines.place(one.get("opened", -1))
            place = lines.place(one["offset"])
            problems.append(
                Problem(Trouble(one["kind"]), one["message"], part, *place, one.get("within", ""), one.get("got", ""), opened)
            )
        uses += [Use(one["name"], one["text"], part, *lines.place(one["offset"]), one["quiet"]) for one in found["uses"]]
    return Rendered(
        subject=" ".join(answer[Part.SUBJECT]["text"].split()),
        body=answer[Part.BODY]["text"],
        sender=answer[Part.SENDER]["text"].strip(),
        cc=answer[Part.CC]["text"].strip(),
        bcc=answer[Part.BCC]["text"].strip(),
        html=template.html,
        problems=tuple(problems),
        uses=tuple(sorted(uses, key=lambda use: (list(Part).index(use.part), use.line, use.column))),
        assigned=frozenset(assigned),
    )


class _Lines:
    """Where the lines of a text begin, so that an offset becomes line and column quickly."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(at + 1 for at, char in enumerate(text) if char == "\n")]

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset, both from 1; zeros where it has none."""
        if offset < 0:
            return 0, 0
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
