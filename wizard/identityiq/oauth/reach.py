"""What it means that a service could not be reached: the handbook's ids, in words for HTTPS. Must not know requests."""

from __future__ import annotations

from typing import NamedTuple

from wizard.diagnosis import diagnose
from wizard.diagnosis.model import Evidence, Finding, Remedy, Severity
from wizard.profile import Profile
from wizard.smtp.observation import Kind, Observation, Stage
from wizard.values import shown

_JAVA_PROXY = (
    "IdentityIQ's Java does not read HTTPS_PROXY: where it needs the proxy, the application server starts with "
    "-Dhttps.proxyHost and -Dhttps.proxyPort."
)
_OPENED = (
    "Where a proxy opens encrypted lines, its certificate authority belongs into the CA file here (--ca-file) and into the trust "
    "store of IdentityIQ's Java: smtp-wizard iiq trust"
)
_FIREWALL = "Ask whoever runs the firewall to let this host, and every IdentityIQ host that sends mail, reach {where}."


class _Words(NamedTuple):
    id: str
    title: str
    meaning: str
    advice: tuple[str, ...]


_REACHED: dict[Kind, _Words] = {
    Kind.NAME_NOT_FOUND: _Words(
        "dns-not-found",
        "No address was found for {host}",
        "The name server answered that this name does not exist. It is mistyped, or this network resolves no outside names and "
        "leaves that to a proxy.",
        (
            "Check the spelling of the host in the endpoint.",
            "If outside hosts are reached through a proxy only, set HTTPS_PROXY.",
        ),
    ),
    Kind.RESOLVER_FAILED: _Words(
        "dns-temporary",
        "The name server did not give an answer about {host}",
        "Whether the name exists is not known: the name server of this host failed or stayed silent.",
        ("Try again in a minute.", "If it stays, check the name servers in /etc/resolv.conf."),
    ),
    Kind.REFUSED: _Words(
        "connect-refused",
        "The connection to {where} was refused",
        "The host is there, and nothing listens on this port, or a firewall answers in its place.",
        ("Check host and port of the endpoint.", _FIREWALL),
    ),
    Kind.PROHIBITED: _Words(
        "connect-refused",
        "A firewall rule forbids the connection to {where}",
        "The refusal came from a rule on this host or on the way.",
        (_FIREWALL,),
    ),
    Kind.UNREACHABLE: _Words(
        "network-unreachable",
        "There is no way from this host to {where}",
        "The network said so at once: no route, or no address of the kind the service has.",
        ("If outside hosts are reached through a proxy only, set HTTPS_PROXY.", _FIREWALL),
    ),
    Kind.TLS_PLAINTEXT: _Words(
        "iiq-oauth-not-https",
        "{where} does not speak HTTPS",
        "What answered there speaks without encryption, so nothing was sent.",
        ("Check host and port: HTTPS is usually on 443, which needs no port in the endpoint.",),
    ),
    Kind.TLS_VERSION: _Words(
        "tls-version",
        "No TLS version in common with {host}",
        "This host speaks TLS 1.2 and newer, the other end something older.",
        ("Ask whoever runs the service, or the proxy on the way, to offer TLS 1.2.",),
    ),
    Kind.TLS_CIPHER: _Words(
        "tls-cipher-or-key",
        "No cipher or key size in common with {host}",
        "The other end offers only what is no longer thought safe.",
        ("Ask whoever runs the service, or the proxy on the way, to bring its TLS up to date.",),
    ),
    Kind.TLS_CLIENT_CERT: _Words(
        "client-cert-required",
        "{host} wants a certificate of this host",
        "IdentityIQ's HTTP/OAuth page has no field for one. Microsoft's services do not ask for it: something in between does.",
        ("Ask whoever runs the service or the proxy.",),
    ),
    Kind.CLOSED: _Words(
        "connection-dropped",
        "{host} closed the connection",
        "It was open, and ended before an answer came. A firewall or proxy that looks into the line does that.",
        ("Ask whoever runs the firewall whether it lets lines to {where} through whole.", _OPENED),
    ),
}
_REACHED[Kind.RESET] = _REACHED[Kind.CLOSED]._replace(title="The connection to {host} was cut")
_SILENT = {
    Stage.CONNECT: _Words(
        "connect-timeout",
        "{where} did not answer",
        "Nothing came back, not even a refusal. Usually a firewall drops the packets.",
        (_FIREWALL, "If outside hosts are reached through a proxy only, set HTTPS_PROXY."),
    ),
    Stage.TLS: _Words(
        "tls-handshake-failed",
        "{where} took the connection and does not answer the handshake",
        "What listens there may not speak TLS, or a firewall holds the line back.",
        ("Check host and port of the endpoint.", _FIREWALL),
    ),
}
_NO_ANSWER = _Words(
    "reply-timeout",
    "{host} did not answer in time",
    "The line was secured and the question asked, and no whole answer came.",
    ("Try again. If it stays, ask whoever runs the proxy or firewall in between.",),
)
_OTHERWISE = _Words(
    "tls-handshake-failed",
    "The handshake with {host} failed",
    "The other end ended it without saying why.",
    ("Ask whoever runs the service, or the proxy on the way.", _OPENED),
)
_PROXY = _Words(
    "proxy-or-nat",
    "The proxy {proxy} did not let the connection to {where} through",
    "It answered, or did not answer at all, in the service's place.",
    ("Check HTTPS_PROXY, and whether the proxy wants a user name.", "Ask whoever runs it to allow {where}.", _JAVA_PROXY),
)


