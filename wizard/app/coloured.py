"""Text a command prints, with its few escape codes, in the colours of the theme. Must not know what the text says."""

from __future__ import annotations

import re
from collections.abc import Iterable

from textual.content import Content

from wizard.render.style import Style

# What wizard.render.style writes; nothing else is an escape code, because it shows those of others as text.
_CODE = re.compile(r"\x1b\[([\d;]+)m(.*?)\x1b\[0m")
_STYLES = {"32": "$success", "1;31": "bold $error", "33": "$warning", "2": "$muted", "1": "bold"}


def style(width: int) -> Style:
    """Return how text for a page of ``width`` columns is to be made."""
    return Style(colour=True, width=width)


def content(lines: Iterable[str]) -> Content:
    """Return lines as they stand, coloured by the theme."""
    return Content("\n").join(_line(line) for line in lines)


def _line(line: str) -> Content:
    parts, end = [], 0
    for found in _CODE.finditer(line):
        parts += [Content(line[end : found.start()]), Content.styled(found[2], _STYLES.get(found[1], ""))]
        end = found.end()
    return Content.assemble(*parts, Content(line[end:]))
