"""Reads ``providers.toml``: what well-known providers expect, as changes to a draft. Must not know the network or screens."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from wizard.draft import Change, Field
from wizard.profile import Mechanism, Security


class SignIn(StrEnum):
    """How a provider wants to know who is sending."""

    PASSWORD = "password"  # noqa: S105 - the mailbox's own password
    APP_PASSWORD = "app-password"  # noqa: S105 - one made for programs
    OAUTH = "oauth"  # a token; no password is accepted
    API_KEY = "api-key"  # a key as the password, with a fixed user name
    CREDENTIALS = "credentials"  # user name and password both made by the provider
    ADDRESS = "address"  # by this host's public address, without signing in


@dataclass(frozen=True, slots=True)
class Port:
    """A port and the encryption that works on it."""

    port: int
    security: Security


@dataclass(frozen=True, slots=True)
class Note:
    """One thing worth knowing. ``date`` is the day it takes (or took) effect, where it has one."""

    text: str
    date: datetime.date | None = None
    ends_password_sign_in: bool = False

    def days_left(self, today: datetime.date) -> int | None:
        """Days from ``today`` until the note takes effect, negative when it has. None without a date."""
        return (self.date - today).days if self.date else None


@dataclass(frozen=True, slots=True)
class Region:
    """A host of its own for a part of the world or a kind of account."""

    id: str
    name: str
    host: str
    mx: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Provider:
    """One entry of the table; the fields are explained at the head of ``providers.toml``."""

    id: str
    name: str
    host: str
    ports: tuple[Port, ...]
    sign_in: SignIn
    username: str
    secret: str
    link: str
    source: str
    checked: datetime.date
    domains: tuple[str, ...] = ()
    mx: tuple[str, ...] = ()
    not_offered: tuple[int, ...] = ()
    notes: tuple[Note, ...] = ()
    regions: tuple[Region, ...] = ()

    def host_in(self, region: str = "") -> str:
        """The server of a region, by its id; the usual one when the region is empty. Raises KeyError for an unknown region."""
        if not region:
            return self.host
        return {entry.id: entry.host for entry in self.regions}[region]

    def username_for(self, address: str) -> str:
        """The user name the provider expects from this mail address; empty when it cannot be known."""
        return address if self.username == "address" else self.username

    def changes(self, address: str = "", region: str = "") -> tuple[Change, ...]:
        """The edits that set a draft up for this provider.

        ``address`` is the user's mail address, or empty: then the sender is left alone. User name and mechanism are always
        set, so that nothing of a provider chosen before stays behind. Raises KeyError for an unknown region.
        """
        best = self.ports[0]
        changes = [
            Change(Field.HOST, self.host_in(region)),
            Change(Field.PORT, str(best.port)),
            Change(Field.SECURITY, best.security.value),
            Change(Field.USERNAME, self.username_for(address)),
            Change(Field.MECHANISM, Mechanism.XOAUTH2.value if self.sign_in is SignIn.OAUTH else ""),
        ]
        if address:
            changes.append(Change(Field.SENDER, address))
        return tuple(changes)

    def hosts(self) -> tuple[str, ...]:
        """Every server name of this provider."""
        return tuple(dict.fromkeys((self.host, *(region.host for region in self.regions))))


@dataclass(frozen=True, slots=True)
class Match:
    """A provider found for a domain or MX name; ``region`` is a region's id, empty for the usual server."""

    provider: Provider
    region: str = ""


@cache
def table() -> tuple[Provider, ...]:
    """Every provider, in the order of the file."""
    text = files("wizard").joinpath("providers.toml").read_text("utf-8")
    return tuple(_provider(entry) for entry in tomllib.loads(text)["provider"])


def by_id(name: str) -> Provider | None:
    """The provider with this id, or None."""
    return next((provider for provider in table() if provider.id == name), None)


def for_domain(domain: str) -> tuple[Match, ...]:
    """Providers that keep the mailboxes of this mail domain themselves (``gmail.com``, ``contoso.onmicrosoft.com``)."""
    return tuple(Match(provider) for provider in table() if _ends_with(domain, provider.domains))


def for_mx(host: str) -> tuple[Match, ...]:
    """Providers whose servers receive mail under this MX name."""
    found: list[Match] = []
    for provider in table():
        found.extend(Match(provider, region.id) for region in provider.regions if _ends_with(host, region.mx))
        if _ends_with(host, provider.mx):
            found.append(Match(provider))
    return tuple(found)


def for_host(host: str) -> Provider | None:
    """The provider whose server this is, for the notes that go with a typed host. None for any other host."""
    name = host.lower().removesuffix(".")
    return next((provider for provider in table() if name in provider.hosts()), None)


def _ends_with(name: str, ends: Iterable[str]) -> bool:
    """Whether a name is one of these domains or lies below one."""
    name = name.lower().removesuffix(".")
    return any(name == end or name.endswith(f".{end}") for end in ends)


def _provider(entry: dict[str, Any]) -> Provider:
    """Read one entry. Raises KeyError, TypeError or ValueError when the packaged table is broken; a test reads it whole."""
    return Provider(
        domains=tuple(entry.pop("domains", ())),
        mx=tuple(entry.pop("mx", ())),
        not_offered=tuple(entry.pop("not_offered", ())),
        ports=tuple(Port(port["port"], Security(port["security"])) for port in entry.pop("ports")),
        sign_in=SignIn(entry.pop("sign_in")),
        notes=tuple(Note(**note) for note in entry.pop("notes", ())),
        regions=tuple(_region(region) for region in entry.pop("regions", ())),
        **entry,
    )


def _region(entry: dict[str, Any]) -> Region:
    return Region(entry["id"], entry["name"], entry["host"], tuple(entry.get("mx", ())))
