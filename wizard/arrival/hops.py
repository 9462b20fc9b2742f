"""The way a mail came, out of its Received headers: who handed it to whom, when, encrypted or not. Must not know verdicts.

Every server on the way adds its own on top (RFC 5321 4.4). Only those of servers one trusts prove anything: whoever sends a mail
can write older ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from wizard.arrival.grammar import without_comments

MOST = 100  # more than any mail has; a loop ends earlier
_CLAUSES = re.compile(r"(?:^|\s)(from|by|via|with|id|for)\s+(?=\S)", re.IGNORECASE)
_ADDRESS = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f:.]{3,45})\]", re.IGNORECASE)
_BARE_ADDRESS = re.compile(r"(?<![\w.:])(\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})(?![\w.:])")
_TLS = re.compile(r"\bTLS[ _v]?v?1[._]?[0-3]?\b|\bversion=TLS|\busing TLS|\bcipher[= ]", re.IGNORECASE)


class Hop(NamedTuple):
    """One server that took the mail. ``at`` is when, UTC where it could be read; ``delay`` seconds since the hop before, None
    where one of the two is not known; it is negative where clocks differ.

    ``encrypted`` is None where the header does not tell.
    """

    by: str
    sender: str = ""
    address: str = ""
    protocol: str = ""
    id: str = ""
    recipient: str = ""
    at: datetime | None = None
    delay: float | None = None
    encrypted: bool | None = None


def hops(received: Sequence[str]) -> tuple[Hop, ...]:
    """Return the hops in the order of the journey; ``received`` are the headers' values, topmost first."""
    found: list[Hop] = []
    for value in reversed(received[:MOST]):
        hop = _hop(value)
        before = found[-1].at if found else None
        if hop.at is not None and before is not None:
            hop = hop._replace(delay=(hop.at - before).total_seconds())
        found.append(hop)
    return tuple(found)


def journey(way: Sequence[Hop]) -> float | None:
    """Return the seconds from the first hop to the last, None where they are not known."""
    times = [hop.at for hop in way if hop.at is not None]
    return (times[-1] - times[0]).total_seconds() if len(times) > 1 else None


def _hop(value: str) -> Hop:
    head, _, stamp = value.rpartition(";")
    if not head:
        head, stamp = value, ""
    text, comments = without_comments(head)
    pieces = _CLAUSES.split(f" {text}")
    clauses: dict[str, str] = {}
    for name, said in zip(pieces[1::2], pieces[2::2], strict=False):
        clauses.setdefault(name.lower(), said.strip())
    protocol = clauses.get("with", "").split(" ")[0]
    named = _ADDRESS.search(head) or _BARE_ADDRESS.search(" ".join(comments))
    return Hop(
        by=clauses.get("by", "").split(" ")[0],
        sender=clauses.get("from", "").split(" ")[0].strip("[]"),
        address=named[1] if named else "",
        protocol=protocol,
        id=clauses.get("id", "").split(" ")[0].strip("<>"),
        recipient=clauses.get("for", "").split(" ")[0].strip("<>"),
        at=_moment(stamp),
        encrypted=_encrypted(protocol, head),
    )


def _encrypted(protocol: str, head: str) -> bool | None:
    """RFC 3848: the S in ESMTPS and ESMTPSA; others say it in a comment."""
    if re.fullmatch(r"(?:UTF8)?(?:E?SMTP|LMTP)SA?", protocol, re.IGNORECASE) or _TLS.search(head):
        return True
    return False if re.fullmatch(r"(?:UTF8)?(?:E?SMTP|LMTP)A?", protocol, re.IGNORECASE) else None


def _moment(stamp: str) -> datetime | None:
    text, _ = without_comments(stamp)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (OverflowError, ValueError):
        return None
