"""Which template a mail looks like: by the literal pieces of its Subject, then of its Body. Must not know Velocity's values."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from wizard.identityiq.templates.template import Template

_NAME = r"[a-zA-Z][\w-]*"
_DYNAMIC = re.compile(
    rf"\$!?\{{[^}}]*\}}|\$!?{_NAME}(?:\.{_NAME})*(?:\([^)]*\)(?:\.{_NAME}(?:\([^)]*\))?)*)?"  # a reference
    r"|##[^\n]*|#\*.*?\*#|#(?:\{\w+\}|(?:set|if|elseif|foreach|else|end|macro)\b)\s*(?:\((?:[^()]|\([^()]*\))*\))?",
    re.S,
)
_ENOUGH = 4  # letters a pattern must fix before it says anything; "$subject" alone fits everything
_LONGEST = 20_000  # characters of a mail that are looked at
_MOST_PIECES = 40


def looks_like(subject: str, body: str, templates: Iterable[Template]) -> str:
    """Return the name of the template a mail looks like, empty when none fits or two fit alike.

    The Subject's literal text has to be there in its order, from the first sign to the last; among those that fit, the one that
    fixes the most wins, its Body's words counted as well.
    """
    subject = " ".join(subject.split())[:_LONGEST]
    body = _words(body)
    scored = sorted(((_score(subject, body, one), one.name) for one in templates), reverse=True)
    best = [one for one in scored if one[0] >= _ENOUGH]
    if not best or (len(best) > 1 and best[0][0] == best[1][0] and best[0][1] != best[1][1]):
        return ""
    return best[0][1]


def _score(subject: str, body: str, template: Template) -> int:
    pieces = list(literal(" ".join(template.subject.text.split())))
    fixed = sum(_letters(piece.text) for piece in pieces if not piece.optional)
    if not _fits(subject, pieces) or (fixed < _ENOUGH and not template.body.text):
        return 0
    known = [_words(piece.text) for piece in literal(template.body.text)]
    wanted = [text for text in known if _letters(text) >= _ENOUGH][:_MOST_PIECES]
    found = sum(len(text) for text in wanted if text in body)
    whole = sum(map(len, wanted)) or 1
    if fixed < _ENOUGH and found * 2 < whole:  # a Subject that fixes nothing leaves it to the Body
        return 0
    return fixed * 10 + found * 10 // whole


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


class Piece(NamedTuple):
    """A text that comes out as it stands; ``optional`` when it stands inside an #if or #foreach, and may be left out."""

    text: str
    optional: bool


def literal(text: str) -> Iterator[Piece]:
    """Return the pieces of a text that come out as they stand, in order; the empty ones at either end mean "anything here"."""
    at = depth = 0
    for found in _DYNAMIC.finditer(text):
        yield Piece(text[at : found.start()], depth > 0)
        word = re.match(r"#\{?(\w+)", found[0])
        if word and word[1] in ("if", "foreach", "macro"):
            depth += 1
        elif word and word[1] == "end":
            depth = max(depth - 1, 0)
        at = found.end()
    yield Piece(text[at:], depth > 0)


def _fits(subject: str, pieces: list[Piece]) -> bool:
    """Return whether the pieces stand in the subject in order, the first at its start and the last at its end."""
    first, last = pieces[0].text.lstrip(), pieces[-1].text.rstrip()
    if len(pieces) == 1:
        return subject == first.strip()
    if not subject.startswith(first) or not subject.endswith(last) or len(first) + len(last) > len(subject):
        return False
    at, end = len(first), len(subject) - len(last)
    for piece in pieces[1:-1]:
        found = subject.find(piece.text, at, end)
        if found >= 0:
            at = found + len(piece.text)
        elif not piece.optional:
            return False
    return True


def _words(text: str) -> str:
    """Return a text without tags and with single blanks, so that HTML and what a mail program made of it compare."""
    return " ".join(re.sub(r"<[^<>]{0,2000}>", " ", text[:_LONGEST]).split())
