"""Edits of a TOML text by whole lines: add to, cut out or rename the block of one profile. Must not know what keys mean.

A TOML library drops or misplaces the comments between two tables when a table grows or goes. These edits keep every line they
need not touch. They read headers line by line, which an unusual layout can fool: the caller compares the outcome with what
it should be and takes another way when they differ.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from io import StringIO

Path = tuple[str, ...]


def append_block(text: str, header: Path, lines: list[str]) -> str:
    """Return the text with a new table at its end, one empty line before it."""
    end = _line_end(text)
    before = text if not text or text.endswith("\n") else text + end
    gap = "" if not before or before.endswith(("\n\n", "\n\r\n")) else end
    return before + gap + end.join([_header(header), *lines]) + end


def grow_block(text: str, header: Path, lines: list[str]) -> str:
    """Return the text with lines added behind the table's last key, before the comments that lead to the next table."""
    rows = _rows(text)
    end = _line_end(text)
    for start, stop in _blocks(rows, header, whole=False):
        last = _last_key(rows, start, stop)
        if not rows[last].endswith("\n"):
            rows[last] += end
        rows[last + 1 : last + 1] = [line + end for line in lines]
        break
    return "".join(rows)


def cut_block(text: str, header: Path) -> str:
    """Return the text without the table and its sub-tables. Comments behind its last key stay: they lead to what follows."""
    rows = _rows(text)
    for start, stop in reversed(list(_blocks(rows, header, whole=True))):
        del rows[start : _last_key(rows, start, stop) + 1]
        if start < len(rows) and not rows[start].strip() and (start == 0 or not rows[start - 1].strip()):
            del rows[start]
    return "".join(rows)


def rename_block(text: str, header: Path, new: Path) -> str:
    """Return the text with the table's own header and those of its sub-tables renamed; everything else stays."""
    rows = _rows(text)
    for index, row in enumerate(rows):
        found = _header_of(row)
        if found and found[: len(header)] == header:
            rows[index] = _renamed(row, (*new, *found[len(header) :]))
    return "".join(rows)


def put_on_top(text: str, line: str) -> str:
    """Return the text with a line for a new top-level key, behind the comments the file begins with."""
    rows = _rows(text)
    index = next((number for number, row in enumerate(rows) if not row.lstrip().startswith("#")), len(rows))
    if index and not rows[index - 1].endswith("\n"):
        rows[index - 1] += _line_end(text)
    rows.insert(index, line + _line_end(text))
    return "".join(rows)


def _rows(text: str) -> list[str]:
    """Split at line feeds alone: str.splitlines also splits at signs that may stand inside a TOML string (U+2028)."""
    return list(StringIO(text, newline="\n"))


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _header(path: Path) -> str:
    from tomlkit import key

    return f"[{'.'.join(key(part).as_string() for part in path)}]"


def _header_of(row: str) -> Path | None:
    """Return the path a ``[table]`` line opens, or None for any other line."""
    if not row.lstrip().startswith("["):
        return None
    try:
        node: object = tomllib.loads(row)
    except ValueError:
        return None
    path = []
    while isinstance(node, Mapping) and node:
        (name, node), *_ = node.items()
        path.append(name)
        node = node[0] if isinstance(node, list) and node else node
    return tuple(path)


def _renamed(row: str, path: Path) -> str:
    """Replace the bracketed part of a header line. The comment behind it, if any, is what the longest valid cut leaves."""
    start = row.index("[")
    stop = next(at + 1 for at in range(start, len(row)) if row[at] == "]" and _header_of(row[: at + 1]) == _header_of(row))
    return row[:start] + _header(path) + row[stop:]


def _blocks(rows: list[str], header: Path, *, whole: bool) -> Iterator[tuple[int, int]]:
    """Yield the line ranges of a table; with ``whole`` those of its sub-tables too."""
    start = None
    for index, row in enumerate(rows):
        found = _header_of(row)
        if found is None:
            continue
        inside = found[: len(header)] == header if whole else found == header
        if start is not None and not (inside and whole):
            yield start, index
            start = None
        if inside and start is None:
            start = index
    if start is not None:
        yield start, len(rows)


def _last_key(rows: list[str], start: int, stop: int) -> int:
    """Return the last line of the block that is neither empty nor a comment; its header when it has no key."""
    return max(index for index in range(start, stop) if index == start or rows[index].strip()[:1] not in ("", "#"))
