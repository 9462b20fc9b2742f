"""A report as the JSON object other programs read (docs/headless.md). The shape is a contract: absent facts are null."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from wizard.diagnosis.model import Finding
from wizard.render.stages import tls_of
from wizard.report import Report, StageResult
from wizard.smtp.events import Line
from wizard.smtp.observation import Certificate, Context, Observation, Stage, TlsFacts

SCHEMA = 1


def render(report: Report, *, transcript: bool = False, more: Mapping[str, Any] | None = None) -> str:
    """Return the report as one JSON object in ASCII, so that any locale and any reader can take it; ``more`` are further keys."""
    return json.dumps({**as_object(report, transcript=transcript), **(more or {})}, indent=1)


def as_object(report: Report, *, transcript: bool = False) -> dict[str, Any]:
    """Return the contract's object. Seconds are floats; ``transcript`` is null unless asked for."""
    failed = report.failed
    return {
        "schema": SCHEMA,
        "profile": report.profile.name or None,
        "endpoint": _endpoint(report),
        "ok": report.ok,
        "failed_stage": str(failed.stage) if failed else None,
        "finding": report.finding if report.ok or report.error else None,
        "findings": [finding_object(finding) for finding in report.findings],
        "stages": [_stage(result) for result in report.stages],
        "tls": tls_object(tls_of(report)),
        "accepted": _accepted(report),
        "recipients": _recipients(report),
        "seconds": _rounded(report.seconds),
        "transcript": [transcript_line(line) for line in report.transcript] if transcript else None,
    }


def finding_object(finding: Finding) -> dict[str, Any]:
    """Return one finding in the shape ``check`` and ``explain`` share."""
    return {
        "id": finding.id,
        "severity": str(finding.severity),
        "stage": str(finding.stage) if finding.stage else None,
        "title": finding.title,
        "meaning": finding.meaning,
        "evidence": {
            "code": finding.evidence.code,
            "enhanced": finding.evidence.enhanced,
            "text": finding.evidence.text,
        },
        "also_possible": [{"id": other.id, "tell_apart": other.tell_apart} for other in finding.also_possible],
        "remedies": [
            {"label": remedy.label, "changes": {str(change.field): change.value for change in remedy.changes}}
            for remedy in finding.remedies
        ],
        "link": finding.link,
    }


def tls_object(tls: TlsFacts | None) -> dict[str, Any] | None:
    """Return what a handshake gave, in the shape ``check`` and ``probe`` share."""
    if tls is None:
        return None
    return {
        "version": tls.version,
        "cipher": tls.cipher,
        "verified": tls.verified,
        "certificate": _certificate(tls.certificate) if tls.certificate else None,
    }


def transcript_line(line: Line) -> str:
    """Return one line of the conversation: ``S: 220 ...``."""
    return f"{line.sender}: {line.text}"


def _certificate(certificate: Certificate) -> dict[str, Any]:
    return {
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "names": list(certificate.names),
        "not_before": certificate.not_before,
        "not_after": certificate.not_after,
        "sha256": certificate.sha256,
    }


def _endpoint(report: Report) -> dict[str, Any]:
    endpoint = report.profile.endpoint
    return {
        "host": endpoint.host,
        "port": endpoint.port,
        "security": str(endpoint.security),
        "address": report.context.address,
    }


def _accepted(report: Report) -> dict[str, Any] | None:
    observation = report.accepted
    if observation is None:
        return None
    return {"queue_id": observation.queue_id, "reply": str(observation.reply) if observation.reply else None}


def _recipients(report: Report) -> list[dict[str, Any]]:
    if not report.recipients:
        return []
    from wizard.render.recipients import as_json  # only a run that was asked for more recipients has any

    return as_json(report)


def _stage(result: StageResult) -> dict[str, Any]:
    seen = result.observation
    return {
        "stage": str(result.stage),
        "status": result.status if seen or result.skipped else "skipped",
        "seconds": _rounded(seen.seconds) if seen else None,
        "detail": _detail(seen) if seen else {"why": str(result.skipped) if result.skipped else "stopped"},
    }


def _detail(seen: Observation) -> dict[str, Any]:
    """Return the facts of a stage; what there is depends on the stage, and adding is free."""
    detail: dict[str, Any] = {} if seen.passed else {"kind": str(seen.kind)}
    if seen.reply is not None:
        detail["reply"] = str(seen.reply)
    detail |= _stage_facts(seen)
    for key, value in (("error", seen.error), ("raw", seen.raw), ("verify_reason", seen.verify_reason)):
        if value:
            detail[key] = value
    if seen.alternatives:
        detail["alternatives"] = [
            {
                "port": one.port,
                "security": str(one.security),
                "works": one.works,
                "auth": list(one.auth),
                "starttls": one.starttls,
            }
            for one in seen.alternatives
        ]
    return detail | _looks(seen)


def _looks(seen: Observation) -> dict[str, Any]:
    """Return what the looks after a failure showed; only what there was to look at."""
    lax = seen.lax
    found: dict[str, Any] = {
        "accepted_names": list(seen.accepted_names),
        "refused_names": list(seen.refused_names),
        "wants_proxy": seen.wants_proxy,
        "other_addresses": [{"address": one.address, "works": one.works} for one in seen.other_addresses],
        "lax_tls": {"weak": str(lax.weak), "version": lax.version, "cipher": lax.cipher, "key": lax.key} if lax else None,
    }
    return {name: value for name, value in found.items() if value}


def _stage_facts(seen: Observation) -> dict[str, Any]:
    context = seen.context
    match seen.stage:
        case Stage.RESOLVE | Stage.CONNECT:
            return {"addresses": _addresses(context)}
        case Stage.TLS:
            facts = seen.tls or context.tls
            return {"version": facts.version, "verified": facts.verified} if facts else {}
        case Stage.EHLO:
            return {"capabilities": dict(context.capabilities)}
        case Stage.AUTH:
            return {"mechanism": context.mechanism}
        case Stage.DATA:
            return {"queue_id": seen.queue_id, "token": seen.token}
        case _:
            return {}


def _addresses(context: Context) -> list[dict[str, Any]]:
    return [{"address": one.address, "family": one.family, "fate": str(one.fate)} for one in context.addresses]


def _rounded(seconds: float) -> float:
    return round(float(seconds), 6)
