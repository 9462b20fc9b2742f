"""The verdict of one Java about one server: a real handshake against its list, then Java's own rules. Must not know words.

The handshake asks OpenSSL for the chain; dates, signatures and keys are judged here by Java's rules: an anchor's own dates do not
count, and a server certificate that stands in the store itself is taken as it is (PKIXValidator of the JDK).
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import pairwise

from wizard.identityiq.jvm.algorithms import asks_for_jdk_ca, signed, switched_off
from wizard.identityiq.jvm.distrust import distrusted_by
from wizard.identityiq.jvm.policy import Policy
from wizard.identityiq.jvm.trusted import Trusted
from wizard.identityiq.jvm.versions import Offer
from wizard.identityiq.jvm.view import Refusal, Verdict
from wizard.smtp.chain import Shaken, Way, anchored, shake
from wizard.smtp.observation import Certificate, Kind
from wizard.smtp.tls import certificate_from_der

_SELF_SIGNED, _NO_ISSUER = (18,), (2, 19, 20, 21)  # X509_V_ERR codes of OpenSSL
_UNKNOWN = (Kind.TIMEOUT, Kind.REFUSED, Kind.UNREACHABLE, Kind.PROHIBITED, Kind.REPLY, Kind.MALFORMED, Kind.NOT_OFFERED)

FromJdk = Callable[[bytes], Awaitable[bool]]


async def judge(
    way: Way, seen: Shaken, trusted: Trusted, policy: Policy, offer: Offer, *, from_jdk: FromJdk, timeout: float
) -> Verdict:
    """Return what a Java would do with this server within ``timeout`` seconds a handshake.

    ``seen`` is what an undemanding handshake gave; ``from_jdk`` tells whether an anchor came with the JDK.
    """
    version = await _version(way, seen, offer, timeout)
    if isinstance(version, Verdict):
        return version
    if not trusted.known:
        return Verdict(None, detail=trusted.problem, version=version)
    if not trusted.anchors:
        return Verdict(False, Refusal.NO_TRUST, detail=trusted.problem, version=version)
    shaken = await shake(way, anchored(trusted.anchors), timeout)
    if shaken.stood:
        return (await _inspect(shaken.path, trusted, policy, from_jdk))._replace(version=version)
    return _not_verified(shaken, seen)._replace(version=version)


async def _version(way: Way, seen: Shaken, offer: Offer, timeout: float) -> str | Verdict:
    """Return the TLS version this Java would speak with the server, or the refusal where there is none in common."""
    if not offer.versions:
        return Verdict(False, Refusal.VERSION)
    if offer.ciphers == "ALL" and seen.version in offer.versions:
        return seen.version
    shaken = await shake(way, anchored(None, offer.versions, offer.ciphers), timeout)
    if shaken.stood:
        return shaken.version
    if shaken.kind in _UNKNOWN:
        return Verdict(None, detail=shaken.kind)
    # The undemanding handshake stood a moment ago: what this one lacks is a version or a cipher.
    return Verdict(False, Refusal.CIPHER if seen.version in offer.versions else Refusal.VERSION)


def _not_verified(shaken: Shaken, seen: Shaken) -> Verdict:
    code = shaken.failure.verify_code if shaken.failure else None
    if code is None:
        return Verdict(None, detail=shaken.kind)
    leaf = certificate_from_der(seen.sent[0]) if seen.sent else None
    said = shaken.failure.verify_reason if shaken.failure else ""
    if code in _SELF_SIGNED:
        return Verdict(False, Refusal.SELF_SIGNED, leaf)
    return Verdict(False, Refusal.UNKNOWN_CA if code in _NO_ISSUER else Refusal.BAD_CHAIN, leaf, said)


async def _inspect(path: tuple[bytes, ...], trusted: Trusted, policy: Policy, from_jdk: FromJdk) -> Verdict:
    """Look at a chain that reaches the store as Java does: first, and with the anchor left out."""
    if path[0] in trusted.anchors:
        path = path[:1]
    anchor = path[-1]
    known = Verdict(True, anchor=certificate_from_der(anchor), alias=trusted.alias_of(anchor))
    chain = tuple(certificate_from_der(der) for der in path)
    found = _blocked(chain, policy) or _dates(chain[:-1])
    found = found or await _algorithms(path, chain, policy, from_jdk)
    policy_name = distrusted_by(policy.distrusted, chain[0], chain[-1]) if len(chain) > 1 else ""
    if not found and policy_name:
        found = Verdict(False, Refusal.DISTRUSTED_CA, chain[-1], policy_name)
    return found._replace(anchor=known.anchor, alias=known.alias) if found else known


def _blocked(chain: tuple[Certificate, ...], policy: Policy) -> Verdict | None:
    hit = next((one for one in chain if one.sha256 in policy.blocked), None)
    return Verdict(False, Refusal.BLOCKED, hit) if hit else None


def _dates(chain: tuple[Certificate, ...]) -> Verdict | None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for one in chain:
        if one.not_after and one.not_after < now:
            return Verdict(False, Refusal.EXPIRED, one, one.not_after)
        if one.not_before > now:
            return Verdict(False, Refusal.NOT_YET_VALID, one, one.not_before)
    return None


async def _algorithms(
    path: tuple[bytes, ...], chain: tuple[Certificate, ...], policy: Policy, from_jdk: FromJdk
) -> Verdict | None:
    """Hold both lists of java.security against every certificate but the anchor, whose key counts as its issuer's."""
    entries = (*policy.certpath, *policy.tls)
    for number, (der, issuer) in enumerate(pairwise(path)):
        one = signed(der, issuer)
        jdk_ca = await from_jdk(path[-1]) if asks_for_jdk_ca(entries, one) else None
        hit = switched_off(entries, one, jdk_ca=jdk_ca, today=datetime.now(UTC).date())
        if hit:
            return Verdict(False, Refusal.SWITCHED_OFF, chain[number], f"{_told(one.signature, hit, one.own.bits)} ({hit})")
    return None


def _told(signature: str, entry: str, bits: int) -> str:
    return f"a key of {bits} bits" if "keysize" in entry.lower() else f"the signature {signature}"
