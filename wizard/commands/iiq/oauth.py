"""``iiq oauth``: the values for IdentityIQ's HTTP/OAuth, and a live test of them. Must not know HTTP."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from wizard.commands import client_secret
from wizard.commands.flags import add_config, config_path

if TYPE_CHECKING:
    from wizard.commands.terminal import Output
    from wizard.draft import Draft
    from wizard.identityiq.oauth import OAuthRun, OAuthSettings, Problem
    from wizard.profile import Password
    from wizard.render.style import Style

CLOUDS = ("global", "gcc-high", "dod", "china")  # those of wizard/identityiq/oauth/microsoft.py, which --help does not load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``iiq oauth``."""
    parser.add_argument("profile", nargs="?", default="", metavar="PROFILE", help="a saved profile; without it, the flags alone")
    asked = parser.add_argument_group("Microsoft 365: propose the values")
    asked.add_argument("--tenant", default="", metavar="TENANT", help="the tenant's id, or one of its domains")
    asked.add_argument("--cloud", choices=CLOUDS, default="global", help="which of Microsoft's clouds it lives in")
    values = parser.add_argument_group("values (they beat the profile and the proposal)")
    for flag, dest, metavar, words in _VALUES:
        values.add_argument(flag, dest=dest, default=None, metavar=metavar, help=words)
    values.add_argument("--ca-file", default=None, metavar="FILE", help="trust the authorities in this PEM file instead")
    values.add_argument("--timeout", default=None, metavar="SECONDS", help="for each step, 15 unless told")
    client_secret.add_arguments(parser)
    parser.add_argument("--values", action="store_true", help="show the values and what is wrong with them; ask nobody")
    parser.add_argument("--send", action="store_true", help="send one test message to the recipient; without it nothing is sent")
    parser.add_argument("--save", default="", metavar="PROFILE", help="save the values in this profile")
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object")


_VALUES = (
    ("--email-endpoint", "email_endpoint", "URL", "Email Service Endpoint"),
    ("--token-endpoint", "token_endpoint", "URL", "Token Endpoint"),
    ("--refresh-endpoint", "refresh_endpoint", "URL", "Refresh Token Endpoint"),
    ("--scope", "scope", "SCOPE", "Scope, which ends in /.default"),
    ("--client-id", "client_id", "ID", "Client ID: the Application (client) ID"),
    ("--from", "sender", "ADDRESS", "the mailbox that sends"),
    ("--to", "recipient", "ADDRESS", "who gets the test message"),
)


class _Asked(NamedTuple):
    """What one call is about."""

    name: str
    draft: Draft
    settings: OAuthSettings


def run(args: argparse.Namespace) -> int:
    """Show the values, test them, save them. Raises UsageError for values that cannot be tested, or no secret."""
    from wizard.commands.terminal import Output, style_for
    from wizard.identityiq.oauth import OAuthRun, problems

    given = os.environ.pop(client_secret.VARIABLE, "")  # no child inherits it, whatever happens
    asked = _asked(args)
    found = problems(asked.settings, send=args.send)
    face = _Face(args, asked, Output(sys.stdout), style_for(sys.stdout, os.environ))
    if args.values or not asked.settings.client_id:
        face.show(OAuthRun(asked.settings), found, tested=False)
        _save(args, asked)
        face.check_written()
        return 2 if _wrong(found, asked.settings) else 0
    secret = _secret(args, asked, found, given)
    face.show_values(found)
    outcome, interrupted = face.test(secret)
    face.show(outcome, found, tested=True)
    _save(args, asked, secret)
    face.check_written()
    if interrupted:
        return 130
    return 0 if outcome.ok else 1


def _wrong(found: tuple[Problem, ...], settings: OAuthSettings) -> bool:
    """Whether something that was typed is wrong; what is only missing is no fault of a list of values."""
    return any(problem.fatal and settings.get(problem.slot).strip() for problem in found)


def _asked(args: argparse.Namespace) -> _Asked:
    """Put profile, proposal and flags together: the later beats the earlier."""
    from wizard.draft import Change
    from wizard.identityiq.oauth import Slot
    from wizard.identityiq.oauth.microsoft import by_id, proposal

    name, draft = _saved(args)
    if args.tenant:
        cloud = by_id(args.cloud)
        assert cloud is not None  # argparse let it through
        sender = args.sender if args.sender is not None else draft.sender
        proposed = proposal(args.tenant, sender, cloud=cloud)
        slots = (Slot.EMAIL_ENDPOINT, Slot.TOKEN_ENDPOINT, Slot.REFRESH_ENDPOINT, Slot.SCOPE)
        draft = draft.with_changes(*(Change(slot.field, proposed.get(slot)) for slot in slots))
    given = {Slot(dest): getattr(args, dest) for _, dest, _, _ in _VALUES if getattr(args, dest) is not None}
    draft = draft.with_changes(*(Change(slot.field, value) for slot, value in given.items()))
    return _Asked(name, draft, _settings(draft, args))


