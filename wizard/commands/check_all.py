"""``check --all``: every saved profile at once, told together. Must not know SMTP, nor what a finding means."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from wizard.commands import monitoring, remembering, setup
from wizard.commands.flags import config_path
from wizard.commands.terminal import Output, UsageError, style_for, talk
from wizard.draft import Draft
from wizard.profile import Invalid, Password, Profile, SecretKind, parse

if TYPE_CHECKING:
    from wizard.render.nagios import Level, Limits
    from wizard.report import Report
    from wizard.smtp.events import Event
    from wizard.smtp.network import Network

# Runs under way at once: enough to hide every server's wait, few enough that no run's deadline suffers from the others' work.
AT_ONCE = 32
_ONE_ONLY = {
    "field_host": "--host",
    "also_to": "--also-to",
    "domain": "--domain",
    "jvm": "--jvm",
    "ticket": "--ticket",
    "password_file": "--password-file",
    "password_command": "--password-command",
    "password_stdin": "--password-stdin",
}


class Outcome(NamedTuple):
    """What became of one profile: its report, or the sentence that says why it could not be run."""

    name: str
    report: Report | None = None
    problem: str = ""


def run(args: argparse.Namespace, network: Network | None = None) -> int:
    """Check every profile. Returns 0 when all passed, 1 when one failed, 2 when one could not be run; --nagios has its own."""
    limits = monitoring.limits_of(args)
    drafts = _drafts(args)
    args.no_input = True  # several sign-ins at once: nobody could be asked about one of them
    began = time.monotonic()
    outcomes = asyncio.run(_all(drafts, args, network))
    seconds = time.monotonic() - began
    remembering.keep_all([outcome.report for outcome in outcomes if outcome.report], args)
    output = Output(sys.stdout)
    reports = [(outcome.name, outcome.report) for outcome in outcomes if outcome.report]
    written = not args.prometheus or monitoring.write_prometheus(
        args.prometheus, reports, [outcome.name for outcome in outcomes if outcome.report is None]
    )
    output.write(_shown(outcomes, args, limits, seconds))
    if output.problem:
        talk(f"The report could not be written to standard output: {output.problem}.")
    if output.problem or not written:
        return 3 if args.shape == "nagios" else 2
    return _exit_code(outcomes, args.shape or "text", limits)


def _drafts(args: argparse.Namespace) -> Mapping[str, Draft]:
    """Return the profiles with the flags' changes. Raises UsageError where a flag belongs to one profile only."""
    named = [repr(args.profile)] if args.profile else [flag for key, flag in _ONE_ONLY.items() if getattr(args, key, None)]
    if named:
        raise UsageError(f"{named[0]}: --all checks every saved profile, each with its own settings and password: leave it out")
    if args.shape == "markdown":
        raise UsageError("--markdown: it shows one profile: name it instead of --all")
    config = setup.load_config(config_path(args))
    if not config.profiles:
        raise UsageError(f"No profile is saved in {config.path}: run smtp-wizard to make one")
    changes = setup.changes_of(args)
    return {name: draft.with_changes(*changes) for name, draft in config.profiles.items()}


async def _all(drafts: Mapping[str, Draft], args: argparse.Namespace, network: Network | None) -> list[Outcome]:
    from wizard.commands.password import SECRET_VARIABLE

    if os.environ.pop(SECRET_VARIABLE, ""):
        talk(f"{SECRET_VARIABLE} is left out: one password is not offered to several servers.")
    places = asyncio.Semaphore(AT_ONCE)

    async def one(name: str, draft: Draft) -> Outcome:
        async with places:
            return await _one(name, draft, args, network)

    return list(await asyncio.gather(*(one(name, draft) for name, draft in drafts.items())))


async def _one(name: str, draft: Draft, args: argparse.Namespace, network: Network | None) -> Outcome:
    from wizard.report import Report
    from wizard.smtp.check import check

    profile = parse(draft, name)
    if isinstance(profile, Invalid):
        return Outcome(name, problem="; ".join(setup.error_lines(profile, draft)))
    report = Report(profile)

    def add(event: Event) -> None:
        nonlocal report
        report = report.add(event)

    try:
        password = await _password(profile)
    except UsageError as problem:
        return Outcome(name, problem="; ".join(problem.lines))
    held_back = remembering.held_back(profile, args)
    await check(profile, password, add, deliver=args.deliver, held_back=held_back, network=network)
    return Outcome(name, report)


async def _password(profile: Profile) -> Password | None:
    """Return the profile's password from where it is kept; None when it is asked for each time: nobody is asked here."""
    from wizard.keychain import SecretUnavailable, account_of, fetch

    login = profile.login
    if login is None or login.secret.kind is SecretKind.ASK:
        return None
    try:
        return await fetch(login.secret, account=account_of(profile))
    except SecretUnavailable as problem:
        raise UsageError(f"password: {problem}") from None


def _level(outcome: Outcome, limits: Limits) -> Level:
    from wizard.render.nagios import Level, State, level

    return level(outcome.report, limits) if outcome.report else Level(State.UNKNOWN, outcome.problem)


def _shown(outcomes: Sequence[Outcome], args: argparse.Namespace, limits: Limits, seconds: float) -> str:
    if args.on_change:
        told = monitoring.changed({outcome.name: (_level(outcome, limits), outcome.report) for outcome in outcomes})
        return "".join(style_for(sys.stdout, os.environ).plain(line) + "\n" for line in told)
    match args.shape:
        case "json":
            return _as_json(outcomes, seconds, transcript=args.transcript) + "\n"
        case "nagios":
            from wizard.render.nagios import line_of_all

            found = [(outcome.name, _level(outcome, limits), outcome.report) for outcome in outcomes]
            return style_for(sys.stdout, os.environ).fit(line_of_all(found, limits)) + "\n"
        case _:
            from wizard.render.overview import lines

            style = style_for(sys.stdout, os.environ)
            rows = [(outcome.name, outcome.report, outcome.problem) for outcome in outcomes]
            return "\n".join(lines(rows, seconds, style)) + "\n"


def _as_json(outcomes: Sequence[Outcome], seconds: float, *, transcript: bool) -> str:
    import json

    from wizard.render.json import SCHEMA, as_object

    profiles = [
        {
            "profile": outcome.name,
            "problem": outcome.problem or None,
            "report": as_object(outcome.report, transcript=transcript) if outcome.report else None,
        }
        for outcome in outcomes
    ]
    ok = all(outcome.report and outcome.report.ok for outcome in outcomes)
    return json.dumps({"schema": SCHEMA, "ok": ok, "profiles": profiles, "seconds": round(seconds, 6)}, indent=1)


def _exit_code(outcomes: Sequence[Outcome], shape: str, limits: Limits) -> int:
    if shape == "nagios":
        from wizard.render.nagios import worst_of

        return worst_of([_level(outcome, limits) for outcome in outcomes])
    if any(outcome.report is None for outcome in outcomes):
        return 2
    return 0 if all(outcome.report and outcome.report.ok for outcome in outcomes) else 1
