"""What a text tells of the settings behind it: host, port, encryption, sender, recipient, provider. Must not know findings."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wizard.diagnosis.hosts import Family, family_called, family_of
from wizard.profile import Endpoint, Profile, Security
from wizard.smtp.observation import Certificate, Stage, TlsFacts

MAIL_PORTS = frozenset({24, 25, 26, 465, 587, 588, 1025, 1465, 1587, 2465, 2525, 2587, 8025})
_PORT = re.compile(
    r"\bports?[\"']?[ :=]+[\"']?(\d{1,5})\b|(?:[a-z\]]|\.\d{1,3}):(24|25|26|465|587|588|994|2525|2465|2587|1025|1587)\b|"
    r"host, port: [^\s,]+, (\d{1,5})\b|\.\w+[\"']?, (25|465|587|2525)\b",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"(?:smtp host: |host,? port: |host(?:name)?[\"']?[:=] ?[\"']?|host |://|lookup |connect to |connecting to |"
    r"connection to |to |unknownhostexception: |opening to |-connect |-server |dial tcp: |enotfound |eai_again |"
    r"resolve )[\"']?((?:[a-z0-9_-]+\.)+[a-z]{2,24})\b",
    re.IGNORECASE,
)
_MAIL_HOST = re.compile(
    r"(?<![@\w.-])((?:e?smtps?|mail|mx|relay|outbound|email-smtp|smtp-relay|submission)[\w-]*\.(?:[a-z0-9-]+\.)+[a-z]{2,24})\b",
    re.IGNORECASE,
)
_EXPECTED = re.compile(
    r"certificate CN=[`'\"]?([^`'\"\s]+)[`'\"]? did not match expected CN=[`'\"]?([^`'\"\s]+)[`'\"]?", re.IGNORECASE
)
_VALID_FOR = re.compile(r"certificate is valid for ([^\n]{1,200}?), not ([\w.*-]+)", re.IGNORECASE)
_TLS_FIRST = re.compile(
    r"\b(?:ssl|smtps|tls)://|SMTP_SSL|smtps\b|ssl\.enable[\"']?[ =:]+true|secure[\"']?: ?true|SslOnConnect|use_tls=True"
)
_ISSUER = re.compile(r"issuer(?: name)?[\"']?[ :=]+[\"']?([^\r\n\"']{2,200})", re.IGNORECASE)
_SENDER = re.compile(r"\bMAIL FROM: ?<([^<>\s]{1,200})>|\bfrom=<([^<>\s]{1,200})>", re.IGNORECASE)
_RECIPIENT = re.compile(r"\bRCPT TO: ?<([^<>\s]{1,200})>|\bto=<([^<>\s]{1,200})>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the text: all of it optional."""

    port: int | None = None
    security: Security | None = None
    stage: Stage | None = None
    provider: str = ""


def settings_behind(text: str, known: Known, recipient: str = "") -> tuple[Profile, Family | None]:
    """Guess the settings behind a text, and the provider's family where it is told or the host tells."""
    host = host_in(text)
    ports = [int(next(filter(None, found))) for found in _PORT.findall(text[:20_000])]
    likely = [port for port in ports if port in MAIL_PORTS] or [port for port in ports if 0 < port < 65536]
    port = known.port or next(iter(likely), 0)
    security = known.security or (Security.TLS if _TLS_FIRST.search(text) else Security.STARTTLS)
    family = family_called(known.provider) if known.provider else None
    if family is Family.OTHER:
        family = None
    profile = Profile(
        Endpoint(host, port, security),
        sender=_address(_SENDER, text),
        recipient=recipient or _address(_RECIPIENT, text),
    )
    return profile, family or (family_of(host) if host else None)


def host_in(text: str) -> str:
    """Return the mail server a text is about, as far as it names one; empty when it does not."""
    expected = _EXPECTED.search(text)
    if expected:
        return expected[2]
    valid = _VALID_FOR.search(text)
    if valid:
        return valid[2]
    named = _HOST.search(text) or _MAIL_HOST.search(text)
    return named[1] if named else ""


def certificate_in(text: str) -> TlsFacts | None:
    """Keep whose certificate it was and who signed it, where the text names them."""
    expected, valid, issuer = _EXPECTED.search(text), _VALID_FOR.search(text), _ISSUER.search(text)
    if not (expected or valid or issuer):
        return None
    names: tuple[str, ...] = (expected[1],) if expected else tuple(valid[1].split(", ")) if valid else ()
    certificate = Certificate(names[0] if names else "", issuer[1].strip() if issuer else "", names, "", "", "")
    return TlsFacts("", "", verified=False, certificate=certificate)


def _address(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return next(filter(None, found.groups()), "") if found else ""
