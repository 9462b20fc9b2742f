"""The parser's error numbers in words a person can act on. Must not know where the bytes come from.

The numbers are those of Expat's XML_Error, which Python names in ``xml.parsers.expat.errors``.
"""

from xml.parsers.expat import errors

_CODES = errors.codes
_CUT = "the text ends too early. The export was cut off, or not everything was copied: get it again"
MORE_FOLLOWS = "more follows after the end of the XML. Take away what does not belong to it"

_WORDS: dict[int, str] = {
    _CODES[errors.XML_ERROR_NO_ELEMENTS]: _CUT,
    _CODES[errors.XML_ERROR_UNCLOSED_TOKEN]: _CUT,
    _CODES[errors.XML_ERROR_UNCLOSED_CDATA_SECTION]: _CUT,
    _CODES[errors.XML_ERROR_PARTIAL_CHAR]: _CUT,
    _CODES[
        errors.XML_ERROR_TAG_MISMATCH
    ]: "the tag that ends here is not the one that is open. One is missing or misspelt before",
    _CODES[errors.XML_ERROR_DUPLICATE_ATTRIBUTE]: "an attribute stands twice in one tag. Take one of the two out",
    _CODES[errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]: MORE_FOLLOWS,
    _CODES[errors.XML_ERROR_UNDEFINED_ENTITY]: "an & stands here for something the file does not say. Write & itself as &amp;",
    _CODES[errors.XML_ERROR_BAD_CHAR_REF]: "a character number here (&#...;) is none that XML allows. Take it out",
    _CODES[errors.XML_ERROR_MISPLACED_XML_PI]: "something stands before the line <?xml ...?>. Take it away",
    _CODES[errors.XML_ERROR_UNKNOWN_ENCODING]: "it is written in an encoding that is not read here. Save it as UTF-8",
    _CODES[errors.XML_ERROR_INCORRECT_ENCODING]: "it says another encoding than it is written in. Save it as UTF-8",
    _CODES[errors.XML_ERROR_ENTITY_DECLARED_IN_PE]: "it uses parameter entities, which are refused. Export the object again",
}


def sentence_of(code: int, seen: bytes, within: str) -> str:
    """Return what is wrong at one place. ``seen`` are the bytes there, ``within`` the element that is open, where known."""
    where = f" (inside {within})" if within else ""
    if code == _CODES[errors.XML_ERROR_INVALID_TOKEN]:
        return _invalid(seen) + where
    return _WORDS.get(code, "this is not XML as it should be. Compare with the original, or export the object again") + where


def _invalid(seen: bytes) -> str:
    first = seen[:1]
    if first >= b"\x80":
        return f"the byte {first[0]:02x} here is not UTF-8. Save the file as UTF-8, or name its encoding in the first line"
    if first == b"<":
        return "a < stands where none may stand. Inside a value write &lt; instead; or a quotation mark is missing before it"
    if first == b"&":
        return "a & stands alone. Write &amp; instead"
    if b"" < first < b" ":
        return f"the control character {first[0]:02x} may not stand in XML. Take it out"
    return "a character stands where none may stand. A quotation mark, or a < or &, before it may be missing or too many"
