"""The values that fill a rule's sentences, and the evidence beside them, from one observation. Must not know any rule."""

from __future__ import annotations

import re

from wizard.diagnosis.cert_flaws import besides
from wizard.diagnosis.model import Evidence, Seen, days_between
from wizard.diagnosis.offers import not_offered
from wizard.diagnosis.tried import also_failed
from wizard.modes import MODES_SPOKEN
from wizard.smtp.observation import Kind, Observation, Stage
from wizard.values import shown

_STAGES = {
    Stage.RESOLVE: "the look-up of the name",
    Stage.CONNECT: "the connection",
    Stage.TLS: "the TLS handshake",
    Stage.GREETING: "the greeting",
    Stage.EHLO: "the hello (EHLO)",
    Stage.STARTTLS: "the switch to encryption (STARTTLS)",
    Stage.AUTH: "the sign-in (AUTH)",
    Stage.MAIL: "the sender (MAIL)",
    Stage.RCPT: "the recipient (RCPT)",
    Stage.DATA: "the message (DATA)",
    Stage.QUIT: "the goodbye (QUIT)",
}
_REACHING = (Stage.CONNECT, Stage.TLS, Stage.GREETING, Stage.EHLO, Stage.STARTTLS)
_KINDS = {
    Kind.REFUSED: "the connection was refused",
    Kind.UNREACHABLE: "no way there",
    Kind.PROHIBITED: "this host does not let the connection out",
    Kind.TIMEOUT: "no answer in time",
    Kind.CLOSED: "the server hung up",
    Kind.RESET: "the connection was reset",
    Kind.SPEAKS_TLS: "silence in clear, and a TLS handshake on the same port succeeded",
    Kind.NOT_OFFERED: "it is not in the server's list of abilities",
    Kind.NO_MECHANISM: "no way of signing in in common",
    Kind.WITHHELD: "the password was held back",
    Kind.HELD_BACK: "the sign-in was refused before, and was not tried again",
    Kind.NO_SECRET: "no password was at hand",
    Kind.MALFORMED: "an empty line",
    Kind.INJECTED: "bytes arrived before the handshake",
    Kind.NEEDS_UTF8: "SMTPUTF8 is not in the server's list of abilities",
    Kind.TOO_LARGE: "the message is larger than the server's limit",
}
_TERMS = (Kind.TLS_CERTIFICATE, Kind.TLS_CLIENT_CERT, Kind.TLS_VERSION, Kind.TLS_CIPHER)
_LONGEST = 400
_LINE_END = re.compile(r"(?:\\x0[da])+")  # how observations show the end of a line that is no reply


def facts_of(seen: Seen) -> dict[str, str]:
    """Return every placeholder a sentence may use. What is not known has a word that still reads well."""
    observation, endpoint = seen.observation, seen.profile.endpoint
    certificate, login, context = seen.certificate, seen.profile.login, observation.context
    server = shown(endpoint.host) if endpoint.host else "the server"
    days = days_between(seen.today, certificate.not_after) if certificate else None
    return {
        "host": server,
        "port": str(endpoint.port or "?"),
        "where": f"port {endpoint.port} of {server}" if endpoint.port else server,
        "mode": MODES_SPOKEN[endpoint.security],
        "asked": "The settings say something else" if seen.pasted else f"The profile says {MODES_SPOKEN[endpoint.security]}",
        "unsent": "" if seen.pasted or login is None else " The password was not sent.",
        "waited": _waited(seen),
        "stage": _STAGES[observation.stage] if seen.placed else "a point the text does not name",
        "user": shown(login.username) if login else "the user name",
        "mechanism": shown(context.mechanism) if context.mechanism else (login.mechanism.upper() if login else "AUTO"),
        "offered": shown(", ".join(context.mechanisms)) or ("other kinds" if seen.pasted else "nothing it names"),
        "sender": shown(seen.profile.sender) or "the sender address",
        "recipient": shown(seen.profile.recipient) or "the recipient address",
        "ehlo": shown(context.ehlo_name or seen.profile.ehlo_name) or "this host's name",
        "names": _names(certificate.names if certificate else ()),
        "issuer": shown(certificate.issuer) if certificate else "not known here",
        "until": certificate.not_after[:10] if certificate else "a date that has passed",
        "since": certificate.not_before[:10] if certificate else "a date to come",
        "days": "?" if days is None else str(days),
        "days_left": "an unknown number of days" if days is None else "1 day" if days == 1 else f"{days} days",
        "limit": context.capabilities.get("SIZE", "") or "a number of",
        "said": quoted(observation),
        **_looks(seen),
        "besides": shown(besides(seen)),
        "refused_before": "once" if observation.refusals == 1 else f"{observation.refusals or 'several'} times",
    }


