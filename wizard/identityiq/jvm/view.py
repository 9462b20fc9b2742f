"""What one look at a server with a Java's eyes gave: values only. Must not know how it was made or how it is shown."""

import re
from enum import StrEnum
from typing import NamedTuple

from wizard.diagnosis.model import Finding
from wizard.identityiq.installation import JavaRuntime
from wizard.identityiq.jvm.policy import Policy
from wizard.identityiq.jvm.trusted import Trusted
from wizard.identityiq.jvm.versions import Offer
from wizard.profile import Endpoint
from wizard.smtp.observation import Certificate


class Refusal(StrEnum):
    """Why a Java would refuse a server."""

    NO_TRUST = "no-trust"  # its trust store gives it no certificate at all
    UNKNOWN_CA = "unknown-ca"
    MISSING_INTERMEDIATE = "missing-intermediate"
    SELF_SIGNED = "self-signed"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    SWITCHED_OFF = "switched-off"  # a signature or key that java.security forbids
    BLOCKED = "blocked"  # on the JDK's list of certificates nobody should trust
    DISTRUSTED_CA = "distrusted-ca"  # jdk.security.caDistrustPolicies
    BAD_CHAIN = "bad-chain"  # anything else OpenSSL, and with it Java, does not accept in a chain
    VERSION = "version"
    CIPHER = "cipher"


class Verdict(NamedTuple):
    """What one Java would do. ``accepts`` is None where that cannot be told; ``refusal`` says why it would refuse.

    ``culprit`` is the certificate meant, ``detail`` what about it (the entry of java.security, the date, OpenSSL's words).
    ``anchor`` is the certificate of its store it would trust the server by, ``alias`` that one's name there. ``version`` is the
    TLS version it would speak with this server, empty where that is none or not known.
    """

    accepts: bool | None
    refusal: Refusal | None = None
    culprit: Certificate | None = None
    detail: str = ""
    anchor: Certificate | None = None
    alias: str = ""
    version: str = ""


class Eye(NamedTuple):
    """One Java: what it trusts, what it has switched off, what it offers, and its verdict."""

    runtime: JavaRuntime
    trusted: Trusted
    policy: Policy
    offer: Offer
    verdict: Verdict


class Source(StrEnum):
    """Where the certificate to import comes from."""

    SENT_ROOT = "sent-root"
    SENT_INTERMEDIATE = "sent-intermediate"
    FOUND_HERE = "found-here"
    SELF_SIGNED = "self-signed"
    NOWHERE = "nowhere"


class Missing(NamedTuple):
    """The authority a Java does not know. ``der`` is None where nobody here has it; ``name`` is its subject then.

    ``where`` says in words where it was found; ``url`` is where the server's certificate says it can be had (RFC 5280 4.2.2.1),
    which is never fetched. ``not_sent`` says that it is an intermediate, which the server is meant to send.
    """

    source: Source
    name: str
    der: bytes | None = None
    certificate: Certificate | None = None
    where: str = ""
    url: str = ""
    not_sent: bool = False


class Plan(NamedTuple):
    """How to make one Java trust an authority: the command, then what else there is to know and do.

    ``save`` says how the file comes to be that the command reads; once it is there, ``save`` is done.
    """

    command: str
    alias: str
    steps: tuple[str, ...] = ()
    pitfalls: tuple[str, ...] = ()
    save: str = ""


class Ours(NamedTuple):
    """What a check of our own makes of the same server: verified, or why not (OpenSSL's verify code and words).

    ``path`` is the chain it was verified by, DER, the authority last.
    """

    verified: bool
    reason: str = ""
    code: int | None = None
    path: tuple[bytes, ...] = ()


class JvmView(NamedTuple):
    """A server seen with the eyes of one or two Javas. The first of ``eyes`` is the one that decides for IdentityIQ.

    ``problem`` is a sentence where no handshake was possible at all, and empty otherwise. ``finding`` is ``jvm-distrusts`` when
    the first Java would refuse. ``notes`` are further sentences worth knowing; ``others`` further findings, none of them errors.
    """

    endpoint: Endpoint
    problem: str = ""
    version: str = ""
    cipher: str = ""
    address: str = ""
    chain: tuple[Certificate, ...] = ()
    eyes: tuple[Eye, ...] = ()
    ours: Ours | None = None
    missing: Missing | None = None
    plan: Plan | None = None
    notes: tuple[str, ...] = ()
    finding: Finding | None = None
    others: tuple[Finding, ...] = ()

    @property
    def refuses(self) -> bool:
        """Whether the Java that decides would refuse this server."""
        return bool(self.eyes) and self.eyes[0].verdict.accepts is False

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything found, the most important first."""
        return (*((self.finding,) if self.finding else ()), *self.others)


_COMMON = re.compile(r"(?:^|,)\s*CN=((?:\\.|[^,\\])+)")


def common_name(subject: str) -> str:
    """Return the CN of a distinguished name in the form of RFC 4514, empty where it has none."""
    found = _COMMON.search(subject)
    return re.sub(r"\\(.)", r"\1", found[1]).strip() if found else ""
