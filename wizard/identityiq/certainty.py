"""How well a statement about IdentityIQ is founded: one scale for rules, proofs and pages. Must not know any of them."""

from enum import StrEnum


class Certainty(StrEnum):
    """The value is the word for it in JSON and in docs/identityiq-findings.md."""

    KNOWN = "known"  # SailPoint's own page, or two independent sources
    REPORTED = "reported"  # one good source
    EXPECTED = "expected"  # inferred; look before you rely on it
    STANDARD = "standard"  # an RFC or the provider's own page says it, and IdentityIQ has no say in it