def _looks(seen: Seen) -> dict[str, str]:
    """Return what was looked at after a failure: other ports, modes and addresses, names, handshakes."""
    observation = seen.observation
    if observation.passed:
        return dict.fromkeys(("open", "lax", "other_names", "sign_in_at", "seen_as"), "")
    from wizard.diagnosis import shown as looks  # a run that passes has nothing to say here

    # Where TLS was begun and its terms are the trouble, the mode is right: that another one fails says nothing.
    mode = "" if observation.kind in _TERMS else also_failed(seen)
    here = mode + looks.certificate_words(observation) + looks.address_words(observation)
    return {
        "open": not_offered(seen) + _open_ports(observation) + (here if observation.stage in _REACHING else ""),
        "lax": looks.lax_words(observation),
        "other_names": looks.name_words(observation),
        "sign_in_at": looks.sign_in_words(seen),
        "seen_as": looks.seen_as_words(observation),
    }


def _waited(seen: Seen) -> str:
    """Say how long nothing came: the stage's own time, which may be shorter than the timeout."""
    if seen.pasted:
        return "some time"
    seconds = round(seen.observation.seconds or seen.profile.timeout)
    return "a second" if seconds <= 1 else f"{seconds} seconds"


def _names(names: tuple[str, ...]) -> str:
    """Name the hosts of a certificate, the first few of many."""
    if not names:
        return "other hosts"
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return shown(", ".join(names[:3])) + more


def _open_ports(observation: Observation) -> str:
    """Say in one sentence what the neighbouring ports showed; empty when none was tried."""
    working = [f"{found.port} ({MODES_SPOKEN[found.security]})" for found in observation.alternatives if found.works]
    if working:
        return f" Seen to work just now: port {', '.join(dict.fromkeys(working))}."
    if observation.alternatives and observation.stage in _REACHING and observation.kind is not Kind.TLS_CERTIFICATE:
        return " The other mail ports did not work either."
    return ""


def evidence_of(observation: Observation) -> Evidence:
    """Return why: the reply split once, or what was seen instead of one. One line, at most a few hundred characters."""
    reply = observation.reply
    if reply:
        return Evidence(reply.code or None, reply.enhanced, trimmed(reply.text))
    return Evidence(text=quoted(observation))


def quoted(observation: Observation) -> str:
    """Return the words of the server, or of the library that failed, on one line."""
    reply = observation.reply
    if reply:
        whole = " ".join(part for part in (str(reply.code) if reply.code else "", reply.enhanced, reply.text) if part)
        return trimmed(whole)
    parts = (observation.raw, observation.verify_reason, observation.tls_reason, observation.error)
    said = next((trimmed(part) for part in parts if part.strip()), "")
    return said or f"{_KINDS.get(observation.kind, str(observation.kind))}, at {_STAGES[observation.stage]}"


def trimmed(text: str) -> str:
    """Put text on one line, show what is not printable as an escape, and cut what is endless."""
    line = " ".join(_LINE_END.sub(" ", text[: _LONGEST * 4]).split())
    clean = "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in line)
    return clean if len(clean) <= _LONGEST else clean[: _LONGEST - 3] + "..."
