"""HTML made fit for the standard library's parser, in one pass: what only looks like a tag becomes text. Must not know looks.

That parser takes minutes for some hostile pages of half a megabyte, and raises AssertionError for others (measured).
"""

import re

_LONGEST = 2_000  # characters of one tag; a < without its > within so many is text
_TAG = re.compile(r"""</?([a-zA-Z][^\s/>"'<]{0,40}+)(?:[^<>"']|"[^"]*+"|'[^']*+')*+>""")
_UNREAD = frozenset(("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "noscript", "plaintext"))
# html.unescape turns the digits into a number, whatever their count; no character has more than seven.
_HUGE = re.compile(r"&#(?:[xX][0-9a-fA-F]{7}|[0-9]{8})[0-9a-fA-F]*;?")


def fit(page: str) -> str:
    """Return a page in which every < begins a whole tag; comments, declarations, scripts and styles are left out."""
    page = _HUGE.sub("\ufffd", page)
    small, missing = page.lower(), set[str]()
    pieces: list[str] = []
    at = 0
    while (opens := page.find("<", at)) >= 0:
        pieces.append(page[at:opens])
        at = _behind(page, small, opens, pieces, missing)
    return "".join([*pieces, page[at:]])


def _behind(page: str, small: str, opens: int, pieces: list[str], missing: set[str]) -> int:
    """Take what begins at ``opens`` and return the place behind it. ``missing`` are ends that come no more."""
    if page.startswith("<!--", opens):
        return _after(small, "-->", opens + 4, missing) or len(page)
    if page.startswith(("<!", "<?"), opens):
        ends = page.find(">", opens, opens + _LONGEST)
        if ends >= 0:
            return ends + 1
    found = _TAG.match(page, opens, opens + _LONGEST)
    if found is None:
        pieces.append("&lt;")
        return opens + 1
    name = found[1].lower()
    if name not in _UNREAD:
        pieces.append(found[0])
    elif page[opens + 1] != "/" and name in ("script", "style", "title"):
        return _after(small, f"</{name}", found.end(), missing) or found.end()
    return found.end()


def _after(small: str, end: str, at: int, missing: set[str]) -> int:
    """Return the place behind an end, and behind its > where it is a tag's; 0 where it does not come."""
    found = -1 if end in missing else small.find(end, at)
    if found < 0:
        missing.add(end)
        return 0
    if end == "-->":
        return found + len(end)
    closes = small.find(">", found, found + _LONGEST)
    return closes + 1 if closes >= 0 else found + len(end)
