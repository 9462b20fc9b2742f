"""Whether the resolver sees public DNS at all: many inside a company know its own names only. Must not know what was asked."""

from __future__ import annotations

from wizard.dnstypes import ResolverFailed
from wizard.domain.asking import Asker
from wizard.domain.model import Part, unknown

# What a resolver without a view of public DNS says of every name in the world.
_ABSENT = {"mx-missing", "spf-missing", "dmarc-missing", "dkim-not-found", "reverse-dns-missing", "ehlo-name-unresolvable"}
_SURE = {"mx-missing", "spf-missing", "dmarc-missing"}  # only where all three stand there is nothing to be seen of the domain


async def judged(asker: Asker, domain: str, part: Part) -> Part:
    """Return the part as it is, or, where the resolver does not know the domain's ending either, with nothing called missing.

    Asks only when nothing at all was seen of the domain. Raises nothing.
    """
    ending = domain.rpartition(".")[2]
    if not _SURE.issubset(finding.id for finding in part.findings) or await _knows(asker, ending):
        return part
    findings = tuple(finding for finding in part.findings if finding.id not in _ABSENT)
    records = tuple(record for record in part.records if record.finding not in _ABSENT)
    blind = unknown(
        f"Anything the world sees of {domain}: this host's resolver knows no names that end in .{ending}. It may know those of "
        "your own network only. Run this where public names can be found."
    )
    return blind | part._replace(facts=(), findings=findings, records=records)


async def _knows(asker: Asker, ending: str) -> bool:
    """Whether there is such an ending; a resolver that fails at it leaves the rest as it is."""
    try:
        return bool(await asker.servers(ending))
    except ResolverFailed:
        return True
