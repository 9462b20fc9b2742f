"""What the library does where our own check ended: one function a stage. From the sources of JavaMail 1.4 to 1.6.

Every answer is held against the real library by tests/real/test_javamail_prediction.py. Must not know screens.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple

from wizard.identityiq.javamail.outcome import End, SignIn
from wizard.smtp.observation import Kind, Observation, Stage, Weak

MECHANISMS = ("LOGIN", "PLAIN", "DIGEST-MD5", "NTLM")  # in the library's own order; XOAUTH2 only where it is switched on
_ENDED = (Kind.CLOSED, Kind.RESET)
_WRONG_NAME = (62, 63, 64)  # X509_V_ERR_HOSTNAME_MISMATCH and its like
_UNTRUSTED = (2, 18, 19, 20, 21)
_SMALLEST_RSA = 1024  # bits; jdk.certpath.disabledAlgorithms of the JDK
NO_TLS = "STARTTLS is used where it is offered, and left out without a word where it is not"
NO_NAME = "the name in the certificate is not checked"
NO_LIMIT = "the library has no time limits of its own"
NO_AUTH = "a sign-in that is not offered is left out without a word"


class Goes(Enum):
    """Where the library goes on although our check ended."""

    ON = auto()  # as if nothing were wrong
    IN_CLEAR = auto()  # without encryption
    WITHOUT_SIGN_IN = auto()


class Ends(NamedTuple):
    """The library ends too. ``line`` is the exception expected in a log, with ``{said}`` for the server's words."""

    end: End
    stage: Stage
    line: str = ""
    why: str = ""
    sign_in: SignIn | None = None


class GoesOn(NamedTuple):
    """The library goes on; ``why`` says what it leaves out."""

    how: Goes
    why: str


Way = Ends | GoesOn


def way_at(seen: Observation, *, trusted: bool | None = None) -> Way:
    """Return what the library does where this observation ended our check.

    ``trusted`` says whether its Java accepts the server's certificate, None where nobody looked.
    """
    match seen.stage:
        case Stage.RESOLVE:
            return _failed(seen, "UnknownHostException: {host}")
        case Stage.CONNECT:
            return _connect(seen)
        case Stage.GREETING:
            return _greeting(seen)
        case Stage.EHLO:
            return _ehlo(seen)
        case Stage.STARTTLS:
            return _starttls(seen)
        case Stage.TLS:
            return _tls(seen, trusted)
        case Stage.AUTH:
            return _auth(seen)
        case Stage.MAIL:
            return _mail(seen)
        case Stage.QUIT:
            return GoesOn(Goes.ON, "the goodbye is not waited for")
        case _:
            return _reply(seen)


def _failed(seen: Observation, line: str, why: str = "") -> Ends:
    return Ends(End.FAILED, seen.stage, line, why)


def _waits(seen: Observation, why: str = NO_LIMIT) -> Ends:
    return Ends(End.WAITS, seen.stage, "", why)


def _connect(seen: Observation) -> Way:
    if seen.kind is Kind.TIMEOUT:
        return _waits(seen, f"{NO_LIMIT}; the operating system gives up after some minutes")
    return _failed(seen, "Couldn't connect to host, port: {host}, {port}; {said}")


def _greeting(seen: Observation) -> Way:
    if seen.kind is Kind.SPEAKS_TLS:
        return _waits(seen, "the server waits for TLS and the library for a greeting")
    if seen.kind is Kind.TLS_CLIENT_CERT:
        return _failed(seen, "Exception reading response; SSLHandshakeException: {said}")
    if seen.kind in (Kind.MALFORMED, Kind.TOO_LONG, Kind.TIMEOUT) and _first_of_many(seen.raw):
        return _waits(seen, "a dash as the fourth character is taken for the sign that more lines follow")
    if seen.kind is Kind.TOO_LONG:
        return _failed(seen, "OutOfMemoryError", "the library keeps all of an endless line")
    if seen.kind is Kind.TIMEOUT:
        return _waits(seen)
    said = "[EOF]" if seen.kind in _ENDED else "{said}"
    return _failed(seen, f"Got bad greeting from SMTP host: {{host}}, port: {{port}}, response: {said}")


def _first_of_many(raw: str) -> bool:
    """Whether the library takes a line for the first of several (readServerResponse looks at one character)."""
    return raw[3:4] == "-"


def _ehlo(seen: Observation) -> Way:
    return _waits(seen) if seen.kind is Kind.TIMEOUT else _broken_or_said(seen)


def _starttls(seen: Observation) -> Way:
    match seen.kind:
        case Kind.NOT_OFFERED:
            return GoesOn(Goes.IN_CLEAR, NO_TLS)
        case Kind.INJECTED:
            return GoesOn(Goes.ON, "bytes slipped in before the handshake are not noticed")
        case Kind.TIMEOUT:
            return _waits(seen)
        case _:
            return _broken_or_said(seen)


