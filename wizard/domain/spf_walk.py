"""Everything an SPF record includes, read side by side: what it asks of DNS, what breaks it. Must not know addresses or mail."""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Network, IPv6Network
from typing import NamedTuple

from wizard.dnstypes import ResolverFailed
from wizard.domain.asking import Asker
from wizard.domain.spf_record import SpfRecord, is_spf, parse

MOST = 40  # records read; a receiver gives up after eleven terms, a hostile record may name five hundred


class Walk(NamedTuple):
    """What the records say together.

    ``asked`` counts the terms that ask DNS, ``includes`` the names included or redirected to (lower case, in order), and
    ``costs`` the terms below each name of the first level. ``silent`` are names the resolver said nothing about.
    """

    record: SpfRecord
    asked: int = 0
    includes: tuple[str, ...] = ()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    problems: tuple[str, ...] = ()
    costs: tuple[tuple[str, int], ...] = ()
    silent: tuple[str, ...] = ()


class _Place(NamedTuple):
    """A name to read, and the names that led there, the domain itself first."""

    name: str
    path: tuple[str, ...]


async def walk(asker: Asker, domain: str, record: SpfRecord) -> Walk:
    """Read what ``record`` of ``domain`` includes, level by level. Raises nothing."""
    return await _Walking(asker).from_(domain.lower(), record)


class _Walking:
    def __init__(self, asker: Asker) -> None:
        self.asker = asker
        self.asked = 0
        self.read = 0
        self.includes: dict[str, None] = {}
        self.networks: list[IPv4Network | IPv6Network] = []
        self.problems: list[str] = []
        self.costs: dict[str, int] = {}
        self.silent: list[str] = []

    async def from_(self, domain: str, record: SpfRecord) -> Walk:
        places = self._take(record, _Place(domain, ()))
        while places:
            places, late = places[: max(MOST - self.read, 0)], places
            self.read += len(late)
            found = await asyncio.gather(*(self._record(place) for place in places))
            places = [further for place, one in zip(places, found, strict=True) if one for further in self._take(one, place)]
        costs = tuple(sorted(self.costs.items(), key=lambda item: -item[1]))
        rest = tuple(self.includes), tuple(self.networks), tuple(self.problems), costs, tuple(self.silent)
        return Walk(record, self.asked, *rest)

    def _take(self, record: SpfRecord, place: _Place) -> list[_Place]:
        """Count what a record asks, and return the names to read next; a name with macros differs from mail to mail."""
        path = (*place.path, place.name)
        self.asked += record.names_asked
        self.problems += [f"{place.name}: {problem}" for problem in record.problems]
        self.networks += [term.network for term in record.terms if term.network and term.qualifier == "+"]
        if len(path) > 1:
            self.costs[path[1]] = self.costs.get(path[1], 1) + record.names_asked
        named = [term.domain for term in record.terms if term.name == "include"]
        targets = [name.lower().removesuffix(".") for name in (*named, record.followed) if name and "%" not in name]
        self.includes.update(dict.fromkeys(targets))
        self.problems += [f"{place.name}: include:{name} leads back to itself" for name in targets if name in path]
        return [_Place(name, path) for name in targets if name not in path]

    async def _record(self, place: _Place) -> SpfRecord | None:
        try:
            texts = [text for text in await self.asker.texts(place.name) if is_spf(text)]
        except ResolverFailed:
            self.silent.append(place.name)
            return None
        if len(texts) != 1:
            number = "no SPF record" if not texts else f"{len(texts)} SPF records"
            self.problems.append(f"{place.path[-1]}: include:{place.name} has {number}")
            return None
        return parse(texts[0])
