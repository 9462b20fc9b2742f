"""A certificate authority that lives as long as the practice server, and the certificates it shows: good ones and bad ones.

Keys are elliptic curve, because they are made in a moment. Must not know SMTP.
"""

from __future__ import annotations

import os
import ssl
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from wizard.practice.fault import Handshake, Leaf

NAMES = ("localhost", "mail.test", "practice.test", "practice.example.com")
ADDRESSES = ("127.0.0.1", "::1")
OTHER_NAMES = ("other.example.net", "www.other.example.net")
_KeyPair = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

# The 1024-bit group of RFC 2409 6.2: what an old server offers and OpenSSL 3 refuses as too small.
_OLD_GROUP = b"""-----BEGIN DH PARAMETERS-----
MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR
Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL
/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC
-----END DH PARAMETERS-----
"""


@dataclass(frozen=True)
class _Signer:
    """Who signs: a certificate and its key."""

    certificate: x509.Certificate
    key: _KeyPair


class Authority:
    """Writes ``ca_file`` (for the client) and, for a moment each, the server's keys into a private folder of the caller's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._now = datetime.now(UTC).replace(microsecond=0)
        self._root = self._signer("SMTP Wizard practice CA", None)
        self.ca_file = folder / "practice-ca.pem"
        _write(self.ca_file, _pem(self._root.certificate), 0o644)

    def keep(self, name: str, secret: str) -> Path:
        """Write a secret of the practice server into the private folder, for its owner's eyes only."""
        path = self._folder / name
        _write(path, secret.encode() + b"\n", 0o600)
        return path

    def context(self, leaf: Leaf = Leaf.GOOD, handshake: Handshake = Handshake.NORMAL) -> ssl.SSLContext:
        """Return a server's TLS context that shows the certificate asked for."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        old = handshake in (Handshake.WEAK_DH, Handshake.OLD_CIPHERS, Handshake.OLD_VERSION)
        if leaf is Leaf.WEAK_KEY or old:
            context.set_ciphers("ALL:@SECLEVEL=0")
        self._load(context, leaf, rsa_bits=2048 if old else 0)
        match handshake:
            case Handshake.CLIENT_CERTIFICATE | Handshake.CLIENT_CERTIFICATE_12:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(self.ca_file)
                if handshake is Handshake.CLIENT_CERTIFICATE_12:
                    context.maximum_version = ssl.TLSVersion.TLSv1_2
            case Handshake.WEAK_DH:
                self._weaken(context)
            case Handshake.OLD_CIPHERS:
                context.maximum_version = ssl.TLSVersion.TLSv1_2
                context.set_ciphers("AES128-SHA:@SECLEVEL=0")  # a key sent under RSA: no client of today offers it by itself
            case Handshake.OLD_VERSION:
                _keep_old(context)
            case Handshake.NORMAL:
                pass
        return context

    def _load(self, context: ssl.SSLContext, leaf: Leaf, rsa_bits: int) -> None:
        """Make the certificate and load it: the ssl module reads keys from files only, so the file is gone at once."""
        certificate, key = self._certificate(leaf, rsa_bits)
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path = self._folder / "server.pem"
        _write(path, secret + _pem(certificate), 0o600)
        try:
            context.load_cert_chain(path)
        finally:
            path.unlink()

    def _weaken(self, context: ssl.SSLContext) -> None:
        path = self._folder / "old-group.pem"
        _write(path, _OLD_GROUP, 0o600)
        context.load_dh_params(str(path))
        path.unlink()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0")

    def _certificate(self, leaf: Leaf, rsa_bits: int) -> tuple[x509.Certificate, _KeyPair]:
        day = timedelta(days=1)
        since, until = self._now - day, self._now + 90 * day
        names: tuple[str, ...] = (*NAMES, *ADDRESSES)
        signer = self._root
        match leaf:
            case Leaf.EXPIRED:
                since, until = self._now - 400 * day, self._now - 10 * day
            case Leaf.FUTURE:
                since, until = self._now + 30 * day, self._now + 120 * day
            case Leaf.WRONG_NAME:
                names = OTHER_NAMES
            case Leaf.UNKNOWN_CA:
                signer = self._signer("A company's own CA", None)
            case Leaf.NO_INTERMEDIATE:
                signer = self._signer("SMTP Wizard practice CA, second floor", self._root)
            case Leaf.WEAK_KEY:
                rsa_bits = 1024
            case Leaf.GOOD | Leaf.SELF_SIGNED:
                pass
        key: _KeyPair = rsa.generate_private_key(65537, rsa_bits) if rsa_bits else ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(names[0], key, since, until)
        builder = builder.add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        return _sign(builder, None if leaf is Leaf.SELF_SIGNED else signer, names[0], key), key

    def _signer(self, name: str, parent: _Signer | None) -> _Signer:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(name, key, self._now - timedelta(days=1000), self._now + timedelta(days=365))
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        usage = x509.KeyUsage(
            False, False, False, False, False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False
        )
        return _Signer(_sign(builder.add_extension(usage, critical=True), parent, name, key), key)

    def _builder(self, name: str, key: _KeyPair, since: datetime, until: datetime) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(_name(name)).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(since).not_valid_after(until)
        return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


def _keep_old(context: ssl.SSLContext) -> None:
    """Speak TLS 1.0 and 1.1 only; the ssl module warns of it, and that it is old is the point here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1


def _sign(builder: x509.CertificateBuilder, signer: _Signer | None, name: str, key: _KeyPair) -> x509.Certificate:
    """Sign with the signer's key, or with the certificate's own when there is no signer."""
    issuer = signer.certificate.subject if signer else _name(name)
    signing = signer.key if signer else key
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
    return builder.issuer_name(issuer).add_extension(identifier, critical=False).sign(signing, hashes.SHA256())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Practice"), x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general(name: str) -> x509.GeneralName:
    return x509.IPAddress(ip_address(name)) if name in ADDRESSES else x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def _write(path: Path, content: bytes, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
