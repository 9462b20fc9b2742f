"""Everything a certificate shows to be wrong with it, of which verification names only the first. Must not know rules.

OpenSSL stops at one error: an expired certificate for another name is reported as one of the two.
"""

from __future__ import annotations

from wizard.diagnosis.when import Seen
from wizard.smtp.observation import Certificate, Kind

_BY_CODE = {10: "expired", 12: "expired", 9: "future", 11: "future", 18: "self", 62: "name", 63: "name", 64: "name"}


def flaws(seen: Seen) -> tuple[str, ...]:
    """Return what is wrong by the certificate's own facts: ``expired``, ``future``, ``name``, ``self``."""
    certificate = seen.certificate
    if certificate is None:
        return ()
    today, host = seen.today.isoformat(), seen.profile.endpoint.host
    asked = {
        "expired": bool(certificate.not_after) and certificate.not_after[:10] < today,
        "future": bool(certificate.not_before) and certificate.not_before[:10] > today,
        "name": bool(certificate.names and host) and not names(certificate, host),
        "self": certificate.self_signed,
    }
    return tuple(flaw for flaw, is_so in asked.items() if is_so)


def names(certificate: Certificate, host: str) -> bool:
    """Return whether a certificate names a host; ``*`` stands for one whole label (RFC 9525 section 6.3)."""
    wanted = host.lower().rstrip(".")
    parent = wanted.partition(".")[2]
    return any(name in (wanted, f"*.{parent}") for name in map(str.lower, certificate.names))


def besides(seen: Seen) -> str:
    """Return, as sentences with a blank before each, what is wrong beside the error that verification named; often nothing."""
    observation = seen.observation
    certificate = seen.certificate
    if certificate is None or observation.kind not in (Kind.TLS_CERTIFICATE, Kind.WITHHELD):
        return ""
    facts = observation.context.tls
    named = _BY_CODE.get(observation.verify_code or (facts.verify_code if facts else None) or 0, "")
    said = {
        "expired": f" It has also expired, on {certificate.not_after[:10]}: both have to be put right.",
        "future": f" It is also not valid before {certificate.not_before[:10]}: both have to be put right.",
        "name": f" It is also for other hosts ({', '.join(certificate.names[:3])}), not for {seen.profile.endpoint.host}.",
        "self": " It is also signed by nobody but itself.",
    }
    return "".join(said[flaw] for flaw in flaws(seen) if flaw != named)
