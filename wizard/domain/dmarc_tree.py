"""The walk up the tree of names that finds a domain's DMARC policy and its organisation (RFC 9989). Must not know findings.

It needs no list of public suffixes, which would have to be fetched and kept fresh.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from wizard.dnstypes import ResolverFailed
from wizard.domain.asking import Asker
from wizard.domain.dmarc_record import DmarcRecord, is_dmarc, nearly, parse

_DEEPEST = 8  # labels; from a longer name the walk goes on with seven


class Step(NamedTuple):
    """What stands at ``_dmarc`` below one name: exactly one record counts. ``meant`` are texts that are not taken for one."""

    name: str
    record: DmarcRecord | None = None
    several: tuple[str, ...] = ()
    meant: tuple[str, ...] = ()
    silent: str = ""


class Tree(NamedTuple):
    """The steps from the domain upwards."""

    domain: str
    steps: tuple[Step, ...]

    @property
    def organisation(self) -> str:
        """The organisational domain: the highest name with a record, unless a record says ``psd``."""
        known = [step for step in self.steps if step.record]
        for at, step in enumerate(self.steps):
            psd = step.record.tags.get("psd") if step.record else None
            if psd == "n":
                return step.name
            if psd == "y" and at:
                return self._below(step.name)
        return known[-1].name if known else self.domain

    def _below(self, suffix: str) -> str:
        """The name one label below a public suffix, on the way to the domain."""
        depth = suffix.count(".") + 2
        return ".".join(self.domain.split(".")[-depth:])

    @property
    def policy(self) -> Step | None:
        """The step whose record governs: the domain's own, else the organisation's, else that of the suffix above it."""
        own = self.steps[0]
        if own.record:
            return own
        organisation = self.organisation
        return next(
            (step for step in self.steps if step.record and (step.name == organisation or step.record.tags.get("psd") == "y")),
            None,
        )

    @property
    def silent(self) -> tuple[Step, ...]:
        """The steps the resolver said nothing about."""
        return tuple(step for step in self.steps if step.silent)


def names(domain: str) -> list[str]:
    """Return the names to ask, the domain first: at most eight, also below a very long name."""
    labels = domain.split(".")
    above = labels[1:] if len(labels) <= _DEEPEST else labels[-(_DEEPEST - 1) :]
    return [domain, *(".".join(above[at:]) for at in range(len(above)))]


async def climb(asker: Asker, domain: str) -> Tree:
    """Ask for the records of a domain and of all above it at once. Raises nothing."""
    return Tree(domain, tuple(await asyncio.gather(*(_step(asker, name) for name in names(domain)))))


async def _step(asker: Asker, name: str) -> Step:
    try:
        texts = await asker.texts(f"_dmarc.{name}")
    except ResolverFailed as problem:
        return Step(name, silent=str(problem))
    records = sorted(text for text in texts if is_dmarc(text))  # DNS gives them in any order
    meant = tuple(sorted(text for text in texts if nearly(text)))
    if len(records) > 1:
        return Step(name, several=tuple(records), meant=meant)
    return Step(name, parse(records[0]) if records else None, meant=meant)
