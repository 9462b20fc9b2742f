"""Where a field stands in a profile: most in its own table, IdentityIQ's in a table beneath. Must not know values."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.draft import Field

SECTION = "identityiq"
_PREFIX = "iiq_"
PLAIN = frozenset(field.value for field in Field if not field.value.startswith(_PREFIX))
OF_SECTION = {field.value.removeprefix(_PREFIX): field for field in Field if field.value.startswith(_PREFIX)}


def in_section(field: Field) -> bool:
    """Return whether the field belongs into ``[profiles.NAME.identityiq]``."""
    return field.value.startswith(_PREFIX)


def key_of(field: Field) -> str:
    """Return the field's key in its table."""
    return field.value.removeprefix(_PREFIX)


def label(field: Field) -> str:
    """Return how a sentence names the field: ``port``, ``identityiq.type``."""
    return f"{SECTION}.{key_of(field)}" if in_section(field) else field.value


def section(table: Mapping[str, object]) -> Mapping[str, object]:
    """Return IdentityIQ's table of a profile; empty where there is none, or where it is no table."""
    found = table.get(SECTION)
    return found if isinstance(found, Mapping) else {}


def table_of(field: Field, table: Mapping[str, object]) -> Mapping[str, object]:
    """Return the table the field stands in."""
    return section(table) if in_section(field) else table
