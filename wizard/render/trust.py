"""A server seen with a Java's eyes, as text and as JSON. Must not know streams, nor how a verdict is reached."""

from __future__ import annotations

from typing import Any

from wizard.diagnosis.model import Finding, Severity
from wizard.identityiq.jvm.missing import pem
from wizard.identityiq.jvm.trusted import Trusted
from wizard.identityiq.jvm.view import Eye, JvmView, Missing
from wizard.identityiq.jvm.wording import plain_version, short, verdict_line
from wizard.modes import MODES_SPOKEN
from wizard.render.json import SCHEMA, finding_object
from wizard.render.style import Style
from wizard.render.text import finding_lines
from wizard.smtp.observation import Certificate

_WIDTH = 14


def text(view: JvmView, style: Style, *, saved: str = "") -> list[str]:
    """Return what the server sends, what each Java makes of it, the findings, and how to import what is missing.

    ``saved`` is the file the missing certificate was written to.
    """
    if view.problem:
        return [f"{style.sign('X')} Nothing could be judged.", *style.wrapped(view.problem)]
    lines = _server(view, style) if view.eyes else []
    for number, eye in enumerate(view.eyes):
        lines += ["", *_eye(eye, style, first=number == 0)]
    if view.ours is not None:
        ours = "verified" if view.ours.verified else f"refused: {view.ours.reason}"
        lines += ["", style.heading("Our own check"), *_row("verdict", ours, style)]
    lines += ["", *_findings(view, style, saved)]
    if view.notes:
        lines += ["", *(line for note in view.notes for line in style.wrapped(f"Note: {note}"))]
    return lines


def _server(view: JvmView, style: Style) -> list[str]:
    endpoint = view.endpoint
    where = f"{endpoint.host} port {endpoint.port} ({view.address}), {MODES_SPOKEN[endpoint.security]}"
    lines = [style.heading(style.plain(where)), *_row("speaks", f"{plain_version(view.version)}, {view.cipher}", style)]
    for number, one in enumerate(view.chain):
        lines += _row("sends" if number == 0 else "", _certificate_words(one), style)
    return lines


def _certificate_words(one: Certificate) -> str:
    by = "itself" if one.self_signed else one.issuer
    return f"{one.subject}, signed by {by}, valid until {one.not_after[:10]}"


def _eye(eye: Eye, style: Style, *, first: bool) -> list[str]:
    runtime, trusted = eye.runtime, eye.trusted
    told = ", ".join(part for part in (runtime.version, runtime.source) if part)
    head = f"{'The Java that decides' if first else 'The other Java'}: {runtime.home}" + (f" ({told})" if told else "")
    versions = ", ".join(map(plain_version, eye.offer.versions)) or "none"
    limited = f" because of {eye.offer.limited_by}" if eye.offer.limited_by else ""
    sign = {True: "ok", False: "X", None: "!"}[eye.verdict.accepts]
    return [
        style.heading(style.plain(head)),
        *_row("trust store", f"{trusted.store.path}: {trusted.problem or _counted(trusted)}", style),
        *_row("TLS versions", versions + limited, style),
        *_row("verdict", f"{style.sign(sign)} {verdict_line(eye.verdict)}", style, safe=True),
    ]


def _counted(trusted: Trusted) -> str:
    return "1 certificate" if len(trusted.entries) == 1 else f"{len(trusted.entries)} certificates"


def _row(name: str, value: str, style: Style, *, safe: bool = False) -> list[str]:
    if safe:
        sign, _, words = value.partition(" ")
        return [f"  {name:<{_WIDTH}}{sign} {style.plain(words)}"]
    first, *more = style.wrapped(value, " " * (_WIDTH + 2))
    return [f"  {name:<{_WIDTH}}{first.lstrip()}", *more]


def _findings(view: JvmView, style: Style, saved: str) -> list[str]:
    if not view.findings:
        return [] if any(eye.verdict.accepts is None for eye in view.eyes) or not view.eyes else [_nothing(style)]
    lines: list[str] = []
    for finding in view.findings:
        lines += [""] if lines else []
        lines += finding_lines(_shortened(finding, view, saved), None, style)
        if finding == view.finding:
            lines += _import(view, style)
    return lines


def _shortened(finding: Finding, view: JvmView, saved: str) -> Finding:
    """The command stands below on a line of its own: within a sentence it would be broken over lines. What is saved, is done."""
    if view.plan is None:
        return finding
    labels = {f"Import it: {view.plan.command}": "Import it with the command below."}
    if saved:
        labels[view.plan.save] = f"The certificate to import is saved in {saved}"
    return finding._replace(remedies=tuple(one._replace(label=labels.get(one.label, one.label)) for one in finding.remedies))