def _saved(args: argparse.Namespace) -> tuple[str, Draft]:
    from wizard.commands.setup import saved_profile
    from wizard.draft import Draft

    return saved_profile(args.profile, config_path(args)) if args.profile else ("", Draft())


def _settings(draft: Draft, args: argparse.Namespace) -> OAuthSettings:
    """Return the values as they stand in the draft, blanks included: judging them is what this is for."""
    from wizard.commands.terminal import UsageError
    from wizard.identityiq.oauth import OAuthSettings, Slot
    from wizard.profile import DEFAULT_TIMEOUT, DEFAULT_TOTAL_TIMEOUT
    from wizard.values import path, seconds

    try:
        ca_file = path((args.ca_file if args.ca_file is not None else draft.ca_file).strip())
        timeout = seconds((args.timeout or draft.timeout).strip()) or DEFAULT_TIMEOUT
        total = seconds(draft.total_timeout.strip()) or max(DEFAULT_TOTAL_TIMEOUT, timeout)
    except ValueError as problem:
        raise UsageError(str(problem)) from None
    texts = {slot.value: draft.get(slot.field) for slot in Slot if slot is not Slot.CLIENT_SECRET}
    return OAuthSettings(**texts, ca_file=ca_file, timeout=timeout, total_timeout=total)


def _secret(args: argparse.Namespace, asked: _Asked, found: tuple[Problem, ...], given: str) -> Password:
    """Return the secret once the values are fit to be tested. Raises UsageError with a line for each that is not."""
    from wizard.commands.terminal import UsageError
    from wizard.identityiq.oauth import secret_problem

    fatal = [problem for problem in found if problem.fatal]
    if fatal:
        raise UsageError(*(f"{problem.slot.label}: {problem.text}" for problem in fatal))
    who = client_secret.Owner(asked.name or args.save, asked.settings.client_id, asked.draft.iiq_client_secret)
    secret = client_secret.secret_for(who, args, given)
    wrong = secret_problem(asked.settings, secret)
    if wrong and wrong.fatal:
        raise UsageError(f"{wrong.slot.label}: {wrong.text}")
    return secret


def _save(args: argparse.Namespace, asked: _Asked, secret: Password | None = None) -> None:
    if args.save:
        client_secret.save(args, asked.draft, asked.settings, secret)


class _Face:
    """Shows values, steps as they end, and the rest; or one JSON object at the end."""

    def __init__(self, args: argparse.Namespace, asked: _Asked, output: Output, style: Style) -> None:
        self._args = args
        self._asked = asked
        self._output = output
        self._style = style
        self._drawn = 0
        self._pending = 0
        self._values_shown = False

    def show_values(self, found: tuple[Problem, ...]) -> None:
        """Write what to type, and what is worth a look about it."""
        if self._args.json:
            return
        from wizard.identityiq.oauth.microsoft import screen_values
        from wizard.identityiq.screen import PATHS
        from wizard.render import oauth

        style = self._style
        lines = [
            style.heading("In IdentityIQ, Email Notification Type HTTP/OAuth on one of these pages"),
            *(f"  {path}" for path in PATHS),
        ]
        lines += ["", *oauth.value_lines(screen_values(self._asked.settings), style, explained=self._explained)]
        told = [problem for problem in found if self._asked.settings.get(problem.slot).strip()]  # what is missing shows as such
        if told:
            lines += ["", *oauth.problem_lines(told, style)]
        self._values_shown = True
        self._write(lines)

    @property
    def _explained(self) -> bool:
        return bool(self._args.values or not self._asked.settings.client_id)

    def test(self, secret: Password) -> tuple[OAuthRun, bool]:
        """Test the values and return what came of it, and whether Ctrl-C ended it."""
        from wizard.identityiq.oauth import OAuthRun
        from wizard.identityiq.oauth.run import try_out
        from wizard.render import oauth

        settings = self._asked.settings
        if not self._args.json:
            self._write(["", *oauth.opening(settings, self._style, send=self._args.send), ""])
        latest = [OAuthRun(settings)]

        def emit(state: OAuthRun) -> None:
            latest[0] = state
            self._draw(state)

        try:
            return asyncio.run(try_out(settings, secret, emit, send=self._args.send)), False
        except KeyboardInterrupt:
            return latest[0], True

    def _draw(self, state: OAuthRun) -> None:
        """Write the steps that ended since; on a terminal the running one stands in the last line until it ends."""
        if self._args.json:
            return
        from wizard.identityiq.oauth import Status
        from wizard.render import oauth

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
        from wizard.identityiq.oauth.microsoft import screen_values
        from wizard.render import oauth

        if self._args.json:
            import json

            values = screen_values(self._asked.settings)
            made = oauth.as_object(outcome, values, found, profile=self._asked.name, tested=tested)
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
        from wizard.commands.terminal import UsageError

        if self._output.problem:
            raise UsageError(f"The result could not be written to standard output: {self._output.problem}.")

    def _write(self, lines: list[str]) -> None:
        self._output.write("".join(line.rstrip() + "\n" for line in lines))
