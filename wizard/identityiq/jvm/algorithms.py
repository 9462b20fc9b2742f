"""Whether what a Java has switched off hits a certificate, its key or its issuer's key. Must not know stores or servers.

The entries are those of ``jdk.certpath.disabledAlgorithms`` and ``jdk.tls.disabledAlgorithms``, as java.security describes them.
"""

import operator
import re
from datetime import date
from typing import NamedTuple

_KEY_SIZE = re.compile(r"keySize\s*(<=|>=|==|!=|<|>)\s*(\d+)$", re.IGNORECASE)
_COMPARE = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_DIGESTS = {"1": "SHA224", "2": "SHA256", "3": "SHA384", "4": "SHA512"}
# Object identifiers of signatures (RFC 3279, 4055, 5758, 8410) and what Java calls them.
_SIGNATURES = {
    "1.2.840.113549.1.1.2": "MD2withRSA",
    "1.2.840.113549.1.1.4": "MD5withRSA",
    "1.2.840.113549.1.1.5": "SHA1withRSA",
    "1.2.840.113549.1.1.10": "RSASSA-PSS",
    "1.2.840.113549.1.1.11": "SHA256withRSA",
    "1.2.840.113549.1.1.12": "SHA384withRSA",
    "1.2.840.113549.1.1.13": "SHA512withRSA",
    "1.2.840.113549.1.1.14": "SHA224withRSA",
    "1.2.840.10045.4.1": "SHA1withECDSA",
    **{f"1.2.840.10045.4.3.{number}": f"{digest}withECDSA" for number, digest in _DIGESTS.items()},
    "1.2.840.10040.4.3": "SHA1withDSA",
    "2.16.840.1.101.3.4.3.1": "SHA224withDSA",
    "2.16.840.1.101.3.4.3.2": "SHA256withDSA",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
}


class Key(NamedTuple):
    """A public key: RSA, EC, DSA or another name, and its size in bits (0 where that is not known)."""

    name: str = ""
    bits: int = 0


class Signed(NamedTuple):
    """What the entries are held against: a certificate's signature by Java's name, its own key, and its issuer's."""

    signature: str
    own: Key
    issuer: Key


def signed(der: bytes, issuer: bytes) -> Signed:
    """Read a certificate and the one of its issuer, both DER. What cannot be read is left empty."""
    return Signed(_signature(der), _key(der), _key(issuer))


def switched_off(entries: tuple[str, ...], one: Signed, *, jdk_ca: bool | None, today: date) -> str:
    """Return the entry that hits this certificate as one of a TLS server, empty where none does.

    ``jdk_ca`` says whether the chain ends at an authority that came with the JDK.
    """
    names = _parts(one.signature) | {one.own.name.upper(), one.issuer.name.upper()}
    for entry in entries:
        name, _, rest = entry.partition(" ")
        if name.upper() in names and all(
            _holds(part.strip(), name, one, jdk_ca, today) for part in rest.split("&") if part.strip()
        ):
            return entry
    return ""


def asks_for_jdk_ca(entries: tuple[str, ...], one: Signed) -> bool:
    """Return whether it matters for this certificate if its authority came with the JDK."""
    names = _parts(one.signature) | {one.own.name.upper(), one.issuer.name.upper()}
    return any("jdkca" in entry.lower() and entry.split()[0].upper() in names for entry in entries)


def _holds(constraint: str, name: str, one: Signed, jdk_ca: bool | None, today: date) -> bool:
    words = constraint.split()
    match words[0].lower():
        case "jdkca":
            return bool(jdk_ca)
        case "usage":
            return "tlsserver" in (word.lower() for word in words[1:])
        case "denyafter":
            return len(words) > 1 and today > date.fromisoformat(words[1])
    size = _KEY_SIZE.match(constraint)
    if size is None:
        return False  # a constraint of a release to come: what it means is not known, and nothing is claimed
    compare, limit = _COMPARE[size[1]], int(size[2])
    return any(key.name.upper() == name.upper() and key.bits and compare(key.bits, limit) for key in (one.own, one.issuer))


def _parts(signature: str) -> set[str]:
    """Return a signature's name and what Java takes it apart into: ``SHA1withRSA`` is SHA1, SHA-1 and RSA as well."""
    digest, _, kind = signature.upper().partition("WITH")
    parts = {signature.upper(), digest, kind, digest.replace("SHA", "SHA-") if digest.startswith("SHA") else ""}
    return parts - {""}


def _signature(der: bytes) -> str:
    from cryptography import x509

    try:
        oid = x509.load_der_x509_certificate(der).signature_algorithm_oid.dotted_string
    except ValueError:
        return ""
    return _SIGNATURES.get(oid, "")


def _key(der: bytes) -> Key:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

    try:
        key = x509.load_der_x509_certificate(der).public_key()
    except (ValueError, UnsupportedAlgorithm):
        return Key()
    names = {rsa.RSAPublicKey: "RSA", ec.EllipticCurvePublicKey: "EC", dsa.DSAPublicKey: "DSA"}
    name = next((name for kind, name in names.items() if isinstance(key, kind)), "")
    return Key(name, int(getattr(key, "key_size", 0)))
