"""One watch in the foreground: asks before IdentityIQ is touched, prints what passes, ends on signals with everything restored.

Must not know the relay; what is printed is in watch_shown.py.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

from wizard.commands.iiq import onhost, watch_shown
from wizard.commands.terminal import Output, UsageError, style_for, talk

if TYPE_CHECKING:
    from wizard.identityiq.console.session import ConsoleLogin
    from wizard.identityiq.installation import Installation
    from wizard.identityiq.settings import Settings as Standing
    from wizard.identityiq.templates.template import Template
    from wizard.identityiq.watch.pointing import Pointer
    from wizard.identityiq.watch.watch import Settings, Watch, WatchEvent
    from wizard.profile import Profile

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_RESTORING = "IdentityIQ's settings are being brought back. Please wait."


def by_hand(args: argparse.Namespace, settings: Settings, profile: Profile | None, templates: tuple[Template, ...]) -> int:
    """Watch while a person points IdentityIQ at the relay. Raises UsageError."""
    from wizard.identityiq.watch.pointing import ByHand

    return Service(args, settings, profile, templates).run(ByHand())


def through_console(
    args: argparse.Namespace,
    settings: Settings,
    profile: Profile | None,
    chosen: Installation,
    templates: tuple[Template, ...],
) -> int:
    """Show what would change, ask, and watch. Raises UsageError."""
    from wizard import safefile
    from wizard.identityiq.console.session import ConsoleProblem, read
    from wizard.identityiq.watch.pointing import ByConsole
    from wizard.memory import lastapply

    used: list[ConsoleLogin | None] = []

    async def stands(login: ConsoleLogin | None) -> Standing | None:
        used.append(login)
        return (await read(chosen, login=login, deadline=args.deadline, say=talk)).settings

    try:
        before = onhost.in_console(args, stands)
        files = lastapply.folder()
    except ConsoleProblem as problem:
        talk(*onhost.words_of(problem), "Nothing was changed.")
        return 1
    except OSError as problem:
        raise UsageError(f"There is no place for the rollback file: {safefile.reason(problem)}.") from None
    assert before is not None  # read raises where there are none
    talk(*watch_shown.before_lines(before, chosen, settings))
    if not _agreed(args):
        talk("Nothing was changed.")
        return 1
    to_all = settings.send_on and settings.upstream is not None and not settings.upstream.only_to
    pointer = ByConsole(chosen, files, login=used[-1], deadline=args.deadline, say=talk, sends_to_all=to_all, before=before)
    return Service(args, settings, profile, templates).run(pointer)


def _agreed(args: argparse.Namespace) -> bool:
    from wizard.commands.iiq import changing

    return bool(args.yes) or changing.asked("Point IdentityIQ at the relay now? [y/N] ", ("y", "yes"))


class Service:
    """One run: ``run`` opens, prints and ends it."""

    def __init__(
        self, args: argparse.Namespace, settings: Settings, profile: Profile | None, templates: tuple[Template, ...]
    ) -> None:
        self._args = args
        self._settings = settings
        self._profile = profile
        self._templates = templates
        self._output = Output(sys.stdout)
        self._style = style_for(sys.stdout, os.environ)
        self._signal = 0
        self._watch: Watch | None = None
        self._task: asyncio.Task[None] | None = None

    def run(self, pointer: Pointer) -> int:
        """Watch to the end and return the exit code. Raises UsageError for a port or address that cannot be used."""
        from wizard.identityiq.watch.pointing import NotPointedError
        from wizard.practice.relay import UnsafeBindError
        from wizard.practice.server import PortError

        try:
            asyncio.run(self._run(pointer))
        except asyncio.CancelledError:
            pass  # by a signal, before the watch stood: what was changed has been taken back
        except NotPointedError as problem:
            talk(str(problem))
            return 1
        except UnsafeBindError as problem:
            raise UsageError(f"--bind: {problem}, with --allow ADDR") from None
        except PortError as problem:
            _refuse(problem)
        return self._code()

    def _code(self) -> int:
        watch = self._watch
        if watch is not None and watch.problem:
            return 1
        if self._signal:
            return 128 + self._signal
        if self._output.problem:
            return 2
        return 0 if watch is not None and watch.sign_off_seen else 1

    async def _run(self, pointer: Pointer) -> None:
        from wizard.identityiq.watch.watch import Watch

        self._task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._end, number)
        watch = Watch(self._tell, self._settings, pointer, templates=self._templates)
        async with watch:
            self._watch = watch
            self._write(watch_shown.opening(watch, self._profile, self._args.json, self._style))
            await watch.over()
            if not pointer.by_hand:
                talk(_RESTORING)
        self._write(watch_shown.ending(watch, self._profile, self._args.json, self._style, by_hand=pointer.by_hand))

    def _end(self, number: int) -> None:
        """End in order on a signal, whatever is going on; a second one changes nothing but is answered."""
        if self._signal:
            talk(_RESTORING)
            return
        self._signal = int(number)
        if self._watch is not None:
            self._watch.stop()
        elif self._task is not None:
            talk("Stopping. What was changed is taken back first.")
            self._task.cancel()

    def _tell(self, event: WatchEvent) -> None:
        self._count_refusal(event)
        self._write(watch_shown.event(event, self._profile, self._args.json, self._style))
        watch = self._watch
        if watch is None:
            return
        nobody_reads = self._output.stream is None
        if nobody_reads or (self._args.until_sign_off and watch.sign_off_seen):
            watch.stop()

    def _count_refusal(self, event: WatchEvent) -> None:
        """Remember a refused sign-in, as every other run does: servers lock accounts over a few."""
        from wizard.memory.signins import note_refusal
        from wizard.practice.relay_events import Holding

        if isinstance(event, Holding) and self._profile is not None:
            reply = event.observation.reply
            if reply is not None and reply.code // 100 == 5:
                note_refusal(self._profile)

    def _write(self, text: str) -> None:
        if text:
            self._output.write(text)


def _refuse(problem: OSError) -> NoReturn:
    import errno

    port = getattr(problem, "port", 0)
    why = {
        errno.EADDRINUSE: "another program listens there",
        errno.EACCES: "ports below 1024 are for the administrator",
        errno.EADDRNOTAVAIL: "this host has no such address",
    }.get(problem.errno or 0, problem.strerror or "the system refused it")
    raise UsageError(f"port {port or 'of the relay'} cannot be used: {why}. Choose another with --port or --bind") from None
