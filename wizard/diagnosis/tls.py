"""Rules for encryption: the mode of the port, STARTTLS, the handshake. Certificates have certificates.py."""

from __future__ import annotations

from wizard.diagnosis.cures import proven
from wizard.diagnosis.model import Possible, Rule, Seen
from wizard.diagnosis.tried import plain_heard_here
from wizard.diagnosis.when import When
from wizard.profile import Security
from wizard.smtp.observation import Kind, Stage

_STARTTLS_LINK = "https://www.rfc-editor.org/rfc/rfc3207"
_ABOUT_CERTIFICATES = ("CERTIFICATE_REQUIRED", "ALERT_NO_CERTIFICATE", "PEER_DID_NOT_RETURN", "BAD_CERTIFICATE")
_HANDSHAKE = (Kind.TLS_ALERT, Kind.TLS_FAILED)


def _agreed_to_starttls(seen: Seen) -> bool:
    """A session of ours that began in clear: its handshake starts only after the server's 220. A pasted text does not tell."""
    greeted = seen.observation.context.greeting is not None
    return greeted and not seen.pasted and seen.profile.endpoint.security is Security.STARTTLS


def _certificate_sign(seen: Seen) -> str:
    """Where the alert itself does not say it, the comparison does: the server's answer to a certificate made for the test."""
    reason = seen.observation.tls_reason.upper()
    if seen.pasted or any(name in reason for name in _ABOUT_CERTIFICATES):
        return ""
    return f"shown a certificate made up for this test, it answered otherwise than without one ({reason or 'it hung up'})"


