"""What monitoring adds to ``check``: limits, a Prometheus file, and words only when something changed. Must not know SMTP."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from wizard.commands.terminal import UsageError, talk

if TYPE_CHECKING:
    from wizard.render.nagios import Level, Limits
    from wizard.report import Report

_DAYS_MOST = 36500
_LIMIT_FLAGS = ("warn", "crit", "cert_warn", "cert_crit")
_PUBLIC = 0o644  # the collector that reads the file runs as another user


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of monitoring."""
    group = parser.add_argument_group("monitoring")
    group.add_argument("--all", action="store_true", help="check every saved profile, all at once")
    group.add_argument("--warn", metavar="SECONDS", help="WARNING when a run that passed took longer")
    group.add_argument("--crit", metavar="SECONDS", help="CRITICAL when a run that passed took longer")
    group.add_argument("--cert-warn", metavar="DAYS", help="WARNING when the certificate ends in fewer days, 21 unless told")
    group.add_argument("--cert-crit", metavar="DAYS", help="CRITICAL when the certificate ends in fewer days")
    group.add_argument("--prometheus", metavar="FILE", help="write the figures there for Prometheus, in one step (FILE.prom)")
    group.add_argument("--on-change", action="store_true", help="say something only when the outcome is not the last one")


def judges(args: argparse.Namespace) -> bool:
    """Return whether limits are given, or an outcome is judged by them."""
    return bool(args.on_change or args.shape == "nagios" or any(getattr(args, name) is not None for name in _LIMIT_FLAGS))


def limits_of(args: argparse.Namespace) -> Limits:
    """Return the limits. Raises UsageError for what is no number, for an order that makes no sense, and where none is judged."""
    from wizard.render.nagios import Limits

    if args.on_change and args.shape:
        raise UsageError(f"--on-change: it has its own line for what changed: leave --{args.shape} out")
    given = [_flag(name) for name in _LIMIT_FLAGS if getattr(args, name) is not None]
    if given and not (args.shape == "nagios" or args.on_change):
        raise UsageError(f"{given[0]}: limits belong to monitoring: add --nagios or --on-change")
    warn, crit = (_seconds(args, name) for name in ("warn", "crit"))
    cert_warn, cert_crit = (_days(args, name) for name in ("cert_warn", "cert_crit"))
    if warn is not None and crit is not None and crit < warn:
        raise UsageError(f"--crit: {crit:g} is less than --warn {warn:g}: a run would be critical before it is a warning")
    if cert_warn is not None and cert_crit is not None and cert_crit > cert_warn:
        raise UsageError(f"--cert-crit: {cert_crit} days are more than --cert-warn {cert_warn}: give the smaller number here")
    return Limits(warn, crit, cert_warn, cert_crit)


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _seconds(args: argparse.Namespace, name: str) -> float | None:
    from math import isfinite

    text = getattr(args, name)
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not isfinite(number) or number < 0:
        raise UsageError(f"{_flag(name)}: '{text}' is no number of seconds: for example {_flag(name)} 2.5")
    return number


def _days(args: argparse.Namespace, name: str) -> int | None:
    text = getattr(args, name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()) or int(text[:9]) > _DAYS_MOST:
        raise UsageError(f"{_flag(name)}: '{text}' is no number of days: for example {_flag(name)} 14")
    return int(text)


def write_prometheus(file: str, reports: Sequence[tuple[str, Report]], not_run: Sequence[str] = ()) -> bool:
    """Replace the file by the figures of these runs, in one step. Returns whether it was written; if not, it is said why."""
    from pathlib import Path

    from wizard import safefile
    from wizard.render import prometheus

    folder = Path(file).expanduser().parent
    if not folder.is_dir():
        talk(f"--prometheus: {file} cannot be written: there is no folder {folder}. Check the path, or make it first.")
        return False
    try:
        safefile.write_atomic(Path(file).expanduser(), prometheus.render(reports, not_run), _PUBLIC)
    except OSError as problem:
        talk(f"--prometheus: {file} cannot be written: {safefile.reason(problem)}.")
        return False
    return True


def changed(levels: Mapping[str, tuple[Level, Report | None]]) -> list[str]:
    """Return one line for each profile whose state or causes differ from what was told the last time; keep the new ones."""
    from datetime import UTC, datetime

    from wizard.memory.alerts import Told, changes

    moment = datetime.now(UTC).isoformat(timespec="seconds")
    now = {name: Told(level.state.name, _ids(level, report), moment) for name, (level, report) in levels.items()}
    found, problem = changes(now)
    if problem:
        talk(problem)
    lines = []
    for change in found:
        level, _ = levels[change.name]
        was = f" (was {_told(change.before.state, change.before.ids)} since {change.before.since})" if change.before else ""
        lines.append(f"{change.name}: {level.state.name} - {level.words}{was}")
    return lines


def _ids(level: Level, report: Report | None) -> tuple[str, ...]:
    if report is None:
        return ("not-run",)
    if level.state.name == "OK":
        return ()
    return tuple(sorted({finding.id for finding in report.findings}))


def _told(state: str, ids: Sequence[str]) -> str:
    return f"{state} {', '.join(ids)}".strip()
