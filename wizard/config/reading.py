"""TOML to drafts: what is in the file, typed as the contract says, or a sentence that names the spot. Must not write."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TypeGuard

from wizard import safefile
from wizard.config.keys import OF_SECTION, PLAIN, SECTION, key_of, label, section, table_of
from wizard.config.model import ENVIRONMENT, SCHEMA_VERSION, SYSTEM_CONFIG, Config, ConfigError, config_path, profile_name
from wizard.draft import Change, Draft, Field
from wizard.profile import SecretKind, SecretRef
from wizard.values import shown

Table = Mapping[str, object]

NUMBERS = {Field.TIMEOUT, Field.TOTAL_TIMEOUT}
FLAGS = {Field.ACCEPT_CLEARTEXT_AUTH, Field.ACCEPT_UNVERIFIED_TLS, Field.IIQ_SUPPRESS_DUPLICATES}
SECRETS = {Field.PASSWORD, Field.IIQ_CLIENT_SECRET}
WHOLE = {Field.PORT: "587", Field.IIQ_RETRIES: "20"}
# Which key beside ``from`` says where exactly the secret is.
DETAIL_KEY = {
    SecretKind.FILE: "path",
    SecretKind.COMMAND: "command",
    SecretKind.ENV: "name",
    SecretKind.CREDENTIAL: "name",
}
_KNOWN_TOP = {"schema_version", "default_profile", "theme", "profiles"}
_SECRET_KEYS = {"value", "secret", "password", "plain", "token"}
_POSITION = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


def load(path: Path | None = None, *, system: Path | None = None) -> Config:
    """Read the configuration: the host's file first, then the user's, whose profiles win; or only the file that is named.

    ``path`` names a file, as SMTP_WIZARD_CONFIG does. A file that does not exist is an empty configuration. Raises ConfigError.
    """
    own = path or config_path()
    if path or os.environ.get(ENVIRONMENT):
        return _config(own, read_document(own))
    shared = system or SYSTEM_CONFIG
    if own == shared:
        return _config(own, read_document(own))
    try:
        ground = _config(shared, read_document(shared))
    except _UnreadableError as problem:  # the host's file may be meant for a service alone: the user's own still counts
        ground = Config(shared, notes=(str(problem),))
    top = _config(own, read_document(own))
    return Config(
        path=own,
        profiles={**ground.profiles, **top.profiles},
        default_profile=top.default_profile or ground.default_profile,
        theme=top.theme or ground.theme,
        origins={**ground.origins, **top.origins},
        notes=ground.notes + top.notes,
    )


class _UnreadableError(ConfigError):
    """The file is there and may not be read."""


def read_document(path: Path) -> Table:
    """Return the file's tables; empty when there is no file. Raises ConfigError with line and column when it is no TOML."""
    return parse_text(read_text(path), path)


def read_text(path: Path) -> str:
    """Return the file's text with its line ends as they are; empty when there is no file. Raises ConfigError."""
    if str(path) == os.devnull:
        return ""
    try:
        data = safefile.read_bounded(path)
    except FileNotFoundError:
        return ""
    except PermissionError as problem:
        raise _UnreadableError(f"Cannot read {path}: {safefile.reason(problem, '--config')}.") from problem
    except OSError as problem:
        raise ConfigError(f"Cannot read {path}: {safefile.reason(problem, '--config')}.") from problem
    try:
        return data.decode("utf-8").removeprefix("\ufeff")  # Windows editors leave a mark at the beginning
    except UnicodeDecodeError as problem:
        before = data[: problem.start]
        line, column = before.count(b"\n") + 1, len(before.rpartition(b"\n")[2]) + 1
        raise ConfigError(
            f"{path}, line {line}, column {column}: this is not UTF-8 text. Save the file as UTF-8; it was not changed."
        ) from None


def parse_text(text: str, path: Path) -> Table:
    """Return the tables of a TOML text. Raises ConfigError with line and column."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ConfigError(f"{path} is nested too deeply to be read. It was not changed.") from None
    except ValueError as problem:  # TOMLDecodeError, and int() on absurdly long numbers
        message = str(problem)
        found = _POSITION.search(message)
        what = message[: found.start()] if found else "this is not valid TOML"
        if found and found[1]:
            spot = f", line {found[1]}, column {found[2]}"
        else:
            spot = f", line {text.count(chr(10)) + 1}" if found else ""
        raise ConfigError(f"{path}{spot}: {what}. Correct the line, then try again; the file was not changed.") from None


def profile_tables(document: Table, path: Path) -> Mapping[str, Table]:
    """Return the profiles' tables by name, after checking the frame around them. Raises ConfigError."""
    version = document.get("schema_version", SCHEMA_VERSION)
    if isinstance(version, bool) or not isinstance(version, int):
        raise ConfigError(f"{path}: schema_version = {_quoted(version)} is not a number. Write schema_version = 1.")
    if version != SCHEMA_VERSION:
        raise ConfigError(
            f"{path}: schema_version = {_quoted(version)} is not known here, only 1 is. "
            "Use the SMTP Wizard that wrote the file, or name another file with --config."
        )
    tables = document.get("profiles", {})
    if not _is_table(tables):
        raise ConfigError(f"{path}: profiles = {_quoted(tables)} is not a table. Write each profile as [profiles.NAME].")
    result = {}
    for name, table in tables.items():
        try:
            profile_name(name)
        except ConfigError as problem:
            raise ConfigError(f"{path}: {problem}") from None
        if not _is_table(table):
            raise ConfigError(f"{path}: profiles.{name} = {_quoted(table)} is not a table. Write it as [profiles.{name}].")
        result[name] = table
    return result


