"""IdentityIQ's own page for mail: where it is, what its fields are called, what a profile puts into them.

From SailPoint's public help and white paper; nobody here looked inside the product, so the words say "expected". Must not know
how it is shown, and never holds a password.
"""

from __future__ import annotations

from dataclasses import dataclass

from wizard.identityiq.settings import Encryption, Key
from wizard.iiqside import Environment, IdentityIQ, NotificationType
from wizard.profile import Profile, Security
from wizard.values import to_ascii

_PAGE = "gear > Global Settings > IdentityIQ Configuration"
# The tab has been renamed over time; which name an installation shows cannot be told from outside.
PATHS = (f"{_PAGE} > Notification Settings", f"{_PAGE} > Mail Settings")
PATH_NOTES = (
    "The tab is called Notification Settings in the current help and Mail Settings in older releases.",
    "Only a System Administrator sees the page. It is expected to have no test button: that is what this check is for.",
)


@dataclass(frozen=True, slots=True)
class ScreenField:
    """One field of the page: its label, what to type (empty: leave it empty), and why. ``key`` names it in the configuration.

    ``key`` is the entry of the object Configuration named SystemConfiguration.
    """

    label: str
    value: str
    key: str | None = None
    note: str = ""

    @classmethod
    def of(cls, key: Key, value: str, note: str = "") -> ScreenField:
        """Return the field that is kept under an entry."""
        return cls(key.label, value, key.value, note)


def fields(profile: Profile | None) -> tuple[ScreenField, ...]:
    """Return the fields of the page in its own order, with the values of ``profile``; without one, what to have at hand."""
    return _at_hand() if profile is None else _values(profile)


def _at_hand() -> tuple[ScreenField, ...]:
    return (
        ScreenField.of(Key.TYPE, "SMTP"),
        ScreenField.of(Key.ENCRYPTION, "", "TLS for STARTTLS (usually port 587), SSL for port 465, or None"),
        ScreenField.of(Key.HOST, "", "the mail server's name, without a blank behind it"),
        ScreenField.of(Key.PORT, "", "IdentityIQ is expected to use 25 when it is left empty"),
        ScreenField.of(Key.USERNAME, "", "who signs in; leave empty where the server does not ask"),
        ScreenField.of(Key.PASSWORD, "", "and once more in Confirm Password"),
        ScreenField.of(Key.FROM, "", "an address the server lets this user send as"),
    )


def _values(profile: Profile) -> tuple[ScreenField, ...]:
    """Return the page's fields for the profile's type, in the page's order; the rest of the page stays as it is."""
    side = profile.identityiq or IdentityIQ()
    if side.type is NotificationType.HTTP:
        own = _http(side)
    elif side.type is NotificationType.REDIRECT_TO_FILE:
        own = (ScreenField.of(Key.REDIRECT_FILE, side.redirect_file, _FILE_NOTE),)
    elif side.type is NotificationType.REDIRECT_TO_EMAIL:
        note = "all mail goes there instead of to the people it is for"
        redirect = ScreenField.of(Key.REDIRECT_ADDRESS, side.redirect_address, note)
        own = (redirect, *_smtp(profile))
    else:
        own = _smtp(profile)
    return (_type(side.type), *own, _sender(profile.sender), *_either_way(side))


_FILE_NOTE = "on the host that sends; IdentityIQ's own user must be able to write there"
_TYPE_NOTES = {
    NotificationType.SMTP: "the current help calls it SMTP/Basic",
    NotificationType.REDIRECT_TO_EMAIL: "for an IdentityIQ that is not production",
    NotificationType.REDIRECT_TO_FILE: "nothing is sent: for an IdentityIQ that is not production",
    NotificationType.HTTP: "in current releases only",
}


def _type(kind: NotificationType) -> ScreenField:
    # Under which entry HTTP/OAuth is kept is not known.
    key = None if kind is NotificationType.HTTP else Key.TYPE.value
    return ScreenField(Key.TYPE.label, kind.label, key, _TYPE_NOTES[kind])


def _smtp(profile: Profile) -> tuple[ScreenField, ...]:
    login = profile.login
    secret = "the password this profile signs in with" if login else ""
    return (
        _encryption(profile.endpoint.security),
        ScreenField.of(Key.HOST, to_ascii(profile.endpoint.host), "a blank behind it makes every mail fail"),
        ScreenField.of(Key.PORT, str(profile.endpoint.port)),
        ScreenField.of(Key.USERNAME, login.username if login else "", "" if login else "leave it empty"),
        ScreenField.of(Key.PASSWORD, "", f"{secret}; it is not shown here" if login else "leave it empty"),
        ScreenField("Confirm Password", "", None, "the same once more" if login else "leave it empty"),
    )


