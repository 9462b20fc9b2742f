"""What can be done to the configuration: save, copy, rename, remove a profile; remember the default and the theme.

Says what should change; how a file is edited without loss is the business of ``edit``. Must not know what a server is.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path

from wizard.config import blocks
from wizard.config.edit import Candidate, Document, by_library, edit_file, profile_texts, table_at, top_texts, with_value
from wizard.config.keys import key_of, table_of
from wizard.config.literals import key_literal, literal, values_of
from wizard.config.model import ConfigError, profile_name
from wizard.config.reading import SECRETS, text_of
from wizard.draft import Change, Draft, Field
from wizard.profile import Invalid, parse


def save_profile(
    name: str, draft: Draft, *, path: Path | None = None, make_default: bool = False, base: Draft | None = None
) -> None:
    """Write one profile. Only keys whose value differs are touched; with ``base`` (the draft as it was loaded) only what changed
    since then, so that a change another wizard made to the same profile stays.

    Raises ConfigError: the draft does not parse, or the file cannot be read or written. The file is then as it was.
    """
    profile_name(name)
    problems = parse(draft, name)
    if isinstance(problems, Invalid):
        words = "; ".join(f"{field}: {sentence}" for field, sentence in problems.errors.items())
        raise ConfigError(f"Profile '{name}' was not saved. {words}.")
    everything = tuple(Change(field, draft.get(field)) for field in Field)

    def edit(text: str, data: Document, target: Path) -> Iterator[Candidate]:
        old = data.get("profiles", {}).get(name)
        # A profile that is not in the file (yet, or any more) needs every key, whatever the base was.
        asked = everything if base is None or old is None else base.changes_to(draft)
        changes = [change for change in asked if _differs(change, old or {}, name, target)]
        for new, after in profile_texts(text, data, name, changes):
            yield from top_texts(new, after, "default_profile", name) if make_default else [(new, after)]

    edit_file(path, edit)


def _differs(change: Change, table: Mapping[str, object], name: str, target: Path) -> bool:
    """Whether the file says something else. ``timeout = 15.0`` and the draft's ``15`` are the same: the file's spelling stays."""
    at, key = table_of(change.field, table), key_of(change.field)
    if key not in at:
        return bool(change.value.strip())
    try:
        return text_of(change.field, at[key], name, target) != change.value.strip()
    except ConfigError:  # the file's value is wrong: what was typed since replaces it
        return True


def copy_profile(name: str, new: str, *, path: Path | None = None, draft: Draft | None = None) -> None:
    """Write a profile again under a new name, with the keys this program does not know.

    ``draft`` stands in when the profile is in another file (the host's). Raises ConfigError.
    """
    profile_name(new)

    def edit(text: str, data: Document, target: Path) -> Iterator[Candidate]:
        tables = data.get("profiles", {})
        _must_not_exist(new, tables, target)
        if name not in tables and draft is None:
            raise ConfigError(f"There is no profile '{name}' in {target}.")
        values = copy.deepcopy(tables[name]) if name in tables else values_of(draft or Draft())
        after = with_value(data, "profiles", new, values)
        yield _appended(text, ("profiles", new), values), after
        yield from by_library(text, after, lambda document: table_at(document, "profiles").update({new: values}))

    edit_file(path, edit)


def _appended(text: str, header: blocks.Path, table: Mapping[str, object]) -> str:
    """Return the text with the table at its end, its sub-tables (``[profiles.prod.identityiq]``) under headers of their own."""
    nested = {
        key: value
        for key, value in table.items()
        if isinstance(value, Mapping) and key not in (key_of(field) for field in SECRETS)
    }
    lines = [f"{key_literal(key)} = {literal(value)}" for key, value in table.items() if key not in nested]
    text = blocks.append_block(text, header, lines)
    for key, value in nested.items():
        text = _appended(text, (*header, key), value)
    return text


def remove_profile(name: str, *, path: Path | None = None) -> None:
    """Take a profile out of the file, and out of default_profile. Raises ConfigError."""

    def edit(text: str, data: Document, target: Path) -> Iterator[Candidate]:
        _must_exist(name, data, target)
        after = copy.deepcopy(data)
        del after["profiles"][name]
        without = [(blocks.cut_block(text, ("profiles", name)), after)]
        for new, _ in without + by_library(text, after, lambda document: document["profiles"].pop(name)):
            if after.get("default_profile") == name:
                final = {key: value for key, value in after.items() if key != "default_profile"}
                yield from by_library(new, final, lambda document: document.pop("default_profile"))
            else:
                yield new, after

    edit_file(path, edit)


def rename_profile(name: str, new: str, *, path: Path | None = None) -> None:
    """Give a profile another name, in default_profile too. Raises ConfigError."""
    profile_name(new)

    def move(document: Document) -> None:
        document["profiles"][new] = document["profiles"].pop(name)

    def edit(text: str, data: Document, target: Path) -> Iterator[Candidate]:
        _must_exist(name, data, target)
        _must_not_exist(new, data["profiles"], target)
        after = copy.deepcopy(data)
        after["profiles"][new] = after["profiles"].pop(name)
        renamed = [(blocks.rename_block(text, ("profiles", name), ("profiles", new)), after)]
        for result, expected in renamed + by_library(text, after, move):
            if expected.get("default_profile") == name:
                yield from top_texts(result, expected, "default_profile", new)
            else:
                yield result, expected

    edit_file(path, edit)


def save_default(name: str, *, path: Path | None = None) -> None:
    """Make a profile the one that is meant when none is named. Raises ConfigError."""
    edit_file(path, lambda text, data, _: top_texts(text, data, "default_profile", name))


def save_theme(name: str, *, path: Path | None = None) -> None:
    """Remember the theme. Raises ConfigError."""
    edit_file(path, lambda text, data, _: top_texts(text, data, "theme", name))


def _must_exist(name: str, data: Document, target: Path) -> None:
    if name not in data.get("profiles", {}):
        raise ConfigError(f"There is no profile '{name}' in {target}.")


def _must_not_exist(name: str, tables: Mapping[str, object], target: Path) -> None:
    if name in tables:
        raise ConfigError(f"There is already a profile '{name}' in {target}. Choose another name, or remove that one first.")
