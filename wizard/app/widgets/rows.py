"""The table of the form: which settings, in which order, with which words. Must not know how a row works.

A new setting is one line here, one member of Field, one line of parse.
"""

from __future__ import annotations

from wizard.app.widgets.field import Option
from wizard.draft import Draft, Field
from wizard.profile import Mechanism, Security

ENCRYPTION = (Option("starttls", "STARTTLS"), Option("tls", "TLS"), Option("none", "none"))
NO_YES = (Option("", "no"), Option("true", "yes"))
MECHANISMS = tuple(Option("" if kind is Mechanism.AUTO else kind.value, kind.upper()) for kind in Mechanism)

# Field, label, what stands there while it is empty.
COMMON = (
    (Field.HOST, "Host", "smtp.example.com"),
    (Field.SECURITY, "Encryption", ""),
    (Field.PORT, "Port", ""),
    (Field.USERNAME, "User name", "empty: no sign-in"),
    (Field.PASSWORD, "", ""),
    (Field.SENDER, "From", "iiq@example.com"),
    (Field.RECIPIENT, "Test mail to", "you@example.com"),
)
RARER = (
    (Field.MECHANISM, "Mechanism", ""),
    (Field.CA_FILE, "CA file", "the system's own store"),
    (Field.EHLO_NAME, "EHLO name", "this host's name"),
    (Field.TIMEOUT, "Stage limit", "15 seconds"),
    (Field.TOTAL_TIMEOUT, "Total limit", "60 seconds"),
    (Field.ACCEPT_CLEARTEXT_AUTH, "In clear", ""),
    (Field.ACCEPT_UNVERIFIED_TLS, "Unverified", ""),
)
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
    return "" if field is Field.MECHANISM and value == Mechanism.AUTO else value