def _tls(seen: Observation, trusted: bool | None) -> Way:
    match seen.kind:
        case Kind.TIMEOUT:
            return _waits(seen)
        case Kind.TLS_PLAINTEXT:
            return _failed(seen, "SSLException: Unsupported or unrecognized SSL message")
        case Kind.TLS_CERTIFICATE:
            return _certificate(seen, trusted)
        case Kind.TLS_CIPHER if _java_takes(seen):
            return GoesOn(Goes.ON, "Java's rules for keys and groups are less strict than this host's")
        case Kind.CA_FILE:
            return GoesOn(Goes.ON, "this profile's CA file is nothing to the library: its Java has a list of its own")
        case _:
            return _failed(seen, "SSLHandshakeException: {said}")


def _certificate(seen: Observation, trusted: bool | None) -> Way:
    if trusted is not None:
        why = f"the library's Java {'accepts' if trusted else 'does not accept'} the certificate"
        return GoesOn(Goes.ON, why) if trusted else _failed(seen, "PKIX path building failed", why)
    if seen.verify_code in _WRONG_NAME:
        return GoesOn(Goes.ON, NO_NAME)
    if seen.verify_code in _UNTRUSTED:
        return _failed(seen, "PKIX path building failed: unable to find valid certification path to requested target")
    return _failed(seen, "PKIX path validation failed")


def _java_takes(seen: Observation) -> bool:
    """Whether a Java of today agrees to what a second, undemanding handshake of ours did (jdk.tls.disabledAlgorithms)."""
    if seen.lax is None:
        return False
    if seen.lax.weak is Weak.KEY:
        bits = re.search(r"\d+", seen.lax.key)
        return seen.lax.key.startswith("RSA") and bits is not None and int(bits[0]) >= _SMALLEST_RSA
    return seen.lax.weak is Weak.GROUP or (seen.lax.weak is Weak.CIPHER and "RC4" not in seen.lax.cipher.upper())


def _auth(seen: Observation) -> Way:
    match seen.kind:
        case Kind.WITHHELD if "AUTH" not in seen.context.capabilities:
            return GoesOn(Goes.WITHOUT_SIGN_IN, NO_AUTH)
        case Kind.WITHHELD:
            return GoesOn(Goes.ON, "the password is sent in clear where the server takes it so")
        case Kind.NOT_OFFERED:
            return GoesOn(Goes.WITHOUT_SIGN_IN, NO_AUTH)
        case Kind.NO_SECRET:
            return Ends(End.FAILED, Stage.AUTH, "AuthenticationFailedException: failed to connect, no password specified?")
        case Kind.NO_MECHANISM | Kind.SERVER_UNPROVEN:
            return _mechanism(seen)
        case Kind.HELD_BACK:
            return Ends(End.FAILED, Stage.AUTH, "AuthenticationFailedException", "refused before", SignIn.REFUSED)
        case Kind.TIMEOUT:
            return _waits(seen)
        case Kind.REPLY:
            return Ends(End.FAILED, Stage.AUTH, "AuthenticationFailedException: {said}", "", SignIn.REFUSED)
        case _:
            return Ends(End.FAILED, Stage.AUTH, "AuthenticationFailedException: [EOF]", "", SignIn.UNABLE)


def mechanism(offered: tuple[str, ...]) -> str:
    """Return the mechanism the library takes of those offered, empty where none is in common."""
    return next((name for name in MECHANISMS if name in offered), "")


def _mechanism(seen: Observation) -> Way:
    taken = mechanism(seen.context.mechanisms)
    if taken == "NTLM":
        return Ends(End.FAILED, Stage.AUTH, "AuthenticationFailedException", "NTLM is tried, and needs a domain", SignIn.REFUSED)
    if taken:
        return GoesOn(Goes.ON, f"the library takes {taken}, whatever this profile names")
    line = "AuthenticationFailedException: No authentication mechanisms supported by both server and client"
    return Ends(End.FAILED, Stage.AUTH, line, "", SignIn.UNABLE)


def _mail(seen: Observation) -> Way:
    if seen.kind is Kind.TOO_LARGE:
        line = "SMTPSendFailedException: 552 5.3.4"
        return Ends(End.FAILED, Stage.DATA, line, "the size announced is not looked at before the message is sent")
    if seen.kind is Kind.NEEDS_UTF8:
        return GoesOn(Goes.ON, "an address beyond ASCII is sent as it is")
    return _reply(seen)


def _reply(seen: Observation) -> Way:
    """MAIL, RCPT and DATA: refused, broken or silent."""
    if seen.kind is Kind.TIMEOUT:
        return _waits(seen)
    if seen.kind is not Kind.REPLY:
        return _broken_or_said(seen)
    if seen.stage is Stage.RCPT:
        return _failed(seen, "SendFailedException: Invalid Addresses; SMTPAddressFailedException: {said}")
    return _failed(seen, "SMTPSendFailedException: {said}")


def _broken_or_said(seen: Observation) -> Ends:
    return _failed(seen, "[EOF], or: Exception reading response" if seen.kind in _ENDED else "MessagingException: {said}")
