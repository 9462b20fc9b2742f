"""The table of the form: which settings, in which order, with which words. Must not know how a row works.

A new setting is one line here, one member of Field, one line of parse.
"""

from __future__ import annotations

from collections.abc import Callable

from wizard.app.widgets.field import Option
from wizard.draft import Draft, Field
from wizard.iiqside import Environment, NotificationType
from wizard.modes import IIQ_WORDS
from wizard.profile import Mechanism, Security

ENCRYPTION = (Option("starttls", "STARTTLS"), Option("tls", "TLS"), Option("none", "none"))
NO_YES = (Option("", "no"), Option("true", "yes"))
MECHANISMS = tuple(Option("" if kind is Mechanism.AUTO else kind.value, kind.upper()) for kind in Mechanism)

NOTIFICATIONS = tuple(Option(kind.value, kind.label) for kind in NotificationType)
ENVIRONMENTS = (Option("", "not said"), *(Option(kind.value, kind.value) for kind in Environment))
DUPLICATES = (Option("", "as it is"), Option("true", "yes"), Option("false", "no"))

Row = tuple[Field, str, str]

# Field, label, what stands there while it is empty.
COMMON: tuple[Row, ...] = (
    (Field.HOST, "Host", "smtp.example.com"),
    (Field.SECURITY, "Encryption", ""),
    (Field.PORT, "Port", ""),
    (Field.USERNAME, "User name", "empty: no sign-in"),
    (Field.PASSWORD, "", ""),
    (Field.SENDER, "From", "iiq@example.com"),
    (Field.RECIPIENT, "Test mail to", "you@example.com"),
)
RARER: tuple[Row, ...] = (
    (Field.MECHANISM, "Mechanism", ""),
    (Field.CA_FILE, "CA file", "the system's own store"),
    (Field.EHLO_NAME, "EHLO name", "this host's name"),
    (Field.TIMEOUT, "Stage limit", "15 seconds"),
    (Field.TOTAL_TIMEOUT, "Total limit", "60 seconds"),
    (Field.ACCEPT_CLEARTEXT_AUTH, "In clear", ""),
    (Field.ACCEPT_UNVERIFIED_TLS, "Unverified", ""),
)
_REDIRECT_ADDRESS: tuple[Row, ...] = ((Field.IIQ_REDIRECT_ADDRESS, "Redirect to", "iiq-test@example.com"),)
_REDIRECT_FILE: tuple[Row, ...] = ((Field.IIQ_REDIRECT_FILE, "Into file", "/var/tmp/iiq-mail.txt"),)  # noqa: S108 - an example
_HTTP: tuple[Row, ...] = (
    (Field.IIQ_EMAIL_ENDPOINT, "Email URL", "https://graph.microsoft.com/..."),
    (Field.IIQ_TOKEN_ENDPOINT, "Token URL", "https://login.microsoftonline.com/..."),
    (Field.IIQ_REFRESH_ENDPOINT, "Refresh URL", "the same as Token URL"),
    (Field.IIQ_SCOPE, "Scope", "https://graph.microsoft.com/.default"),
    (Field.IIQ_CLIENT_ID, "Client ID", "of the app registration"),
    (Field.IIQ_CLIENT_SECRET, "Secret in", "keyring, env:NAME, file:PATH, ask"),
)
_OF_TYPE = {
    NotificationType.SMTP: (),
    NotificationType.REDIRECT_TO_EMAIL: _REDIRECT_ADDRESS,
    NotificationType.REDIRECT_TO_FILE: _REDIRECT_FILE,
    NotificationType.HTTP: _HTTP,
}


def identityiq_rows(draft: Draft) -> tuple[Row, ...]:
    """Return the rows of IdentityIQ's side: those of the chosen type, and those every type has."""
    return (
        (Field.IIQ_TYPE, "Type", ""),
        *_OF_TYPE[notification(draft)],
        (Field.IIQ_ENVIRONMENT, "Environment", ""),
        (Field.IIQ_SUPPRESS_DUPLICATES, "Suppress", ""),
        (Field.IIQ_RETRIES, "Retries", "as it is; 20 is IdentityIQ's own"),
        (Field.IIQ_SERVER_ROOT, "Server root", "https://iiq.example.com/identityiq"),
        (Field.IIQ_FOLDER, "Folder", "the folder that holds WEB-INF"),
    )


def rarer_rows(_: Draft) -> tuple[Row, ...]:
    """Return the rows most people never need."""
    return RARER


def notification(draft: Draft) -> NotificationType:
    """Return the chosen type; what is none counts as the first, as the choice shows it."""
    return next((kind for kind in NotificationType if kind.value.lower() == draft.iiq_type.lower()), NotificationType.SMTP)


def rarer_words(draft: Draft) -> str:
    """Return what is set behind the fold of the rarer rows, or what is there to set."""
    given = [label for field, label, _ in RARER if draft.get(field)]
    return "set: " + ", ".join(given) if given else "CA file, mechanism, limits"


def identityiq_words(draft: Draft) -> str:
    """Return what IdentityIQ's page calls these settings: ``SMTP, Encryption TLS``."""
    kind = notification(draft)
    if not kind.needs_host:
        return kind.label
    try:
        word = IIQ_WORDS[Security(draft.security.lower() or Security.STARTTLS)]
        return f"{kind.label}, {word}" if kind.redirects else f"{kind.label}, Encryption {word}"
    except ValueError:
        return kind.label


# The folds of the form, by the id of their line.
FOLDS: dict[str, tuple[str, Callable[[Draft], tuple[Row, ...]], Callable[[Draft], str]]] = {
    "iiq": ("IdentityIQ", identityiq_rows, identityiq_words),
    "more": ("More", rarer_rows, rarer_words),
}
WARNINGS = {
    Field.ACCEPT_CLEARTEXT_AUTH: "On: the password may be sent on a line that is not encrypted.",
    Field.ACCEPT_UNVERIFIED_TLS: "On: the password may be sent to a server that is not proven to be the right one.",
}


def usual_port(draft: Draft) -> str:
    """Return the port of the draft's encryption as text, empty when that is none we know."""
    try:
        return str(Security(draft.security.lower() or Security.STARTTLS).usual_port)
    except ValueError:
        return ""


def as_shown(field: Field, draft: Draft) -> str:
    """Return the value a choice shows for a draft: what stands for an empty one."""
    value = draft.get(field).lower()
    if field is Field.SECURITY:
        return value or Security.STARTTLS
    if field is Field.IIQ_TYPE:
        return notification(draft).value
    return "" if field is Field.MECHANISM and value == Mechanism.AUTO else value
