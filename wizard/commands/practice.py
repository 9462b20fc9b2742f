"""``practice``: a mail server on this machine to try things with, perfect or with a named fault; messages appear as they arrive.

Must not know SMTP: it opens the practice server and prints what comes.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from wizard.commands.terminal import Output
    from wizard.practice import Message, PracticeServer
    from wizard.profile import Security
    from wizard.render.style import Style


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``practice``."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="list the faults: name, what it teaches, what a check finds")
    what.add_argument("--check", action="store_true", help="run one check with delivery against it, and end")
    parser.add_argument("--fault", default="", metavar="NAME", help="go wrong in this way; without it everything works")
    parser.add_argument("--port", default="", metavar="N", help="port for STARTTLS (a free one unless told)")
    parser.add_argument("--tls-port", default="", metavar="N", help="port for TLS from the first byte")
    parser.add_argument("--plain-port", default="", metavar="N", help="port without encryption")
    parser.add_argument("--full", action="store_true", help="print each message whole")
    parser.add_argument("--json", action="store_true", help="JSON: one object per line, or the list as one array")


def run(args: argparse.Namespace) -> int:
    """Serve until stopped, or list the faults. Returns 0, the check's exit code, 130 after Ctrl-C, 128 + n after signal n.

    Raises UsageError for a fault that does not exist and a port that cannot be used.
    """
    import os
    import sys

    from wizard.commands.terminal import Output, UsageError, style_for
    from wizard.practice import UnknownFaultError

    output, style = Output(sys.stdout), style_for(sys.stdout, os.environ)
    try:
        if args.list:
            return _list(args, output, style)
        if args.check:
            return _check(args)
        return _serve(args, output, style)
    except UnknownFaultError as problem:
        raise UsageError(f"--fault: {problem}") from None


# -- the list --------------------------------------------------------------------------------------------------------------


def _list(args: argparse.Namespace, output: Output, style: Style) -> int:
    from wizard.render import practice as words

    output.write(words.faults_json() if args.json else words.faults_text(style))
    return 2 if output.problem else 0


def _check(args: argparse.Namespace) -> int:
    from wizard.commands import practice_run
    from wizard.commands.terminal import UsageError

    given = {"--json": args.json, "--full": args.full, "--port": args.port, "--tls-port": args.tls_port}
    given["--plain-port"] = args.plain_port
    idle = [flag for flag, value in given.items() if value]
    if idle:
        raise UsageError(f"{idle[0]} does nothing together with --check: leave it out, or start the server and use check")
    return practice_run.run(args.fault or None)


# -- the server ------------------------------------------------------------------------------------------------------------


def _serve(args: argparse.Namespace, output: Output, style: Style) -> int:
    import asyncio

    from wizard.commands.terminal import talk
    from wizard.practice.server import PortError

    ports = _ports(args)
    service = _Service(args, output, style)
    try:
        asyncio.run(service.run(ports))
    except KeyboardInterrupt:
        talk("", f"Stopped. {service.summary}")
        return 130
    except asyncio.CancelledError:
        talk(f"Stopped. {service.summary}")
        return 128 + service.signal
    except PortError as problem:
        _refuse(problem)
    return 2 if output.problem else 0


class _Service:
    """One run of the server in the foreground."""

    def __init__(self, args: argparse.Namespace, output: Output, style: Style) -> None:
        self._args = args
        self._output = output
        self._style = style
        self._count = 0
        self.signal = 0

    @property
    def summary(self) -> str:
        """How many messages came, as a sentence."""
        match self._count:
            case 0:
                return "No message arrived."
            case 1:
                return "1 message arrived."
            case count:
                return f"{count} messages arrived."

    async def run(self, ports: dict[Security, int]) -> None:
        """Open the server, say where, and print messages until somebody ends it or nobody reads any more."""
        from wizard.practice import PracticeServer
        from wizard.render import practice as words

        self._end_on_signals()
        async with PracticeServer(self._args.fault or None, ports=ports) as server:
            opening = words.opening_json(server) if self._args.json else words.opening_text(server, self._style)
            self._output.write(opening)
            await self._messages(server)

    async def _messages(self, server: PracticeServer) -> None:
        async for message in server.mailbox.arrivals(from_start=True):
            self._count += 1
            self._output.write(self._shown(message))
            if self._output.stream is None:
                return

    def _shown(self, message: Message) -> str:
        from wizard.render import practice as words

        if self._args.json:
            return words.message_json(message, full=self._args.full)
        return words.message_text(message, self._style, full=self._args.full)

    def _end_on_signals(self) -> None:
        """End in order when the session or the service manager says so, so that nothing stays behind on disk."""
        import asyncio
        import signal

        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None

        def end(number: int) -> None:
            self.signal = number
            task.cancel()

        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, end, number)


def _ports(args: argparse.Namespace) -> dict[Security, int]:
    from wizard import values
    from wizard.commands.terminal import UsageError
    from wizard.profile import Security

    given = {Security.STARTTLS: ("--port", args.port), Security.TLS: ("--tls-port", args.tls_port)}
    given[Security.NONE] = ("--plain-port", args.plain_port)
    chosen: dict[Security, int] = {}
    for security, (flag, text) in given.items():
        try:
            number = values.port(text.strip())
        except ValueError as problem:
            raise UsageError(f"{flag}: {problem}") from None
        if number is not None:
            chosen[security] = number
    return chosen


def _refuse(problem: OSError) -> NoReturn:
    import errno
    import os

    from wizard.commands.terminal import UsageError

    port = getattr(problem, "port", 0)
    match problem.errno:
        case errno.EADDRINUSE:
            why = "another program listens there"
        case errno.EACCES | errno.EPERM:
            why = "ports below 1024 are for the administrator"
        case number:
            why = os.strerror(number or 0)
    raise UsageError(f"port {port} cannot be used: {why}. Choose another one, or leave it out and take a free one")
