"""``check``: one climb of the ladder without a screen; the report as text, JSON, Markdown or a monitoring line.

Must not know SMTP, nor what a finding means: it prints what the report holds.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from wizard.commands import domain_beside, jvm_beside, monitoring, remembering, setup

if TYPE_CHECKING:
    from wizard.commands.terminal import Output
    from wizard.memory.lastgood import Changed
    from wizard.profile import Password, Profile
    from wizard.render.command import CommandLine
    from wizard.render.nagios import Limits
    from wizard.render.style import Style
    from wizard.report import Report
    from wizard.smtp.events import Event
    from wizard.smtp.letter import Letter
    from wizard.smtp.network import Network


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``check``."""
    setup.add_arguments(parser)
    parser.add_argument("--deliver", action="store_true", help="send a test message; without it nothing is sent")
    parser.add_argument(
        "--also-to",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="name this recipient too, up to RCPT, nothing is sent to it; may be repeated",
    )
    shapes = parser.add_argument_group("output").add_mutually_exclusive_group()
    shapes.add_argument("--json", action="store_const", const="json", dest="shape", help="one JSON object")
    shapes.add_argument(
        "--markdown", action="store_const", const="markdown", dest="shape", help="Markdown, to paste into a ticket"
    )
    shapes.add_argument(
        "--nagios", action="store_const", const="nagios", dest="shape", help="one line for monitoring, with its exit codes 0 to 3"
    )
    monitoring.add_arguments(parser)
    remembering.add_arguments(parser)
    domain_beside.add_arguments(parser)
    jvm_beside.add_arguments(parser)
    parser.add_argument("--transcript", action="store_true", help="add the conversation, without secrets")


def run(args: argparse.Namespace, network: Network | None = None) -> int:
    """Check once. Returns the exit code of the contract; ``network`` is replaced in tests only."""
    if args.all:
        from wizard.commands import check_all

        return check_all.run(args, network)
    import asyncio
    import os
    import sys

    from wizard.commands.password import password_for
    from wizard.commands.terminal import Output, UsageError, style_for, talk

    if args.ticket and (args.shape == "nagios" or args.on_change):
        raise UsageError("--ticket: it is a text of many lines: leave --nagios or --on-change out")
    limits = monitoring.limits_of(args) if monitoring.judges(args) else None
    described = setup.from_arguments(args)
    also_to = setup.also_to(args, described.profile)
    output = Output(sys.stdout)
    live = args.shape is None and not args.on_change
    climb = Climb(described.profile, described.command, output, style_for(sys.stdout, os.environ), live=live)
    climb.limits = limits
    climb.beside = domain_beside.from_arguments(args, described.profile)
    climb.jvm = jvm_beside.from_arguments(args, described.profile)
    interrupted = False
    try:
        password = password_for(described.profile, args, os.environ)
        held_back = remembering.held_back(described.profile, args)
        asyncio.run(climb.climb(password, deliver=args.deliver, also_to=also_to, held_back=held_back, network=network))
    except KeyboardInterrupt:
        interrupted = True
    written = not args.prometheus or monitoring.write_prometheus(args.prometheus, [(climb.report.profile.name, climb.report)])
    climb.changed = remembering.Memory(climb.report, args).changed
    climb.finish("change" if args.on_change else args.shape or "text", transcript=args.transcript, ticket=args.ticket)
    if output.problem:
        talk(f"The report could not be written to standard output: {output.problem}.")
    if output.problem or not written:
        return 3 if args.shape == "nagios" else 2
    return climb.exit_code(args.shape or "text", interrupted=interrupted)


