"""The JSON of ``iiq arrived``: absent facts are null. Must not judge."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wizard.arrival.alignment import Sight
    from wizard.arrival.hops import Hop
    from wizard.arrival.mailbox import Looked
    from wizard.arrival.proof import Proved, Traced


def as_json(
    args: argparse.Namespace, traced: Traced | None, looked: Looked | None, code_right: bool | None, verdict: Proved, problem: str
) -> dict[str, Any]:
    """Return the whole object."""
    return {
        "schema": 1,
        "proved": verdict.word,
        "token": args.token or None,
        "headers": _traced(traced) if traced is not None else None,
        "mailbox": _looked(looked, args.imap, problem) if args.imap else None,
        "code": code_right,
    }


def _traced(traced: Traced) -> dict[str, Any]:
    return {
        "token": traced.token or None,
        "queue_id_at_hop": None if traced.at is None else traced.at + 1,
        "final_delivery": traced.final,
        "hops": [_hop(hop) for hop in traced.way],
        "authentication": [_sight(sight, trusted=sight is traced.trusted) for sight in traced.sights],
        "arc": {"length": traced.chain.length, "validation": traced.chain.validation or None} if traced.chain.length else None,
        "spam": list(traced.junk),
    }


def _hop(hop: Hop) -> dict[str, Any]:
    return {
        "by": hop.by or None,
        "from": hop.sender or None,
        "address": hop.address or None,
        "protocol": hop.protocol or None,
        "id": hop.id or None,
        "for": hop.recipient or None,
        "at": _moment(hop.at),
        "delay": hop.delay,
        "encrypted": hop.encrypted,
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


def _sight(sight: Sight, *, trusted: bool) -> dict[str, Any]:
    return {
        "server": sight.server or None,
        "trusted": trusted,
        "from": sight.sender or None,
        "dmarc": sight.dmarc or None,
        "aligned": sight.aligned,
        "proofs": [
            {"method": one.method, "result": one.result, "domain": one.domain or None, "relation": one.relation.value}
            for one in sight.proofs
        ],
    }


def _looked(looked: Looked | None, host: str, problem: str) -> dict[str, Any]:
    found = looked.found if looked else None
    return {
        "host": host,
        "folders": list(looked.folders) if looked else [],
        "found": found is not None,
        "folder": found.folder if found else None,
        "junk": found.junk if found else None,
        "problem": problem or None,
    }
