"""Authorities the JDK has stopped trusting for servers from a day on, whatever the trust store says. Data, and one question.

From the release notes of JDK 24 and of later updates; ``jdk.security.caDistrustPolicies`` names which of them a Java follows. The
policy for Symantec is left out: what it still let through has expired long ago.
"""

from wizard.smtp.observation import Certificate

_DATES = {"ENTRUST_TLS": "2024-11-11", "CAMERFIRMA_TLS": "2025-04-15", "CHUNGHWA_TLS": "2026-03-17"}
_OWNERS = {
    "ENTRUST_TLS": ("O=Entrust, Inc.", "O=Entrust\\, Inc.", "O=Entrust.net", "O=AffirmTrust"),
    "CAMERFIRMA_TLS": ("O=AC Camerfirma S.A.", "O=AC Camerfirma SA CIF A82743287"),
    "CHUNGHWA_TLS": ("OU=ePKI Root Certification Authority",),
}


def distrusted_by(policies: tuple[str, ...], leaf: Certificate, anchor: Certificate) -> str:
    """Return the policy and its day where a server certificate falls under one, for a sentence; empty otherwise."""
    for policy in policies:
        since = _DATES.get(policy, "")
        late = bool(since) and leaf.not_before[:10] > since
        if late and any(owner in anchor.subject for owner in _OWNERS[policy]):
            return f"{policy}, certificates issued after {since}"
    return ""
