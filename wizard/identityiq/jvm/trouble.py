"""What keeps a look from being made, in plain sentences. Must not know Java's rules."""

from __future__ import annotations

from wizard.profile import Endpoint, Security
from wizard.smtp.chain import Shaken
from wizard.smtp.observation import Kind

_SENTENCES = {
    Kind.NAME_NOT_FOUND: "The name {host} has no address.",
    Kind.RESOLVER_FAILED: "The name {host} could not be looked up: the resolver did not answer.",
    Kind.REFUSED: "{host} refuses the connection on port {port}.",
    Kind.TIMEOUT: "{host} did not answer in time on port {port}.",
    Kind.UNREACHABLE: "There is no way from here to {host} on port {port}.",
    Kind.PROHIBITED: "This host's own firewall forbids the connection to {host} on port {port}.",
    Kind.NOT_OFFERED: "{host} does not offer STARTTLS on port {port}, so there is no certificate to see.",
    Kind.TLS_PLAINTEXT: "{host} does not speak TLS from the first byte on port {port}.",
    Kind.TLS_CLIENT_CERT: "{host} asks for a certificate of ours on port {port}, and the handshake ends there.",
}


def no_handshake(endpoint: Endpoint, seen: Shaken) -> str:
    """Say why no certificate could be seen, and where to look."""
    said = f" The server said: {seen.reply}" if seen.kind is Kind.REPLY and seen.reply else ""
    known = _SENTENCES.get(seen.kind, "The handshake with {host} on port {port} failed ({kind}).")
    return known.format(host=endpoint.host, port=endpoint.port, kind=seen.kind) + said + f" See: {_check(endpoint)}"


def no_java() -> str:
    """Say that there is no Java to ask."""
    return (
        "No Java was found on this host. Name the one that runs IdentityIQ: --java HOME, or its trust store: --truststore FILE."
    )


def _check(endpoint: Endpoint) -> str:
    mode = "" if endpoint.security is Security.STARTTLS else f" --security {endpoint.security}"
    return f"smtp-wizard check --host {endpoint.host} --port {endpoint.port}{mode}"
