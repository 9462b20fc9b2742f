"""One save: lock, read again, edit, compare, back up, replace. Must not know which settings exist.

An edit comes as candidates, the one that keeps most of the file first; the first whose text reads back as exactly what it
should be is written, and when none does, nothing is.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from wizard import safefile
from wizard.config import blocks
from wizard.config.keys import SECTION, in_section, key_of
from wizard.config.literals import item, literal, value_of
from wizard.config.model import SCHEMA_VERSION, SYSTEM_CONFIG, ConfigError, config_path
from wizard.config.reading import parse_text, profile_tables, read_text
from wizard.draft import Change

Document = MutableMapping[str, Any]
Candidate = tuple[str, Document]
HEAD = f"# SMTP Wizard. No password belongs into this file.\nschema_version = {SCHEMA_VERSION}\n"


def edit_file(path: Path | None, edit: Callable[[str, Document, Path], Iterator[Candidate]]) -> None:
    """Lock, read again, take the first edit that reads back as expected, back up, replace."""
    shown = path or config_path()
    target = Path(os.path.realpath(shown))  # a symbolic link stays one: what it points at is written
    try:
        with safefile.locked(target):
            text = read_text(target)
            data = dict(parse_text(text, target))
            profile_tables(data, target)
            new = _first_sound(edit(text or HEAD, data if text else {"schema_version": SCHEMA_VERSION}, target), target)
            if new == text:
                return
            mode = _mode(target)
            if text:
                safefile.write_atomic(target.with_name(f"{target.name}.bak"), text.encode(), mode)
            safefile.write_atomic(target, new.encode(), mode)
    except OSError as problem:
        raise ConfigError(f"Cannot save {shown}: {safefile.reason(problem, '--config')}. The file is as it was.") from problem


def _mode(target: Path) -> int:
    """The host's own file keeps its mode: a service account may have to read it. Any other is the user's alone."""
    if target != SYSTEM_CONFIG:
        return 0o600
    return target.stat().st_mode & 0o777 if target.exists() else 0o644


def _first_sound(candidates: Iterator[Candidate], target: Path) -> str:
    for text, expected in candidates:
        try:
            data = parse_text(text, target)
        except ConfigError:
            continue
        if _canonical(data) == _canonical(expected):
            return text
    raise ConfigError(
        f"{target} is laid out in a way that cannot be edited safely, so it was not changed. "
        "Write each profile as a [profiles.NAME] table of its own, then try again."
    )


def _canonical(data: Mapping[str, Any]) -> str:
    """Return a text two documents share when they say the same; dates and NaN included, order not."""
    told = {key: value for key, value in data.items() if key != "profiles" or value}  # an empty [profiles] says nothing
    return json.dumps(told, sort_keys=True, default=repr)


def profile_texts(text: str, data: Document, name: str, changes: list[Change]) -> Iterator[Candidate]:
    """Yield the ways to write the changes into a profile, the one that keeps most first; IdentityIQ's into its own table."""
    plain = [change for change in changes if not in_section(change.field)]
    side = [change for change in changes if in_section(change.field)]
    if not side:
        yield from table_texts(text, data, ("profiles", name), plain)
        return
    for part, after in table_texts(text, data, ("profiles", name), plain):
        yield from table_texts(part, after, ("profiles", name, SECTION), side)


def table_texts(text: str, data: Document, path: blocks.Path, changes: list[Change]) -> Iterator[Candidate]:
    """Yield the ways to write the changes into the table at ``path``, the one that keeps most first."""
    old = table_in(data, path)
    values = {key_of(change.field): value_of(change) for change in changes if change.value.strip()}
    gone = {key_of(change.field) for change in changes if not change.value.strip()}
    table = {key: value for key, value in {**(old or {}), **values}.items() if key not in gone}
    after = with_value(data, *path, table)
    lines = {key: f"{key} = {literal(value)}" for key, value in values.items() if key not in (old or {})}
    if old is None:
        yield blocks.append_block(text, path, list(lines.values())), after

    def replace(document: Document) -> None:
        found = walk(document, path)
        for key in gone & set(found):
            del found[key]
        for key in set(values) & set(found):
            found[key] = item(values[key])

    def replace_and_add(document: Document) -> None:
        found = walk(document, path)
        for key in gone & set(found):
            del found[key]
        for key, value in values.items():
            found[key] = item(value)

    for part, _ in by_library(text, after, replace) if old is not None else ():
        yield blocks.grow_block(part, path, list(lines.values())) if lines else part, after
    yield from by_library(text, after, replace_and_add)


def top_texts(text: str, data: Document, key: str, value: str) -> Iterator[Candidate]:
    """Yield the ways to write a top-level key."""
    after = {**data, key: value}
    if key not in data:
        line = f"{key} = {literal(value)}"
        if "schema_version" in data:
            yield from by_library(text, after, lambda document: document.update({key: value}))
        yield blocks.put_on_top(text, line), after
    yield from by_library(text, after, lambda document: document.update({key: value}))


def by_library(text: str, after: Document, change: Callable[[Document], object]) -> list[Candidate]:
    """Return the text after tomlkit made the change; nothing when it stumbles over the layout."""
    import tomlkit  # imported late: reading never needs it
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text)
        change(document)
        return [(tomlkit.dumps(document), after)]
    except (TOMLKitError, LookupError, ValueError, TypeError, AttributeError):
        return []


def table_in(data: Document, path: blocks.Path) -> Document | None:
    """Return the table at the path as it was read, None where there is none."""
    node: Any = data
    for part in path:
        node = node.get(part) if isinstance(node, Mapping) else None
    return node if isinstance(node, MutableMapping) else None


def walk(document: Document, path: blocks.Path) -> Document:
    """Return the table at the path, made where it is not there."""
    for part in path:
        document = table_at(document, part)
    return document


def table_at(document: Document, key: str) -> Document:
    """Return the sub-table, made when it is not there."""
    if key not in document:
        document[key] = {}
    table: Document = document[key]
    return table


def with_value(data: Document, *path_and_value: Any) -> Document:
    """Return a deep copy of the data with the value at the path."""
    *path, last, value = path_and_value
    after = copy.deepcopy(data)
    node = after
    for part in path:
        node = node.setdefault(part, {})
    node[last] = value
    return after
