"""What ``check`` remembers between runs - refused sign-ins, the last good run - and the text for who can help. Knows no SMTP."""

from __future__ import annotations

import argparse
import sys
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from wizard.commands.terminal import is_terminal, talk

if TYPE_CHECKING:
    from wizard.memory.lastgood import Changed
    from wizard.profile import Profile
    from wizard.render.command import CommandLine
    from wizard.render.style import Style
    from wizard.render.ticket import Ticket
    from wizard.report import Report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    group = parser.add_argument_group("between runs")
    group.add_argument("--try-sign-in", action="store_true", help="sign in although it was refused twice before")
    group.add_argument("--no-memory", action="store_true", help="neither read nor keep what earlier runs showed")
    group.add_argument("--ticket", action="store_true", help="add a text to paste for the person who can help")


def held_back(profile: Profile, args: argparse.Namespace) -> int:
    """Return how often this sign-in was refused before, where that keeps it from being tried; 0 lets it be tried.

    Before a third try the person is asked. Where nobody can be asked it is not made: --try-sign-in makes it all the same.
    """
    if profile.login is None or args.no_memory or args.try_sign_in:
        return 0
    from wizard.memory.signins import ASK_AFTER, refusals

    before = refusals(profile)
    if before.times < ASK_AFTER:
        return 0
    if args.no_input or not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        return before.times
    return 0 if _asked(profile, before.times, before.last) else before.times


def _asked(profile: Profile, times: int, last: str) -> bool:
    from wizard.memory.words import before_another_try

    talk(before_another_try(profile, times, last))
    sys.stderr.write("Try again? [y/N] ")
    sys.stderr.flush()
    answer = sys.stdin.readline()
    return answer.strip().lower() in ("y", "yes")


class Memory:
    """What is known of earlier runs, once a run is over; nothing with --no-memory."""

    def __init__(self, report: Report, args: argparse.Namespace) -> None:
        self.changed: Changed | None = None
        if args.no_memory or not report.ended or report.stopped:
            return
        from wizard.memory import lastgood, signins

        self.changed = lastgood.compare(report)
        counted = signins.note(report) if report.profile.login else ""
        problem = counted or lastgood.keep(report)
        if problem:
            talk(problem)


def keep_all(reports: list[Report], args: argparse.Namespace) -> None:
    """Remember several runs, the files written once for all that passed; what cannot be kept is told once."""
    over = [report for report in reports if report.ended and not report.stopped]
    if args.no_memory or not over:
        return
    from wizard.memory import lastgood, signins

    problems = [signins.note(report) for report in over if report.profile.login]
    told = next(filter(None, problems), "") or lastgood.keep(*over)
    if told:
        talk(told)


def lines(
    report: Report,
    changed: Changed | None,
    command: CommandLine | None,
    style: Style,
    *,
    ticket: bool,
    records: tuple[str, ...] = (),
) -> list[str]:
    """Return what a person reads after the findings: what changed since the last good run, and the text for who can help."""
    from wizard.memory.words import since_last_good

    shown: list[str] = []
    if changed and (changed.differences or not report.ok):
        heading, *rest = since_last_good(changed, failed=not report.ok)
        shown += ["", style.heading(style.plain(heading)), *(line for text in rest for line in style.wrapped(text))]
    if ticket:
        shown += ["", *_ticket_lines(ticket_of(report, command, records), style)]
    return shown


def _ticket_lines(found: Ticket | None, style: Style) -> list[str]:
    if found is None:
        return ["Nobody else need be asked: there is no text to pass on."]
    return [
        style.heading(style.plain(f"For {found.whom}")),
        "",
        style.plain(f"Subject: {found.subject}"),
        "",
        *(style.plain(line) for line in found.body.splitlines()),
    ]


def ticket_of(report: Report, command: CommandLine | None, records: tuple[str, ...] = ()) -> Ticket | None:
    """Return the text for who can help with the cause of a failed run."""
    if report.error is None:
        return None
    from datetime import datetime

    from wizard.render.ticket import ticket

    return ticket(report, datetime.now().astimezone(), command=command, records=records)


def as_json(
    report: Report, changed: Changed | None, command: CommandLine | None, records: tuple[str, ...] = ()
) -> MutableMapping[str, Any]:
    """Return the keys ``changed`` and ``ticket`` of the JSON report; null where there is nothing."""
    found = ticket_of(report, command, records)
    return {
        "changed": {"since": changed.since, "differences": [one._asdict() for one in changed.differences]} if changed else None,
        "ticket": found._asdict() if found else None,
    }
