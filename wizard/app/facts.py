"""A report's stages as rows to show: sign, plain name, one fact, time. Must not know Textual, so that tests read plain text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address

from wizard.report import Report, StageResult
from wizard.smtp.events import Why
from wizard.smtp.observation import Alternative, Certificate, Kind, Observation, Stage, TlsFacts

NAMES = {
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

# What a stage without a server's reply ended in, in as many words as a row has room for.
ENDINGS = {
    Kind.PASSED: "",
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
    Kind.NO_SECRET: "no password at hand",
    Kind.SERVER_UNPROVEN: "the server could not prove itself",
    Kind.NEEDS_UTF8: "the address needs SMTPUTF8, not offered",
    Kind.TOO_LARGE: "larger than the server takes",
}
_SKIPPED = {
    Why.NOT_REACHED: "not reached",
    Why.NOT_CONFIGURED: "not set up",
    Why.NOT_REQUESTED: "not asked for",
    Why.STOPPED: "not reached",
}


class Mark(StrEnum):
    """How a row stands; the sign is readable without colour."""

    OK = "ok"
    FAILED = "X"
    RUNNING = "..."
    SKIPPED = "-"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the stage list. ``time`` is a duration, or the bound of a stage that still runs."""

    mark: Mark
    name: str
    fact: str = ""
    time: str = ""


def rows(report: Report) -> tuple[Row, ...]:
    """Return the rows of a report in the order things happened; what was not reached stands together in the last one."""
    found: list[Row] = []
    left_out: list[str] = []
    seen: set[Stage] = set()
    for result in report.stages:
        name = stage_name(result.stage, again=result.stage in seen)
        seen.add(result.stage)
        if result.skipped in (Why.NOT_REACHED, Why.STOPPED):
            left_out.append(name)
        else:
            found.append(_row(result, name, report))
    if left_out:
        found.append(Row(Mark.SKIPPED, " · ".join(left_out)))
    return tuple(found)


def stage_name(stage: Stage, *, again: bool = False) -> str:
    """Return a stage's plain name; the second EHLO of a STARTTLS session is said to be one (RFC 3207 4.2)."""
    return f"{NAMES[stage]} again" if again else NAMES[stage]


def _row(result: StageResult, name: str, report: Report) -> Row:
    if result.skipped is not None:
        return Row(Mark.SKIPPED, name, _SKIPPED[result.skipped])
    observation = result.observation
    if observation is None:
        bound = f"<= {result.deadline:.0f} s" if result.deadline else ""
        return Row(Mark.RUNNING, name, _looking_around(report.alternatives) or "running", bound)
    if not observation.passed:
        return Row(Mark.FAILED, name, ending(observation), duration(observation.seconds))
    return Row(Mark.OK, name, _fact(observation, report), duration(observation.seconds))


def ending(observation: Observation) -> str:
    """Return how a failed stage ended: the server's own words where there are any."""
    if observation.reply is not None and observation.kind is not Kind.STOPPED:
        return str(observation.reply)
    if observation.kind is Kind.TIMEOUT:
        return f"no answer in {observation.seconds:.0f} s" if observation.seconds >= 1 else ENDINGS[Kind.TIMEOUT]
    return ENDINGS[observation.kind]


def _looking_around(tried: tuple[Alternative, ...]) -> str:
    if not tried:
        return ""
    seen = ", ".join(f"{each.port} {'works' if each.works else 'no'}" for each in tried[-4:])
    return f"looking at other ports: {seen}"


def _fact(observation: Observation, report: Report) -> str:
    context, profile = observation.context, report.profile
    match observation.stage:
        case Stage.RESOLVE:
            return _addresses(observation)
        case Stage.CONNECT:
            return _connected(context.address, profile.endpoint.port)
        case Stage.GREETING | Stage.STARTTLS | Stage.QUIT:
            return observation.reply.text if observation.reply else ""
        case Stage.EHLO:
            return _offers(observation)
        case Stage.TLS:
            return tls_fact(observation.tls or context.tls)
        case Stage.AUTH:
            who = profile.login.username if profile.login else ""
            return f"{who}, {context.mechanism}" if context.mechanism else who
        case Stage.MAIL:
            return profile.sender
        case Stage.RCPT:
            return profile.recipient
        case Stage.DATA:
            return f"accepted as {observation.queue_id}" if observation.queue_id else "accepted"


def _addresses(observation: Observation) -> str:
    fates = observation.context.addresses
    first = fates[0].address if fates else observation.context.address or ""
    return f"{first} and {len(fates) - 1} more" if len(fates) > 1 else first


def _connected(address: str | None, port: int) -> str:
    if not address:
        return f"port {port}"
    try:
        family = ip_address(address.partition("%")[0]).version
    except ValueError:
        return f"port {port}"
    return f"port {port}, IPv{family} {address}"


def _offers(observation: Observation) -> str:
    capabilities = observation.context.capabilities
    words = ["STARTTLS"] if "STARTTLS" in capabilities else []
    if observation.context.mechanisms:
        words.append("sign-in by " + " ".join(observation.context.mechanisms))
    size = capabilities.get("SIZE", "")
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
    return f"{version}, {_whose(tls.certificate)}" if tls.certificate else version


def _whose(certificate: Certificate) -> str:
    name = certificate.names[0] if certificate.names else certificate.subject
    return f"{name} until {certificate.not_after[:10]}"


def duration(seconds: float) -> str:
    """Return seconds as people read them: ``3 ms``, ``1.2 s``, ``15 s``."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
