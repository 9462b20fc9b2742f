"""Runs as the text Prometheus reads from a file (node_exporter's textfile collector). Must not know where the file lies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import generate_latest

from wizard.render.stages import tls_of
from wizard.report import Report

_LABELS = ("profile", "host", "port", "security")


def render(reports: Sequence[tuple[str, Report]], not_run: Sequence[str] = (), now: datetime | None = None) -> bytes:
    """Return the metrics of runs, by profile name (empty for a set-up from flags), and of profiles that could not be run.

    Times are in seconds, moments in seconds since 1970 (UTC); a fact that is not known has no line.
    """
    registry = CollectorRegistry()
    up = Gauge("smtp_wizard_up", "1 when every stage passed, 0 when one failed or none could be run.", _LABELS, registry=registry)
    seconds = Gauge("smtp_wizard_run_seconds", "How long the whole run took.", _LABELS, registry=registry)
    stage = Gauge("smtp_wizard_stage_seconds", "How long a stage took.", (*_LABELS, "stage"), registry=registry)
    finding = Gauge(
        "smtp_wizard_finding",
        "1 for each cause or warning of the last run.",
        (*_LABELS, "finding", "severity"),
        registry=registry,
    )
    expiry = Gauge(
        "smtp_wizard_certificate_expiry_timestamp_seconds", "When the server's certificate ends.", _LABELS, registry=registry
    )
    last = Gauge("smtp_wizard_last_run_timestamp_seconds", "When these figures were taken.", registry=registry)
    for name, report in reports:
        endpoint = report.profile.endpoint
        labels = (name, endpoint.host, str(endpoint.port), str(endpoint.security))
        up.labels(*labels).set(int(report.ok))
        seconds.labels(*labels).set(report.seconds)
        for result in report.stages:
            if result.observation:
                stage.labels(*labels, str(result.stage)).inc(result.observation.seconds)  # EHLO comes twice
        for found in report.findings:
            finding.labels(*labels, found.id, str(found.severity)).set(1)
        ends = _ends(report)
        if ends is not None:
            expiry.labels(*labels).set(ends)
    for name in not_run:
        up.labels(name, "", "", "").set(0)
    last.set((now or datetime.now(UTC)).timestamp())
    return generate_latest(registry)


def _ends(report: Report) -> float | None:
    tls = tls_of(report)
    if tls is None or tls.certificate is None:
        return None
    try:
        return datetime.fromisoformat(tls.certificate.not_after).timestamp()
    except ValueError:
        return None
