"""What the probes of this run have shown about the port that failed, so that a look-alike is settled and not guessed.

Must not know rules or findings' words.
"""

from __future__ import annotations

from wizard.diagnosis.when import Seen
from wizard.profile import Security
from wizard.smtp.observation import Alternative, Fate, Kind

# Failures that only a peer which answers in TLS can cause: it broke the handshake off, and it did so in TLS.
_ANSWERED_IN_TLS = (Kind.TLS_ALERT, Kind.TLS_VERSION, Kind.TLS_CIPHER, Kind.TLS_CLIENT_CERT)


def _here(seen: Seen, security: Security) -> Alternative | None:
    """The look at the very port that failed, in another mode; None when there was none or it never connected."""
    port = seen.profile.endpoint.port
    tried = (found for found in seen.observation.alternatives if found.port == port and found.security is security)
    return next((found for found in tried if found.fate is Fate.CONNECTED), None)


def tls_heard_here(seen: Seen) -> bool:
    """The same port answered a handshake in TLS: it succeeded, verified or not, or ended with an alert."""
    found = _here(seen, Security.TLS)
    return found is not None and (found.works or found.tls is not None or found.ended in _ANSWERED_IN_TLS)


def plain_heard_here(seen: Seen) -> bool:
    """The same port greeted in plain text."""
    found = _here(seen, Security.STARTTLS)
    return found is not None and (found.works or found.greeting.startswith("220"))


def ruled_out(seen: Seen) -> frozenset[str]:
    """Return the ids of look-alikes that a probe of this run has shown not to be the cause."""
    without_tls, without_plain = _here(seen, Security.TLS), _here(seen, Security.STARTTLS)
    gone = {"port-speaks-tls"} if without_tls and not tls_heard_here(seen) else set()
    return frozenset(gone | ({"port-speaks-plain"} if without_plain and not without_plain.greeting else set()))


def also_failed(seen: Seen) -> str:
    """Say, with a blank before it, which other mode was tried on the same port and failed too; often nothing."""
    gone = ruled_out(seen)
    begun = _here(seen, Security.TLS)
    if begun and begun.ended in _ANSWERED_IN_TLS:
        return " TLS from the first byte was tried on this port as well: it answers in TLS, and the handshake then fails."
    if "port-speaks-tls" in gone:
        return " TLS from the first byte was tried on this port as well, and fails too."
    return " The port was looked at in plain text as well, and gives no greeting either." if gone else ""


_HUNG_UP = (Kind.CLOSED, Kind.RESET)
_ENOUGH = 3  # a server can have two ports that turn this host away; every usual one, and the unusual 2525, is something else


def answers_everywhere(seen: Seen) -> bool:
    """Every port that was tried took the connection, and hung up without a word."""
    tried = seen.observation.alternatives
    silent = all(found.ended in _HUNG_UP and not found.greeting and not found.tls for found in tried)
    return silent and len(_other_ports(seen)) >= _ENOUGH and not seen.observation.raw


def everywhere_sign(seen: Seen) -> str:
    ports = sorted({*_other_ports(seen), seen.profile.endpoint.port})
    return f"ports {', '.join(map(str, ports[:-1]))} and {ports[-1]} alike"


def _other_ports(seen: Seen) -> set[int]:
    return {found.port for found in seen.observation.alternatives} - {seen.profile.endpoint.port}
