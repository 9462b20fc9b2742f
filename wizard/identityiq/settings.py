"""What IdentityIQ's configuration says about mail, as it was read: right or wrong, entry by entry. Must not know XML or consoles.

The keys and their meaning are from SailPoint's public help and white paper; where that is inference the words say "expected".
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from wizard.iiqside import NotificationType as NotificationType
from wizard.profile import Password, Security


class Key(StrEnum):
    """The entries of the object Configuration named SystemConfiguration that concern mail."""

    TYPE = "emailNotifierType"
    HOST = "defaultEmailHost"
    PORT = "defaultEmailPort"
    FROM = "defaultEmailFromAddress"
    ENCRYPTION = "smtp_encryptionType"
    USERNAME = "smtp_username"
    PASSWORD = "smtp_password"  # noqa: S105 - the name of the entry
    REDIRECT_ADDRESS = "redirectingEmailNotifierAddress"
    REDIRECT_FILE = "redirectingEmailNotifierFilename"
    SUPPRESS_DUPLICATES = "suppressDuplicateEmails"
    GAP = "defaultEmailGap"
    IMMEDIATELY = "emailNotifierSendImmediately"
    NOTIFIER_CLASS = "emailNotifierClass"
    REQUEST_DEFINITION = "emailRequestDefinition"
    SERVER_ROOT = "serverRootPath"

    @property
    def label(self) -> str:
        """What IdentityIQ's page calls it; what it is for, where the page has no field for it."""
        return _LABELS[self]


_LABELS = {
    Key.TYPE: "Email Notification Type",
    Key.HOST: "Default SMTP Host",
    Key.PORT: "Default SMTP Port",
    Key.FROM: "Default From Address",
    Key.ENCRYPTION: "Encryption",
    Key.USERNAME: "Username",
    Key.PASSWORD: "Password",
    Key.REDIRECT_ADDRESS: "Redirection Email Address",
    Key.REDIRECT_FILE: "Redirection File Name",
    Key.SUPPRESS_DUPLICATES: "Suppress Duplicate Emails",
    Key.GAP: "Gap between mails",
    Key.IMMEDIATELY: "Send at once",
    Key.NOTIFIER_CLASS: "Notifier class",
    Key.REQUEST_DEFINITION: "Request definition",
    Key.SERVER_ROOT: "Server Root Path",
}

# Keys that circulate in guides and do nothing: absent from real exports, imported without a word. Each with the one meant.
INVENTED: Mapping[str, Key] = {
    "smtp_host": Key.HOST,
    "smtp_port": Key.PORT,
    "smtpUser": Key.USERNAME,
    "smtpPassword": Key.PASSWORD,
    "emailSSLEnabled": Key.ENCRYPTION,
    "emailTLSEnabled": Key.ENCRYPTION,
    "emailRedirectAddress": Key.REDIRECT_ADDRESS,
    "defaultEmailFrom": Key.FROM,
}
SECRET_KEYS = frozenset((Key.PASSWORD.value, "smtpPassword"))


ENCRYPTION_ELEMENT = "SmtpEncryptionType"  # an encryption written as anything else is expected not to be understood


class Encryption(StrEnum):
    """What IdentityIQ calls the encryption, in the element ENCRYPTION_ELEMENT."""

    NONE = "NONE"
    SSL = "SSL"
    TLS = "TLS"

    @property
    def label(self) -> str:
        """What IdentityIQ's page calls it."""
        return "None" if self is Encryption.NONE else self.value

    @property
    def security(self) -> Security:
        """The standard's word for it."""
        return {Encryption.NONE: Security.NONE, Encryption.SSL: Security.TLS, Encryption.TLS: Security.STARTTLS}[self]

    @classmethod
    def of(cls, security: Security) -> "Encryption":
        """Return IdentityIQ's word for a standard one."""
        return {Security.NONE: cls.NONE, Security.TLS: cls.SSL, Security.STARTTLS: cls.TLS}[security]


class Form(StrEnum):
    """How an entry's value was written: that decides whether IdentityIQ understands it."""

    ATTRIBUTE = "attribute"  # <entry key="k" value="v"/>
    ELEMENT = "element"  # <entry key="k"><value><Type>v</Type></value></entry>
    ABSENT = "absent"  # <entry key="k"/>: neither


class PasswordForm(StrEnum):
    """How the password is stored; the value itself is kept apart."""

    ABSENT = "absent"
    CLEAR = "clear"
    SHARED_KEY = "shared-key"  # 1:...: the key every installation shares, obfuscation and not secrecy
    SITE_KEY = "site-key"  # 2: and up: the site's own key


class Entry(NamedTuple):
    """One entry as it stands in the map. ``value`` is empty for a secret; ``type`` is the element's name (``Boolean``, ...).

    ``line`` and ``column`` count from 1 in what was read; 0 where that is not known.
    """

    key: str
    value: str = ""
    form: Form = Form.ATTRIBUTE
    type: str = ""
    line: int = 0
    column: int = 0

    @classmethod
    def of_encryption(cls, encryption: Encryption) -> "Entry":
        """Return the entry of an encryption, in the form IdentityIQ understands."""
        return cls(Key.ENCRYPTION.value, encryption.value, Form.ELEMENT, ENCRYPTION_ELEMENT)


class TemplateSender(NamedTuple):
    """An EmailTemplate with a From of its own, which wins over the default."""

    template: str
    sender: str
    line: int = 0


class Settings(NamedTuple):
    """Everything read about mail. ``source`` names the file or installation for sentences.

    ``entries`` are those of Key and INVENTED, in their order, doubled ones included. ``password`` is the stored text, in whatever
    form, never shown. ``retry_max`` and ``retry_interval`` (seconds) are those of the RequestDefinition "Email Request",
    None where it was not read. ``merged`` says that the object stood inside an ImportAction merge: absent entries are then
    not absent in IdentityIQ.
    """

    source: str
    entries: tuple[Entry, ...] = ()
    password: Password | None = None
    password_form: PasswordForm = PasswordForm.ABSENT
    retry_max: int | None = None
    retry_interval: int | None = None
    senders: tuple[TemplateSender, ...] = ()
    merged: bool = False

    def entry(self, key: str) -> Entry | None:
        """Return the entry of a key; the last one where it is doubled."""
        return next((entry for entry in reversed(self.entries) if entry.key == key), None)

    def value(self, key: Key) -> str:
        """Return an entry's value as it stands, blanks included; empty where there is none."""
        entry = self.entry(key)
        return entry.value if entry else ""

    @property
    def notification(self) -> NotificationType | None:
        """The type IdentityIQ is expected to use, None for a value it is expected not to know (``SMTP`` in capitals).

        Absent is expected to be smtp.
        """
        text = self.value(Key.TYPE)
        return next((kind for kind in NotificationType if kind.value == (text or "smtp")), None)

    @property
    def encryption(self) -> Encryption | None:
        """The encryption IdentityIQ is expected to use: absent is NONE, an unknown word is None."""
        text = self.value(Key.ENCRYPTION)
        return next((kind for kind in Encryption if kind.value == (text or "NONE")), None)