def finding(seen: Observation, profile: Profile, *, proxy: str = "") -> Finding:
    """Return what a failed way to a service means. ``profile`` names host, port and CA file; ``proxy`` is host and port."""
    if seen.kind in (Kind.TLS_CERTIFICATE, Kind.CA_FILE):
        return _certificate(seen, profile)
    words = _words(seen, proxy)
    host, port = shown(profile.endpoint.host), profile.endpoint.port
    facts = {"host": host, "where": f"{host} port {port}", "proxy": proxy}
    advice = words.advice if not proxy or words is _PROXY else (*words.advice, _JAVA_PROXY)
    return Finding(
        words.id,
        Severity.ERROR,
        seen.stage,
        words.title.format_map(facts),
        words.meaning.format_map(facts),
        Evidence(text=seen.error),
        remedies=tuple(Remedy(text.format_map(facts)) for text in advice),
    )


def _words(seen: Observation, proxy: str) -> _Words:
    if proxy and (seen.raw == "proxy" or seen.stage in (Stage.RESOLVE, Stage.CONNECT)):
        return _PROXY
    if seen.kind is Kind.TIMEOUT:
        return _SILENT.get(seen.stage, _NO_ANSWER)
    return _REACHED.get(seen.kind, _OTHERWISE)


def _certificate(seen: Observation, profile: Profile) -> Finding:
    """Return the handbook's own finding: what it says of certificates holds for every service. Its cures by key are for mail."""
    found = diagnose(seen, profile)[0]
    advice = tuple(remedy for remedy in found.remedies if not remedy.changes)
    more = () if seen.kind is Kind.CA_FILE else (Remedy(_OPENED),)
    return found._replace(remedies=(*advice, *more))


def fact(seen: Observation, port: int) -> str:
    """Return what a step that passed found, in one line."""
    context = seen.context
    match seen.stage:
        case Stage.RESOLVE:
            found = context.addresses
            return f"{found[0].address} and {len(found) - 1} more" if len(found) > 1 else found[0].address if found else ""
        case Stage.CONNECT:
            return f"{context.address or ''} port {port}"
        case _:
            facts = seen.tls or context.tls
            if facts is None:
                return ""
            name = facts.certificate.names[0] if facts.certificate and facts.certificate.names else ""
            until = f", {name} until {facts.certificate.not_after[:10]}" if facts.certificate else ""
            return f"{facts.version.replace('TLSv', 'TLS ')}{until}"


_ENDINGS = {
    Kind.NAME_NOT_FOUND: "no such name",
    Kind.RESOLVER_FAILED: "the name service did not answer",
    Kind.REFUSED: "refused",
    Kind.PROHIBITED: "forbidden by a firewall",
    Kind.UNREACHABLE: "no way there from this host",
    Kind.TIMEOUT: "no answer",
    Kind.CLOSED: "the connection was closed",
    Kind.RESET: "the connection was cut",
    Kind.TLS_CERTIFICATE: "the certificate does not verify",
    Kind.CA_FILE: "the CA file cannot be used",
    Kind.TLS_PLAINTEXT: "no HTTPS there",
}


def ending(seen: Observation) -> str:
    """Return how a step ended, in a few words."""
    return _ENDINGS.get(seen.kind, "the handshake failed")


def unusable_proxy(text: str) -> Finding:
    """Return the finding for a proxy of a kind that is not known; ``text`` says so."""
    title = "The proxy this session names cannot be used"
    remedy = Remedy("Set HTTPS_PROXY to http://HOST:PORT, or take it out of the environment.")
    return Finding("proxy-or-nat", Severity.ERROR, Stage.CONNECT, title, text, remedies=(remedy,))
