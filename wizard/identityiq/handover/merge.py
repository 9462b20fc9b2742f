"""The file IdentityIQ imports: an XML document that merges entries into its configuration. Must not know where they come from.

The form is that of SailPoint's white paper on e-mail and of public configuration repositories: a DOCTYPE, an ImportAction named
merge (without it the import replaces the whole object), and typed elements where the entry's class is not String.
"""

import re
from collections.abc import Iterable, Sequence

from wizard.identityiq.settings import SECRET_KEYS, Entry, Form, Key
from wizard.profile import Password

OBJECT = "SystemConfiguration"
DOCTYPE = '<!DOCTYPE sailpoint PUBLIC "sailpoint.dtd" "sailpoint.dtd">'
_HEAD = f"<?xml version='1.0' encoding='UTF-8'?>\n{DOCTYPE}\n<sailpoint>\n"
# Everything XML 1.0 allows in a document (section 2.2); an escape such as &#1; does not make the others legal.
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TYPE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
# A line break or tab in an attribute would be read back as a blank (XML 1.0, 3.3.3), and a bare carriage return as a line feed.
_ESCAPES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&apos;",
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",
}
_ESCAPED = str.maketrans(_ESCAPES)


class UnwritableError(ValueError):
    """An entry that no XML file can hold. Its text is the user's sentence and names the field; never the value of a secret."""


def merge_xml(entries: Sequence[Entry], *, comment: str = "", password: Password | None = None) -> str:
    """Return the document that merges ``entries`` into SystemConfiguration, to be written as UTF-8.

    An entry without a value is left out: whether an empty one clears what stands is unknown. ``password`` is the text to store,
    as it is (``1:...``, ``2:...`` or clear), and is written in place of the entry smtp_password, or after the others.
    Raises UnwritableError.
    """
    lines = [line for entry in _with_password(entries, password) for line in _entry_lines(entry, password)]
    if not lines:
        raise UnwritableError("There is nothing to write: no entry has a value.")
    body = "\n".join(f"          {line}" for line in lines)
    return (
        f'{_HEAD}{comment_lines(comment)}  <ImportAction name="merge">\n    <Configuration name="{OBJECT}">\n      <Attributes>\n'
        f"        <Map>\n{body}\n        </Map>\n      </Attributes>\n    </Configuration>\n  </ImportAction>\n</sailpoint>\n"
    )


def whole_xml(element: str, *, comment: str = "") -> str:
    """Return the document that replaces a whole object by ``element``, its XML as IdentityIQ exported it."""
    return f"{_HEAD}{comment_lines(comment)}{element}\n</sailpoint>\n"


def comment_lines(text: str) -> str:
    """Return a comment, one line of it for each of the text's; ``--`` is not allowed in one (XML 1.0, 2.5) and gets a blank."""
    if not text:
        return ""
    lines = [_legal(line).strip() for line in text.splitlines()]
    return "".join(f"  <!-- {line} -->\n" for line in lines if line)


def _legal(line: str) -> str:
    clean = _FORBIDDEN.sub("?", line)
    while "--" in clean:
        clean = clean.replace("--", "- -")
    return clean.removesuffix("-")


def escaped(text: str, key: str) -> str:
    """Return a value as it stands in an attribute or element. Raises UnwritableError for a character XML does not allow."""
    found = _FORBIDDEN.search(text)
    if found:
        raise UnwritableError(
            f"{key} holds the character U+{ord(found[0]):04X}, which no XML file can hold, escaped or not. "
            "Type the value again without it."
        )
    return text.translate(_ESCAPED)


def _with_password(entries: Sequence[Entry], password: Password | None) -> Iterable[Entry]:
    yield from entries
    if password and not any(entry.key == Key.PASSWORD for entry in entries):
        yield Entry(Key.PASSWORD.value)


def _entry_lines(entry: Entry, password: Password | None) -> list[str]:
    value = entry.value
    if entry.key in SECRET_KEYS:
        value = password.reveal() if password else ""
    if not value:
        return []
    key = escaped(entry.key, "The name of an entry")
    text = escaped(value, "The password" if entry.key in SECRET_KEYS else entry.key)
    if entry.form is not Form.ELEMENT or not entry.type:
        return [f'<entry key="{key}" value="{text}"/>']
    if not _TYPE_NAME.fullmatch(entry.type):
        raise UnwritableError(
            f"{entry.key} has a value of a type this program cannot write. Type it in IdentityIQ's screen instead."
        )
    return [f'<entry key="{key}">', f"  <value><{entry.type}>{text}</{entry.type}></value>", "</entry>"]