def _http(side: IdentityIQ) -> tuple[ScreenField, ...]:
    """The entries behind these fields are unknown, so none is named."""
    return (
        ScreenField("Email Service Endpoint", side.email_endpoint, None, "" if side.email_endpoint else _NOT_SET),
        ScreenField("Token Endpoint", side.token_endpoint, None, "" if side.token_endpoint else _NOT_SET),
        ScreenField("Refresh Token Endpoint", side.refresh_endpoint or side.token_endpoint, None, _REFRESH_NOTE),
        ScreenField("Scope", side.scope, None, "it ends in /.default"),
        ScreenField("Client ID", side.client_id, None, "" if side.client_id else _NOT_SET),
        ScreenField("Client Secret", "", None, "the secret of the application; it is not shown here"),
    )


_NOT_SET = "not set in this profile: smtp-wizard iiq oauth proposes it"
_REFRESH_NOTE = "with an application's own sign-in it is expected to be the token endpoint"


def _either_way(side: IdentityIQ) -> tuple[ScreenField, ...]:
    """Fields that belong to every type and are worth a line where the profile says something of them."""
    found = []
    if side.retries is not None:
        found.append(ScreenField("Maximum Email Retries", str(side.retries), None, "of a mail that failed; 20 as shipped"))
    if side.suppress_duplicates is not None:
        ticked = "ticked" if side.suppress_duplicates else "not ticked"
        found.append(ScreenField.of(Key.SUPPRESS_DUPLICATES, ticked))
    if side.server_root:
        found.append(ScreenField.of(Key.SERVER_ROOT, side.server_root, "links in mails begin with it"))
    return tuple(found)


def _sender(address: str) -> ScreenField:
    note = "a template's own From wins over it" if address else "not set in this profile: an address this user may send as"
    return ScreenField.of(Key.FROM, address, note)


def _encryption(security: Security) -> ScreenField:
    word = Encryption.of(security)
    return ScreenField.of(Key.ENCRYPTION, word.label, _ENCRYPTION_NOTES[word])


_ENCRYPTION_NOTES = {
    Encryption.TLS: "its name for STARTTLS; expected to send in clear when the server does not offer it",
    Encryption.SSL: "its name for TLS from the first byte",
    Encryption.NONE: "the line is not encrypted",
}


def remarks(profile: Profile | None) -> tuple[str, ...]:
    """Return what is worth knowing before saving the page."""
    kind = profile.identityiq.type if profile and profile.identityiq else NotificationType.SMTP
    if kind.redirects:
        return _redirect_remarks(kind)
    known = [_QUEUE]
    if kind is NotificationType.HTTP:
        return (_QUEUE, _GRAPH, _TRUST)
    if profile is None or profile.endpoint.security is not Security.NONE:
        known.append(_TRUST)
    if profile is not None and profile.login is None:
        known.append("IdentityIQ is expected to sign in only when both user name and password are set.")
    if profile is not None and _not_production(profile):
        known.append(
            "This profile is for an IdentityIQ that is not production: consider Redirect to Email first, so that no real person "
            "gets its mail."
        )
    return tuple(known)


_QUEUE = (
    "Mail that failed before is expected to wait in IdentityIQ's queue: the next try comes after 1 hour, then 2, 4, 8 hours, "
    "and old messages then go to real people."
)
_TRUST = (
    "IdentityIQ checks the server's certificate against the trust store of its own Java, not this host's: a certificate "
    "that is trusted here may not be trusted there."
)
_GRAPH = (
    "For Microsoft 365 the application needs the Graph permission Mail.Send as an application permission; a delegated one is "
    "not enough."
)


def _redirect_remarks(kind: NotificationType) -> tuple[str, ...]:
    where = "one address" if kind is NotificationType.REDIRECT_TO_EMAIL else "a file"
    return (
        f"With {kind.label} all mail goes to {where}, what waits in the queue too: nobody else gets any until you change it.",
    )


def _not_production(profile: Profile) -> bool:
    side = profile.identityiq
    return side is not None and side.environment is Environment.NON_PRODUCTION
