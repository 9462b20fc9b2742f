"""A draft that parsed: typed, checked, ready to be tried. Must not know sockets, files or screens."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from wizard import values
from wizard.draft import Draft, Field

if TYPE_CHECKING:
    from wizard.iiqside import IdentityIQ

T = TypeVar("T")

DEFAULT_TIMEOUT = 15.0
DEFAULT_TOTAL_TIMEOUT = 60.0


class Security(StrEnum):
    """How the line is encrypted. STARTTLS is required when chosen, never opportunistic (RFC 8314)."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"

    @property
    def usual_port(self) -> int:
        """The port this mode belongs to: 465 and 587 (RFC 8314), 25 without encryption (RFC 5321)."""
        return {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}[self]


class Mechanism(StrEnum):
    """SASL mechanisms the engine speaks, best first; ``auto`` takes the first one the server offers."""

    AUTO = "auto"
    SCRAM_SHA_512 = "scram-sha-512"
    SCRAM_SHA_256 = "scram-sha-256"
    SCRAM_SHA_1 = "scram-sha-1"
    CRAM_MD5 = "cram-md5"
    PLAIN = "plain"
    LOGIN = "login"
    XOAUTH2 = "xoauth2"


class SecretKind(StrEnum):
    """Where a secret can live; the ladder the screen shows, safest first."""

    KEYRING = "keyring"
    FILE = "file"
    COMMAND = "command"
    ENV = "env"
    CREDENTIAL = "credential"
    ASK = "ask"


class SecretRef(NamedTuple):
    """Where the secret is. ``detail`` is a path, a command line, or a name; empty for ``keyring`` and ``ask``."""

    kind: SecretKind
    detail: str = ""

    @classmethod
    def from_text(cls, text: str) -> "SecretRef":
        """Read ``keyring``, ``file:PATH``, ``command:TEXT``, ``env:NAME``, ``credential:NAME`` or ``ask``.

        Raises ValueError, with a sentence for the user, when the text is none of them.
        """
        kind_text, _, detail = text.strip().partition(":")
        try:
            kind = SecretKind(kind_text.strip().lower())
        except ValueError:
            raise ValueError(
                "say where the password is kept: keyring, file:PATH, command:COMMAND, env:NAME, credential:NAME or ask"
            ) from None
        detail = detail.strip()
        if kind in (SecretKind.FILE, SecretKind.COMMAND, SecretKind.ENV, SecretKind.CREDENTIAL) and not detail:
            raise ValueError(f"'{kind}' needs to say which one, for example {_EXAMPLES[kind]}")
        return cls(kind, detail if kind not in (SecretKind.KEYRING, SecretKind.ASK) else "")

    def __str__(self) -> str:
        return f"{self.kind}:{self.detail}" if self.detail else str(self.kind)


_EXAMPLES = {
    SecretKind.FILE: "file:/etc/smtp-wizard/prod.secret",
    SecretKind.COMMAND: "command:pass show mail/prod",
    SecretKind.ENV: "env:SMTP_PASSWORD",
    SecretKind.CREDENTIAL: "credential:smtp-password",
}


