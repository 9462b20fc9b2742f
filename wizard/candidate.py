"""A server that may be the right one for a mail domain, where it comes from, and what it changes in a draft.

Must not know how it was found, nor the network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from wizard.draft import Change, Field
from wizard.profile import Security
from wizard.providers import Provider


class Source(StrEnum):
    """Where a candidate comes from, the most certain first."""

    TABLE = "table"  # the domain is a well-known provider's own
    SRV = "srv"  # the domain publishes its submission server
    MX = "mx"  # the domain's mail is received by a well-known provider
    ANSWERED = "answered"  # a server of the domain answered when it was asked


@dataclass(frozen=True, slots=True)
class Look:
    """What a probe of a candidate's port said: whether it can be used the way it is meant, and a few words."""

    answers: bool
    said: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """One server that may be the right one.

    ``record`` is what it was read from: a domain, an SRV name, an MX name or the name that answered. ``foreign`` says that an
    unsigned DNS answer named a host outside the domain: the user should know it as the provider's (RFC 6186 6). ``verified`` is
    false when the server answered, and its certificate did not verify for this name. ``look`` is what a probe of it said, None
    when none was made.
    """

    host: str
    port: int
    security: Security
    source: Source
    record: str
    address: str = ""
    provider: Provider | None = None
    region: str = ""
    foreign: bool = False
    verified: bool = True
    look: Look | None = None

    @property
    def changes(self) -> tuple[Change, ...]:
        """The edits that set a draft up for this server, for the address asked about (where it was one)."""
        place = (
            Change(Field.HOST, self.host),
            Change(Field.PORT, str(self.port)),
            Change(Field.SECURITY, self.security.value),
        )
        if self.provider:
            return (*self.provider.changes(self.address, self.region), *place)
        # RFC 6186 4: without other knowledge the whole address is the user name to begin with.
        who = (Change(Field.USERNAME, self.address), Change(Field.SENDER, self.address)) if self.address else ()
        return (*place, *who)

    @property
    def why(self) -> str:
        """Where it comes from, and what to look at before trusting it, in a sentence or two."""
        doubts = "" if self.verified else " Its certificate could not be verified for this name."
        if self.foreign:
            doubts += " The name lies outside the domain: use it only if you know it as your provider's."
        return self._origin() + doubts

    def _origin(self) -> str:
        name = self.provider.name if self.provider else ""
        match self.source:
            case Source.TABLE:
                return f"{self.record} belongs to {name}."
            case Source.SRV:
                return f"The domain names it as its server for sending ({self.record})."
            case Source.MX:
                return f"Mail for the domain is received by {name} (MX {self.record.removesuffix('.')})."
            case Source.ANSWERED:
                return f"A mail server answered on port {self.port}; the domain does not name it for sending."
            case _:
                assert_never(self.source)


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found, best first. ``no_mail`` says that the domain declares to take no mail at all (RFC 7505).

    ``problem`` is true when the resolver failed or did not answer in time, so that nothing found means little.
    """

    domain: str
    address: str
    candidates: tuple[Candidate, ...]
    no_mail: bool = False
    problem: bool = False

    def __iter__(self) -> Iterator[Candidate]:
        """The candidates, best first."""
        return iter(self.candidates)

    @property
    def nothing(self) -> str:
        """Why there is no candidate, and what to do next, as a sentence; for when there is none."""
        if self.no_mail:
            return f"{self.domain} declares that it takes no mail: ask whoever runs it for the server to send through."
        if self.problem:
            return f"The resolver of this host gave no answer about {self.domain}: try again, or check /etc/resolv.conf."
        return (
            f"No server for sending was found for {self.domain}. Check the spelling; if it is right, ask your mail administrator "
            "for the name of the SMTP relay."
        )
