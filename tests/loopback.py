"""A network of one host: ``mail.test`` with its ports 25, 465, 587 and 2525, which are ports of this machine in truth."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Mapping
from enum import Enum, auto

from wizard.draft import Change, Draft, Field
from wizard.practice import PracticeServer
from wizard.profile import Profile, Security, parse
from wizard.smtp.network import FAMILIES, Address, Network

HOST = "mail.test"
USUAL = {Security.NONE: 25, Security.TLS: 465, Security.STARTTLS: 587}


class Gone(Enum):
    """What a port can be instead of open; a port that is not mapped is REFUSED."""

    REFUSED = auto()
    SILENT = auto()
    UNREACHABLE = auto()
    PROHIBITED = auto()


_ERRORS = {Gone.REFUSED: errno.ECONNREFUSED, Gone.UNREACHABLE: errno.ENETUNREACH, Gone.PROHIBITED: errno.EACCES}


class Loopback(Network):
    """Maps names to loopback addresses and ports to real ones. ``connections`` keeps which port was asked for, in order.

    ``names`` maps a name to its addresses, or to the resolver's error number (``socket.EAI_AGAIN``); other names do not exist.
    """

    def __init__(
        self,
        ports: Mapping[int, int | Gone] | None = None,
        names: Mapping[str, tuple[str, ...] | int] | None = None,
    ) -> None:
        self.ports = dict(ports or {})
        self.names = dict(names if names is not None else {HOST: ("127.0.0.1",), "localhost": ("127.0.0.1",)})
        self.connections: list[int] = []

    @classmethod
    def to(cls, server: PracticeServer) -> Loopback:
        """Map the usual ports to the practice server's, which can be reached under their own numbers too."""
        usual = {USUAL[security]: port for security, port in server.ports.items()}
        return cls({**{port: port for port in server.ports.values()}, **usual})

    async def lookup(self, name: str, port: int, family: socket.AddressFamily) -> list[Address]:
        """Answer for the names known; gaierror for all others, as the resolver says it."""
        known = self.names.get(name, socket.EAI_NONAME)
        if isinstance(known, int):
            raise socket.gaierror(known, "no answer from the test's resolver")
        found = [Address(FAMILIES[family], text) for text in known if (":" in text) == (family == socket.AF_INET6)]
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no address of this family")
        return found

    async def connect(self, address: Address, port: int) -> socket.socket:
        """Connect to the real port behind the one asked for, or fail as the port's state says."""
        self.connections.append(port)
        match self.ports.get(port, Gone.REFUSED):
            case int(real):
                return await super().connect(address, real)
            case Gone.SILENT:
                await asyncio.get_running_loop().create_future()
                raise AssertionError("silence does not end")
            case gone:
                raise OSError(_ERRORS[gone], os.strerror(_ERRORS[gone]))


def profile_for(draft: Draft, *changes: Change) -> Profile:
    """Parse a draft that must be right."""
    profile = parse(draft.with_changes(*changes))
    assert isinstance(profile, Profile), profile
    return profile


def at_usual_port(draft: Draft, security: Security) -> Draft:
    """Move a practice draft to mail.test and the usual port of its mode, as a real host would have it."""
    return draft.with_changes(Change(Field.HOST, HOST), Change(Field.PORT, str(USUAL[security])))
