"""IdentityIQ's settings become changes to a draft, and what cannot be carried over is said. Must not know XML or consoles.

What is plainly meant is carried over cured (a blank behind the host, a port written as a word); what cannot be understood is
carried over as it stands, so that the field it belongs to says what is wrong with it.
"""

import re
from email.utils import parseaddr

from wizard.draft import Change, Field
from wizard.identityiq.settings import Encryption, Key, NotificationType, PasswordForm, Settings
from wizard.profile import Security
from wizard.values import shown, tidy_host

BLANKS = " \t\r\n\f\v\u00a0\u200b\u200c\u200d\u2060\ufeff"  # those that copying leaves too
DEFAULT_PORT = "25"  # the mail library's, where the entry is absent
_PORT_WORDS = {"smtp": "25", "smtps": "465", "ssmtp": "465", "submissions": "465", "submission": "587", "starttls": "587"}
_MAIL_PORTS = ("25", "465", "587", "2525")
_ENCRYPTION_WORDS = {
    "NONE": Security.NONE,
    "NO": Security.NONE,
    "FALSE": Security.NONE,
    "PLAIN": Security.NONE,
    "SSL": Security.TLS,
    "SMTPS": Security.TLS,
    "TLS": Security.STARTTLS,
    "STARTTLS": Security.STARTTLS,
}
_TRUE, _FALSE = ("true", "yes", "1", "on"), ("false", "no", "0", "off")


def changes(settings: Settings) -> tuple[Change, ...]:
    """Return the edits that make a draft say what these settings say. What a merge file does not name is left alone."""
    return (*_server(settings), *_sign_in(settings), *_identityiq(settings))


def _server(settings: Settings) -> list[Change]:
    host = settings.value(Key.HOST).strip(BLANKS)
    found = list(tidy_host(host)) if host else []
    port = port_meant(settings.value(Key.PORT))
    if not port and _speaks_for_all(settings) and host and not any(one.field is Field.PORT for one in found):
        port = DEFAULT_PORT
    security = _security(settings)
    found += [Change(Field.PORT, port)] if port else []
    return found + ([Change(Field.SECURITY, security.value)] if security else [])


def _security(settings: Settings) -> Security | None:
    text = settings.value(Key.ENCRYPTION)
    if text.strip(BLANKS):
        return security_meant(text)
    return Security.NONE if _speaks_for_all(settings) and settings.value(Key.HOST).strip(BLANKS) else None


def _sign_in(settings: Settings) -> list[Change]:
    found = []
    if settings.entry(Key.USERNAME):
        found.append(Change(Field.USERNAME, settings.value(Key.USERNAME).strip(BLANKS)))
    sender = settings.value(Key.FROM).strip(BLANKS)
    if sender:
        found.append(Change(Field.SENDER, address_of(sender)))
    return found


def _identityiq(settings: Settings) -> list[Change]:
    found: list[Change] = []
    kind = kind_meant(settings.value(Key.TYPE))
    if kind and (settings.entry(Key.TYPE) or _speaks_for_all(settings)):
        found.append(Change(Field.IIQ_TYPE, kind.value))
    for key, field in ((Key.REDIRECT_ADDRESS, Field.IIQ_REDIRECT_ADDRESS), (Key.REDIRECT_FILE, Field.IIQ_REDIRECT_FILE)):
        if text := settings.value(key).strip(BLANKS):
            found.append(Change(field, text))
    duplicates = truth(settings.value(Key.SUPPRESS_DUPLICATES))
    if duplicates is not None:
        found.append(Change(Field.IIQ_SUPPRESS_DUPLICATES, "true" if duplicates else "false"))
    if settings.retry_max is not None:
        found.append(Change(Field.IIQ_RETRIES, str(settings.retry_max)))
    if root := settings.value(Key.SERVER_ROOT).strip(BLANKS):
        found.append(Change(Field.IIQ_SERVER_ROOT, root))
    return found


def _speaks_for_all(settings: Settings) -> bool:
    """Whether an entry that is absent here is absent in IdentityIQ too."""
    return not settings.merged


