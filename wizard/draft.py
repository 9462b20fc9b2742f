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
    # IdentityIQ's side of a profile; [profiles.NAME.identityiq] in the TOML, without the prefix.
    IIQ_TYPE = "iiq_type"
    IIQ_REDIRECT_ADDRESS = "iiq_redirect_address"
    IIQ_REDIRECT_FILE = "iiq_redirect_file"
    IIQ_ENVIRONMENT = "iiq_environment"
    IIQ_FOLDER = "iiq_folder"
    IIQ_SUPPRESS_DUPLICATES = "iiq_suppress_duplicates"
    IIQ_RETRIES = "iiq_retries"
    IIQ_SERVER_ROOT = "iiq_server_root"
    IIQ_EMAIL_ENDPOINT = "iiq_email_endpoint"
    IIQ_TOKEN_ENDPOINT = "iiq_token_endpoint"  # noqa: S105 - a web address
    IIQ_REFRESH_ENDPOINT = "iiq_refresh_endpoint"
    IIQ_SCOPE = "iiq_scope"
    IIQ_CLIENT_ID = "iiq_client_id"
    IIQ_CLIENT_SECRET = "iiq_client_secret"  # noqa: S105 - says where it lives


class Change(NamedTuple):
    """One edit: typing, a pre-fill, an import, a remedy and ``--set port=465`` are all this."""

    field: Field
    value: str

    def __str__(self) -> str:
        return f"{self.field}={self.value}"


class Draft(NamedTuple):
    """Every setting as text, exactly as typed. The empty string means: not given.

    ``password`` is a reference in text form (``keyring``, ``file:PATH``, ``command:TEXT``, ``env:NAME``,
    ``credential:NAME``, ``ask``); as is ``iiq_client_secret``; a secret itself is never in a draft. The two ``accept_``
    fields hold ``true`` or nothing.
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
    iiq_type: str = ""
    iiq_redirect_address: str = ""
    iiq_redirect_file: str = ""
    iiq_environment: str = ""
    iiq_folder: str = ""
    iiq_suppress_duplicates: str = ""
    iiq_retries: str = ""
    iiq_server_root: str = ""
    iiq_email_endpoint: str = ""
    iiq_token_endpoint: str = ""
    iiq_refresh_endpoint: str = ""
    iiq_scope: str = ""
    iiq_client_id: str = ""
    iiq_client_secret: str = ""

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
