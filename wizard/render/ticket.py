"""A text ready to paste for the person who can help: what is asked for, from where to where, and what was seen. No secret.

Must not know streams or screens.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from wizard.modes import MODES
from wizard.providers import Provider, for_host, serving
from wizard.render.command import CommandLine
from wizard.render.provider_requests import AT_PROVIDER
from wizard.render.requests import MAIL, REQUESTS, Request
from wizard.render.stages import duration, ending, tls_of
from wizard.render.style import safe
from wizard.report import Report
from wizard.smtp.here import Here, here
from wizard.smtp.observation import Fate, Stage
from wizard.smtp.seen_from import address_seen_by_server

_FATES = {
    Fate.CONNECTED: "answered",
    Fate.REFUSED: "refused the connection",
    Fate.TIMEOUT: "did not answer",
    Fate.UNREACHABLE: "could not be reached: no route from here",
    Fate.PROHIBITED: "was forbidden by a firewall (a rule on this host, or an ICMP answer that says so)",
    Fate.SLOW: "had not answered yet",
    Fate.UNTRIED: "was not tried",
}
_REACHING = (Stage.RESOLVE, Stage.CONNECT)


class Ticket(NamedTuple):
    """Whom to give it to, one line, and the text."""

    whom: str
    subject: str
    body: str


def ticket(
    report: Report,
    now: datetime,
    *,
    command: CommandLine | None = None,
    place: Here | None = None,
    records: tuple[str, ...] = (),
) -> Ticket | None:
    """Return the text for the cause of a failed run; None when it passed, was stopped, or is in your own hands.

    ``now`` carries its zone. ``command`` is how the run is made again. ``place`` is this host, found out when not given.
    ``records`` are the lines of a zone file that an examination of the sender's domain would have published.
    """
    finding = report.error
    if finding is None or report.stopped:
        return None
    request = _request(finding.id, report)
    if request is None:
        return None
    known = [one.address for one in report.context.addresses]
    host = place or here(known[0] if known else "")
    facts = _facts(report, host, records)
    body = "\n".join(
        [
            request.ask.format_map(facts),
            "",
            *_table(_where(report, host)),
            "",
            f"What was seen, {now:%d %B %Y %H:%M:%S %z}:",
            *(f"  {line}" for line in _seen(report)),
            "",
            "To see whether it is done:",
            f"  {safe(command.text()) if command else f'smtp-wizard probe {report.profile.endpoint.host}'}",
        ]
    )
    return Ticket(request.whom, request.subject.format_map(facts), body)


def _request(name: str, report: Report) -> Request | None:
    """A provider's own way goes first; who runs a known provider's server is the provider, reached through its customer."""
    provider = _provider(report)
    request = AT_PROVIDER.get((provider.id, name)) if provider else None
    request = request or REQUESTS.get(name)
    if request and provider and request.whom == MAIL:
        return request._replace(whom=f"your administrator for {provider.name}, or its support")
    return request


def _provider(report: Report) -> Provider | None:
    host = report.profile.endpoint.host
    return for_host(host) or next(iter(serving(host)), None)


def _facts(report: Report, place: Here, records: tuple[str, ...]) -> dict[str, str]:
    profile = report.profile
    addresses = [one.address for one in report.context.addresses]
    tls = tls_of(report)
    certificate = tls.certificate if tls else None
    facts = {
        "host": profile.endpoint.host,
        "port": str(profile.endpoint.port),
        "here": place.name,
        "source": f"{place.name} ({place.address})" if place.address else place.name,
        "target": f"{profile.endpoint.host} ({', '.join(addresses)})" if addresses else profile.endpoint.host,
        "user": profile.login.username if profile.login else "this host",
        "sender": profile.sender or "the sender address",
        "recipient": profile.recipient or "the recipient address",
        "certificate": f" It is {certificate.subject}, from {certificate.issuer}, valid {certificate.not_before[:10]} to "
        f"{certificate.not_after[:10]}, SHA-256 {certificate.sha256}."
        if certificate
        else "",
    }
    told = {name: safe(value) for name, value in facts.items()}
    for name in ("user", "sender"):
        told[f"quoted_{name}"] = _quoted(told[name])
    lines = "".join(f"\n  {safe(line)}" for line in records)
    told["records"] = f" The records that would do it:\n{lines}" if lines else _how_to_see_the_records(profile.sender)
    return told


def _quoted(value: str) -> str:
    """Quote a value for PowerShell, where a quote within single quotes is doubled."""
    return "'" + value.replace("'", "''") + "'"


def _how_to_see_the_records(sender: str) -> str:
    import shlex

    return f" This shows what stands there, and what should: smtp-wizard domain {safe(shlex.quote(sender))}" if sender else ""


def _where(report: Report, place: Here) -> Iterator[tuple[str, str]]:
    profile = report.profile
    seen = address_seen_by_server(report.context.ehlo) if report.context.ehlo else None
    outside = f" (the server sees {seen})" if seen and seen != place.address else ""
    yield "From", (f"{place.name}, {place.address}" if place.address else place.name) + outside
    yield "To", f"{profile.endpoint.host}, TCP port {profile.endpoint.port}, {MODES[profile.endpoint.security]}"
    for one in report.context.addresses:
        yield "", f"{one.address} ({'IPv6' if one.family == 'ipv6' else 'IPv4'})"
    if profile.login:
        yield "Signs in as", profile.login.username


def _table(rows: Iterator[tuple[str, str]]) -> list[str]:
    return [f"  {label + ':' if label else '':<13}{safe(text)}".rstrip() for label, text in rows]


def _seen(report: Report) -> Iterator[str]:
    failed = report.failed
    if failed is None or failed.observation is None:
        return
    seen, port = failed.observation, report.profile.endpoint.port
    if seen.stage in _REACHING:
        for one in report.context.addresses:
            after = f" after {duration(one.seconds)}" if one.seconds is not None and one.fate is not Fate.UNTRIED else ""
            yield safe(f"{one.address} port {port} {_FATES[one.fate]}{after}")
    if seen.reply:
        yield safe(f"the server said at {seen.stage.upper()}: {seen.reply}"[:600])
    elif seen.stage not in _REACHING or not report.context.addresses:
        yield safe(f"{ending(seen)}{f': {seen.error}' if seen.error else ''}"[:600])
    for other in report.alternatives:
        answer = "answers" if other.works or other.greeting else _FATES[other.fate]
        yield f"port {other.port} ({MODES[other.security]}) of the same host {answer}"
    sign = report.error.evidence.text if report.error and not seen.reply else ""
    if sign and seen.stage not in _REACHING and sign not in ending(seen) and sign != seen.error:
        yield safe(sign[:600])
