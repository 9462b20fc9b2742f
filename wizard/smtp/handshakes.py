"""Second handshakes after one that failed without saying enough: was it the version, the cipher, the key, a certificate of ours?

Each is made on a connection of its own and ends where the encryption stands: nothing is said over it, so nothing secret can be.
Must not know rules or words.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from typing import Any, NamedTuple

from wizard.profile import Security
from wizard.smtp.network import Address, Network
from wizard.smtp.observation import Kind, LaxTls, Observation, Stage, Weak
from wizard.smtp.session import Session
from wizard.smtp.tls import certificate_from_der, client_context, failure_of
from wizard.smtp.wire import WireError

# These say enough already: an undemanding handshake only adds what the server has to offer instead.
_NAMED = (Kind.TLS_VERSION, Kind.TLS_CIPHER)
# These do not: a general alert, a line that is cut, silence.
_UNNAMED = (Kind.TLS_ALERT, Kind.TLS_FAILED, Kind.CLOSED, Kind.RESET, Kind.TIMEOUT)
# What a server says to a certificate it does not know: it has asked for one (RFC 5246 7.2.2).
_ABOUT_OUR_CERTIFICATE = ("BAD_CERTIFICATE", "UNKNOWN_CA", "CERTIFICATE_UNKNOWN", "UNSUPPORTED_CERTIFICATE", "ACCESS_DENIED")
_OLD_VERSIONS = ("SSLv3", "TLSv1", "TLSv1.1")
_OLD_DIGESTS = ("md5", "sha1")
_LEGACY_SERVER_CONNECT = getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)  # the name came with Python 3.12


class Way(NamedTuple):
    """How to get to the point where a handshake begins; ``host`` is the name in its ASCII form."""

    network: Network
    address: Address
    port: int
    security: Security
    host: str
    ehlo_name: str


class _Shaken(NamedTuple):
    """How one handshake went: what it agreed to, or how it failed; ``reason`` is OpenSSL's own name for it."""

    version: str = ""
    cipher: str = ""
    der: bytes | None = None
    reason: str = ""

    @property
    def stood(self) -> bool:
        return bool(self.version)


def tells_more(observation: Observation) -> bool:
    """Return whether second handshakes may name the cause of this failure, or say more about it."""
    return observation.stage is Stage.TLS and observation.kind in (*_NAMED, *_UNNAMED)


async def shake_again(way: Way, observation: Observation, timeout: float) -> dict[str, Any]:
    """Return what second handshakes showed after at most ``timeout`` seconds, as fields of the observation; often nothing.

    ``kind`` becomes TLS_CLIENT_CERT, TLS_VERSION or TLS_CIPHER where that was seen to be the cause; ``lax`` says on what an
    undemanding handshake agreed. A handshake that now succeeds as it was first made proves nothing and changes nothing.
    """
    contexts = [_lax()]
    if observation.kind in _UNNAMED:
        # As it was first made, limited to TLS 1.2, and the same with a certificate: whether one is asked for shows by comparison.
        contexts += [_ours(), _ours(at_most_12=True), _with_throw_away_certificate()]
    lax, *others = await asyncio.gather(*(_shake(way, context, timeout) for context in contexts))
    if not others:
        return {"lax": _told(lax, observation)} if lax.stood else {}
    same, twelve, shown = others
    if same.stood:
        return {}
    if twelve.stood:
        return {"lax": _agreed(twelve, Weak.HELLO)}
    if shown.stood or _about_our_certificate(shown, twelve):
        return {"kind": Kind.TLS_CLIENT_CERT}
    if not lax.stood:
        return {}
    told = _told(lax, observation)
    return {"lax": told, "kind": Kind.TLS_VERSION if told.weak is Weak.VERSION else Kind.TLS_CIPHER}


def _about_our_certificate(*shaken: _Shaken) -> bool:
    return any(name in one.reason for one in shaken for name in _ABOUT_OUR_CERTIFICATE)


# One handshake --------------------------------------------------------------------------------------------------------


