"""What Received and Authentication-Results share of grammar: comments and quoted strings (RFC 5322 3.2). No judgement."""

from __future__ import annotations

from typing import NamedTuple


class Split(NamedTuple):
    """A value without its comments, and the comments in their order."""

    text: str
    comments: tuple[str, ...]


def without_comments(value: str) -> Split:
    """Return a header's value with its comments taken out; nested ones and quoted strings are respected."""
    kept: list[str] = []
    comments: list[str] = []
    inside: list[str] = []
    depth, quoted, escaped = 0, False, False
    for sign in value:
        target = inside if depth else kept
        if escaped or sign == "\\":
            escaped = not escaped
            target.append(sign)
        elif sign == '"' and not depth:
            quoted = not quoted
            kept.append(sign)
        elif sign == "(" and not quoted:
            depth += 1
            if depth > 1:
                inside.append(sign)
        elif sign == ")" and depth:
            depth -= 1
            if depth:
                inside.append(sign)
            else:
                comments.append("".join(inside))
                inside.clear()
                kept.append(" ")
        else:
            target.append(sign)
    return Split(" ".join("".join(kept).split()), tuple(comments))


def parts(text: str, mark: str) -> list[str]:
    """Return the pieces between marks that stand outside quoted strings."""
    found, piece, quoted, escaped = [], "", False, False
    for sign in text:
        if escaped:
            escaped = False
        elif sign == "\\" and quoted:
            escaped = True
        elif sign == '"':
            quoted = not quoted
        elif sign == mark and not quoted:
            found.append(piece)
            piece = ""
            continue
        piece += sign
    return [*found, piece]


def unquoted(word: str) -> str:
    """Return a word without the quotation marks around it."""
    if len(word) >= 2 and word[0] == word[-1] == '"':
        return word[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return word
