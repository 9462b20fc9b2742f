"""Placeholders for a build that fills in each environment's values, and the properties file with this one's. Holds no secret.

The form ``%%NAME%%`` and one ``%%NAME%%=value`` a line is what builds of IdentityIQ commonly replace; the replacement is plain
text, so a value is written as XML wants it.
"""

from collections.abc import Sequence

from wizard.identityiq.handover.merge import escaped
from wizard.identityiq.settings import SECRET_KEYS, Entry, Key
from wizard.profile import Password

NAMES = {
    Key.TYPE.value: "SMTP_NOTIFIER_TYPE",
    Key.HOST.value: "SMTP_HOST",
    Key.PORT.value: "SMTP_PORT",
    Key.FROM.value: "SMTP_FROM",
    Key.ENCRYPTION.value: "SMTP_ENCRYPTION",
    Key.USERNAME.value: "SMTP_USERNAME",
    Key.PASSWORD.value: "SMTP_PASSWORD",
    Key.REDIRECT_ADDRESS.value: "SMTP_REDIRECT_ADDRESS",
    Key.REDIRECT_FILE.value: "SMTP_REDIRECT_FILE",
    Key.SUPPRESS_DUPLICATES.value: "SMTP_SUPPRESS_DUPLICATES",
    Key.SERVER_ROOT.value: "IIQ_SERVER_ROOT",
}
PASSWORD_TOKEN = Password(f"%%{NAMES[Key.PASSWORD.value]}%%")


def token(key: str) -> str:
    """Return the placeholder of an entry."""
    return f"%%{NAMES[key]}%%"


def tokenised(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the entries with placeholders for values; the password's is PASSWORD_TOKEN, given to the merge beside them."""
    return tuple(entry if entry.key in SECRET_KEYS else entry._replace(value=token(entry.key)) for entry in entries)


def properties(entries: Sequence[Entry], *, comment: str = "") -> str:
    """Return the properties file of one environment: a line for each entry, the password's without a value and commented out.

    Written for java.util.Properties (ISO 8859-1, other characters as ``\\uXXXX``). Raises UnwritableError.
    """
    lines = [f"# {_ascii(line)}" for line in comment.splitlines()]
    lines.append("# Values stand as XML wants them (&amp; for &): the build puts them into the file as they are.")
    for entry in entries:
        if entry.key in SECRET_KEYS:
            lines.append("# The password is not written here: let your build take it from where it keeps secrets.")
            lines.append(f"#{token(entry.key)}=")
        else:
            lines.append(f"{token(entry.key)}={_property(escaped(entry.value, entry.key))}")
    return "\n".join(lines) + "\n"


def _property(value: str) -> str:
    """Escape what java.util.Properties would read otherwise: a backslash, and a blank at the beginning."""
    text = _ascii(value.replace("\\", "\\\\"))
    return f"\\{text}" if text.startswith((" ", "\t")) else text


def _ascii(text: str) -> str:
    """Java counts in UTF-16: a character beyond it is two escapes."""
    units = text.encode("utf-16-be", "surrogatepass")
    numbers = [int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2)]
    return "".join(chr(number) if 0x20 <= number < 0x7F else f"\\u{number:04x}" for number in numbers)
