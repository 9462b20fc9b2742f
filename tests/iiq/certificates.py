"""Chains of certificates for the tests of Java's trust: good ones, and each of the usual ways in which one is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

_DAY = timedelta(days=1)
_NOW = datetime.now(UTC).replace(microsecond=0)
GOOD = (_NOW - 30 * _DAY, _NOW + 90 * _DAY)
PAST = (_NOW - 400 * _DAY, _NOW - 10 * _DAY)
FUTURE = (_NOW + 10 * _DAY, _NOW + 90 * _DAY)
# The last byte of the object identifiers of PKCS#1 signatures: the digest is all that differs.
_SHA256, _SHA1, _MD5 = b"\x0b", b"\x05", b"\x04"
_PKCS1 = bytes.fromhex("06092a864886f70d0101")


@dataclass(frozen=True)
class Made:
    """A certificate with its key; ``chain`` are the ones above it, nearest first."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    chain: tuple[Made, ...] = field(default=(), repr=False)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    def write(self, path: Path, *above: Made) -> Path:
        """Write the key and what a server is to send: this one, then ``above``."""
        secret = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(secret + self.pem + b"".join(one.pem for one in above))
        return path


def make(
    name: str,
    signer: Made | None = None,
    *,
    ca: bool = False,
    rsa_bits: int = 0,
    valid: tuple[datetime, datetime] = GOOD,
    digest: str = "sha256",
    hosts: tuple[str, ...] = ("localhost",),
    usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
    only_below: str = "",
    key_of: Made | None = None,
    issuer_at: str = "",
) -> Made:
    """Make a certificate, signed by ``signer`` or by itself. ``digest`` other than sha256 needs an RSA key of the signer."""
    key = key_of.key if key_of else _key(rsa_bits)
    signing = signer.key if signer else key
    subject = _name(name)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(signer.certificate.subject if signer else subject)
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(valid[0]).not_valid_after(valid[1])
    builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    if not ca:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    if only_below:
        builder = builder.add_extension(x509.NameConstraints([x509.DNSName(only_below)], None), critical=True)
    if issuer_at:
        access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(issuer_at))
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    made = builder.sign(signing, hashes.SHA256())
    if digest != "sha256":
        assert isinstance(signing, rsa.RSAPrivateKey)
        made = _signed_again(made, signing, digest)
    return Made(made, key, (signer, *signer.chain) if signer else ())


def _key(rsa_bits: int) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, rsa_bits) if rsa_bits else ec.generate_private_key(ec.SECP256R1())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test"), x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _signed_again(made: x509.Certificate, key: rsa.RSAPrivateKey, digest: str) -> x509.Certificate:
    """Sign with a digest the library no longer signs with: its identifier has the same length, so the rest stays as it is."""
    last, kind = {"sha1": (_SHA1, hashes.SHA1()), "md5": (_MD5, hashes.MD5())}[digest]  # noqa: S303 - that it is weak is the point
    old, new = _PKCS1 + _SHA256, _PKCS1 + last
    told = made.tbs_certificate_bytes.replace(old, new)
    whole = made.public_bytes(Encoding.DER).replace(made.tbs_certificate_bytes, told).replace(old, new)
    signature = key.sign(told, padding.PKCS1v15(), kind)
    return x509.load_der_x509_certificate(whole[: -len(signature)] + signature)
