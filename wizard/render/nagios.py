"""A report as the one line monitoring reads: state, words, performance data (Nagios plugin guidelines). Must not know streams."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import IntEnum

from wizard.render.stages import duration, ending, tls_of
from wizard.render.style import safe
from wizard.report import Report


class State(IntEnum):
    """What the plugin ends with."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


def state(report: Report) -> State:
    """Return the state: a failed stage is critical, a warning beside a passed run is a warning, a stopped run is unknown."""
    if report.stopped or not report.ended:
        return State.UNKNOWN
    if not report.ok:
        return State.CRITICAL
    return State.WARNING if any(finding.severity == "warning" for finding in report.findings) else State.OK


def line(report: Report, now: datetime | None = None) -> str:
    """Return ``SMTP OK - words | perfdata``. ``now`` (UTC) is the day from which the certificate's days are counted."""
    reached = state(report)
    return f"SMTP {reached.name} - {_words(report, reached)} | {_perfdata(report, now or datetime.now(UTC))}"


def unknown(sentence: str) -> str:
    """Return the line for a check that could not begin."""
    return f"SMTP {State.UNKNOWN.name} - {_clean(sentence)}"


def _words(report: Report, reached: State) -> str:
    endpoint = report.profile.endpoint
    where = f"{endpoint.host}:{endpoint.port}"
    match reached:
        case State.CRITICAL:
            return _clean(f"{where} {report.finding}: {report.error.title if report.error else _ending(report)}")
        case State.WARNING:
            first = next(finding for finding in report.findings if finding.severity == "warning")
            return _clean(f"{where} {first.id}: {first.title}")
        case State.UNKNOWN:
            return _clean(f"{where} stopped before the end")
        case State.OK:
            said = "accepted the message" if report.accepted else "passed every stage"
            return _clean(f"{where} {said} in {duration(report.seconds)}")


def _ending(report: Report) -> str:
    return ending(report.failed.observation) if report.failed and report.failed.observation else "failed"


def _perfdata(report: Report, now: datetime) -> str:
    """Return ``label=value[unit];warn;crit;min`` pairs; a stage that comes twice (EHLO) counts once, summed."""
    times: dict[str, float] = {"time": report.seconds}
    for result in report.stages:
        if result.observation:
            times[str(result.stage)] = times.get(str(result.stage), 0.0) + result.observation.seconds
    pairs = [f"{label}={seconds:.6f}s;;;0" for label, seconds in times.items()]
    days = certificate_days(report, now)
    return " ".join([*pairs, f"certificate_days={days};;;"] if days is not None else pairs)


def certificate_days(report: Report, now: datetime) -> int | None:
    """Return the whole days until the server's certificate ends; negative when it has ended, None without one."""
    tls = tls_of(report)
    if tls is None or tls.certificate is None:
        return None
    try:
        until = datetime.fromisoformat(tls.certificate.not_after)
    except ValueError:
        return None
    return (until - now).days


def _clean(text: str) -> str:
    """Return words that stay on their side of the bar and on one line."""
    return safe(" ".join(text.split())).replace("|", "/")
