"""A stage in a few plain words: its name, how it ended, the one fact worth a line. Must not know colours or widths."""

from __future__ import annotations

from typing import assert_never

from wizard.report import Report, StageResult
from wizard.smtp.events import Why
from wizard.smtp.observation import Context, Kind, Observation, Stage, TlsFacts

NAMES: dict[Stage, str] = {
    Stage.RESOLVE: "Find the host",
    Stage.CONNECT: "Connect",
    Stage.TLS: "Secure the line",
    Stage.GREETING: "Greeting",
    Stage.EHLO: "Hello",
    Stage.STARTTLS: "Ask for TLS",
    Stage.AUTH: "Sign in",
    Stage.MAIL: "Sender",
    Stage.RCPT: "Recipient",
    Stage.DATA: "Message",
    Stage.QUIT: "Goodbye",
}

ENDINGS: dict[Kind, str] = {
    Kind.PASSED: "passed",
    Kind.STOPPED: "stopped by you",
    Kind.NAME_NOT_FOUND: "no such name",
    Kind.RESOLVER_FAILED: "the name service did not answer",
    Kind.REFUSED: "refused",
    Kind.UNREACHABLE: "no way there from this host",
    Kind.PROHIBITED: "forbidden by a firewall",
    Kind.TIMEOUT: "no answer",
    Kind.CLOSED: "the server closed the connection",
    Kind.RESET: "the connection was cut",
    Kind.REPLY: "the server said no",
    Kind.MALFORMED: "the answer is not SMTP",
    Kind.TOO_LONG: "the answer does not end",
    Kind.TLS_PLAINTEXT: "the server does not speak TLS on this port",
    Kind.TLS_ALERT: "the server refused the handshake",
    Kind.TLS_VERSION: "no TLS version in common",
    Kind.TLS_CIPHER: "no cipher in common",
    Kind.TLS_CLIENT_CERT: "the server wants a certificate of ours",
    Kind.TLS_CERTIFICATE: "the certificate does not verify",
    Kind.TLS_FAILED: "the handshake failed",
    Kind.CA_FILE: "the CA file cannot be used",
    Kind.SPEAKS_TLS: "this port speaks TLS from the start",
    Kind.NOT_OFFERED: "not offered",
    Kind.INJECTED: "bytes arrived before the handshake",
    Kind.NO_MECHANISM: "no sign-in method in common",
    Kind.WITHHELD: "password not sent: the line is not safe",
    Kind.HELD_BACK: "held back: refused often enough before",
    Kind.NO_SECRET: "no password at hand",
    Kind.SERVER_UNPROVEN: "the server could not prove itself",
    Kind.NEEDS_UTF8: "the address needs SMTPUTF8, not offered",
    Kind.TOO_LARGE: "larger than the server takes",
}

_NOT_SET: dict[Stage, str] = {
    Stage.AUTH: "no user name is set",
    Stage.MAIL: "no sender is set",
    Stage.RCPT: "no recipient is set",
}


def name_of(result: StageResult, report: Report) -> str:
    """Return a stage's plain name; the second EHLO of a STARTTLS session is said to be one (RFC 3207 4.2)."""
    earlier = next(one for one in report.stages if one.stage is result.stage)
    return NAMES[result.stage] if earlier is result else f"{NAMES[result.stage]} again"


def skipped_because(result: StageResult) -> str:
    """Return why a stage was left out."""
    match result.skipped:
        case Why.NOT_CONFIGURED:
            return _NOT_SET.get(result.stage, "not set up")
        case Why.NOT_REQUESTED:
            return "not asked for: --deliver sends a test message" if result.stage is Stage.DATA else "not asked for"
        case Why.NOT_REACHED | Why.STOPPED | None:
            return "not reached"
        case _:
            assert_never(result.skipped)


# A reply that lacks something says yes in its own words: what it lacks is said in ours.
_NOT_A_REFUSAL = (Kind.STOPPED, Kind.NOT_OFFERED, Kind.NO_MECHANISM)


def ending(observation: Observation) -> str:
    """Return how a failed stage ended: the server's own words where there are any. Seconds say how long silence lasted."""
    if observation.reply is not None and observation.kind not in _NOT_A_REFUSAL:
        return str(observation.reply)
    if observation.kind is Kind.TIMEOUT and observation.seconds >= 1:
        return f"no answer in {observation.seconds:.0f} s"
    return ENDINGS[observation.kind]


def fact(observation: Observation, report: Report) -> str:
    """Return what a passed stage found, in one line; empty when there is nothing to add."""
    context, profile = observation.context, report.profile
    match observation.stage:
        case Stage.RESOLVE:
            return _addresses(context)
        case Stage.CONNECT:
            return " ".join(part for part in (context.address, f"port {profile.endpoint.port}") if part)
        case Stage.TLS:
            return tls_fact(observation.tls or context.tls)
        case Stage.EHLO:
            return _offers(context)
        case Stage.GREETING | Stage.STARTTLS | Stage.QUIT:
            return observation.reply.text if observation.reply else ""
        case Stage.AUTH:
            who = profile.login.username if profile.login else ""
            return ", ".join(part for part in (who, context.mechanism) if part)
        case Stage.MAIL:
            return profile.sender
        case Stage.RCPT:
            return profile.recipient
        case Stage.DATA:
            return f"accepted as {observation.queue_id}" if observation.queue_id else "accepted"
        case _:
            assert_never(observation.stage)


def _addresses(context: Context) -> str:
    found = context.addresses
    first = found[0].address if found else context.address or ""
    return f"{first} and {len(found) - 1} more" if len(found) > 1 else first


def _offers(context: Context) -> str:
    words = ["STARTTLS"] if "STARTTLS" in context.capabilities else []
    if context.mechanisms:
        words.append("sign-in by " + " ".join(context.mechanisms))
    size = context.capabilities.get("SIZE", "")
    if size.isdigit() and int(size):
        words.append(f"up to {int(size) / 1_000_000:.0f} MB" if int(size) >= 1_000_000 else f"up to {size} bytes")
    return ", ".join(words)


def tls_fact(tls: TlsFacts | None) -> str:
    """Return version, whose certificate, until when: ``TLS 1.3, *.example.com until 2027-06-25``."""
    if tls is None:
        return ""
    version = tls.version.replace("TLSv", "TLS ")
    if not tls.verified:
        return f"{version}, NOT VERIFIED"
    if tls.certificate is None:
        return version
    name = tls.certificate.names[0] if tls.certificate.names else tls.certificate.subject
    return f"{version}, {name} until {tls.certificate.not_after[:10]}"


def tls_of(report: Report) -> TlsFacts | None:
    """Return the facts of the latest handshake of a run, also of one that did not verify."""
    for result in reversed(report.stages):
        if result.observation and (result.observation.tls or result.observation.context.tls):
            return result.observation.tls or result.observation.context.tls
    return report.context.tls


def duration(seconds: float) -> str:
    """Return seconds as people read them: ``3 ms``, ``1.2 s``, ``15 s``."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
