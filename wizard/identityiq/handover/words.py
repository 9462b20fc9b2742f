"""What IdentityIQ's entries are called on its page, and their values in both vocabularies. Must not know files or consoles."""

from wizard.identityiq.settings import SECRET_KEYS, Encryption, Entry, Key

DOTS = "••••••"
LABELS = {
    Key.TYPE.value: "Email Notification Type",
    Key.HOST.value: "Default SMTP Host",
    Key.PORT.value: "Default SMTP Port",
    Key.FROM.value: "Default From Address",
    Key.ENCRYPTION.value: "Encryption",
    Key.USERNAME.value: "Username",
    Key.PASSWORD.value: "Password",
    Key.REDIRECT_ADDRESS.value: "Redirection Email Address",
    Key.REDIRECT_FILE.value: "Redirection File Name",
    Key.SUPPRESS_DUPLICATES.value: "Suppress Duplicate Emails",
    Key.SERVER_ROOT.value: "Server Root Path",
}
_STANDARD = {
    (Key.ENCRYPTION.value, Encryption.NONE.value): "not encrypted",
    (Key.ENCRYPTION.value, Encryption.SSL.value): "TLS from the first byte",
    (Key.ENCRYPTION.value, Encryption.TLS.value): "STARTTLS",
    (Key.TYPE.value, "smtp"): "SMTP",
    (Key.TYPE.value, "redirectToEmail"): "Redirect to Email",
    (Key.TYPE.value, "redirectToFile"): "Redirect to File",
}


def label(key: str) -> str:
    """Return what the page calls an entry; the entry's own name where the page has no field for it."""
    return LABELS.get(key, key)


def standard_word(key: str, value: str) -> str:
    """Return the standard's or the page's word for a value, empty where IdentityIQ's own says the same."""
    return _STANDARD.get((key, value), "")


def shown_value(entry: Entry | None) -> str:
    """Return an entry's value for a person: dots for a secret, both words where IdentityIQ's differs, marks around blanks."""
    if entry is None:
        return "(not set)"
    if entry.key in SECRET_KEYS:
        return DOTS
    if not entry.value:
        return "(empty)"
    word = standard_word(entry.key, entry.value)
    text = f"'{entry.value}'" if entry.value != entry.value.strip() else entry.value
    return f"{text} ({word})" if word else text