async def _shake(way: Way, context: ssl.SSLContext, timeout: float) -> _Shaken:
    session = Session(lambda sender, text: None)
    try:
        async with asyncio.timeout(timeout):
            await session.attach(await way.network.connect(way.address, way.port))
            if way.security is Security.STARTTLS:
                await _up_to_starttls(session, way.ehlo_name)
            made = await session.secure(context, way.host, timeout)
            cipher = made.cipher()
            return _Shaken(made.version() or "", cipher[0] if cipher else "", made.getpeercert(binary_form=True))
    except (OSError, WireError) as problem:  # ssl.SSLError and TimeoutError are OSErrors
        return _Shaken(reason=failure_of(problem).reason)
    finally:
        session.abort()


async def _up_to_starttls(session: Session, name: str) -> None:
    await session.greeting()
    await session.hello(name)
    reply = await session.say("STARTTLS")
    if reply.code != 220:
        raise WireError(str(reply).encode())


def _ours(*, at_most_12: bool = False) -> ssl.SSLContext:
    """The handshake as a check makes it; whom it is with is not asked, for nothing is said."""
    context = client_context(None, verify=False)
    if at_most_12:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


def _lax() -> ssl.SSLContext:
    """All that this host's library can still speak: to look with, never to send with."""
    context = client_context(None, verify=False)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= _LEGACY_SERVER_CONNECT
    return context


def _with_throw_away_certificate() -> ssl.SSLContext:
    """Show a certificate made for this moment. In TLS 1.2 the server's verdict on it comes within the handshake."""
    import os
    import tempfile

    context = _ours(at_most_12=True)
    handle, path = tempfile.mkstemp(prefix="smtp-wizard-")  # mode 0600; the ssl module reads keys from files only
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_throw_away())
        context.load_cert_chain(path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(path)
    return context


def _throw_away() -> bytes:
    """Return a key and its own certificate, PEM, valid for an hour."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "SMTP Wizard handshake test")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return secret + builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


# What an undemanding handshake agreed to --------------------------------------------------------------------------------


def _told(lax: _Shaken, observation: Observation) -> LaxTls:
    told = _agreed(lax, Weak.OTHER)
    return told._replace(weak=_weakness(told, observation))


def _agreed(shaken: _Shaken, weak: Weak) -> LaxTls:
    if not shaken.der:
        return LaxTls(weak, shaken.version, shaken.cipher)
    key, signature = _key_and_digest(shaken.der)
    return LaxTls(weak, shaken.version, shaken.cipher, key, signature, certificate_from_der(shaken.der))


def _weakness(told: LaxTls, observation: Observation) -> Weak:
    """Return what a handshake of today fails on, the most basic first."""
    kind, _, bits = told.key.partition(" ")
    if told.version in _OLD_VERSIONS:
        return Weak.VERSION
    if told.cipher not in {known["name"] for known in client_context(None, verify=False).get_ciphers()}:
        return Weak.CIPHER
    if "DH_KEY" in observation.tls_reason.upper() or "DH_VALUE" in observation.tls_reason.upper():
        return Weak.GROUP
    if bits and int(bits) < (2048 if kind in ("RSA", "DSA") else 224):  # OpenSSL's security level 2: 112 bits
        return Weak.KEY
    return Weak.SIGNATURE if told.signature in _OLD_DIGESTS else Weak.OTHER


def _key_and_digest(der: bytes) -> tuple[str, str]:
    """Return a certificate's key as ``RSA 1024`` and the digest it is signed with as ``sha1``; empty where they are unknown."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

    names = {rsa.RSAPublicKey: "RSA", ec.EllipticCurvePublicKey: "EC", dsa.DSAPublicKey: "DSA"}
    try:
        parsed = x509.load_der_x509_certificate(der)
        key, digest = parsed.public_key(), parsed.signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm):
        return "", ""
    name = next((name for kind, name in names.items() if isinstance(key, kind)), "")
    return f"{name} {getattr(key, 'key_size', '')}" if name else "", digest.name if digest else ""
