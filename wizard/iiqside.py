"""IdentityIQ's side of a profile: what its own page is to hold beside host and sign-in. Must not know its XML or its console.

Apart from ``profile`` because most profiles have none of it, and a check must not pay for reading it.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from wizard import values
from wizard.draft import Draft, Field

PREFIX = "iiq_"


class NotificationType(StrEnum):
    """IdentityIQ's Email Notification Type, as our own profiles call it; ``value`` is the entry's for the first three.

    HTTP is the current help's HTTP/OAuth: the entries behind its fields are unknown and are never written.
    """

    SMTP = "smtp"
    REDIRECT_TO_EMAIL = "redirectToEmail"
    REDIRECT_TO_FILE = "redirectToFile"
    HTTP = "http"

    @property
    def label(self) -> str:
        """What IdentityIQ's page calls it."""
        return _LABELS[self]

    @property
    def redirects(self) -> bool:
        """Whether mail goes elsewhere than to the people it is for."""
        return self in (NotificationType.REDIRECT_TO_EMAIL, NotificationType.REDIRECT_TO_FILE)

    @property
    def needs_host(self) -> bool:
        """Whether mail goes over SMTP at all."""
        return self in (NotificationType.SMTP, NotificationType.REDIRECT_TO_EMAIL)


_LABELS = {
    NotificationType.SMTP: "SMTP",
    NotificationType.REDIRECT_TO_EMAIL: "Redirect to Email",
    NotificationType.REDIRECT_TO_FILE: "Redirect to File",
    NotificationType.HTTP: "HTTP/OAuth",
}


class Environment(StrEnum):
    """Whether the people who get this mail are the real ones."""

    PRODUCTION = "production"
    NON_PRODUCTION = "non-production"


class IdentityIQ(NamedTuple):
    """What a profile says of its IdentityIQ. Empty text and None mean: not said, and so left as it is over there.

    ``folder`` holds WEB-INF. ``retries`` is Maximum Email Retries. ``client_secret`` says where the secret of HTTP/OAuth is kept,
    as ``Login.secret`` does; its text form is ``str(SecretRef)``.
    """

    type: NotificationType = NotificationType.SMTP
    redirect_address: str = ""
    redirect_file: str = ""
    environment: Environment | None = None
    folder: Path | None = None
    suppress_duplicates: bool | None = None
    retries: int | None = None
    server_root: str = ""
    email_endpoint: str = ""
    token_endpoint: str = ""
    refresh_endpoint: str = ""
    scope: str = ""
    client_id: str = ""
    client_secret: str = ""


FIELDS = tuple(field for field in Field if field.value.startswith(PREFIX))
assert {field.removeprefix(PREFIX) for field in FIELDS} == set(IdentityIQ._fields)


assert Draft._fields[-len(FIELDS) :] == tuple(field.value for field in FIELDS), "profile skips them by their place"


def wants_host(draft: Draft) -> bool:
    """Return whether a host must be given: not for HTTP/OAuth and Redirect to File, which speak no SMTP."""
    try:
        return _type(draft.iiq_type.strip()).needs_host
    except ValueError:
        return True


def read(read: Callable[..., object], reference: Callable[[str], object]) -> IdentityIQ:
    """Return IdentityIQ's side of a draft. ``read(field, reader, default)`` reads one of its fields and keeps its error.

    ``reference`` reads where a secret is kept, as ``Login.secret`` has it; it raises ValueError with the user's sentence.
    """
    kind = read(Field.IIQ_TYPE, _type, NotificationType.SMTP)
    side = {field.removeprefix(PREFIX): read(field, reader, default) for field, reader, default in _READERS}
    assert isinstance(kind, NotificationType)
    secret = read(Field.IIQ_CLIENT_SECRET, lambda text: str(reference(text)) if text else "", "")
    if kind is NotificationType.REDIRECT_TO_EMAIL:
        read(Field.IIQ_REDIRECT_ADDRESS, _redirect_address, "")
    if kind is NotificationType.REDIRECT_TO_FILE:
        read(Field.IIQ_REDIRECT_FILE, _redirect_file, "")
    return IdentityIQ(kind, **side, client_secret=secret)  # type: ignore[arg-type]  # each reader's type is its field's; tests hold it


def _type(text: str) -> NotificationType:
    if not text:
        return NotificationType.SMTP
    plain = re.sub(r"[^a-z]", "", text.lower())
    for kind in NotificationType:
        if plain in (kind.value.lower(), re.sub(r"[^a-z]", "", kind.label.lower())):
            return kind
    known = ", ".join(NotificationType)
    raise ValueError(f"'{values.shown(text)}' is not a notification type of IdentityIQ: choose one of {known}")


def _environment(text: str) -> Environment | None:
    try:
        return Environment(text.lower()) if text else None
    except ValueError:
        raise ValueError(
            f"'{values.shown(text)}' is not an environment known here: choose production or non-production"
        ) from None


def _redirect_address(text: str) -> str:
    if not text:
        raise ValueError("Redirect to Email needs the address all mail goes to, for example iiq-test@example.com")
    return values.mail_address(text)


def _redirect_file(text: str) -> str:
    if not text:
        raise ValueError("Redirect to File needs the file all mail is written into, for example /var/tmp/iiq-mail.txt")
    return values.one_line(text)


def _retries(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,4}", text):
        raise ValueError(f"'{values.shown(text)}' is not a number of retries: type a whole number, 20 is IdentityIQ's own")
    return int(text)


def _yes_or_no(text: str) -> bool | None:
    return values.yes_or_no(text) if text else None


def _web_address(text: str) -> str:
    values.one_line(text)
    if text and not re.fullmatch(r"https?://[^\s/?#@]+(?:[/?#]\S*)?", text):
        raise ValueError(f"'{values.shown(text)}' is not a web address: it begins with https:// and holds no blank")
    return text


_READERS: tuple[tuple[Field, Callable[[str], object], object], ...] = (
    (Field.IIQ_REDIRECT_ADDRESS, values.mail_address, ""),
    (Field.IIQ_REDIRECT_FILE, values.one_line, ""),
    (Field.IIQ_ENVIRONMENT, _environment, None),
    (Field.IIQ_FOLDER, values.path, None),
    (Field.IIQ_SUPPRESS_DUPLICATES, _yes_or_no, None),
    (Field.IIQ_RETRIES, _retries, None),
    (Field.IIQ_SERVER_ROOT, _web_address, ""),
    (Field.IIQ_EMAIL_ENDPOINT, _web_address, ""),
    (Field.IIQ_TOKEN_ENDPOINT, _web_address, ""),
    (Field.IIQ_REFRESH_ENDPOINT, _web_address, ""),
    (Field.IIQ_SCOPE, values.one_line, ""),
    (Field.IIQ_CLIENT_ID, values.one_line, ""),
)
