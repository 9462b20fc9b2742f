"""Work that is never cut off, because half of it is worse than none: a change of IdentityIQ's settings, or putting them back.

It outlives the page that began it, and the wizard waits for it before it ends. Must not know what the work is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from wizard.app.shell import Shell

BEFORE_LEAVING = (
    "IdentityIQ is being changed or watched. Leaving brings that to its end first, and puts back what was changed for the watch: "
    "that takes up to a minute. Leave?"
)

STILL_AT_WORK = (
    "IdentityIQ's console is still at work: a change is brought to its end, and what was changed for a watch is put back. That "
    "takes up to a minute, and is not cut short. How it ended is said in the terminal afterwards."
)


class Guarded(Shell):
    """``guarded`` is the work under way, None mostly. ``last_words`` are said once the terminal is itself again.

    ``ending`` says that the wizard is being left: what a page shows now, nobody sees.
    """

    def __init__(self, own_themes: Path) -> None:
        super().__init__(own_themes)
        self.guarded: asyncio.Task[None] | None = None
        self.last_words: list[str] = []
        self.ending = False
        self._end_guarded: Callable[[], None] | None = None

    def guard(self, work: Coroutine[Any, Any, None], end: Callable[[], None] | None = None) -> None:
        """Do work to its end. ``end`` asks it to come there, where it would go on for long."""
        self.guarded = asyncio.create_task(work)
        self._end_guarded = end
        self.run_worker(self._wait_for(self.guarded), group="guard")

    async def _wait_for(self, task: asyncio.Task[None]) -> None:
        try:
            await asyncio.shield(task)
        finally:
            if task.done():
                self.guarded = None

    def end(self, code: int = 0) -> None:
        """End the program, behind the work: until then a window says what is waited for."""
        if not self.guarded:
            super().end(code)
        elif not self.ending:
            self.ending = True
            self.push_screen(Waiting())
            self.run_worker(self._end_behind(code), group="end")

    async def _end_behind(self, code: int) -> None:
        await self.finish_guarded()
        super().end(code)

    async def finish_guarded(self) -> None:
        """Wait for the work, asked to end where it can be."""
        self.ending = True
        if self.guarded:
            if self._end_guarded:
                self._end_guarded()
            await asyncio.wait({self.guarded})


class Waiting(ModalScreen[None]):
    """Says what the wizard waits for before it ends; no key cuts that short."""

    def __init__(self) -> None:
        super().__init__(classes="window")

    def compose(self) -> ComposeResult:
        """A titled box with what happens and what comes then."""
        with Vertical(classes="dialog") as box:
            box.border_title = "The wizard ends in a moment"
            yield Static(STILL_AT_WORK, classes="text", markup=False)
