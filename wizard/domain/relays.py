"""Which name the SPF record of a domain should include for a known provider: the table in relays.toml. Must not know DNS."""

from __future__ import annotations

import datetime
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from wizard.providers import Provider, by_id, for_domain, for_host, for_mx, serving


class Relay(NamedTuple):
    """A provider as SPF sees it; the fields are explained at the head of ``relays.toml``."""

    provider: Provider
    include: str
    source: str
    checked: datetime.date
    accepted: tuple[str, ...] = ()
    rewrites: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Every name whose include counts."""
        return self.include, *self.accepted


@cache
def table() -> dict[str, Relay]:
    """Every entry, by the provider's id. Raises KeyError when the packaged table names a provider that is not there."""
    rows: list[dict[str, Any]] = tomllib.loads(files("wizard.domain").joinpath("relays.toml").read_text("utf-8"))["relay"]
    return {row["provider"]: _relay(row) for row in rows}


def _relay(row: dict[str, Any]) -> Relay:
    provider = by_id(row["provider"])
    if provider is None:
        raise KeyError(row["provider"])
    accepted = tuple(row.get("accepted", ()))
    return Relay(provider, row["include"], row["source"], row["checked"], accepted, row.get("rewrites", False))


def for_server(host: str) -> Relay | None:
    """The relay behind a mail server's name; None for a stranger's."""
    provider = for_host(host) or next(iter(serving(host)), None) if host else None
    return table().get(provider.id) if provider else None


def for_exchanges(hosts: tuple[str, ...]) -> tuple[Relay, ...]:
    """The relays whose provider keeps the domain's mailboxes, by its MX hosts: their users send as this domain too."""
    found = (table().get(match.provider.id) for host in hosts for match in for_mx(host))
    return tuple(dict.fromkeys(relay for relay in found if relay))


def owner(domain: str) -> Provider | None:
    """The provider a mail domain belongs to (gmail.com): nobody else publishes records for it."""
    return next((match.provider for match in for_domain(domain)), None)