class Climb:
    """One run and its report while it grows; ``live`` draws each stage as it ends."""

    def __init__(self, profile: Profile, command: CommandLine | None, output: Output, style: Style, *, live: bool) -> None:
        from wizard.report import Report

        self.report: Report = Report(profile)
        self.command = command
        self.output = output
        self.style = style
        self.live = live
        self.limits: Limits | None = None
        self.changed: Changed | None = None
        self.beside: domain_beside.Beside | None = None
        self.jvm: jvm_beside.JvmBeside | None = None
        self._drawn = 0
        self._pending = 0

    async def climb(
        self,
        password: Password | None,
        *,
        deliver: bool,
        also_to: tuple[str, ...] = (),
        held_back: int = 0,
        network: Network | None = None,
        letter: Letter | None = None,
    ) -> None:
        """Climb. When the task is cancelled the engine closes the connection, and the report says that it was stopped."""
        from wizard.smtp.check import check

        if self.live:
            self._open()
        if self.beside:
            self.beside.start()
        if self.jvm:
            self.jvm.start(network)
        profile = self.report.profile
        await check(
            profile,
            password,
            self.emit,
            deliver=deliver,
            also_to=also_to,
            held_back=held_back,
            network=network,
            letter=letter,
        )
        if self.beside:
            await self.beside.finish()
        if self.jvm:
            self.report = await self.jvm.finish(self.report)

    def _open(self) -> None:
        from wizard.render.text import opening

        self.output.write("\n".join(opening(self.report, self.style)) + "\n")

    def emit(self, event: Event) -> None:
        """Fold one event, and draw what it changed."""
        self.report = self.report.add(event)
        if self.beside:
            self.beside.hear(event)
        if self.live:
            self._draw()

    def _draw(self) -> None:
        """Write the stages that ended since; on a terminal the running one stands in the last line until it ends."""
        from wizard.render.text import running_line, stage_lines

        while self._drawn < len(self.report.stages) and self.report.stages[self._drawn].status != "running":
            lines = stage_lines(self.report.stages[self._drawn], self.report, self.style)
            self._drawn += 1
            self.output.write(self._erased() + "".join(line + "\n" for line in lines))
        if self._pending or not self.style.live or self._drawn >= len(self.report.stages):
            return
        text = running_line(self.report.stages[self._drawn], self.report)[: self.style.width - 1]
        self._pending = len(text)
        self.output.write(text)

    def _erased(self) -> str:
        """Return what takes the running line away: blanks, not escape codes, so that every terminal understands it."""
        length, self._pending = self._pending, 0
        return f"\r{' ' * length}\r" if length else ""

    def finish(self, shape: str, *, transcript: bool, ticket: bool = False) -> None:
        """Write the rest, or the whole in another shape."""
        self.output.write(self._erased() + self._rest(shape, transcript, ticket))

    def _rest(self, shape: str, transcript: bool, ticket: bool) -> str:
        match shape:
            case "json":
                from wizard.render import json

                more = remembering.as_json(self.report, self.changed, self.command, self._records())
                more["domain"] = self.beside.as_json() if self.beside else None
                return json.render(self.report, transcript=transcript, more=more) + "\n"
            case "markdown":
                from wizard.render import markdown
                from wizard.render.style import Style

                told = self._more(ticket, Style())
                return self.style.fit(markdown.render(self.report, self.command, transcript=transcript, more=told))
            case "nagios":
                from wizard.render import nagios

                return self.style.fit(nagios.line(self.report, limits=self.limits or nagios.NO_LIMITS)) + "\n"
            case "change":
                return "".join(self.style.plain(line) + "\n" for line in self._changed())
            case _:
                from wizard.render.text import closing

                told = self._more(ticket, self.style)
                return "\n".join(closing(self.report, self.command, self.style, transcript=transcript, more=told)) + "\n"

    def _more(self, ticket: bool, style: Style) -> list[str]:
        """Return what stands after the findings; most passed runs have none, and load nothing for it."""
        examined = self.beside.lines(style) if self.beside else []
        if not (ticket or self.changed):
            return examined
        records = self._records()
        return remembering.lines(self.report, self.changed, self.command, style, ticket=ticket, records=records) + examined

    def _records(self) -> tuple[str, ...]:
        return self.beside.records if self.beside else ()

    def _changed(self) -> list[str]:
        from wizard.render.nagios import NO_LIMITS, level

        profile = self.report.profile
        who = f" ({profile.login.username})" if profile.login else ""
        name = profile.name or f"{profile.endpoint.host}:{profile.endpoint.port} {profile.endpoint.security}{who}"
        return monitoring.changed({name: (level(self.report, self.limits or NO_LIMITS), self.report)})

    def exit_code(self, shape: str, *, interrupted: bool) -> int:
        """Return what the run ends with."""
        from wizard.report import ExitCode

        if shape == "nagios":
            from wizard.render import nagios

            return nagios.state(self.report, self.limits or nagios.NO_LIMITS)
        return ExitCode.INTERRUPTED if interrupted else self.report.exit_code
