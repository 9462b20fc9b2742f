"""What one stage of a session showed: facts only, no judgement. Must not know words for users."""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from wizard.profile import Security


class Stage(StrEnum):
    """The steps of one SMTP session, each with its own deadline, timing and observation."""

    RESOLVE = "resolve"
    CONNECT = "connect"
    TLS = "tls"
    GREETING = "greeting"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    QUIT = "quit"


_REACH = (Stage.RESOLVE, Stage.CONNECT)
_SEND = (Stage.AUTH, Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.QUIT)
# The order per mode: implicit TLS is spoken before the greeting (RFC 8314 3.3), STARTTLS needs a second EHLO (RFC 3207 4.2).
LADDER: dict[Security, tuple[Stage, ...]] = {
    Security.TLS: (*_REACH, Stage.TLS, Stage.GREETING, Stage.EHLO, *_SEND),
    Security.STARTTLS: (*_REACH, Stage.GREETING, Stage.EHLO, Stage.STARTTLS, Stage.TLS, Stage.EHLO, *_SEND),
    Security.NONE: (*_REACH, Stage.GREETING, Stage.EHLO, *_SEND),
}


class Kind(StrEnum):
    """How a stage ended. One kind, one thing seen; what it means is the handbook's business."""

    PASSED = "passed"
    STOPPED = "stopped"  # the user stopped the run
    # resolve
    NAME_NOT_FOUND = "name-not-found"  # EAI_NONAME, EAI_NODATA
    RESOLVER_FAILED = "resolver-failed"  # EAI_AGAIN, EAI_FAIL, or no answer in time
    # connect
    REFUSED = "refused"  # ECONNREFUSED
    UNREACHABLE = "unreachable"  # ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, EAFNOSUPPORT
    PROHIBITED = "prohibited"  # EPERM, EACCES, ICMP "administratively prohibited" where the kernel tells
    # any stage
    TIMEOUT = "timeout"  # nothing, or nothing complete, within the deadline
    CLOSED = "closed"  # end of file in the middle
    RESET = "reset"  # ECONNRESET, EPIPE
    REPLY = "reply"  # a well-formed reply that is not the one that lets the session go on
    MALFORMED = "malformed"  # bytes that are no SMTP reply (RFC 5321 4.2)
    TOO_LONG = "too-long"  # a line or reply beyond what the engine is willing to keep
    # tls
    TLS_PLAINTEXT = "tls-plaintext"  # the peer answered the ClientHello with something that is not TLS
    TLS_ALERT = "tls-alert"  # the peer sent an alert, named in ``tls_reason``
    TLS_VERSION = "tls-version"  # no protocol version in common
    TLS_CIPHER = "tls-cipher"  # no cipher, group, signature or key size in common
    TLS_CLIENT_CERT = "tls-client-cert"  # the peer requires a certificate of ours
    TLS_CERTIFICATE = "tls-certificate"  # the certificate did not verify: see ``verify_code``
    TLS_FAILED = "tls-failed"  # any other failure of the handshake
    CA_FILE = "ca-file"  # the profile's own CA file could not be used: nothing was sent
    # plain port
    SPEAKS_TLS = "speaks-tls"  # silent or nonsense in clear, and a TLS handshake on the same port succeeded
    # starttls, auth
    NOT_OFFERED = "not-offered"  # STARTTLS or AUTH is not in the EHLO reply
    INJECTED = "injected"  # bytes arrived between the 220 and the handshake (CVE-2011-0411)
    NO_MECHANISM = "no-mechanism"  # no mechanism in common, or the chosen one is not offered
    WITHHELD = "withheld"  # credentials not sent: the line is in clear or unverified, and the profile does not accept that
    HELD_BACK = "held-back"  # the sign-in was refused often enough before (``refusals``): not tried again unasked
    NO_SECRET = "no-secret"  # noqa: S105 - a user name, and no password could be had
    SERVER_UNPROVEN = "server-unproven"  # SCRAM: the server accepted, its own proof was wrong (RFC 5802 5)
    # mail, rcpt
    NEEDS_UTF8 = "needs-utf8"  # the address needs SMTPUTF8 (RFC 6531) and the server does not offer it
    TOO_LARGE = "too-large"  # the message exceeds the SIZE the server announced (RFC 1870)


_REPLY_LINE = re.compile(rb"^(?P<code>[2-5]\d\d)(?P<sep>[ -]|$)(?P<text>.*)$", re.DOTALL)
_ENHANCED = re.compile(r"^(?P<code>[245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")


