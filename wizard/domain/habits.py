"""How known providers sign mail and which senders they let through: the table in habits.toml. Must not know DNS."""

from __future__ import annotations

import datetime
import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from wizard.providers import Provider, by_id, for_host, serving


class Senders(StrEnum):
    """Which senders a provider lets through; explained at the head of ``habits.toml``."""

    ANY = ""
    OWN = "own"
    GRANTED = "granted"
    DOMAIN = "domain"
    REPLACED = "replaced"


class Habits(NamedTuple):
    """One entry of ``habits.toml``."""

    provider: Provider
    checked: datetime.date
    selectors: tuple[str, ...] = ()
    selectors_source: str = ""
    senders: Senders = Senders.ANY
    senders_source: str = ""


@cache
def table() -> dict[str, Habits]:
    """Every entry, by the provider's id. Raises KeyError when the packaged table names a provider that is not there."""
    rows: list[dict[str, Any]] = tomllib.loads(files("wizard.domain").joinpath("habits.toml").read_text("utf-8"))["provider"]
    return {row["id"]: _habits(row) for row in rows}


def _habits(row: dict[str, Any]) -> Habits:
    provider = by_id(row["id"])
    if provider is None:
        raise KeyError(row["id"])
    selectors, senders = tuple(row.get("selectors", ())), Senders(row.get("senders", ""))
    return Habits(provider, row["checked"], selectors, row.get("selectors_source", ""), senders, row.get("senders_source", ""))


def for_server(host: str) -> Habits | None:
    """The habits of the provider whose mail server this is; None for a stranger's."""
    provider = for_host(host) or next(iter(serving(host)), None) if host else None
    return table().get(provider.id) if provider else None
