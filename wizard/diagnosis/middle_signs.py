"""The signs of something in between, read from one observation: each a question with a yes, and its words for the evidence.

Must not know rules or findings.
"""

from __future__ import annotations

from wizard.diagnosis.hosts import Family, family_of, greets_like
from wizard.diagnosis.inspectors import inspector
from wizard.diagnosis.when import Seen, Words
from wizard.profile import Security

_SELF, _ISSUER, _NAME = (18,), (2, 19, 20, 21, 22, 24, 26, 27), (62, 63, 64)
_PUBLIC_CAS = Words(
    "a public CA",
    "digicert, google trust, gts, globalsign, amazon, let's encrypt, isrg, sectigo, microsoft, entrust, godaddy, geotrust, "
    "usertrust, comodo, certum, actalis, harica, ssl.com, buypass, swisssign, identrust, starfield, thawte, rapidssl, telesec, "
    "d-trust, quovadis",
)


def masked_words(seen: Seen) -> tuple[str, ...]:
    """Return the words an inspection overwrote: EHLO keywords of X, a greeting of stars. The lengths stay, the words do not."""
    context = seen.observation.context
    if context.encrypted:
        return ()  # under TLS nothing on the way can be rewritten: what the server says there is its own
    keywords = [word for word in (*context.capabilities, *context.clear_capabilities) if word.startswith("XXXX")]
    greeting = context.greeting.text if context.greeting else ""
    return (*dict.fromkeys(keywords), *((f"220 {greeting}",) if greeting.startswith("**") or "****" in greeting else ()))


def mask_sign(seen: Seen) -> str:
    found = masked_words(seen)
    return f"overwritten words: {', '.join(found[:3])}" if found else ""


def asked_for(seen: Seen) -> Family:
    """Whose server was asked for, by the host's name alone: what answers there is the question, not a clue."""
    return seen.family or family_of(seen.profile.endpoint.host)


def _names_given(seen: Seen) -> tuple[str, ...]:
    """What the answering server called itself: in its greeting, and in its reply to EHLO."""
    context = seen.observation.context
    ehlo = context.ehlo.lines[0] if context.ehlo and context.ehlo.lines else ""
    return tuple(text for text in (context.greeting.text if context.greeting else "", ehlo) if _names_a_host(text))


def _names_a_host(text: str) -> bool:
    """Whether a line begins with a host's name, as RFC 5321 4.2 has it; "SMTP server ready" says nothing about whose it is."""
    first = text.split(" ", 1)[0]
    return "." in first and any(sign.isalpha() for sign in first)


def somebody_else_greets(seen: Seen) -> bool:
    """A large provider's host name, and a server that calls itself something no server of theirs would."""
    names = _names_given(seen)
    return bool(names) and not any(greets_like(asked_for(seen), name) for name in names)


def greeting_sign(seen: Seen) -> str:
    names = _names_given(seen)
    return f"the host is {asked_for(seen).value}'s, and it calls itself: {names[0]}" if names else ""


def inspected(seen: Seen) -> bool:
    return bool(_product(seen))


def _product(seen: Seen) -> str:
    """The inspecting product that made this certificate, or one above it."""
    facts = seen.observation.tls or seen.observation.context.tls
    certificates = (facts.chain or ((facts.certificate,) if facts.certificate else ())) if facts else ()
    return next((found for one in certificates if (found := inspector(f"{one.issuer}, {one.subject}"))), "")


def issuer_sign(seen: Seen) -> str:
    certificate = seen.certificate
    return f"the certificate was made by {_product(seen)}: {certificate.issuer}" if certificate else ""


def stranger_for_provider(seen: Seen) -> bool:
    """A large provider's name, and a certificate that cannot be theirs: other names, or an issuer that is no public CA."""
    certificate = seen.certificate
    if asked_for(seen) in (Family.OTHER, Family.PROTON):  # Proton's Bridge runs on one's own host and signs for itself
        return False
    if certificate is None or not (certificate.issuer or certificate.names):
        return _code(seen) in (18, 19)  # no large provider signs for itself
    if any(family_of(name.removeprefix("*.")) is asked_for(seen) for name in certificate.names):
        return False  # another name of the same provider's
    return _code(seen) in _NAME or (_code(seen) in _SELF + _ISSUER and not _PUBLIC_CAS.found_in(certificate.issuer.lower()))


def certificate_sign(seen: Seen) -> str:
    certificate = seen.certificate
    shown = f"{', '.join(certificate.names[:2]) or certificate.subject}, issued by {certificate.issuer}" if certificate else ""
    return f"the host is {asked_for(seen).value}'s, and the certificate is for {shown}" if shown else ""


def _code(seen: Seen) -> int | None:
    """The verify code of this stage, or the one of the session when credentials were withheld because of it."""
    context = seen.observation.context.tls
    return seen.observation.verify_code or (context.verify_code if context else None)


def _starttls_elsewhere(seen: Seen) -> tuple[int, ...]:
    """The other ports of the same host that offered STARTTLS in this run."""
    here = seen.profile.endpoint.port
    tried = seen.observation.alternatives
    asked = [found for found in tried if found.security is Security.STARTTLS and found.port != here]
    return tuple(found.port for found in asked if found.works or found.starttls)


def starttls_taken_away(seen: Seen) -> bool:
    """STARTTLS gone on this port, there on another of the same host.

    That is odd on 587, and anywhere at a provider; a port 25 without it beside a 587 with it is how many servers are set up.
    """
    odd = seen.profile.endpoint.port != 25 or asked_for(seen) is not Family.OTHER
    return odd and bool(_starttls_elsewhere(seen))


def taken_sign(seen: Seen) -> str:
    others = ", ".join(map(str, _starttls_elsewhere(seen)))
    return f"no STARTTLS on port {seen.profile.endpoint.port}, STARTTLS on port {others} of the same host"


def provider_without_starttls(seen: Seen) -> bool:
    """Every one of the large providers offers STARTTLS on 25, 587 and 2525: a list of abilities without it was changed."""
    return asked_for(seen) in (Family.MICROSOFT, Family.GOOGLE, Family.AMAZON, Family.YAHOO, Family.APPLE, Family.SENDGRID)
