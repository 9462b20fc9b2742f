"""The frame around the steps: drawing once, colours, the notice on a small screen, what a crash shows. Must not know the draft.

Also what is measured on a slow line: nothing is painted twice, and nothing at all while nothing happens.
"""

from __future__ import annotations

import asyncio
import gc
import signal
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

from textual import events
from textual.app import App
from textual.binding import Binding
from textual.screen import Screen
from textual.timer import Timer

from wizard.app import theme
from wizard.app.step import Step

LONGEST_HOLD = 3.0  # seconds after which keys flow again whatever became of the step that was asked for
_NEVER_HELD = ("ctrl+q", "ctrl+c")


@runtime_checkable
class LeadsOn(Protocol):
    """A screen on which Enter may lead to another step."""

    def enter_goes_on(self) -> bool:
        """Whether Enter, pressed now, leads away from here, so that the keys behind it are for what comes next."""


class Shell(App[None]):
    """``opening_screen`` gives the first screen; ``own_themes`` is the folder of the user's own colours."""

    CSS_PATH = "app.tcss"
    TITLE = "SMTP Wizard"
    BINDINGS: ClassVar = [
        Binding("ctrl+q", "leave", "Leave", show=False, priority=True),
        Binding("ctrl+c", "leave", "Leave", show=False, system=True),
    ]

    def __init__(self, own_themes: Path) -> None:
        super().__init__()
        self.animation_level = "none"
        self.own_themes = own_themes
        self._still = ExitStack()
        self._ahead: list[events.Key | events.Paste] | None = None
        self._longest: Timer | None = None
        self._use_theme(theme.DEFAULT)

    def opening_screen(self) -> Screen[Any]:
        """Return the first screen."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Told to end, or the line dropped: the form is kept and the terminal given back, which Textual leaves undone."""
        if not self.is_headless:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                loop.add_signal_handler(number, self._told_to_end, number)

    def _told_to_end(self, number: signal.Signals) -> None:
        self.keep_now()
        code = 128 + number  # as a shell tells it
        if number == signal.SIGHUP:  # the terminal is gone: what would be drawn now waits for ever
            self.exit(return_code=code)
        else:
            self.end(code)

    def end(self, code: int = 0) -> None:
        """End the program."""
        self.exit(return_code=code)

    def keep_now(self) -> None:
        """Keep what would be lost."""

    def action_command_palette(self) -> None:
        """Open the palette: Textual's own, without its blinking cursor."""
        from wizard.app.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def action_leave(self) -> None:
        """End the program, or ask before."""
        self.exit()

    def on_load(self) -> None:
        """Hold the drawing until the first step is whole: each stage of its making would be painted on its own."""
        self._still.enter_context(self.batch_update())

    def get_default_screen(self) -> Screen[Any]:
        """The first step is the first screen: an empty one beneath it would be painted too."""
        screen = self.opening_screen()
        # Textual gives a default screen no place for a result, and switch_screen then stumbles over it.
        screen._push_result_callback(screen, None)
        return screen

    def on_ready(self) -> None:
        """Draw the first step, once; behind what its own queue still holds."""
        self.screen.call_later(self._draw)

    async def replace_screen(self, screen: Screen[Any]) -> None:
        """Put a screen in place of the present one and draw it once, when it is whole."""
        self._still.enter_context(self.batch_update())
        await self.switch_screen(screen)
        screen.call_later(self._draw)

    def _draw(self) -> None:
        self.screen.refresh()
        self._still.close()
        if not gc.isenabled():  # switched off for the start
            gc.freeze()
            gc.enable()
        if isinstance(self.screen, Step):
            self.screen.call_after_refresh(self.screen.drawn)
            self.release_keys(replay=self.screen.takes_what_was_typed_ahead)

    # --- keys typed ahead --------------------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Hold what is typed behind an Enter that leads to another step: it is meant for that one, not for the field left."""
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            key = event.key if isinstance(event, events.Key) else ""
            if self._ahead is not None and key not in _NEVER_HELD:
                self._ahead.append(event)
                return
            if key == "enter" and isinstance(self.screen, LeadsOn) and self.screen.enter_goes_on():
                self._ahead = []
                self._longest = self.set_timer(LONGEST_HOLD, self.release_keys)
        await super().on_event(event)

    def release_keys(self, *, replay: bool = True) -> None:
        """Let keys flow again, those held first; without ``replay`` they are dropped. Does nothing when none are held."""
        if self._ahead is not None:
            self.call_later(self._replay, replay)  # behind the keys that already wait for the app: order is kept

    async def _replay(self, replay: bool) -> None:
        held, self._ahead = self._ahead or [], None
        if self._longest:
            self._longest.stop()
        for event in held if replay else ():
            await self.on_event(event)

    def on_resize(self, event: events.Resize) -> None:
        """Below 80x24 say so instead of drawing half a form; the form waits beneath."""
        from wizard.app.dialog import MINIMUM, TooSmall

        small = event.size.width < MINIMUM[0] or event.size.height < MINIMUM[1]
        if small and not any(isinstance(screen, TooSmall) for screen in self.screen_stack):
            self.push_screen(TooSmall())
        elif not small and isinstance(self.screen, TooSmall):
            self.pop_screen()

    def _fatal_error(self) -> None:
        """End on an error of our own. Textual would print every local variable with it, a typed password among them."""
        from rich.segment import Segments
        from rich.traceback import Traceback

        trace = Traceback(show_locals=False, width=None)
        self._exit_renderables.append(Segments(self.console.render(trace, self.console.options)))
        self._close_messages_no_wait()

    # --- looks ---------------------------------------------------------------------------------------------------------

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Names our styles use beyond Textual's own."""
        return {"muted": "#9a9a9a"}

    def _use_theme(self, name: str) -> None:
        looks = theme.load(name, self.own_themes)
        self.register_theme(looks)
        if self.is_running:
            self.theme = name
            return
        # Without the watcher, who would read all styles a second time before the first paint (11 ms of 70, measured).
        self.set_reactive(App.theme, name)
        self.set_class(looks.dark, "-dark-mode", update=False)
        self.set_class(not looks.dark, "-light-mode", update=False)
        self._refresh_truecolor_filter(self.ansi_theme)
        self.stylesheet.set_variables(self.get_css_variables())

    def try_theme(self, name: str) -> str:
        """Use a theme; return what is wrong with it, and then the colours stay as they were."""
        try:
            if name and name != self.theme:
                self._use_theme(name)
        except theme.ThemeError as problem:
            return str(problem)
        return ""

    def tell_theme(self, problem: str) -> None:
        self.notify(problem, title="The colours were not changed", severity="warning", markup=False, timeout=10)
