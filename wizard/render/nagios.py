"""A report as the one line monitoring reads: state, words, performance data (Nagios plugin guidelines). Must not know streams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from enum import IntEnum
from typing import NamedTuple

from wizard.diagnosis.model import days_between
from wizard.render.stages import duration, ending, tls_of
from wizard.render.style import safe
from wizard.report import Report

_EXPIRING = "cert-expiring"


class State(IntEnum):
    """What the plugin ends with."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


# The worst first, when several are told in one line: what failed matters more than what could not be asked.
WORST = (State.CRITICAL, State.UNKNOWN, State.WARNING, State.OK)


class Limits(NamedTuple):
    """When a run that passed is worth a word: seconds it took (more than), days its certificate is valid (fewer than).

    None sets no limit. Without ``cert_warn`` the handbook's own warning counts.
    """

    warn: float | None = None
    crit: float | None = None
    cert_warn: int | None = None
    cert_crit: int | None = None


NO_LIMITS = Limits()


class Level(NamedTuple):
    """A state and the words for it, which name the host and port."""

    state: State
    words: str


def level(report: Report, limits: Limits = NO_LIMITS, now: datetime | None = None) -> Level:
    """Return the state of a run and why.

    A failed stage is critical, a stopped run unknown; a run that passed is judged by ``limits`` and the handbook's warnings.
    """
    endpoint = report.profile.endpoint
    worst = min(_levels(report, limits, now or datetime.now(UTC)), key=lambda found: WORST.index(found.state))
    return Level(worst.state, _clean(f"{endpoint.host}:{endpoint.port} {worst.words}"))


def state(report: Report, limits: Limits = NO_LIMITS) -> State:
    """Return the state alone."""
    return level(report, limits).state


def line(report: Report, now: datetime | None = None, limits: Limits = NO_LIMITS) -> str:
    """Return ``SMTP OK - words | perfdata``. ``now`` (UTC) is the day from which the certificate's days are counted."""
    moment = now or datetime.now(UTC)
    reached = level(report, limits, moment)
    return f"SMTP {reached.state.name} - {reached.words} | {' '.join(_perfdata(report, moment, limits))}"


def line_of_all(
    found: Sequence[tuple[str, Level, Report | None]], limits: Limits = NO_LIMITS, now: datetime | None = None
) -> str:
    """Return one line for several profiles: name, level and report (None when it could not be run) of each.

    The worst state leads; every profile that is not well is named. Performance data has each profile's time and days.
    """
    moment = now or datetime.now(UTC)
    worst = worst_of([reached for _, reached, _ in found])
    unwell = [f"{name}: {reached.words}" for name, reached, _ in found if reached.state is not State.OK]
    words = "; ".join(unwell) or "every one passed"
    numbers = [pair for name, _, report in found if report for pair in _short_perfdata(name, report, moment, limits)]
    count = f"{len(found) - len(unwell)} of {len(found)} profiles are well"
    return f"SMTP {worst.name} - {_clean(f'{count}: {words}')} | {' '.join(numbers)}".rstrip("| ")


def worst_of(levels: Sequence[Level]) -> State:
    """Return the worst state; UNKNOWN when there is none."""
    return min((reached.state for reached in levels), key=WORST.index, default=State.UNKNOWN)


def unknown(sentence: str) -> str:
    """Return the line for a check that could not begin."""
    return f"SMTP {State.UNKNOWN.name} - {_clean(sentence)}"


def _levels(report: Report, limits: Limits, now: datetime) -> Iterator[Level]:
    if report.stopped or not report.ended:
        yield Level(State.UNKNOWN, "stopped before the end")
        return
    if not report.ok:
        yield Level(State.CRITICAL, f"{report.finding}: {report.error.title if report.error else _ending(report)}")
        return
    yield from _over(limits, report.seconds, certificate_days(report, now))
    for finding in report.findings:
        if finding.severity == "warning" and not (finding.id == _EXPIRING and limits.cert_warn is not None):
            yield Level(State.WARNING, f"{finding.id}: {finding.title}")
    said = "accepted the message" if report.accepted else "passed every stage"
    yield Level(State.OK, f"{said} in {duration(report.seconds)}")


def _over(limits: Limits, seconds: float, days: int | None) -> Iterator[Level]:
    for reached, most in ((State.CRITICAL, limits.crit), (State.WARNING, limits.warn)):
        if most is not None and seconds > most:
            yield Level(reached, f"passed every stage, and took {duration(seconds)}: more than {most:g} s")
    for reached, least in ((State.CRITICAL, limits.cert_crit), (State.WARNING, limits.cert_warn)):
        if least is not None and days is not None and days < least:
            left = "1 day" if days == 1 else f"{days} days"
            yield Level(reached, f"{_EXPIRING}: the certificate ends in {left}: fewer than {least}")


def _ending(report: Report) -> str:
    return ending(report.failed.observation) if report.failed and report.failed.observation else "failed"


def _perfdata(report: Report, now: datetime, limits: Limits) -> list[str]:
    """Return ``label=value[unit];warn;crit;min`` pairs; a stage that comes twice (EHLO) counts once, summed."""
    times: dict[str, float] = {}
    for result in report.stages:
        if result.observation:
            times[str(result.stage)] = times.get(str(result.stage), 0.0) + result.observation.seconds
    pairs = [_whole("time", report, limits), *(f"{label}={seconds:.6f}s;;;0" for label, seconds in times.items())]
    return pairs + _days("certificate_days", report, now, limits)


def _short_perfdata(name: str, report: Report, now: datetime, limits: Limits) -> list[str]:
    """Return a profile's time and days; the label is quoted and without the signs that end one."""
    label = _clean(name).replace("'", "").replace("=", "-")
    return [_whole(f"'{label} time'", report, limits), *_days(f"'{label} certificate_days'", report, now, limits)]


def _whole(label: str, report: Report, limits: Limits) -> str:
    return f"{label}={report.seconds:.6f}s;{_number(limits.warn)};{_number(limits.crit)};0"


def _days(label: str, report: Report, now: datetime, limits: Limits) -> list[str]:
    """Fewer days are worse: the guidelines write such a limit with a colon behind it."""
    days = certificate_days(report, now)
    below = [f"{least}:" if least is not None else "" for least in (limits.cert_warn, limits.cert_crit)]
    return [] if days is None else [f"{label}={days};{below[0]};{below[1]};"]


def _number(limit: float | None) -> str:
    return "" if limit is None else f"{limit:g}"


def certificate_days(report: Report, now: datetime) -> int | None:
    """Return the whole days until the server's certificate ends; negative when it has ended, None without one."""
    tls = tls_of(report)
    if tls is None or tls.certificate is None:
        return None
    return days_between(now.date(), tls.certificate.not_after)


def _clean(text: str) -> str:
    """Return words that stay on their side of the bar and on one line."""
    return safe(" ".join(text.split())).replace("|", "/")
