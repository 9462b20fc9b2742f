"""TLS as seen from outside: the context a profile asks for, what a certificate says, what kind of failure an exception is.

Judges by exception type, OpenSSL reason and verify code, never by message text. Must not know replies or sessions.
"""

import hashlib
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from wizard.smtp.observation import Certificate, Kind, TlsFacts

# X509_V_ERR codes that speak of key sizes and digests, not of trust (OpenSSL, include/openssl/x509_vfy.h.in).
_WEAK_KEY_CODES = {66, 67, 68}

_REASONS: dict[str, Kind] = {
    # The first bytes of the answer were no TLS record: the port speaks something else, mostly plain SMTP.
    "WRONG_VERSION_NUMBER": Kind.TLS_PLAINTEXT,
    "HTTP_REQUEST": Kind.TLS_PLAINTEXT,
    "UNKNOWN_PROTOCOL": Kind.TLS_PLAINTEXT,
    "PACKET_LENGTH_TOO_LONG": Kind.TLS_PLAINTEXT,
    "RECORD_LAYER_FAILURE": Kind.TLS_PLAINTEXT,
    "UNSUPPORTED_PROTOCOL": Kind.TLS_VERSION,
    "VERSION_TOO_LOW": Kind.TLS_VERSION,
    "NO_PROTOCOLS_AVAILABLE": Kind.TLS_VERSION,
    "INAPPROPRIATE_FALLBACK": Kind.TLS_VERSION,
    "TLSV1_ALERT_PROTOCOL_VERSION": Kind.TLS_VERSION,
    "TLSV1_ALERT_INAPPROPRIATE_FALLBACK": Kind.TLS_VERSION,
    "NO_SHARED_CIPHER": Kind.TLS_CIPHER,
    "NO_CIPHERS_AVAILABLE": Kind.TLS_CIPHER,
    "WRONG_CIPHER_RETURNED": Kind.TLS_CIPHER,
    "TLSV1_ALERT_INSUFFICIENT_SECURITY": Kind.TLS_CIPHER,
    "DH_KEY_TOO_SMALL": Kind.TLS_CIPHER,
    "BAD_DH_VALUE": Kind.TLS_CIPHER,
    "BAD_KEY_SHARE": Kind.TLS_CIPHER,
    "EE_KEY_TOO_SMALL": Kind.TLS_CIPHER,
    "CA_KEY_TOO_SMALL": Kind.TLS_CIPHER,
    "CA_MD_TOO_WEAK": Kind.TLS_CIPHER,
    "WRONG_SIGNATURE_TYPE": Kind.TLS_CIPHER,
    "WRONG_CURVE": Kind.TLS_CIPHER,
    "UNSUPPORTED_ELLIPTIC_CURVE": Kind.TLS_CIPHER,
    "LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED": Kind.TLS_CIPHER,
    "NO_SUITABLE_SIGNATURE_ALGORITHM": Kind.TLS_CIPHER,
    "UNSAFE_LEGACY_RENEGOTIATION_DISABLED": Kind.TLS_CIPHER,
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": Kind.TLS_CLIENT_CERT,
    # Said to a client that has shown none: what is bad about its certificate is that it is missing.
    "SSLV3_ALERT_BAD_CERTIFICATE": Kind.TLS_CLIENT_CERT,
    "SSLV3_ALERT_NO_CERTIFICATE": Kind.TLS_CLIENT_CERT,
    "UNEXPECTED_EOF_WHILE_READING": Kind.CLOSED,
}


class Failure(NamedTuple):
    """What an exception means. ``reason`` is OpenSSL's own name for it, ``verify_*`` are set for certificates."""

    kind: Kind
    error: str
    reason: str = ""
    verify_code: int | None = None
    verify_reason: str = ""