RULES: tuple[Rule, ...] = (
    Rule(
        id="protocol-violation",
        title="{where} agreed to STARTTLS and went on in plain text",
        meaning="After its yes to STARTTLS the encryption has to begin. What came instead was no TLS; the session was ended "
        "and nothing secret was sent.{open}",
        when=(
            When(
                kinds=(Kind.TLS_PLAINTEXT,), stages=(Stage.TLS,), plus=_agreed_to_starttls, plus_name="after the 220 to STARTTLS"
            ),
        ),
        cures=proven,
        advice=(
            "Use port 465 with TLS, which is encrypted from its first byte.",
            "Ask whoever runs the server, or the firewall before it, what its log says.",
        ),
        also=(
            Possible("middlebox", "another network gets a handshake on the same port"),
            Possible("starttls-unavailable", "the server's log speaks of its own certificate or key"),
        ),
        link=_STARTTLS_LINK,
        log_line="Could not convert socket to TLS; Unsupported or unrecognized SSL message",
        source="RFC 3207 section 4",
    ),
    Rule(
        id="port-speaks-plain",
        title="{where} does not speak TLS from the first byte",
        meaning="{asked}, and this port answered in plain text. Ports of this kind start plain and switch to "
        "encryption with STARTTLS.{open}",
        when=(
            When(kinds=(Kind.TLS_PLAINTEXT,)),
            When(
                kinds=(Kind.CLOSED, Kind.RESET, Kind.TIMEOUT, *_HANDSHAKE),
                stages=(Stage.TLS,),
                modes=(Security.TLS,),
                plus=plain_heard_here,
                plus_name="the same port greeted in plain text in this run",
            ),
            When(
                kinds=_HANDSHAKE, reasons=("WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG")
            ),
        ),
        cures=proven,
        advice=("Choose STARTTLS for port 587 or 25, or port 465 with TLS.",),
        also=(
            Possible("middlebox", "the same port and mode work from another network"),
            Possible("tls-version", "the port does speak TLS, and only a version too old to be understood here"),
        ),
        log_line="Unsupported or unrecognized SSL message; older: Unrecognized SSL message, plaintext connection?",
        link="https://www.rfc-editor.org/rfc/rfc8314",
        source="RFC 8314 section 3.3; OpenSSL: wrong version number",
    ),
    Rule(
        id="tls-version",
        title="This host and {host} have no TLS version in common",
        meaning="Here TLS 1.2 and newer are spoken. The server speaks only older ones, or only newer ones than this host "
        "knows.{lax}{open}",
        when=(
            When(kinds=(Kind.TLS_VERSION,)),
            When(
                kinds=_HANDSHAKE,
                reasons=("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "VERSION_TOO_LOW", "INAPPROPRIATE_FALLBACK", "NO_PROTOCOLS"),
            ),
        ),
        cures=proven,
        advice=(
            "Ask whoever runs the server to switch on TLS 1.2 or 1.3.",
            "Renew the mail library in IdentityIQ's WEB-INF/lib if it is an old one: those offer TLS 1.0 only.",
        ),
        also=(Possible("tls-cipher-or-key", "the server does speak TLS 1.2: then the ciphers or its key are the obstacle"),),
        log_line="Received fatal alert: protocol_version, or: "
        "No appropriate protocol (protocol is disabled or cipher suites are inappropriate)",
        source="RFC 8446 section 6.2 (protocol_version); RFC 8996 (TLS 1.0 and 1.1 are gone)",
    ),
    Rule(
        id="tls-cipher-or-key",
        title="This host and {host} do not agree on a cipher or key",
        meaning="What the server offers is too weak by today's rules: a short Diffie-Hellman or RSA key, SHA-1, or ciphers "
        "that are switched off here.{lax}{open}",
        when=(
            When(kinds=(Kind.TLS_CIPHER,)),
            When(kinds=(Kind.TLS_CERTIFICATE,), verify=(66, 67, 68)),
            When(
                kinds=_HANDSHAKE,
                reasons=(
                    "TOO_SMALL",
                    "MD_TOO_WEAK",
                    "NO_SHARED",
                    "NO_CIPHERS",
                    "INSUFFICIENT_SECURITY",
                    "SIGNATURE_TYPE",
                    "BAD_ECPOINT",
                ),
            ),
        ),
        cures=proven,
        advice=(
            "Ask whoever runs the server for a key of at least RSA 2048 or EC 256 bits and for current ciphers.",
            "Do not lower the security level of this host: it would hold for every connection.",
        ),
        also=(Possible("tls-version", "the server speaks no TLS 1.2"),),
        log_line="Received fatal alert, or: nothing, where the JVM's own rules are less strict",
        source="RFC 8446 section 6.2 (insufficient_security, handshake_failure); OpenSSL: SSL_CTX_set_security_level(3)",
    ),
    Rule(
        id="client-cert-required",
        title="{where} asks for a certificate of yours",
        meaning="The server lets in only clients that show a certificate it knows. This profile has none to show.{open}",
        when=(
            When(kinds=(Kind.TLS_CLIENT_CERT,)),
            When(kinds=_HANDSHAKE, reasons=("CERTIFICATE_REQUIRED", "ALERT_NO_CERTIFICATE", "PEER_DID_NOT_RETURN")),
        ),
        sign=_certificate_sign,
        cures=proven,
        advice=(
            "Ask whoever runs the server for a port that takes a user name and password instead (usually 587).",
            "Or put a small relay on this host that holds the certificate: IdentityIQ has no setting for one.",
        ),
        also=(Possible("tls-handshake-failed", "the server's log does not mention a missing client certificate"),),
        log_line="Received fatal alert: certificate_required, or: Received fatal alert: handshake_failure",
        source="RFC 8446 section 6.2 (certificate_required); RFC 5246 section 7.4.6",
    ),
    Rule(
        id="tls-handshake-failed",
        title="The TLS handshake with {where} failed",
        meaning="The two sides did not come to terms.{lax} The server gave no clear reason: {said}{open}",
        when=(When(kinds=(Kind.TLS_ALERT,)),),
        fallback=(When(kinds=(Kind.TLS_FAILED,)),),
        cures=proven,
        advice=(
            "Ask whoever runs the server what its log says: the server's side names the reason, this side sees an alert only.",
        ),
        also=(
            Possible("tls-version", "the server's log speaks of a version or protocol"),
            Possible("tls-cipher-or-key", "the server's log speaks of a shared cipher"),
            Possible("client-cert-required", "the server's log speaks of a peer certificate"),
            Possible("middlebox", "the handshake works from another network"),
        ),
        log_line="Received fatal alert",
        source="RFC 8446 section 6.2 (alerts)",
    ),
    Rule(
        id="connection-dropped",
        title="{where} hung up during the TLS handshake",
        meaning="The connection was ended before encryption stood, and no reason was given.{lax}{open}",
        when=(When(kinds=(Kind.CLOSED, Kind.RESET), stages=(Stage.TLS,)),),
        cures=proven,
        advice=("Ask whoever runs the server, or the firewall in between, what its log says about this host.",),
        also=(
            Possible("port-speaks-plain", "the port greets in plain text when TLS is not begun"),
            Possible("middlebox", "the server's log knows nothing of the connection"),
            Possible("tls-version", "old servers hang up instead of naming the version they want"),
        ),
        log_line="Remote host terminated the handshake",
        source="RFC 8446 section 6.1 (a line is closed with close_notify)",
    ),
)
