"""What the tests of the wizard's face share: a home of their own, reading the screen, waiting for what it shows."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Callable

from textual.app import App
from textual.pilot import Pilot

DEADLINE = 20.0  # seconds until a wait gives up; what is waited for takes milliseconds


def lines_of(svg: str) -> list[str]:
    """Return what a picture says, line by line of the terminal."""
    lines: dict[float, str] = {}
    for x, y, text in re.findall(r'<text[^>]* x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</text>', svg):
        column = round(float(x) / 12.2)
        lines[float(y)] = lines.get(float(y), "").ljust(column) + html.unescape(text).replace("\xa0", " ")
    return [lines[y].rstrip() for y in sorted(lines)]


def seen(app: App[None]) -> str:
    """Return everything the screen shows now."""
    return "\n".join(lines_of(app.export_screenshot()))


async def until(pilot: Pilot[None], shows: str | Callable[[], object]) -> str:
    """Wait until the screen shows a text, or a condition holds; return what the screen shows then."""
    app = pilot.app
    try:
        async with asyncio.timeout(DEADLINE):
            while not (shows in seen(app) if isinstance(shows, str) else shows()):
                await pilot.pause()
    except TimeoutError:
        raise AssertionError(f"waited for {shows!r} and saw:\n{seen(app)}") from None
    await pilot.pause()
    return seen(app)