class Reply(NamedTuple):
    """A server's reply, split once: code (RFC 5321 4.2), enhanced status code (RFC 3463, ``5.7.8``) or None, text lines.

    In a reply of several lines the last counts, should they differ: ``code`` is its code, ``enhanced`` the last one that came
    with that code; ``lines`` keep the server's words without codes.
    """

    code: int
    enhanced: str | None
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The words on one line."""
        return " ".join(line for line in self.lines if line)

    @property
    def positive(self) -> bool:
        """2xx or 3xx."""
        return self.code < 400

    @property
    def temporary(self) -> bool:
        """4xx: the server asks to come back later."""
        return 400 <= self.code < 500

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.code), self.enhanced, self.text) if part)

    @classmethod
    def from_lines(cls, raw: list[bytes]) -> "Reply | None":
        """Split the raw lines of one reply (without line ends). None when any of them is no reply line."""
        code = 0
        enhanced = None
        words: list[str] = []
        for line in raw:
            found = _REPLY_LINE.match(line)
            if not found:
                return None
            if int(found["code"]) != code:
                code, enhanced = int(found["code"]), None
            text = found["text"].decode("utf-8", "backslashreplace")
            status = _ENHANCED.match(text)
            if status:
                enhanced = status["code"]
                text = text[status.end() :]
            words.append(text.strip())
        return cls(code, enhanced, tuple(words))


class Certificate(NamedTuple):
    """What a certificate says. Dates are ISO 8601 UTC (``2026-11-24T00:00:00Z``); ``sha256`` is lower-case hex of the DER."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: str
    not_after: str
    sha256: str
    self_signed: bool = False


class TlsFacts(NamedTuple):
    """What a handshake gave. ``chain`` is leaf first, as far as the peer sent it and this Python can show it."""

    version: str
    cipher: str
    verified: bool
    certificate: Certificate | None
    chain: tuple[Certificate, ...] = ()
    verify_code: int | None = None  # X509_V_ERR_* of OpenSSL when not verified
    verify_reason: str = ""


class Fate(StrEnum):
    """What became of one address."""

    CONNECTED = "connected"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    PROHIBITED = "prohibited"
    SLOW = "slow"  # still silent when another address answered
    UNTRIED = "untried"  # another address answered first


class AddressFate(NamedTuple):
    """One address of the host, what became of it, and after how many seconds (None when untried)."""

    address: str
    family: str  # "ipv4" | "ipv6"
    fate: Fate
    seconds: float | None = None


class Alternative(NamedTuple):
    """A port and mode that was tried beside a failing one and seen to work (or not): the ground for a remedy.

    ``works`` means: connected, spoke SMTP, and for ``tls`` and ``starttls`` the handshake succeeded and verified against the
    profile's trust; ``auth`` are the mechanisms offered then.
    """

    port: int
    security: Security
    works: bool
    greeting: str = ""
    auth: tuple[str, ...] = ()
    tls: TlsFacts | None = None
    fate: Fate = Fate.CONNECTED


def mechanisms(capabilities: Mapping[str, str]) -> tuple[str, ...]:
    """Return the SASL mechanisms among EHLO keywords, upper case."""
    return tuple(capabilities.get("AUTH", "").upper().split())


_NOTHING: Mapping[str, str] = MappingProxyType({})


class Context(NamedTuple):
    """What the session had shown before this stage, so that a rule can look back.

    ``capabilities`` maps EHLO keywords in upper case to their parameters, of the latest EHLO; ``clear_capabilities`` are those
    before TLS.
    """

    address: str | None = None
    addresses: tuple[AddressFate, ...] = ()
    greeting: Reply | None = None
    ehlo: Reply | None = None
    capabilities: Mapping[str, str] = _NOTHING
    clear_capabilities: Mapping[str, str] = _NOTHING
    tls: TlsFacts | None = None
    ehlo_name: str = ""
    mechanism: str | None = None
    signed_in: bool = False

    @property
    def encrypted(self) -> bool:
        """Whether the line is under TLS."""
        return self.tls is not None

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """SASL mechanisms of the latest EHLO, upper case."""
        return mechanisms(self.capabilities)


class Observation(NamedTuple):
    """One stage's facts. ``seconds`` is the stage's own time.

    ``raw`` keeps the first bytes of what was no reply (at most 512, decoded with escapes); ``error`` is exception type and text
    for quoting, empty when none; ``verify_code`` and ``verify_reason`` are OpenSSL's of a failed verification.
    """

    stage: Stage
    kind: Kind
    seconds: float = 0.0
    reply: Reply | None = None
    context: Context = Context()
    tls: TlsFacts | None = None
    verify_code: int | None = None
    verify_reason: str = ""
    tls_reason: str = ""
    raw: str = ""
    error: str = ""
    alternatives: tuple[Alternative, ...] = ()
    queue_id: str | None = None
    token: str | None = None
    refusals: int = 0  # with HELD_BACK: how often this sign-in was refused before this run
    partial: bool = False  # some bytes of a reply had arrived when the stage ended

    @property
    def passed(self) -> bool:
        """Whether the session may go on."""
        return self.kind is Kind.PASSED
