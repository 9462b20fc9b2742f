"""A draft's text as TOML values, and TOML values as text on one line. Must not know files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wizard.config.keys import SECTION, in_section, key_of
from wizard.config.reading import DETAIL_KEY, FLAGS, NUMBERS
from wizard.draft import Change, Draft, Field
from wizard.profile import SecretRef


def values_of(draft: Draft) -> dict[str, Any]:
    """Return every given field as its TOML value, IdentityIQ's in a table of their own."""
    given = {field: value_of(Change(field, draft.get(field))) for field in Field if draft.get(field).strip()}
    side = {key_of(field): value for field, value in given.items() if in_section(field)}
    plain = {key_of(field): value for field, value in given.items() if not in_section(field)}
    return {**plain, SECTION: side} if side else plain


def value_of(change: Change) -> Any:
    """Return the TOML value of one change; the draft has parsed, so the text is known to be sound."""
    text = change.value.strip()
    match change.field:
        case Field.PORT | Field.IIQ_RETRIES:
            return int(text)
        case field if field in NUMBERS:
            number = float(text.removesuffix("s"))
            return int(number) if number.is_integer() else number
        case field if field in FLAGS:
            return text.lower() in ("true", "yes", "1")
        case Field.PASSWORD | Field.IIQ_CLIENT_SECRET:
            ref = SecretRef.from_text(text)
            return {"from": str(ref.kind), **({DETAIL_KEY[ref.kind]: ref.detail} if ref.detail else {})}
        case Field.MESSAGE:
            return change.value
        case _:
            return text


def item(value: Any) -> Any:
    """Return the value as tomlkit keeps it, spaced as a person writes it."""
    import tomlkit  # imported late, here and below: reading never needs it

    return tomlkit.value(literal(value))


def literal(value: Any) -> str:
    """Return a value as TOML on one line, tables as ``{ key = value }``."""
    import tomlkit

    match value:
        case Mapping():
            inside = ", ".join(f"{key_literal(name)} = {literal(part)}" for name, part in value.items())
            return f"{{ {inside} }}" if inside else "{}"
        case list():
            return "[" + ", ".join(literal(part) for part in value) + "]"
        case _:
            text: str = tomlkit.item(value).as_string()
            return text


def key_literal(name: str) -> str:
    """Return a key as TOML, quoted where it must be."""
    import tomlkit

    text: str = tomlkit.key(name).as_string()
    return text


def as_toml(name: str, draft: Draft) -> str:
    """Return a profile as the file shows it."""
    values = values_of(draft)
    side = values.pop(SECTION, {})
    lines = [f"[profiles.{key_literal(name)}]", *(f"{key} = {literal(value)}" for key, value in values.items())]
    if side:
        lines += ["", f"[profiles.{key_literal(name)}.{SECTION}]", *(f"{key} = {literal(value)}" for key, value in side.items())]
    return "\n".join(lines) + "\n"