class Password:
    """A secret on its way from its place to the server. Shows as dots everywhere but in ``reveal()``."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def reveal(self) -> str:
        """Return the secret itself; only the sign-in and the keychain may ask."""
        return self._secret

    def __bool__(self) -> bool:
        return bool(self._secret)

    def __repr__(self) -> str:
        return "Password(••••)"

    __str__ = __repr__

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a password is never written out")


class Endpoint(NamedTuple):
    """Where to connect and how. ``host`` is what was typed, tidied; ``port`` 1 to 65535."""

    host: str
    port: int
    security: Security


class Login(NamedTuple):
    """Who signs in, with which mechanism, and where the secret is."""

    username: str
    mechanism: Mechanism = Mechanism.AUTO
    secret: SecretRef = SecretRef(SecretKind.ASK)


class Profile(NamedTuple):
    """Everything one run needs. Timeouts are seconds: one stage at most ``timeout``, the run ``total_timeout``."""

    endpoint: Endpoint
    name: str = ""
    login: Login | None = None
    sender: str = ""
    recipient: str = ""
    ehlo_name: str = ""
    ca_file: Path | None = None
    timeout: float = DEFAULT_TIMEOUT
    total_timeout: float = DEFAULT_TOTAL_TIMEOUT
    accept_cleartext_auth: bool = False
    accept_unverified_tls: bool = False
    message: str = ""
    identityiq: "IdentityIQ | None" = None


class Invalid(NamedTuple):
    """A draft that did not parse: one sentence per field, each naming the value and the cure."""

    errors: Mapping[Field, str]

    @property
    def first(self) -> Field:
        """The field to put the cursor on: the first in field order."""
        return next(field for field in Field if field in self.errors)


def parse(draft: Draft, name: str = "") -> Profile | Invalid:
    """Turn a draft into a profile, or into one error per field that is wrong. Never raises."""
    errors: dict[Field, str] = {}

    def read(field: Field, reader: Callable[[str], T], default: T) -> T:
        """Read one field; a ValueError becomes that field's error."""
        try:
            return reader(draft.get(field).strip())
        except ValueError as problem:
            errors[field] = str(problem)
            return default

    security = read(Field.SECURITY, _security, Security.STARTTLS)
    host = read(Field.HOST, values.host, "") if draft.host.strip() or _wants_host(draft) else ""
    port = read(Field.PORT, values.port, None) or security.usual_port
    username = read(Field.USERNAME, values.one_line, "")
    mechanism = read(Field.MECHANISM, _mechanism, Mechanism.AUTO)
    secret = read(Field.PASSWORD, _secret, SecretRef(SecretKind.ASK))
    timeout = read(Field.TIMEOUT, values.seconds, None) or DEFAULT_TIMEOUT
    profile = Profile(
        endpoint=Endpoint(host, port, security),
        name=name,
        login=Login(username, mechanism, secret) if username else None,
        sender=read(Field.SENDER, values.mail_address, ""),
        recipient=read(Field.RECIPIENT, values.mail_address, ""),
        ehlo_name=read(Field.EHLO_NAME, values.ehlo_name, ""),
        ca_file=read(Field.CA_FILE, values.path, None),
        timeout=timeout,
        total_timeout=read(Field.TOTAL_TIMEOUT, values.seconds, None) or max(DEFAULT_TOTAL_TIMEOUT, timeout),
        accept_cleartext_auth=read(Field.ACCEPT_CLEARTEXT_AUTH, values.yes_or_no, False),
        accept_unverified_tls=read(Field.ACCEPT_UNVERIFIED_TLS, values.yes_or_no, False),
        message=draft.message,
        identityiq=_identityiq(draft, read),
    )
    return Invalid(errors) if errors else profile


def _wants_host(draft: Draft) -> bool:
    if not draft.iiq_type:
        return True
    from wizard.iiqside import wants_host

    return wants_host(draft)


def _identityiq(draft: Draft, read: Callable[..., object]) -> "IdentityIQ | None":
    if not any(draft[_FIRST_OF_IIQ:]):
        return None
    from wizard import iiqside  # most profiles say nothing of it

    return iiqside.read(read, _secret)


_FIRST_OF_IIQ = Draft._fields.index(Field.IIQ_TYPE.value)


def _security(text: str) -> "Security":
    try:
        return Security(text.lower()) if text else Security.STARTTLS
    except ValueError:
        raise ValueError(f"'{values.shown(text)}' is not a kind of encryption: choose tls, starttls or none") from None


def _mechanism(text: str) -> "Mechanism":
    try:
        return Mechanism(text.lower()) if text else Mechanism.AUTO
    except ValueError:
        known = ", ".join(Mechanism)
        raise ValueError(f"'{values.shown(text)}' is not a sign-in mechanism known here: choose one of {known}") from None


def _secret(text: str) -> "SecretRef":
    return SecretRef.from_text(text) if text else SecretRef(SecretKind.ASK)
