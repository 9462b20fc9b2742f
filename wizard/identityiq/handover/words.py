"""What IdentityIQ's entries are called on its page, and their values in both vocabularies. Must not know files or consoles."""

from wizard.identityiq.settings import SECRET_KEYS, Encryption, Entry, Key, NotificationType
from wizard.modes import MODES_SPOKEN

DOTS = "••••••"
_LABELS = {key.value: key.label for key in Key}
_ENCRYPTION = {word.value: MODES_SPOKEN[word.security] for word in Encryption}
_TYPE = {kind.value: kind.label for kind in NotificationType}


def label(key: str) -> str:
    """Return what the page calls an entry; the entry's own name where the page has no field for it."""
    return _LABELS.get(key, key)


def standard_word(key: str, value: str) -> str:
    """Return the standard's or the page's word for a value, empty where IdentityIQ's own says the same."""
    if key == Key.ENCRYPTION:
        return _ENCRYPTION.get(value, "")
    return _TYPE.get(value, "") if key == Key.TYPE else ""


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
