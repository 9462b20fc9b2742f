"""What a probe saw, as rows and sentences and as the JSON object of the contract. Must not know sockets or screens."""

from __future__ import annotations

import json
from typing import Any

from wizard.draft import Draft
from wizard.modes import MODES_SEEN
from wizard.profile import Security
from wizard.render.command import CommandLine
from wizard.render.json import SCHEMA, tls_object
from wizard.render.stages import duration
from wizard.render.style import Style
from wizard.smtp.observation import Kind, TlsFacts
from wizard.smtp.ports import Because, PortResult, PortState, ProbeResult, Recommendation

_FAMILIES = {"ipv4": "IPv4", "ipv6": "IPv6"}
_STATES = {
    PortState.OPEN: "open",
    PortState.REFUSED: "refused",
    PortState.TIMEOUT: "no answer",
    PortState.UNREACHABLE: "no way there",
    PortState.PROHIBITED: "blocked on this host",
}
_BROKEN_TLS = {
    Kind.TLS_VERSION: "TLS is offered, but no version in common",
    Kind.TLS_CIPHER: "TLS is offered, but no cipher or key in common",
    Kind.TLS_CLIENT_CERT: "TLS is offered, but it wants a certificate of ours",
    Kind.INJECTED: "bytes stand before the TLS handshake: something alters the line",
}
_WHY = {
    Because.VERIFIED_TLS: "It is encrypted from the first byte, the certificate is verified, and sign-in is offered.",
    Because.VERIFIED_STARTTLS: "It is encrypted by STARTTLS, the certificate is verified, and sign-in is offered.",
    Because.VERIFIED_RELAY: "It is encrypted, the certificate is verified, and no sign-in is offered: a relay for known hosts.",
    Because.UNVERIFIED: "It is encrypted, but the certificate could not be verified: find out why before you sign in "
    "(an authority of your own goes into --ca-file).",
    Because.CLEAR: "Nothing here offers encryption: use it inside a trusted network only, and without a password.",
}


def why(recommendation: Recommendation) -> str:
    """Why a port is recommended, in one or two sentences."""
    return _WHY[recommendation.because]


def opening(host: str, ports: tuple[int, ...]) -> str:
    """What is about to be contacted, and what is not done there."""
    listed = ", ".join(str(port) for port in ports)
    return f"Looking at {host}, ports {listed}, over IPv4 and IPv6. Nothing is signed in or sent."


def row(result: PortResult, style: Style) -> str:
    """One port as one line: sign, port, family, what it is, certificate, sign-in, time."""
    words = [part for part in (_what(result), _certificate(result.tls), _auth(result)) if part]
    text = f"{result.port:>5}  {_FAMILIES[result.family]}  {style.plain('  '.join(words))}"
    return f"{style.sign(_sign(result), 3)}{text}  {duration(result.seconds)}"


def _sign(result: PortResult) -> str:
    if not result.smtp:
        return "-"
    return "ok" if result.kind is Kind.PASSED and Security.NONE not in result.security else "!"


def _what(result: PortResult) -> str:
    """What answers there, in a few words; a server's own words where nothing else is known."""
    if result.state is not PortState.OPEN:
        return _STATES[result.state]
    if result.kind in _BROKEN_TLS:
        return f"open  {_BROKEN_TLS[result.kind]}"
    if result.security:
        version = result.tls.version if result.tls else ""
        return "  ".join(part for part in ("open", *(MODES_SEEN[mode] for mode in result.security), version) if part)
    if result.smtp:
        return f"open  answers {_short(result.greeting)}"
    return f"open  no mail server: {_short(result.greeting)}" if result.greeting else "open  silent"


def _short(text: str) -> str:
    return text if len(text) <= 48 else f"{text[:45]}..."


def _certificate(tls: TlsFacts | None) -> str:
    if tls is None:
        return ""
    if tls.verified:
        return "verified"
    return f"not verified: {tls.verify_reason}" if tls.verify_reason else "not verified"


def _auth(result: PortResult) -> str:
    if not result.security:
        return ""
    offered = " ".join(result.auth) if result.auth else "no sign-in offered"
    early = " (before encryption too)" if result.auth_in_clear and Security.NONE not in result.security else ""
    return f"{offered}{early}"


def closing(result: ProbeResult, draft: Draft, style: Style) -> list[str]:
    """The recommendation, why, and the check that takes it; or what to do when there is none."""
    best = result.recommended
    if best is None:
        return style.wrapped(_nothing(result), indent="")
    command = CommandLine(draft).text(*best.changes())
    mode = {Security.TLS: "with TLS", Security.STARTTLS: "with STARTTLS", Security.NONE: "without encryption"}[best.security]
    return ["", *style.wrapped(f"Use port {best.port} {mode}. {why(best)}", indent=""), f"  {style.plain(command)}"]


def _nothing(result: ProbeResult) -> str:
    match result.kind:
        case Kind.NAME_NOT_FOUND:
            return f"{result.host} has no address: check the spelling of the host."
        case Kind.RESOLVER_FAILED:
            return f"The resolver of this host gave no answer about {result.host}: try again, or check /etc/resolv.conf."
    if all(port.state is PortState.REFUSED for port in result.ports):
        return "Every port refused: no mail server runs on this host, or a firewall says so. Check the host's name."
    if not result.speaks_smtp:
        return (
            "No mail server answered on these ports. If the host is right, a firewall on the way is likely: "
            "ask for port 587 or 465 to be opened."
        )
    if any(port.encrypts for port in result.ports):
        return "Encryption is offered, but it did not work: repair that first, and do not go on in clear."
    return "A server answers, but it does not go on: read its words above."


def render(result: ProbeResult, *, complete: bool = True) -> str:
    """The JSON object of the contract. ``complete`` is false when the look was stopped."""
    best = result.recommended
    return json.dumps(
        {
            "schema": SCHEMA,
            "host": result.host,
            "ports": [_port(port) for port in result.ports],
            "recommended": {str(change.field): change.value for change in best.changes()} if best else None,
            "reason": why(best) if best else _nothing(result),
            "complete": complete,
        },
        indent=1,
    )


def _port(result: PortResult) -> dict[str, Any]:
    return {
        "port": result.port,
        "family": result.family,
        "address": result.address,
        "state": str(result.state),
        "greeting": result.greeting or None,
        "security": [str(mode) for mode in result.security],
        "tls": tls_object(result.tls),
        "auth": list(result.auth),
        "auth_in_clear": list(result.auth_in_clear),
        "kind": str(result.kind) if result.state is PortState.OPEN else None,
        "seconds": round(result.seconds, 4),
    }
