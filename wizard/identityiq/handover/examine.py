"""The linter of a merge file, made here or by hand: its form, its entries and, through the settings' own rules, their values.

Takes text and gives flaws. Must not know where the file lies or what stands in IdentityIQ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from wizard.identityiq.handover.flaws import flaw
from wizard.identityiq.handover.merge import OBJECT
from wizard.identityiq.handover.scan import Doctype, Node, NotXmlError, Scanned, scan
from wizard.identityiq.lint import Flaw, lint
from wizard.identityiq.settings import INVENTED, SECRET_KEYS, Entry, Form, Key, PasswordForm, Settings
from wizard.profile import Password

_OPENING = re.compile(r"<!--|<!\[CDATA\[")
_NOT_A_BREAK = re.compile(r"[^\r\n]")
_MOST_COMMENTS = 50  # flawed ones that are named; whoever has more knows by then
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLACEHOLDER = re.compile(r"%%\w+%%|\$\{\w[\w.]*\}|@@?\w+@@?")
_STORED = re.compile(r"\d+:")
_MAIL_KEYS = frozenset(key.value for key in Key) | INVENTED.keys()
_UTF8 = ("", "utf-8", "utf8", "us-ascii", "ascii")
_WHY = (
    # What expat says, what it means, and the cure.
    (
        "invalid token",
        "a character stands where none may be",
        "A bare & or < in a value is the usual reason: write &amp; or &lt;.",
    ),
    (
        "mismatched tag",
        "a tag is closed that is not the one that is open",
        "Compare the opening and closing tags above this place.",
    ),
    ("no element found", "it ends before its last tag is closed", "The end of the file is missing, or a closing tag is."),
    ("unclosed", "it ends in the middle of a tag or quote", "The end of the file is missing, or a quote is not closed."),
    (
        "declaration not at start",
        "something stands before its first line",
        "Take out what stands before <?xml, blanks and lines too.",
    ),
    ("duplicate attribute", "a tag has the same attribute twice", "Keep one of them."),
    (
        "junk after document",
        "something stands behind the last closing tag",
        "Take out what follows </sailpoint>, or put it inside.",
    ),
    (
        "undefined entity",
        "it uses a name such as &nbsp; that XML does not know",
        "Write the character itself, or its number: &#160;.",
    ),
    (
        "too many elements",
        "more than 500 elements lie inside each other",
        "That is no file of IdentityIQ's: export the object again.",
    ),
    ("entity", "it declares or uses an entity", "A merge file needs none: take the declaration out of the DOCTYPE."),
)


def examine(text: str, *, production: bool | None = None) -> tuple[Flaw, ...]:
    """Return everything wrong with a merge file, in the order of its lines. Never raises; no flaw repeats a secret.

    ``production`` is what the caller knows of the IdentityIQ it is for; None leaves it to what the settings look like.
    """
    text = text.removeprefix("\ufeff")
    found = list(_characters(text))
    clean, comments = _without_comments(text)
    found += comments
    if not found or found == comments:
        try:
            found += _judged(scan(clean), production)
        except NotXmlError as problem:
            found.append(_not_xml(problem))
    # What is about an absent entry has no line, and comes last.
    return tuple(sorted(found, key=lambda one: (one.line or len(text), one.column)))


def _characters(text: str) -> Iterator[Flaw]:
    strange = _FORBIDDEN.search(text)
    if strange:
        line, column = _place(text, strange.start())
        why = f"it holds the character U+{ord(strange[0]):04X}, which no XML file may"
        yield flaw("iiq-file-not-xml", line, column, why=why, cure="Take the character out; it is often invisible.")


def _without_comments(text: str) -> tuple[str, list[Flaw]]:
    """Return the text with its comments as blanks, places unchanged, and a flaw for each that XML forbids."""
    found: list[Flaw] = []
    clean: list[str] = []
    at = 0
    while opening := _OPENING.search(text, at):
        start, comment = opening.start(), opening[0] == "<!--"
        end = text.find("-->" if comment else "]]>", opening.end())
        if end < 0:
            break
        clean.append(text[at:start])
        whole = text[start : end + 3]
        clean.append(_NOT_A_BREAK.sub(" ", whole) if comment else whole)
        inside = text.find("--", opening.end()) if comment else end
        if inside < end and len(found) < _MOST_COMMENTS:
            found.append(flaw("iiq-file-comment", *_place(text, inside)))
        at = end + 3
    return "".join([*clean, text[at:]]), found


def _place(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1


def _not_xml(problem: NotXmlError) -> Flaw:
    why, cure = next(((why, cure) for sign, why, cure in _WHY if sign in str(problem)), (f"its reader says: {problem}", ""))
    return flaw("iiq-file-not-xml", problem.line, problem.column, why=f"in line {problem.line}, {why}", cure=cure)


# --- the form -----------------------------------------------------------------------------------------------------------------


class _Target(NamedTuple):
    """One Configuration in the file, and whether an ImportAction merge is around it."""

    node: Node
    merged: bool


def _judged(scanned: Scanned, production: bool | None) -> Iterator[Flaw]:
    root = scanned.root
    if scanned.encoding.lower() not in _UTF8:
        yield flaw("iiq-file-encoding", 1, 1, what=scanned.encoding)
    yield from _doctype(scanned.doctype, root)
    if root.tag != "sailpoint":
        yield flaw("iiq-file-root", root.line, root.column, what=root.tag)
    yield from _actions(root)
    targets = tuple(_targets(root, merged=False))
    entries = tuple(root.all("entry"))
    if not targets or not entries:
        missing = "there is no <Configuration> in it" if not targets else "there is no <entry> in it"
        yield flaw("iiq-file-nothing", root.line, root.column, what=missing)
    placed: list[Node] = []
    for target in targets:
        inside = _in_map(target.node)
        placed += inside
        yield from _object(target, inside, production)
    yield from _misplaced(entries, placed)


def _doctype(doctype: Doctype | None, root: Node) -> Iterator[Flaw]:
    if doctype is None:
        yield flaw("iiq-file-doctype", root.line, root.column, what="none")
    elif doctype.inner or (doctype.name, doctype.system) != (root.tag, "sailpoint.dtd"):
        what = "one with declarations of its own" if doctype.inner else f"{doctype.name} with {doctype.system or 'no file'}"
        yield flaw("iiq-file-doctype", doctype.line, doctype.column, what=what)


def _actions(root: Node) -> Iterator[Flaw]:
    for action in root.all("ImportAction"):
        name = action.attributes.get("name", "")
        if name != "merge" and any(action.all("Configuration")):
            yield flaw("iiq-file-action", action.line, action.column, what=f"'{name}'" if name else "missing")


def _targets(node: Node, *, merged: bool) -> Iterator[_Target]:
    merged = merged or node.tag == "ImportAction"
    if node.tag == "Configuration":
        yield _Target(node, merged)
        return
    for child in node.children:
        yield from _targets(child, merged=merged)


def _in_map(configuration: Node) -> list[Node]:
    maps = [
        inner for outer in configuration.children if outer.tag == "Attributes" for inner in outer.children if inner.tag == "Map"
    ]
    return [entry for one in maps for entry in one.children if entry.tag == "entry"]


def _misplaced(entries: tuple[Node, ...], placed: list[Node]) -> Iterator[Flaw]:
    right = {id(entry) for entry in placed}
    right |= {id(inner) for entry in placed for child in entry.children for inner in child.all("entry")}
    for entry in entries:
        key = entry.attributes.get("key", "")
        if id(entry) not in right and key in _MAIL_KEYS:
            yield flaw("iiq-file-misplaced-entry", entry.line, entry.column, key=key)


def _object(target: _Target, entries: list[Node], production: bool | None) -> Iterator[Flaw]:
    node, name = target.node, target.node.attributes.get("name", "")
    mail = [entry for entry in entries if entry.attributes.get("key") in _MAIL_KEYS]
    if not target.merged:
        yield flaw("iiq-file-no-import-action", node.line, node.column, what=name or "that has no name here")
    if name != OBJECT:
        if mail or not name:
            yield flaw("iiq-file-object-name", node.line, node.column, what=f"'{name}'" if name else "one without a name")
        if not mail:
            return  # another object is another one's business
    yield from _entries(entries)
    yield from lint(_settings(mail, target.merged), production=production)


# --- the entries --------------------------------------------------------------------------------------------------------------


def _entries(entries: list[Node]) -> Iterator[Flaw]:
    seen: set[str] = set()
    for node in entries:
        key = node.attributes.get("key", "")
        if not key:
            yield flaw("iiq-file-entry-without-key", node.line, node.column)
            continue
        if key in seen and key not in _MAIL_KEYS:  # the settings' own rules speak of the others
            yield flaw("iiq-file-doubled-key", node.line, node.column, key=key)
        seen.add(key)
        yield from _value(node, key)


def _value(node: Node, key: str) -> Iterator[Flaw]:
    _, value = _entry(node)
    if node.text.strip():
        yield flaw("iiq-file-value-outside", node.line, node.column, key=key)
    elif key in _MAIL_KEYS and not value:
        yield flaw("iiq-file-empty-entry", node.line, node.column, key=key)
    elif _PLACEHOLDER.fullmatch(value):
        yield flaw("iiq-file-placeholder", node.line, node.column, key=key, what=value)


def _entry(node: Node) -> tuple[Entry, str]:
    """Return an entry as Settings hold it, and its value, which the entry of a secret does not have."""
    key = node.attributes.get("key", "")
    typed = next((inner for child in node.children if child.tag == "value" for inner in child.children), None)
    if "value" in node.attributes:
        form, value, kind = Form.ATTRIBUTE, node.attributes["value"], ""
    elif typed is not None:
        text = typed.text if typed.tag == "String" else typed.text.strip()
        form, value, kind = Form.ELEMENT, text or ("false" if typed.tag == "Boolean" else ""), typed.tag
    else:
        form, value, kind = Form.ABSENT, "", ""
    return Entry(key, "" if key in SECRET_KEYS else value, form, kind, node.line, node.column), value


def _form(stored: str) -> PasswordForm:
    if not stored:
        return PasswordForm.ABSENT
    if stored.startswith("1:"):
        return PasswordForm.SHARED_KEY
    return PasswordForm.SITE_KEY if _STORED.match(stored) else PasswordForm.CLEAR


def _settings(entries: list[Node], merged: bool) -> Settings:
    """Return what the file says as Settings; placeholders are left out, because their values are not known here."""
    read = [(entry, value) for entry, value in map(_entry, entries) if value and not _PLACEHOLDER.fullmatch(value)]
    secret = next((value for entry, value in reversed(read) if entry.key == Key.PASSWORD), "")
    return Settings(
        "the file",
        tuple(entry for entry, _ in read),
        Password(secret) if secret else None,
        _form(secret),
        # With a placeholder in it the rest is not the whole either.
        merged=merged or len(read) < len(entries),
    )
