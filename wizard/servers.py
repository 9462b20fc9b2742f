"""Reads ``servers.toml``: how common mail servers show what they are, and where their settings are. Must not know the network."""

import datetime
import re
from functools import cache
from typing import Any, NamedTuple

from wizard.packaged import entries, parsed


class Server(NamedTuple):
    """One entry of the table; the fields are explained at the head of ``servers.toml``."""

    id: str
    name: str
    called: tuple[str, ...]
    link: str
    source: str
    checked: datetime.date
    settings: str
    greeting: str = ""
    ehlo: str = ""
    abilities: tuple[str, ...] = ()
    only: tuple[str, ...] = ()

    def greets_with(self, text: str) -> bool:
        """Whether a greeting (without its code) has this server's form."""
        return bool(self.greeting) and re.search(self.greeting, text, re.IGNORECASE) is not None

    def answers_with(self, first: str, keywords: tuple[str, ...]) -> bool:
        """Whether an answer to EHLO has this server's form: its first line (without the code), or keywords only it has."""
        if self.ehlo and re.search(self.ehlo, first, re.IGNORECASE):
            return True
        offered = set(keywords)
        return bool(self.abilities) and set(self.abilities) <= offered and (not self.only or offered <= set(self.only))


@cache
def table() -> tuple[Server, ...]:
    """Every server, in the order of the file."""
    return tuple(_server(parsed(entry)) for entry in entries("servers", "server"))


def _server(row: dict[str, Any]) -> Server:
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Server(**fields)


def by_id(name: str) -> Server | None:
    """The server with this id, or None."""
    return next((server for server in table() if server.id == name), None)