def client_context(ca_file: Path | None, *, verify: bool = True) -> ssl.SSLContext:
    """Return a context for TLS 1.2 or newer that verifies chain and host name against the system's store or ``ca_file``.

    With ``verify=False`` it accepts any certificate: for looking at one, or where the profile accepts it in so many words.
    Raises OSError (ssl.SSLError included) when ``ca_file`` cannot be read or holds no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif ca_file is not None:
        context.load_verify_locations(cafile=str(ca_file))
        if not context.get_ca_certs():
            raise ssl.SSLError(f"no CA certificate in {ca_file}")
    else:
        context.load_default_certs()
    return context


def facts(connection: ssl.SSLObject, *, verified: bool, failure: Failure | None = None) -> TlsFacts:
    """Return what a finished handshake gave: version, cipher and the certificates, leaf first."""
    chain = tuple(_chain(connection, verified=verified))
    cipher = connection.cipher()
    return TlsFacts(
        version=connection.version() or "",
        cipher=cipher[0] if cipher else "",
        verified=verified,
        certificate=chain[0] if chain else None,
        chain=chain,
        verify_code=failure.verify_code if failure else None,
        verify_reason=failure.verify_reason if failure else "",
    )


def _chain(connection: ssl.SSLObject, *, verified: bool) -> Iterator[Certificate]:
    """Yield the certificates of the peer, leaf first.

    The chain has a public door only from Python 3.13 on, and that one gives bare DER; the object behind it has read the names
    already on every version since 3.10. Where it is missing, the leaf alone is read from its DER.
    """
    inner: Any = getattr(connection, "_sslobj", None)
    read = getattr(inner, "get_verified_chain" if verified else "get_unverified_chain", None)
    entries = read() if read else None
    if entries:
        for entry in entries:
            yield _from_info(entry.get_info(), entry.public_bytes(_DER))
        return
    der = connection.getpeercert(binary_form=True)
    if der:
        yield certificate_from_der(der)


_DER = 2  # _ssl.ENCODING_DER; the module that names it is private


def _from_info(info: dict[str, Any], der: bytes) -> Certificate:
    """Read a certificate as ``getpeercert()`` tells it."""
    subject, issuer = _name(info.get("subject", ())), _name(info.get("issuer", ()))
    return Certificate(
        subject=subject,
        issuer=issuer,
        names=tuple(str(value) for kind, value in info.get("subjectAltName", ()) if kind in ("DNS", "IP Address")),
        not_before=_iso(info.get("notBefore")),
        not_after=_iso(info.get("notAfter")),
        sha256=hashlib.sha256(der).hexdigest(),
        self_signed=info.get("subject") == info.get("issuer"),
    )


_SHORT = {
    "commonName": "CN",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "countryName": "C",
    "localityName": "L",
    "stateOrProvinceName": "ST",
    "domainComponent": "DC",
}


def _name(parts: tuple[tuple[tuple[str, str], ...], ...]) -> str:
    """Return a distinguished name as one line, most specific first (RFC 4514)."""
    pairs = [pair for group in reversed(parts) for pair in group]
    return ", ".join(f"{_SHORT.get(kind, kind)}={value}" for kind, value in pairs)


def _iso(text: str | None) -> str:
    """Return a date as OpenSSL prints it (``Nov  4 05:47:22 2026 GMT``) in ISO 8601; strptime would cost its whole machinery."""
    parts = (text or "").split()
    if len(parts) != 5 or parts[0] not in _MONTHS:
        return ""
    month, day, time, year, _ = parts
    return f"{year}-{_MONTHS.index(month) + 1:02}-{int(day):02}T{time}Z"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def certificate_from_der(der: bytes) -> Certificate:
    """Read a certificate from its DER. One that cannot be parsed keeps its fingerprint and says nothing else."""
    from cryptography import x509

    digest = hashlib.sha256(der).hexdigest()
    try:
        parsed = x509.load_der_x509_certificate(der)
        names = tuple(str(entry.value) for entry in _alternative_names(parsed))
        return Certificate(
            subject=parsed.subject.rfc4514_string(),
            issuer=parsed.issuer.rfc4514_string(),
            names=names,
            not_before=parsed.not_valid_before_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
            not_after=parsed.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
            sha256=digest,
            self_signed=parsed.subject == parsed.issuer,
        )
    except ValueError:
        return Certificate("", "", (), "", "", digest)


def _alternative_names(parsed: Any) -> list[Any]:
    from cryptography import x509

    try:
        return list(parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return []


def failure_of(problem: BaseException) -> "Failure":
    """Return what kind of failure an exception is, walking its causes (libraries wrap them).

    Everything that is no TLS error, no reset and no end of file comes back as TLS_FAILED with its type and text.
    """
    for inner in _causes(problem):
        error = f"{type(inner).__name__}: {inner}"
        match inner:
            case ssl.SSLCertVerificationError(verify_code=int(code), verify_message=reason):
                kind = Kind.TLS_CIPHER if code in _WEAK_KEY_CODES else Kind.TLS_CERTIFICATE
                return Failure(kind, error, inner.reason or "", code, str(reason))
            case ssl.SSLError():
                return _of_ssl_error(inner, error)
            case ConnectionResetError() | BrokenPipeError():
                return Failure(Kind.RESET, error)
            case EOFError() | ConnectionAbortedError():
                return Failure(Kind.CLOSED, error)
            case TimeoutError():
                return Failure(Kind.TIMEOUT, error)
    return Failure(Kind.TLS_FAILED, f"{type(problem).__name__}: {problem}")


def _of_ssl_error(problem: ssl.SSLError, error: str) -> "Failure":
    reason = (problem.reason or "").upper().replace(" ", "_")
    if isinstance(problem, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Failure(Kind.CLOSED, error, reason)
    kind = _REASONS.get(reason)
    if kind is None:
        kind = Kind.TLS_ALERT if "_ALERT_" in reason else Kind.TLS_FAILED
    return Failure(kind, error, reason)


def _causes(problem: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = problem
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__
