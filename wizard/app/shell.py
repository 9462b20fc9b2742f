"""The frame around the steps: drawing once, colours, the notice on a small screen, what a crash shows. Must not know the draft.

Also what is measured on a slow line: nothing is painted twice, and nothing at all while nothing happens.
"""

from __future__ import annotations

import gc
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding
from textual.screen import Screen

from wizard.app import theme
from wizard.app.step import Step


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
        self._use_theme(theme.DEFAULT)

    def opening_screen(self) -> Screen[Any]:
        """Return the first screen."""
        raise NotImplementedError

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