def _config(path: Path, document: Table) -> Config:
    tables = profile_tables(document, path)
    drafts = {name: draft_of(table, name, path) for name, table in tables.items()}
    notes = [*_unknown(document, _KNOWN_TOP, "", path)]
    for name, table in tables.items():
        notes += _unknown(table, PLAIN, f"profiles.{name}.", path)
        notes += _unknown(section(table), OF_SECTION, f"profiles.{name}.{SECTION}.", path)
    return Config(
        path=path,
        profiles=drafts,
        default_profile=_top_text(document, "default_profile", path),
        theme=_top_text(document, "theme", path),
        origins=dict.fromkeys(drafts, path),
        notes=tuple(notes),
    )


def draft_of(table: Table, name: str, path: Path) -> Draft:
    """Return one profile's table as a draft. Raises ConfigError that names the key, its value and the cure."""
    side = table.get(SECTION, {})
    if not _is_table(side):
        raise ConfigError(
            f"{path}: {SECTION} = {_quoted(side)} in profile '{name}' is not a table. Write it as [profiles.{name}.{SECTION}]."
        )
    found = [(field, table_of(field, table)) for field in Field]
    changes = [Change(field, text_of(field, at[key_of(field)], name, path)) for field, at in found if key_of(field) in at]
    return Draft().with_changes(*changes)


def text_of(field: Field, value: object, name: str, path: Path) -> str:
    """Return a TOML value as the draft holds it. Raises ConfigError when it has the wrong type."""
    if field in SECRETS:
        return _reference(field, value, name, path)
    written = label(field)
    if field in WHOLE:
        fits = _is_number(value) and isinstance(value, int)
        cure = f"Write a whole number without quotes, for example {key_of(field)} = {WHOLE[field]}"
    elif field in NUMBERS:
        fits, cure = _is_number(value), f"Write seconds without quotes, for example {field} = 15"
    elif field in FLAGS:
        fits, cure = isinstance(value, bool), f"Write {key_of(field)} = true or {key_of(field)} = false, without quotes"
    else:
        fits, cure = isinstance(value, str), f'Write it in quotes, for example {key_of(field)} = "..."'
    if not fits:
        raise ConfigError(f"{path}: {written} = {_quoted(value)} in profile '{name}' has the wrong type. {cure}.")
    if isinstance(value, bool):
        return "true" if value else "false" if field is Field.IIQ_SUPPRESS_DUPLICATES else ""
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _reference(field: Field, value: object, name: str, path: Path) -> str:
    """Read ``{ from = "file", path = "..." }``. Nothing of the value is ever repeated: it may be the password itself."""
    what = key_of(field)
    where = f"{path}: {what} of profile '{name}'"
    then = f" and run: smtp-wizard secret set {name}" if field is Field.PASSWORD else ""
    cure = f'Write {what} = {{ from = "keyring" }}{then}'
    if not _is_table(value):
        raise ConfigError(f"{where} is written into the file. A {what.replace('_', ' ')} does not belong there. {cure}.")
    if _SECRET_KEYS & value.keys():
        raise ConfigError(f"{where} seems to hold the {what.replace('_', ' ')} itself. It does not belong into the file. {cure}.")
    try:
        kind = SecretKind(str(value.get("from", "")))
    except ValueError:
        raise ConfigError(f"{where} does not say where it is kept. Choose from = one of {', '.join(SecretKind)}.") from None
    key = DETAIL_KEY.get(kind)
    if key is None:
        return str(kind)
    detail = value.get(key)
    if not isinstance(detail, str) or not detail.strip():
        raise ConfigError(f'{where} comes from {kind}, but {key} is missing. Add it: {{ from = "{kind}", {key} = "..." }}.')
    if kind is SecretKind.FILE:
        # Relative to the configuration, not to wherever cron starts the program.
        detail = detail if detail.startswith("~") else os.path.join(os.path.abspath(path.parent), detail)
    return str(SecretRef(kind, detail.strip()))


def _top_text(document: Table, key: str, path: Path) -> str:
    value = document.get(key, "")
    if not isinstance(value, str):
        raise ConfigError(f'{path}: {key} = {_quoted(value)} has the wrong type. Write a name in quotes: {key} = "..."')
    return value


def _unknown(table: Table, known: Collection[str], prefix: str, path: Path) -> list[str]:
    """Keys nobody reads are kept and mentioned: a mistyped one would otherwise be ignored without a word."""
    found = [key for key, value in table.items() if key not in known and not _is_table(value)]
    return [f"{path}: {prefix}{shown(key)} is not a setting known here; it is left alone.{_meant(key, known)}" for key in found]


def _meant(key: str, known: Collection[str]) -> str:
    from difflib import get_close_matches  # only when something is mistyped

    close = get_close_matches(key, list(known), n=1)
    return f" Did you mean {close[0]}?" if close else ""


def _is_table(value: object) -> TypeGuard[Table]:
    return isinstance(value, Mapping)


def _is_number(value: object) -> TypeGuard[int | float]:
    # bool is an int in Python; and a number beyond any port or time is no number to work with.
    return isinstance(value, int | float) and not isinstance(value, bool) and not abs(value) > 10**9


def _quoted(value: object) -> str:
    """Return a TOML value fit for a sentence."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{shown(value)}"'
        case int():
            return str(value) if abs(value) < 10**12 else "a very large number"
        case float():
            return str(value)
        case list():
            return "[...]"
        case Mapping():
            return "{ ... }"
        case _:
            return shown(str(value))
