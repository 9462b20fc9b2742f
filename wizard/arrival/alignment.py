"""Whether the domains that were proved belong to the address people see (DMARC's alignment, RFC 9989). Asks nobody anything.

Which names form one organisation is known to DNS alone: what cannot be told from the names is said to be open.
"""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import parseaddr
from enum import StrEnum
from typing import NamedTuple

from wizard.arrival.authres import AuthResults, Result


class Relation(StrEnum):
    """How two domains stand to each other."""

    SAME = "same"
    BELOW = "below"  # one is below the other: aligned unless the domain asks for more (adkim=s, aspf=s)
    SIBLINGS = "siblings"  # the same last two labels: aligned if those are one organisation's
    APART = "apart"
    UNKNOWN = "unknown"


class Aligned(NamedTuple):
    """One proof of a domain: by SPF or DKIM, its result, the domain, and how that stands to the From address."""

    method: str
    result: str
    domain: str
    relation: Relation


class Sight(NamedTuple):
    """What one server saw. ``sender`` is the domain of From; ``dmarc`` its verdict, empty where it gave none."""

    server: str
    sender: str
    proofs: tuple[Aligned, ...]
    dmarc: str = ""

    @property
    def aligned(self) -> bool | None:
        """Whether DMARC is satisfied: by the server's own verdict, else by the names; None where they do not tell."""
        if self.dmarc:
            return self.dmarc == "pass" if self.dmarc in ("pass", "fail") else None
        passed = [proof.relation for proof in self.proofs if proof.result == "pass"]
        if Relation.SAME in passed or Relation.BELOW in passed:
            return True
        if Relation.SIBLINGS in passed or Relation.UNKNOWN in passed or not self.proofs:
            return None
        return False


def domain_of(value: str) -> str:
    """Return the domain of an address or of a From header; a bare domain is one already."""
    address = parseaddr(value)[1] or value
    return address.rpartition("@")[2].strip("<>. ").lower()


def relation(one: str, other: str) -> Relation:
    """Return how two domains stand to each other, by their names alone."""
    if not one or not other:
        return Relation.UNKNOWN
    if one == other:
        return Relation.SAME
    if one.endswith(f".{other}") or other.endswith(f".{one}"):
        return Relation.BELOW
    last, also = one.split(".")[-2:], other.split(".")[-2:]
    return Relation.SIBLINGS if last == also and len(last) == 2 else Relation.APART


def sight(results: AuthResults, header_from: str) -> Sight:
    """Return what one Authentication-Results says of a mail with this From."""
    sender = domain_of(header_from)
    proofs = [_proof("spf", one, sender, ("smtp.mailfrom", "smtp.helo")) for one in results.of("spf")]
    proofs += [_proof("dkim", one, sender, ("header.d", "header.i")) for one in results.of("dkim")]
    verdict = next(iter(results.of("dmarc")), None)
    return Sight(results.server, sender, tuple(proofs), verdict.result if verdict else "")


def sights(results: Sequence[AuthResults], header_from: str) -> tuple[Sight, ...]:
    """Return the same for several headers, in their order."""
    return tuple(sight(one, header_from) for one in results)


def _proof(method: str, result: Result, sender: str, names: tuple[str, ...]) -> Aligned:
    domain = next((domain_of(result.value(name)) for name in names if result.value(name)), "")
    return Aligned(method, result.result, domain, relation(domain, sender))
