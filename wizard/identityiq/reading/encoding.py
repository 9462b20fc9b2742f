"""Which characters a file's bytes stand for: byte order marks, the XML declaration, lost marks. Must not know XML's content."""

import codecs
import re

from wizard.identityiq.reading.element import XmlProblem

_DECLARED = re.compile(rb"""\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([\w.:-]{1,40})["']""")
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Python's name of a codec to the parser's. Anything else could run a codec that is none for text, or one of many bytes.
_READ = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16LE",
    "utf-16-be": "UTF-16BE",
    "iso8859-1": "ISO-8859-1",
    "ascii": "UTF-8",
    "cp1252": "windows-1252",
    "iso8859-15": "iso-8859-15",
    "iso8859-2": "iso-8859-2",
    "cp1250": "windows-1250",
}


def mark_of(head: bytes) -> str:
    """Return the encoding a byte order mark, or the zeros of a lost one, stands for; empty where there is neither."""
    marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), "")
    if marked:
        return marked
    pair = head[:2]
    if len(pair) == 2 and pair[0] == 0 and pair[1] != 0:
        return "utf-16-be"
    return "utf-16-le" if len(pair) == 2 and pair[1] == 0 and pair[0] != 0 else ""


def expat_encoding(head: bytes, name: str) -> str | None:
    """Return the encoding to tell the parser, None to leave it to the parser. Raises XmlProblem for one not read here.

    A mark beats the declaration: a shell on Windows writes UTF-16 whatever the text says of itself.
    """
    marked = mark_of(head)
    if marked == "utf-32":
        raise XmlProblem(name, "it is written in UTF-32, which is not read here. Save it as UTF-8")
    if marked:
        return _READ[marked]
    found = _DECLARED.match(head)
    if found is None:
        return None
    declared = found[1].decode("ascii", "replace")
    try:
        known = _READ.get(codecs.lookup(declared).name)
    except (LookupError, ValueError):
        known = None
    if known is None or known.startswith("UTF-16"):  # a declaration that can be read as single bytes is not in UTF-16
        if known:
            return "UTF-8"
        raise XmlProblem(name, f"it says that it is written in '{declared}', which is not read here. Save it as UTF-8")
    return known


def decoded(data: bytes) -> str:
    """Return text whatever the bytes are: by their mark, as UTF-8, or as older programs write (Windows-1252). Never raises."""
    marked = mark_of(data)
    if marked:
        return data.decode(marked, "replace").removeprefix("\ufeff")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
