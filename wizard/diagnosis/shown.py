"""What the looks after a failure showed, as sentences: each begins with a blank, and is empty where nothing was shown.

Must not know rules or findings.
"""

from __future__ import annotations

from wizard.diagnosis.model import Seen
from wizard.modes import MODES_SPOKEN
from wizard.smtp.observation import Alternative, Context, Kind, LaxTls, Observation, Weak
from wizard.smtp.seen_from import address_seen_by_server, addresses_named
from wizard.values import shown

_FEW = 3


def lax_words(observation: Observation) -> str:
    """Say what a second handshake agreed to, and so what the first one failed on."""
    lax = observation.lax
    return f" {_lax(lax)}" if lax else ""


def _lax(lax: LaxTls) -> str:
    agreed = f"{shown(lax.version)} with {shown(lax.cipher)}"
    match lax.weak:
        case Weak.VERSION:
            return f"Asked once more with old versions allowed, it agreed to {shown(lax.version)} and nothing newer."
        case Weak.CIPHER:
            return f"Asked once more with old ciphers allowed, it agreed to {agreed}, which is switched off here."
        case Weak.KEY:
            return f"The key of its certificate is too short: {shown(lax.key)} bits."
        case Weak.SIGNATURE:
            return f"Its certificate is signed with {shown(lax.signature.upper())}, which is no longer trusted."
        case Weak.GROUP:
            return f"Its key exchange is too short. Asked once more with fewer demands, it agreed to {agreed}."
        case Weak.HELLO:
            return (
                "With TLS 1.2 alone the same handshake succeeds: the server, or something in between, does not get on with a "
                "client that offers TLS 1.3 as well."
            )
        case Weak.OTHER:
            return f"Asked once more with fewer demands, it agreed to {agreed}."


def name_words(observation: Observation) -> str:
    """Say which other names for this host the server took or refused."""
    taken, refused = observation.accepted_names, observation.refused_names
    words = f" It did accept {shown(' and '.join(taken))} just now." if taken else ""
    return words + (f" It refused {shown(' and '.join(refused))} as well." if refused else "")


def another_name_accepted(seen: Seen) -> bool:
    """The same port took another name of this host, and not the one that failed."""
    return bool(seen.observation.accepted_names)


def address_words(observation: Observation) -> str:
    """Say what the same port and mode did on other addresses of the host."""
    here, others = observation.context.address, observation.other_addresses
    working = [found.address for found in others if found.works and found.address]
    if not working or not here:
        return ""
    return f" Another address of the same host, {working[0]}, works on this port: what is wrong is wrong at {here} only."


def certificate_words(observation: Observation) -> str:
    """Compare the certificate that failed with those that other ports of the host showed."""
    own = observation.tls.certificate if observation.tls else None
    if observation.kind is not Kind.TLS_CERTIFICATE or own is None:
        return ""
    shows = {found.port: found.tls for found in observation.alternatives if found.tls and found.tls.certificate}
    same = [port for port, tls in shows.items() if tls.certificate and tls.certificate.sha256 == own.sha256]
    good = [port for port, tls in shows.items() if tls.verified]
    if same:
        return f" Port {_listed(same)} shows the same certificate."
    return f" Port {_listed(good)} shows another certificate, and a good one." if good else ""


def sign_in_words(seen: Seen) -> str:
    """Say where a sign-in is offered, for a refusal that nobody has signed in for."""
    observation = seen.observation
    if seen.pasted or observation.passed or observation.context.signed_in or seen.profile.login:
        return ""
    if observation.context.mechanisms:
        return f" It offers to sign in here: {shown(', '.join(observation.context.mechanisms))}."
    offering = [found for found in observation.alternatives if found.auth]
    if offering:
        return f" A sign-in is offered on port {', '.join(dict.fromkeys(map(_where, offering)))}."
    looked = any(found.ehlo for found in observation.alternatives)
    return " None of its ports that answered offers a sign-in: it may know its clients by their address." if looked else ""


def _where(found: Alternative) -> str:
    return f"{found.port} ({MODES_SPOKEN[found.security]})"


def seen_as_words(observation: Observation) -> str:
    """Say that the server sees another address than this host's own, where it names one."""
    own = observation.context.local_address
    named = _named(observation.context, observation)
    if not own or named is None or own == named:
        return ""
    return (
        f" The server sees this host as {named}, and its own address is {own}: there is an address translation on the way, and "
        f"{named} is the address to ask about."
    )


def _named(context: Context, observation: Observation) -> str | None:
    told = address_seen_by_server(context.ehlo) if context.ehlo else None
    if told or observation.reply is None:
        return told
    return next(iter(addresses_named(observation.reply)), None)


def _listed(ports: list[int]) -> str:
    return " and ".join(map(str, sorted(ports)[:_FEW]))
