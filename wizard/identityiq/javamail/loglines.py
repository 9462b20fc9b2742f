"""``log_lines``: what IdentityIQ's log is expected to show, for any finding and kind of encryption. Must not know a run.

A finding of a run carries the same in ``Finding.log_line``, filled with what was seen; this is for one known by its id alone.
The lines are JavaMail's and Java's own, held against both by tests/real; that IdentityIQ logs them is expected.
"""

from __future__ import annotations

from string import Formatter

from wizard.diagnosis.handbook import RULES, UNKNOWN
from wizard.profile import Security

_PKIX = "PKIX path building failed: unable to find valid certification path to requested target"
_HANDSHAKE = {
    Security.STARTTLS: "MessagingException: Could not convert socket to TLS; SSLHandshakeException: ",
    Security.TLS: "MessagingException: Could not connect to SMTP host: HOST, port: PORT; SSLHandshakeException: ",
}
_FALLBACK = "; where SSL is asked for through a socket factory, nothing or [EOF]: the same port is then tried in clear"
_NO_TLS = "nothing: this line is not encrypted"
# What the handshake says, by the finding; what stands before it depends on the kind of encryption.
_IN_HANDSHAKE = {
    "cert-expired": "PKIX path validation failed: CertificateExpiredException: NotAfter",
    "cert-not-yet-valid": "PKIX path validation failed: CertificateNotYetValidException: NotBefore",
    "cert-self-signed": _PKIX,
    "cert-untrusted-issuer": _PKIX,
    "jvm-distrusts": _PKIX,
    "client-cert-required": "Received fatal alert: certificate_required (TLS 1.3) or handshake_failure",
    "tls-version": "Received fatal alert: protocol_version, or: No appropriate protocol",
    "tls-cipher-or-key": "Received fatal alert: handshake_failure, or nothing where Java's own rules are less strict",
    "tls-handshake-failed": "Received fatal alert, or: Remote host terminated the handshake",
}
_WAITS = "nothing: the thread waits, because the mail library has no time limit of its own"
_BY_SECURITY = {
    ("port-speaks-tls", Security.STARTTLS): "nothing at first: both sides wait; then Got bad greeting ..., response: [EOF]",
    ("port-speaks-tls", Security.NONE): "nothing at first: both sides wait; then Got bad greeting ..., response: [EOF]",
    ("port-speaks-tls", Security.TLS): "nothing: the encryption is right",
    (
        "port-speaks-plain",
        Security.TLS,
    ): "SSLException: Unsupported or unrecognized SSL message; older: Unrecognized SSL message, plaintext connection?",
    ("starttls-required", Security.STARTTLS): "nothing: STARTTLS is used where it is offered",
    ("auth-not-offered", Security.TLS): "nothing at the sign-in, which is left out; then 530 Authentication required",
}
# Findings that no failing stage has: warnings, and those about IdentityIQ itself.
_BESIDE = {
    "ok": "nothing: the mail is accepted. IdentityIQ's audit is expected to show emailSent",
    "unknown": "the server's own words, in a MessagingException",
    "cert-expiring": "nothing until the day it ends; then CertificateExpiredException: NotAfter",
    "tls-not-verified": f"nothing where the Java knows the authority, else {_PKIX}",
    "password-in-clear": "nothing: the mail library sends the password in clear without a word",
    "password-sign-in-ending": "nothing until then; then AuthenticationFailedException: 535 5.7.139, or 550 5.7.30",
    "address-silent": "nothing, or a wait of minutes: the addresses are tried one after the other",
    "redirect-active": "nothing: the mail is accepted, and goes to the address or file that the redirect names",
    "held-back": "AuthenticationFailedException: 535, once more with each mail that is tried again",
}
_NOTHING_KNOWN = "nothing that is known of: it does not stop a mail"
_WORDS = {"host": "HOST", "port": "PORT", "said": "what the server said", "waited": "some time"}


def log_lines(finding_id: str, security: Security) -> str:
    """Return what IdentityIQ's log is expected to show of a finding with this encryption; never empty.

    HOST and PORT stand for the server's own; alternatives are parted by ``or``. An id that no rule has is told as harmless.
    """
    named = _BY_SECURITY.get((finding_id, security)) or _BESIDE.get(finding_id)
    if named:
        return named
    if finding_id in _IN_HANDSHAKE:
        return _handshake(finding_id, security)
    lines = dict.fromkeys(_filled(rule.log_line) for rule in (*RULES, UNKNOWN) if rule.id == finding_id and rule.log_line)
    return ", or: ".join(lines) or _NOTHING_KNOWN


def _handshake(finding_id: str, security: Security) -> str:
    if security is Security.NONE:
        return _NO_TLS
    return _HANDSHAKE[security] + _IN_HANDSHAKE[finding_id] + (_FALLBACK if security is Security.TLS else "")


def _filled(template: str) -> str:
    names = {name for _, name, _, _ in Formatter().parse(template) if name}
    return template.format_map({name: _WORDS.get(name, name.upper()) for name in names})
