"""What has been typed so far, right or wrong, and the one way to change it. Must not know what a valid value is."""

from enum import StrEnum
from typing import NamedTuple


class Field(StrEnum):
    """One name for a setting: form field, TOML key, command-line flag and change all use it."""

    HOST = "host"
    PORT = "port"
    SECURITY = "security"
    USERNAME = "username"
    PASSWORD = "password"  # noqa: S105 - the name of the field that says where the secret lives, never the secret
    MECHANISM = "mechanism"
    SENDER = "sender"
    RECIPIENT = "recipient"
    EHLO_NAME = "ehlo_name"
    CA_FILE = "ca_file"
    TIMEOUT = "timeout"
    TOTAL_TIMEOUT = "total_timeout"
    ACCEPT_CLEARTEXT_AUTH = "accept_cleartext_auth"
    ACCEPT_UNVERIFIED_TLS = "accept_unverified_tls"
    MESSAGE = "message"


class Change(NamedTuple):
    """One edit: typing, a pre-fill, an import, a remedy and ``--set port=465`` are all this."""

    field: Field
    value: str

    def __str__(self) -> str:
        return f"{self.field}={self.value}"


class Draft(NamedTuple):
    """Every setting as text, exactly as typed. The empty string means: not given.

    ``password`` is a reference in text form (``keyring``, ``file:PATH``, ``command:TEXT``, ``env:NAME``,
    ``credential:NAME``, ``ask``); the secret itself is never in a draft. The two ``accept_`` fields hold ``true`` or
    nothing.
    """

    host: str = ""
    port: str = ""
    security: str = ""
    username: str = ""
    password: str = ""
    mechanism: str = ""
    sender: str = ""
    recipient: str = ""
    ehlo_name: str = ""
    ca_file: str = ""
    timeout: str = ""
    total_timeout: str = ""
    accept_cleartext_auth: str = ""
    accept_unverified_tls: str = ""
    message: str = ""

    def get(self, field: Field) -> str:
        """Return the text of one field."""
        value: str = getattr(self, field.value)
        return value

    def with_changes(self, *changes: Change) -> "Draft":
        """Return a new draft with the changes applied in order; later ones win."""
        return self._replace(**{change.field.value: change.value for change in changes})

    def changes_to(self, other: "Draft") -> tuple[Change, ...]:
        """Return the changes that turn this draft into ``other``, in field order."""
        return tuple(Change(field, other.get(field)) for field in Field if self.get(field) != other.get(field))


assert {field.value for field in Field} == set(Draft._fields)
