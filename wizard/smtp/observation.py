"""What one stage of a session showed: facts only, no judgement. Must not know words for users."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from wizard.profile import Security
from wizard.smtp.reply import Reply as Reply


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
    profile's trust; ``auth`` are the mechanisms offered then, ``auth_in_clear`` those offered before any encryption.
    ``ended`` is how the look ended (PASSED when every step went well), None where no look was made; ``ehlo`` the latest reply to
    EHLO, its first line holding the name the server calls itself by; ``capabilities`` are its keywords, upper case.
    ``starttls`` says whether STARTTLS was offered in clear, None where no EHLO was answered in clear. ``tls`` is there for a
    certificate that did not verify as well, with its verify code. ``address`` is the address of the host that answered.
    """

    port: int
    security: Security
    works: bool
    greeting: str = ""
    auth: tuple[str, ...] = ()
    tls: TlsFacts | None = None
    fate: Fate = Fate.CONNECTED
    ended: Kind | None = None
    ehlo: Reply | None = None
    capabilities: tuple[str, ...] = ()
    auth_in_clear: tuple[str, ...] = ()
    starttls: bool | None = None
    address: str | None = None


class Weak(StrEnum):
    """What about a server's TLS a handshake of today fails on."""

    VERSION = "version"  # older than TLS 1.2
    CIPHER = "cipher"  # a cipher that is switched off here
    KEY = "key"  # the key of its certificate
    SIGNATURE = "signature"  # the digest its certificate is signed with
    GROUP = "group"  # the group of its key exchange, often a Diffie-Hellman of 1024 bits
    HELLO = "hello"  # nothing weak: TLS 1.2 alone succeeds, and a hello that offers TLS 1.3 as well does not get through
    OTHER = "other"  # something of the rest: the handshake's signature, renegotiation (RFC 5746)


class LaxTls(NamedTuple):
    """What a second handshake agreed to where the first had failed: old versions, ciphers and keys allowed, nothing said.

    ``weak`` is what the first one must have failed on, never empty. ``key`` is the certificate's key as ``RSA 1024``,
    ``signature`` the digest it is signed with as ``sha1``; empty where they could not be read.
    """

    weak: Weak
    version: str
    cipher: str
    key: str = ""
    signature: str = ""
    certificate: Certificate | None = None


def mechanisms(capabilities: Mapping[str, str]) -> tuple[str, ...]:
    """Return the SASL mechanisms among EHLO keywords, upper case."""
    return tuple(capabilities.get("AUTH", "").upper().split())


_NOTHING: Mapping[str, str] = MappingProxyType({})


class Context(NamedTuple):
    """What the session had shown before this stage, so that a rule can look back.

    ``capabilities`` maps EHLO keywords in upper case to their parameters, of the latest EHLO; ``clear_capabilities`` are those
    before TLS. ``local_address`` is this host's own address on the connection: where the server names another one
    (seen_from.py), the address is translated on the way.
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
    local_address: str | None = None

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

    The looks made after a failure, where they tell look-alikes apart: ``alternatives`` are neighbouring ports and modes,
    ``other_addresses`` the same port and mode on other addresses of the host (``address`` says which); ``accepted_names`` and
    ``refused_names`` are EHLO names the same port took or refused after it had refused, or hung up on, ``context.ehlo_name``;
    ``wants_proxy`` that it greeted a connection that began with a PROXY line, and not ours; ``lax`` what an undemanding handshake
    agreed to.
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
    other_addresses: tuple[Alternative, ...] = ()
    accepted_names: tuple[str, ...] = ()
    refused_names: tuple[str, ...] = ()
    wants_proxy: bool = False
    lax: LaxTls | None = None
    partial: bool = False  # some bytes of a reply had arrived when the stage ended

    @property
    def passed(self) -> bool:
        """Whether the session may go on."""
        return self.kind is Kind.PASSED