def left_behind(settings: Settings) -> tuple[str, ...]:
    """Return a sentence for everything about mail that a profile has no place for, or that could not be understood."""
    said: list[str] = []
    if settings.password_form is PasswordForm.CLEAR:
        said.append("The password is stored in clear text. It is not carried over unless you ask for it.")
    elif settings.password_form is not PasswordForm.ABSENT:
        said.append("The password is stored encrypted, and only IdentityIQ can read it: type it again for the test.")
    if kind_meant(settings.value(Key.TYPE)) is None:
        said.append(f"The notification type '{shown(settings.value(Key.TYPE))}' is not known here.")
    if kind_meant(settings.value(Key.TYPE)) is NotificationType.HTTP:
        said.append("The values of HTTP/OAuth: under which names IdentityIQ keeps them is not known, so type them again.")
    if security_meant(settings.value(Key.ENCRYPTION)) is None and settings.value(Key.ENCRYPTION).strip(BLANKS):
        said.append(f"The encryption '{shown(settings.value(Key.ENCRYPTION))}' is not known here.")
    for key, words in _NO_PLACE:
        if text := settings.value(key).strip(BLANKS):
            said.append(f"{words} ({key} is '{shown(text)}'): a profile has no place for it; it stays as it is in IdentityIQ.")
    if settings.retry_interval is not None:
        said.append(f"The time between retries ({settings.retry_interval} seconds): it stays as it is in IdentityIQ.")
    if settings.senders:
        said.append(f"The From that {_templates(len(settings.senders))} of its own: it wins over the sender of the profile.")
    return tuple(said)


_NO_PLACE = (
    (Key.GAP, "The gap between two mails"),
    (Key.IMMEDIATELY, "Sending at once, without the queue"),
    (Key.NOTIFIER_CLASS, "The notifier of somebody's own"),
    (Key.REQUEST_DEFINITION, "The request definition for mail"),
)


def _templates(number: int) -> str:
    return "one template has" if number == 1 else f"each of {number} templates has"


# --- what one value means ---------------------------------------------------------------------------------------------------


def kind_meant(text: str) -> NotificationType | None:
    """Return the notification type a value stands for, whatever its capitals; absent is smtp, None is not understood."""
    plain = re.sub(r"[^a-z]", "", text.lower())
    if not plain:
        return NotificationType.SMTP
    for kind in (NotificationType.SMTP, NotificationType.REDIRECT_TO_EMAIL, NotificationType.REDIRECT_TO_FILE):
        if plain == kind.value.lower():
            return kind
    return NotificationType.HTTP if any(word in plain for word in ("http", "oauth", "graph")) else None


def security_meant(text: str) -> Security | None:
    """Return the encryption a word stands for, whatever its capitals; None where it is empty or not clear."""
    return _ENCRYPTION_WORDS.get(re.sub(r"[^A-Z]", "", text.upper()))


def port_meant(text: str) -> str:
    """Return the port a text stands for: ``smtps`` is 465, ``587/tcp`` is 587. What is not clear comes back without blanks."""
    clean = text.strip(BLANKS)
    if clean.lower() in _PORT_WORDS:
        return _PORT_WORDS[clean.lower()]
    numbers = re.findall(r"[0-9]+", clean)
    if len(numbers) != 1 or len(numbers[0]) > 9 or "-" in clean:
        return clean
    glued = re.search(r"[A-Za-z][0-9]|[0-9][A-Za-z]", clean)  # five87 is not 87
    return clean if glued and numbers[0] not in _MAIL_PORTS else str(int(numbers[0]))


def address_of(text: str) -> str:
    """Return the bare address of ``Name <address>``; anything else comes back as it is."""
    return parseaddr(text)[1] or text if "<" in text else text


def truth(text: str) -> bool | None:
    """Return what a Boolean's text means; None where it is empty or neither."""
    word = text.strip(BLANKS).lower()
    return True if word in _TRUE else False if word in _FALSE else None


def word_of(security: Security) -> str:
    """Return IdentityIQ's word and the standard one: ``SSL (TLS from the first byte)``."""
    standard = {Security.NONE: "not encrypted", Security.TLS: "TLS from the first byte", Security.STARTTLS: "STARTTLS"}
    return f"{Encryption.of(security)} ({standard[security]})"
