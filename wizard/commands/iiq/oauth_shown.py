"""What ``iiq oauth`` says: the values, the steps as they end, and what came of it; or one JSON object. Must not know HTTP."""

from __future__ import annotations

import argparse
import asyncio
import json
from typing import TYPE_CHECKING

from wizard.commands.terminal import UsageError
from wizard.identityiq.oauth import OAuthRun, Status
from wizard.identityiq.oauth.microsoft import screen_values
from wizard.identityiq.screen import PATHS
from wizard.render import oauth

if TYPE_CHECKING:
    from wizard.commands.terminal import Output
    from wizard.identityiq.oauth import OAuthSettings, Problem
    from wizard.profile import Password
    from wizard.render.style import Style


class Face:
    """Shows values, steps as they end, and the rest; or one JSON object at the end."""

    def __init__(self, args: argparse.Namespace, settings: OAuthSettings, profile: str, output: Output, style: Style) -> None:
        self._args = args
        self._settings = settings
        self._profile = profile
        self._output = output
        self._style = style
        self._drawn = 0
        self._pending = 0
        self._values_shown = False

    def show_values(self, found: tuple[Problem, ...]) -> None:
        """Write what to type, and what is worth a look about it."""
        if self._args.json:
            return
        style = self._style
        lines = [
            style.heading("In IdentityIQ, Email Notification Type HTTP/OAuth on one of these pages"),
            *(f"  {path}" for path in PATHS),
        ]
        lines += ["", *oauth.value_lines(screen_values(self._settings), style, explained=self._explained)]
        told = [problem for problem in found if self._settings.get(problem.slot).strip()]  # what is missing shows as such
        if told:
            lines += ["", *oauth.problem_lines(told, style)]
        self._values_shown = True
        self._write(lines)

    @property
    def _explained(self) -> bool:
        return bool(self._args.values or not self._settings.client_id)

    def test(self, secret: Password) -> tuple[OAuthRun, bool]:
        """Test the values and return what came of it, and whether Ctrl-C ended it."""
        from wizard.identityiq.oauth.run import try_out  # values that are only shown need no HTTP

        if not self._args.json:
            self._write(["", *oauth.opening(self._settings, self._style, send=self._args.send), ""])
        latest = [OAuthRun(self._settings)]

        def emit(state: OAuthRun) -> None:
            latest[0] = state
            self._draw(state)

        try:
            return asyncio.run(try_out(self._settings, secret, emit, send=self._args.send)), False
        except KeyboardInterrupt:
            return latest[0], True

    def _draw(self, state: OAuthRun) -> None:
        """Write the steps that ended since; on a terminal the running one stands in the last line until it ends."""
        if self._args.json:
            return
        while self._drawn < len(state.steps) and state.steps[self._drawn].status is not Status.RUNNING:
            self._erase()
            self._write(oauth.step_lines(state.steps[self._drawn], self._style))
            self._drawn += 1
        if self._style.live and not self._pending and self._drawn < len(state.steps):
            text = oauth.running_line(state.steps[self._drawn])[: self._style.width - 1]
            self._pending = len(text)
            self._output.write(text)

    def _erase(self) -> None:
        length, self._pending = self._pending, 0
        if length:
            self._output.write(f"\r{' ' * length}\r")

    def show(self, outcome: OAuthRun, found: tuple[Problem, ...], *, tested: bool) -> None:
        """Write the rest, or the whole as JSON."""
        if self._args.json:
            values = screen_values(self._settings)
            made = oauth.as_object(outcome, values, found, profile=self._profile, tested=tested)
            self._output.write(json.dumps(made, indent=1) + "\n")
            return
        self._erase()
        if not self._values_shown:
            self.show_values(found)
        if tested:
            self._write(oauth.closing(outcome, self._style))
        elif not self._args.values:
            text = "Nothing was tested. To test the values, add --client-id, and have the client secret at hand."
            self._write(["", *self._style.wrapped(text, "")])

    def check_written(self) -> None:
        """Raise UsageError where standard output could not be written."""
        if self._output.problem:
            raise UsageError(f"The result could not be written to standard output: {self._output.problem}.")

    def _write(self, lines: list[str]) -> None:
        self._output.write("".join(line.rstrip() + "\n" for line in lines))
