"""How libraries say that a TLS handshake failed: alerts by name and number, reasons of OpenSSL, and what others call them.

Must not know certificates that did not verify: those have certificate.py.
Source: RFC 8446 6.2 and RFC 5246 7.2.2 (alerts), OpenSSL's sslerr.h, the JDK's sun.security.ssl, GnuTLS, Schannel.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wizard.diagnosis.reader.clue import PRECISE, VAGUE, Clue, Flat, Sign
from wizard.diagnosis.when import Words
from wizard.smtp.observation import Kind, Stage

_ALERTS: dict[int, tuple[str, Kind]] = {
    20: ("bad_record_mac", Kind.TLS_FAILED),
    22: ("record_overflow", Kind.TLS_PLAINTEXT),
    40: ("handshake_failure", Kind.TLS_ALERT),
    42: ("bad_certificate", Kind.TLS_ALERT),
    43: ("unsupported_certificate", Kind.TLS_ALERT),
    46: ("certificate_unknown", Kind.TLS_ALERT),
    47: ("illegal_parameter", Kind.TLS_ALERT),
    48: ("unknown_ca", Kind.TLS_ALERT),
    49: ("access_denied", Kind.TLS_ALERT),
    50: ("decode_error", Kind.TLS_ALERT),
    51: ("decrypt_error", Kind.TLS_ALERT),
    70: ("protocol_version", Kind.TLS_VERSION),
    71: ("insufficient_security", Kind.TLS_CIPHER),
    80: ("internal_error", Kind.TLS_ALERT),
    86: ("inappropriate_fallback", Kind.TLS_VERSION),
    109: ("missing_extension", Kind.TLS_ALERT),
    112: ("unrecognized_name", Kind.TLS_ALERT),
    116: ("certificate_required", Kind.TLS_CLIENT_CERT),
    120: ("no_application_protocol", Kind.TLS_ALERT),
}
_ALERT_NAMES = {name: (name, kind) for name, kind in _ALERTS.values()}
_ALERT_NUMBER = re.compile(
    r"\balert number (\d{1,3})\b|\bssl_?alert[ :]+(\d{1,3})\b|tls alert[^\n()]{0,20}\((\d{1,3})\)", re.IGNORECASE
)
_ALERT_NAME = re.compile(
    r"(?:alert:?[ :]+(?:\w+[ :]+)?|\btls: |alert\(|alertdescription[.: ]+|\()"
    rf"({'|'.join(name.replace('_', '[ _]?') for name in _ALERT_NAMES)})\b",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"\[(?:SSL|X509)(?:: ([A-Z0-9_]{4,60}))?\]|SSL routines:[^:\n]{0,60}:([^:\n]{3,60})|state=[^:\n]{1,40}: ([a-z][^:\n(]{3,60})"
)
# Words inside an OpenSSL reason, most telling first.
_REASONS: tuple[tuple[str, Kind], ...] = (
    ("CERTIFICATE_VERIFY_FAILED", Kind.TLS_CERTIFICATE),
    ("WRONG_VERSION_NUMBER", Kind.TLS_PLAINTEXT),
    ("UNKNOWN_PROTOCOL", Kind.TLS_PLAINTEXT),
    ("HTTP_REQUEST", Kind.TLS_PLAINTEXT),
    ("HTTPS_PROXY_REQUEST", Kind.TLS_PLAINTEXT),
    ("PACKET_LENGTH_TOO_LONG", Kind.TLS_PLAINTEXT),
    ("RECORD_LAYER_FAILURE", Kind.TLS_PLAINTEXT),
    ("NOT_SSL", Kind.TLS_PLAINTEXT),
    ("RECORD_TOO_", Kind.TLS_PLAINTEXT),
    ("UNSUPPORTED_PROTOCOL", Kind.TLS_VERSION),
    ("PROTOCOL_VERSION", Kind.TLS_VERSION),
    ("VERSION_TOO_LOW", Kind.TLS_VERSION),
    ("UNSUPPORTED_SSL_VERSION", Kind.TLS_VERSION),
    ("NO_PROTOCOLS_AVAILABLE", Kind.TLS_VERSION),
    ("INAPPROPRIATE_FALLBACK", Kind.TLS_VERSION),
    ("DH_KEY_TOO_SMALL", Kind.TLS_CIPHER),
    ("KEY_TOO_SMALL", Kind.TLS_CIPHER),
    ("MD_TOO_WEAK", Kind.TLS_CIPHER),
    ("NO_SHARED_", Kind.TLS_CIPHER),
    ("NO_CIPHERS", Kind.TLS_CIPHER),
    ("NO_CIPHER_MATCH", Kind.TLS_CIPHER),
    ("WRONG_SIGNATURE_TYPE", Kind.TLS_CIPHER),
    ("NO_SUITABLE_SIGNATURE", Kind.TLS_CIPHER),
    ("UNSAFE_LEGACY", Kind.TLS_CIPHER),
    ("INSUFFICIENT_SECURITY", Kind.TLS_CIPHER),
    ("LEGACY_SIGALG", Kind.TLS_CIPHER),
    ("BAD_ECPOINT", Kind.TLS_CIPHER),
    ("CERTIFICATE_REQUIRED", Kind.TLS_CLIENT_CERT),
    ("DID_NOT_RETURN_A_CERTIFICATE", Kind.TLS_CLIENT_CERT),
    ("ALERT_NO_CERTIFICATE", Kind.TLS_CLIENT_CERT),
    ("UNEXPECTED_EOF", Kind.CLOSED),
    ("ALERT_UNKNOWN_CA", Kind.TLS_ALERT),
    ("ALERT_", Kind.TLS_ALERT),
    ("HANDSHAKE_FAILURE", Kind.TLS_ALERT),
    ("UNEXPECTED_MESSAGE", Kind.TLS_FAILED),
    ("INTERNAL_ERROR", Kind.TLS_FAILED),
)

_TEXTS: tuple[Sign, ...] = (
    Sign(
        Words(
            "plain text where TLS was expected",
            "wrong version number, unrecognized ssl message, plaintext connection, packet length too long, record overflow, "
            "first record does not look like a tls handshake, unexpected packet format, unknown protocol, "
            "invalidcontenttype, corrupt message of type, corruptmessage, unexpected message type, not an ssl/tls, "
            "not a tls, frame size~ssl, frame was determined, cannot determine the frame, record layer failure, "
            "ssl_error_rx_record_too_long, rx_record_too_long, plain text data instead of~ssl, unexpected tls packet, "
            "unexpected_packet_length, an unexpected tls packet, invalid tls record, record_overflow, oversized record, "
            "server does not support ssl connections, handshake failed due to an unexpected packet, not ssl/tls record, "
            "notsslrecordexception, 意外的数据包格式",
        ),
        Kind.TLS_PLAINTEXT,
        Stage.TLS,
    ),
    Sign(
        Words(
            "no common TLS version",
            "unsupported protocol, no appropriate protocol, alert protocol version, protocol version, protocol_version, "
            "version too low, no protocols available, no protocols are enabled, unsupported version, "
            "not supported by the client, peerincompatible, inappropriate fallback, client requested protocol, "
            "protocol is not supported, common algorithm, tls version, peer is incompatible, unsupported protocol version, "
            "protocol not supported, sec_e_unsupported_function, server selected protocol version, "
            "server selected unsupported protocol, does not support tls 1.2, ssl version or cipher, tls 1.0~no longer, "
            "tls 1.0~not supported, tls 1.0~disabled, tls 1.1~disabled, old tls, obsolete tls, protocolversion",
        ),
        Kind.TLS_VERSION,
        Stage.TLS,
    ),
    Sign(
        Words(
            "no common cipher or key",
            "no shared cipher, dh key too small, key too small, md too weak, no cipher suites in common, no ciphers, "
            "no cipher, insufficient security, no common cipher, dh public key, dh keypair, prime size, "
            "signature algorithm, wrong signature type, algorithm constraints, diffie-hellman, small key, "
            "algorithm mismatch, sec_e_algorithm_mismatch, cipher mismatch, unsafe legacy renegotiation, "
            "no common encryption algorithm, no supported cipher suite, cipher suite~not supported, minimum~prime bits, "
            "dh prime bits, prime sent by the server is not acceptable, insecure algorithm, "
            "insecure cryptographic algorithm, insecure signature, could not negotiate a supported cipher, "
            "rsa key~too short, certificate uses~insecure, no matching cipher, no mutually~cipher",
        ),
        Kind.TLS_CIPHER,
        Stage.TLS,
    ),
    Sign(
        Words(
            "a client certificate is asked for",
            "certificate required, certificate_required, peer did not return a certificate, client certificate required, "
            "client certificate~required, need a client certificate, no required ssl certificate, "
            "client certificate was not, requires a client certificate, requires~client certificate, client cert~required, "
            "certificate~was requested, client didn't provide a certificate, missing client certificate, "
            "client certificate requested, nocredentials, bad certificate",
        ),
        Kind.TLS_CLIENT_CERT,
        Stage.TLS,
    ),
    Sign(
        Words(
            "a failed handshake",
            "handshake failed, handshake failure, handshake_failure, handshakefailure, handshake_failed, "
            "sslhandshakeexception, tls handshake~fail, tls handshake~error, tls handshake timeout, ssl handshake~fail, "
            "ssl handshake~error, handshake error, fatal alert, error in the pull function, a call to sspi failed, "
            "see inner exception, could not create ssl/tls secure channel, ssl/tls secure channel, ssl connect error, "
            "tls negotiation failed, tls negotiation failure, tls error on connection, ssl_connect error, ssl_connect: , "
            "ssl_connect failed, tls startup failed, error initiating ssl, internal_error",
        ),
        Kind.TLS_ALERT,
        Stage.TLS,
        VAGUE + 1,
    ),
    Sign(
        Words(
            "TLS did not begin",
            "could not convert socket to tls, failed to enable crypto, unable to start tls, could not start tls, "
            "starttls failure, ssl routines, unable to establish tls, error upgrading connection, starttls failed, "
            "starttls error, crypto~failed, etls, tls connect failed, ssl error, tls error, sslerror, sslexception, "
            "ssl connection error, ssl negotiation",
        ),
        Kind.TLS_FAILED,
        Stage.TLS,
        VAGUE + 1,
    ),
)


def handshakes_in(text: str, flat: Flat) -> Iterator[Clue]:
    """Yield what the text says of a failed handshake."""
    for found in _ALERT_NUMBER.finditer(text):
        yield from _alert(_ALERTS.get(int(found[1] or found[2] or found[3])), found)
    for found in _ALERT_NAME.finditer(text):
        yield from _alert(_ALERT_NAMES.get(found[1].lower().replace(" ", "_")), found)
    for found in _REASON.finditer(text):
        reason = (found[1] or found[2] or found[3] or "").strip().upper().replace(" ", "_")
        kind = next((kind for word, kind in _REASONS if word in reason), None)
        if kind and kind is not Kind.TLS_CERTIFICATE:
            rank = VAGUE if kind in (Kind.TLS_ALERT, Kind.TLS_FAILED, Kind.CLOSED) else PRECISE
            yield Clue(kind, Stage.TLS, found.start(), found.end(), rank, tls_reason=reason)
    for sign in _TEXTS:
        position = sign.words.position(flat.text)
        if position is not None:
            start = flat.place(position)
            yield sign.clue(start, min(len(text), start + 80))


def _alert(known: tuple[str, Kind] | None, found: re.Match[str]) -> Iterator[Clue]:
    if known:
        name, kind = known
        rank = VAGUE if kind in (Kind.TLS_ALERT, Kind.TLS_FAILED) else PRECISE
        yield Clue(kind, Stage.TLS, found.start(), found.end(), rank, tls_reason=name.upper())
