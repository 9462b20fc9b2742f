"""IdentityIQ's own page for mail: where it is, what its fields are called, what a profile puts into them.

From SailPoint's public help and white paper; nobody here looked inside the product, so the words say "expected". Must not know
how it is shown, and never holds a password.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from wizard.profile import Profile, Security

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


def fields(profile: Profile | None) -> tuple[ScreenField, ...]:
    """Return the fields of the page in its own order, with the values of ``profile``; without one, what to have at hand."""
    return _at_hand() if profile is None else _values(profile)


def _at_hand() -> tuple[ScreenField, ...]:
    return (
        ScreenField("Email Notification Type", "SMTP", "emailNotifierType"),
        ScreenField("Encryption", "", "smtp_encryptionType", "TLS for STARTTLS (usually port 587), SSL for port 465, or None"),
        ScreenField("Default SMTP Host", "", "defaultEmailHost", "the mail server's name, without a blank behind it"),
        ScreenField("Default SMTP Port", "", "defaultEmailPort", "IdentityIQ is expected to use 25 when it is left empty"),
        ScreenField("Username", "", "smtp_username", "who signs in; leave empty where the server does not ask"),
        ScreenField("Password", "", "smtp_password", "and once more in Confirm Password"),
        ScreenField("Default From Address", "", "defaultEmailFromAddress", "an address the server lets this user send as"),
    )


def _values(profile: Profile) -> tuple[ScreenField, ...]:
    login = profile.login
    secret = "the password this profile signs in with" if login else ""
    return (
        ScreenField("Email Notification Type", "SMTP", "emailNotifierType"),
        _encryption(profile.endpoint.security),
        ScreenField("Default SMTP Host", profile.endpoint.host, "defaultEmailHost", "a blank behind it makes every mail fail"),
        ScreenField("Default SMTP Port", str(profile.endpoint.port), "defaultEmailPort"),
        ScreenField("Username", login.username if login else "", "smtp_username", "" if login else "leave it empty"),
        ScreenField("Password", "", "smtp_password", f"{secret}; it is not shown here" if login else "leave it empty"),
        ScreenField("Confirm Password", "", None, "the same once more" if login else "leave it empty"),
        _sender(profile.sender),
    )


def _sender(address: str) -> ScreenField:
    note = "a template's own From wins over it" if address else "not set in this profile: an address this user may send as"
    return ScreenField("Default From Address", address, "defaultEmailFromAddress", note)


def _encryption(security: Security) -> ScreenField:
    key = "smtp_encryptionType"
    match security:
        case Security.STARTTLS:
            note = "its name for STARTTLS; expected to send in clear when the server does not offer it"
            return ScreenField("Encryption", "TLS", key, note)
        case Security.TLS:
            return ScreenField("Encryption", "SSL", key, "its name for TLS from the first byte")
        case Security.NONE:
            return ScreenField("Encryption", "None", key, "the line is not encrypted")
        case _:
            assert_never(security)


def remarks(profile: Profile | None) -> tuple[str, ...]:
    """Return what is worth knowing before saving the page."""
    known = [
        "Mail that failed before is expected to wait in IdentityIQ's queue: the next try comes after 1 hour, then 2, 4, 8 hours, "
        "and old messages then go to real people.",
    ]
    if profile is None or profile.endpoint.security is not Security.NONE:
        known.append(
            "IdentityIQ checks the server's certificate against the trust store of its own Java, not this host's: a certificate "
            "that is trusted here may not be trusted there."
        )
    if profile is not None and profile.login is None:
        known.append("IdentityIQ is expected to sign in only when both user name and password are set.")
    return tuple(known)