def _nothing(style: Style) -> str:
    return f"{style.sign('ok')} Nothing wrong was found."


def _import(view: JvmView, style: Style) -> list[str]:
    """Return the certificate to import and the command on lines of their own, whole, so that they can be copied."""
    missing, plan = view.missing, view.plan
    if missing is None or missing.certificate is None or plan is None:
        return []
    one = missing.certificate
    lines = ["", f"  The certificate to import: {style.plain(short(one))}"]
    for name, value in (
        ("subject", one.subject),
        ("issuer", one.issuer),
        ("valid", f"{one.not_before[:10]} to {one.not_after[:10]}"),
        ("SHA-256", fingerprint(one.sha256)),
        ("known from", missing.where),
    ):
        lines += _row(f"  {name}", value, style)
    lines += ["", "  The command that imports it:", f"    {style.plain(plan.command)}"]
    return [*lines, *(line for pitfall in plan.pitfalls for line in ("", *style.wrapped(pitfall)))]


def fingerprint(sha256: str) -> str:
    """Return a fingerprint as keytool and openssl show it."""
    return ":".join(sha256[at : at + 2] for at in range(0, len(sha256), 2)).upper()


# JSON -----------------------------------------------------------------------------------------------------------------


def as_object(view: JvmView, *, saved: str = "") -> dict[str, Any]:
    """Return the whole object of ``iiq trust --json``; ``saved`` is the file a certificate was written to."""
    endpoint, first = view.endpoint, view.eyes[0].verdict.accepts if view.eyes else None
    return {
        "schema": SCHEMA,
        "endpoint": {
            "host": endpoint.host,
            "port": endpoint.port,
            "security": str(endpoint.security),
            "address": view.address or None,
        },
        "problem": view.problem or None,
        "accepted": first,
        "finding": view.finding.id if view.finding else ("ok" if first else None),
        "findings": [finding_object(finding) for finding in view.findings],
        "server": {
            "version": view.version or None,
            "cipher": view.cipher or None,
            "chain": [_certificate(one) for one in view.chain],
        },
        "javas": [_java(eye) for eye in view.eyes],
        "ours": {"verified": view.ours.verified, "reason": view.ours.reason or None} if view.ours else None,
        "missing": _missing(view.missing) if view.missing else None,
        "import": {
            "command": view.plan.command,
            "alias": view.plan.alias,
            "steps": list(view.plan.steps),
            "pitfalls": list(view.plan.pitfalls),
        }
        if view.plan
        else None,
        "saved": saved or None,
        "notes": list(view.notes),
    }


def _java(eye: Eye) -> dict[str, Any]:
    verdict, store = eye.verdict, eye.trusted.store
    return {
        "home": str(eye.runtime.home),
        "version": eye.runtime.version or None,
        "source": eye.runtime.source or None,
        "pid": eye.runtime.pid,
        "trust_store": {
            "path": str(store.path),
            "type": store.type or None,
            "own": store.own,
            "certificates": len(eye.trusted.entries) if eye.trusted.known else None,
            "problem": eye.trusted.problem or None,
        },
        "tls_versions": list(eye.offer.versions),
        "limited_by": eye.offer.limited_by or None,
        "accepts": verdict.accepts,
        "refusal": str(verdict.refusal) if verdict.refusal else None,
        "detail": verdict.detail or None,
        "certificate": _certificate(verdict.culprit) if verdict.culprit else None,
        "anchor": _certificate(verdict.anchor) if verdict.anchor else None,
        "alias": verdict.alias or None,
        "version_spoken": verdict.version or None,
    }


def _missing(missing: Missing) -> dict[str, Any]:
    return {
        "name": missing.name,
        "source": str(missing.source),
        "where": missing.where or None,
        "url": missing.url or None,
        "not_sent": missing.not_sent,
        "certificate": _certificate(missing.certificate) if missing.certificate else None,
        "pem": pem(missing.der) if missing.der else None,
    }


def _certificate(one: Certificate) -> dict[str, Any]:
    return {
        "subject": one.subject,
        "issuer": one.issuer,
        "names": list(one.names),
        "not_before": one.not_before,
        "not_after": one.not_after,
        "sha256": one.sha256,
        "self_signed": one.self_signed,
    }


def exit_code(view: JvmView) -> int:
    """Return 0 when the Java that decides would take the server, or there is nothing to take; 1 otherwise."""
    if view.problem or any(finding.severity is Severity.ERROR for finding in view.findings):
        return 1
    return 0 if not view.eyes or view.eyes[0].verdict.accepts is True else 1
