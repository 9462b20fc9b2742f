"""Reads ``providers.toml``: what well-known providers expect, as changes to a draft. Must not know the network or screens."""

import datetime
from collections.abc import Iterable
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, NamedTuple

from wizard.draft import Change, Field
from wizard.packaged import entries, naming, parsed
from wizard.profile import Mechanism, Security


class SignIn(StrEnum):
    """How a provider wants to know who is sending."""

    PASSWORD = "password"  # noqa: S105 - the mailbox's own password
    APP_PASSWORD = "app-password"  # noqa: S105 - one made for programs
    OAUTH = "oauth"  # a token; no password is accepted
    API_KEY = "api-key"  # a key as the password, with a fixed user name
    CREDENTIALS = "credentials"  # user name and password both made by the provider
    ADDRESS = "address"  # by this host's public address, without signing in


class Port(NamedTuple):
    """A port and the encryption that works on it."""

    port: int
    security: Security


class Note(NamedTuple):
    """One thing worth knowing. ``date`` is the day it takes (or took) effect, where it has one.

    ``ways_out`` are what a person can do about it, best first: every face shows the same.
    """

    text: str
    date: datetime.date | None = None
    ends_password_sign_in: bool = False
    ways_out: tuple[str, ...] = ()

    def days_left(self, today: datetime.date) -> int | None:
        """Days from ``today`` until the note takes effect, negative when it has. None without a date."""
        return (self.date - today).days if self.date else None

    def when(self, today: datetime.date) -> str:
        """Say the date and how far it is from ``today``: ``from 2026-12-31, in 37 days``; empty without a date."""
        left = self.days_left(today)
        if left is None or left < 0:
            return f"since {self.date}" if self.date else ""
        far = "which is today" if left == 0 else "in 1 day" if left == 1 else f"in {left} days"
        return f"from {self.date}, {far}"


class Limits(NamedTuple):
    """How much a provider takes before it says no; None where no source says. Counts are per account unless ``text`` differs.

    ``failed_sign_ins`` wrong passwords lock the account for ``lock_seconds``; ``text`` says what numbers cannot.
    """

    source: str
    messages_per_second: int | None = None
    messages_per_minute: int | None = None
    messages_per_hour: int | None = None
    messages_per_day: int | None = None
    recipients_per_day: int | None = None
    recipients_per_message: int | None = None
    connections: int | None = None
    failed_sign_ins: int | None = None
    lock_seconds: int | None = None
    text: str = ""


class Region(NamedTuple):
    """A host of its own for a part of the world or a kind of account."""

    id: str
    name: str
    host: str
    mx: tuple[str, ...] = ()


class Provider(NamedTuple):
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
    family: str
    called: tuple[str, ...]
    domains: tuple[str, ...] = ()
    mx: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()
    greets: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    not_offered: tuple[int, ...] = ()
    notes: tuple[Note, ...] = ()
    limits: tuple[Limits, ...] = ()
    regions: tuple[Region, ...] = ()
    local: bool = False

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
        changes = [
            Change(Field.HOST, self.host_in(region)),
            *self.usual_port(),
            Change(Field.USERNAME, self.username_for(address)),
            Change(Field.MECHANISM, Mechanism.XOAUTH2.value if self.sign_in is SignIn.OAUTH else ""),
        ]
        if address:
            changes.append(Change(Field.SENDER, address))
        return tuple(changes)

    def usual_port(self) -> tuple[Change, ...]:
        """The edits that go to the port and encryption this provider names first."""
        best = self.ports[0]
        return (Change(Field.PORT, str(best.port)), Change(Field.SECURITY, best.security.value))

    def hosts(self) -> tuple[str, ...]:
        """Every server name of this provider."""
        return tuple(dict.fromkeys((self.host, *(region.host for region in self.regions))))

    def serves(self, name: str) -> bool:
        """Whether a server of this name (lower case, no dot at the end) is one of this provider's."""
        if self.local:
            return False  # 127.0.0.1 may be anything
        begins = not self.begins or name.startswith(self.begins)
        return name in self.hosts() or (begins and _ends_with(name, self.servers))

    def password_end(self) -> Note | None:
        """The note with the day on which a password no longer signs in here; None where none is announced."""
        return next((note for note in self.notes if note.ends_password_sign_in and note.date), None)


class Match(NamedTuple):
    """A provider found for a domain or MX name; ``region`` is a region's id, empty for the usual server."""

    provider: Provider
    region: str = ""


@cache
def table() -> tuple[Provider, ...]:
    """Every provider, in the order of the file."""
    return tuple(read(entry) for entry in entries("providers", "provider"))


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
    return next((provider for provider in serving(name) if name in provider.hosts()), None)


@lru_cache(maxsize=256)
def serving(name: str) -> tuple[Provider, ...]:
    """Providers whose servers call themselves by this name; one alone when it is a host people type, none for a stranger's.

    Only entries in which the name or an end of it is written are parsed.
    """
    name = name.lower().strip("[]. ")
    found = tuple(provider for provider in map(read, naming("providers", "provider", name)) if provider.serves(name))
    return tuple(provider for provider in found if name in provider.hosts()) or found


def sign_in_limit(host: str) -> str | None:
    """What is known of how many wrong passwords lock an account at this host, as one sentence; None where no source says."""
    provider = for_host(host) or next(iter(serving(host)), None)
    known = next((limit for limit in provider.limits if limit.failed_sign_ins), None) if provider else None
    if provider is None or known is None:
        return None
    lasting = f" for {_duration(known.lock_seconds)}" if known.lock_seconds else ""
    return f"{provider.name} locks an account{lasting} after {known.failed_sign_ins} wrong passwords."


def _duration(seconds: int) -> str:
    if seconds == 60:
        return "a minute"
    return f"{seconds // 60} minutes" if seconds < 3600 else "an hour" if seconds == 3600 else f"{seconds // 3600} hours"


def _ends_with(name: str, ends: Iterable[str]) -> bool:
    """Whether a name is one of these domains or lies below one."""
    name = name.lower().removesuffix(".")
    return any(name == end or name.endswith(f".{end}") for end in ends)


@cache
def read(entry: str) -> Provider:
    """Read one entry. Raises KeyError, TypeError or ValueError when the packaged table is broken; a test reads it whole."""
    row: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in parsed(entry).items()}
    row["ports"] = tuple(Port(port["port"], Security(port["security"])) for port in row["ports"])
    row["sign_in"] = SignIn(row["sign_in"])
    row["notes"] = tuple(Note(**note | {"ways_out": tuple(note.get("ways_out", ()))}) for note in row.get("notes", ()))
    row["limits"] = tuple(Limits(**limit) for limit in row.get("limits", ()))
    row["regions"] = tuple(_region(region) for region in row.get("regions", ()))
    return Provider(**row)


def _region(entry: dict[str, Any]) -> Region:
    return Region(entry["id"], entry["name"], entry["host"], tuple(entry.get("mx", ())))
