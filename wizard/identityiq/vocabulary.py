"""What was read, in both vocabularies: IdentityIQ's label and word, and the standard's. Must not know how it is shown.

Never holds a password: only how it is stored.
"""

from typing import NamedTuple, assert_never

from wizard.draft import Change, Field
from wizard.identityiq.settings import Encryption, Form, Key, NotificationType, PasswordForm, Settings
from wizard.identityiq.translate import BLANKS, DEFAULT_PORT, changes, kind_meant, security_meant
from wizard.modes import MODES_SPOKEN
from wizard.values import shown


class Row(NamedTuple):
    """One setting. ``value`` is IdentityIQ's word, quoted where blanks stand around it; ``ours`` is what it is called elsewhere.

    ``key`` is the entry's name, empty for what is no entry of the map; ``change`` is what a draft would say.
    """

    label: str
    value: str
    ours: str = ""
    key: str = ""
    change: Change | None = None


# In about the order of the page, each with the field of a draft that says the same.
_ORDER: tuple[tuple[Key, Field | None], ...] = (
    (Key.TYPE, Field.IIQ_TYPE),
    (Key.REDIRECT_ADDRESS, Field.IIQ_REDIRECT_ADDRESS),
    (Key.REDIRECT_FILE, Field.IIQ_REDIRECT_FILE),
    (Key.ENCRYPTION, Field.SECURITY),
    (Key.HOST, Field.HOST),
    (Key.PORT, Field.PORT),
    (Key.USERNAME, Field.USERNAME),
    (Key.PASSWORD, None),
    (Key.FROM, Field.SENDER),
    (Key.SUPPRESS_DUPLICATES, Field.IIQ_SUPPRESS_DUPLICATES),
    (Key.SERVER_ROOT, Field.IIQ_SERVER_ROOT),
    (Key.GAP, None),
    (Key.IMMEDIATELY, None),
    (Key.NOTIFIER_CLASS, None),
    (Key.REQUEST_DEFINITION, None),
)
_ALWAYS = (Key.TYPE, Key.ENCRYPTION, Key.HOST, Key.PORT, Key.USERNAME, Key.PASSWORD, Key.FROM)


def rows(settings: Settings) -> tuple[Row, ...]:
    """Return what IdentityIQ's page would show, in about its order; what is usual and absent is named as absent."""
    meant = {change.field: change for change in changes(settings)}
    found = [
        Row(key.label, _value(settings, key), _ours(settings, key), key.value, meant.get(field) if field else None)
        for key, field in _ORDER
        if settings.entry(key) or (key in _ALWAYS and not settings.merged)
    ]
    if settings.retry_max is not None:
        found.append(Row("Maximum Email Retries", str(settings.retry_max), change=meant.get(Field.IIQ_RETRIES)))
    if settings.retry_interval is not None:
        found.append(Row("Time between retries", f"{settings.retry_interval} seconds"))
    return tuple(found)


def _value(settings: Settings, key: Key) -> str:
    entry = settings.entry(key)
    if key is Key.PASSWORD:
        return password_words(settings.password_form)
    if entry is None:
        return "not set"
    if not entry.value.strip(BLANKS):
        return "empty"
    word = shown(entry.value)
    return f'"{word}"' if entry.value != entry.value.strip(BLANKS) else word


def password_words(form: PasswordForm) -> str:
    """Return how a password is stored, for sentences and tables."""
    match form:
        case PasswordForm.ABSENT:
            return "not set"
        case PasswordForm.CLEAR:
            return "set, in clear text"
        case PasswordForm.SHARED_KEY:
            return "set, with the key every IdentityIQ shares"
        case PasswordForm.SITE_KEY:
            return "set, with the site's own key"
        case _:
            assert_never(form)


def _ours(settings: Settings, key: Key) -> str:
    text = settings.value(key)
    if key is Key.ENCRYPTION:
        return _encryption_words(settings)
    if key is Key.TYPE:
        return _type_words(text)
    if key is Key.PORT and not text.strip(BLANKS) and not settings.merged:
        return f"expected to be {DEFAULT_PORT}"
    return ""


def _encryption_words(settings: Settings) -> str:
    text = settings.value(Key.ENCRYPTION)
    entry = settings.entry(Key.ENCRYPTION)
    meant = security_meant(text)
    if not text.strip(BLANKS):
        return "expected to be not encrypted"
    if meant is None:
        return "not known here"
    understood = text in set(Encryption) and entry is not None and entry.form is Form.ELEMENT
    return MODES_SPOKEN[meant] if understood else f"meant: {MODES_SPOKEN[meant]}"


def _type_words(text: str) -> str:
    kind = kind_meant(text)
    if kind is None:
        return "not known here"
    label = kind.label
    if not text.strip(BLANKS):
        return f"expected to be {label}"
    return label if text == kind.value or kind is NotificationType.HTTP else f"meant: {label}"
