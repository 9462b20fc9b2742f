"""What is proved of a message, in sentences and rows. Takes values, prints nothing; must not know how they were got."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from wizard.arrival.alignment import Aligned, Relation, Sight
from wizard.arrival.hops import Hop, journey
from wizard.arrival.mailbox import Looked
from wizard.arrival.proof import Proved, Traced, is_ours
from wizard.values import shown


class Row(NamedTuple):
    """A line with a short name before it; without a name it is a sentence of its own."""

    name: str
    text: str


_VERDICTS = {
    Proved.NOTHING: "Nothing is proved yet: no reply, header, mailbox or code shows that the message came anywhere.",
    Proved.ACCEPTED: "Accepted: the first server took the message. Where it went from there is not shown.",
    Proved.PASSED_ON: "Passed on: further servers took the message. That it lies in a mailbox is not shown.",
    Proved.IN_MAILBOX: "In the mailbox: the message was put into one. That a person saw it is not shown.",
    Proved.READ: "Read by a person: the code stands in the message's text and nowhere else.",
}
_RELATIONS = {
    Relation.SAME: "the domain of From itself",
    Relation.BELOW: "of one family with the domain of From",
    Relation.SIBLINGS: "perhaps of one organisation with the domain of From",
    Relation.APART: "another domain than that of From",
    Relation.UNKNOWN: "no domain is named",
}


def verdict(proved: Proved) -> str:
    """Return the sentence for how far a message is proved to have come."""
    return _VERDICTS[proved]


def code_words(right: bool) -> str:
    """Return what a typed code shows."""
    if right:
        return "The code is the message's."
    return "The code is not this message's. It has eight letters and digits and stands in the message's text behind 'Code:'."


def mailbox_rows(looked: Looked, host: str) -> tuple[Row, ...]:
    """Return what the look into a mailbox showed."""
    folders = ", ".join(looked.folders)
    if looked.found is None:
        return (
            Row("mailbox", f"not in {folders} at {host}"),
            Row("", "It may still be on its way, sorted into another folder, or put into quarantine. Nothing was changed there."),
        )
    junk = " (the folder for junk: a filter took it for spam)" if looked.found.junk else ""
    return (Row("mailbox", f"found in {looked.found.folder} at {host}{junk}; nothing was marked or moved"),)


def trace_rows(traced: Traced, token: str, queue_id: str) -> tuple[Row, ...]:
    """Return what the headers of a received mail show, row by row."""
    return (
        *_belonging(traced, token, queue_id),
        *(Row(f"hop {number}", hop_text(hop)) for number, hop in enumerate(traced.way, 1)),
        *_time(traced),
        *_authentication(traced),
        *(Row("spam", f"a filter says so: {line}") for line in traced.junk),
    )


def _belonging(traced: Traced, token: str, queue_id: str) -> Iterator[Row]:
    if traced.token:
        same = not token or traced.token.lower() == token.lower()
        yield Row("token", f"{shown(traced.token)}{'' if same else f': another message; this one has {shown(token)}'}")
    elif token:
        yield Row("token", "these headers carry none: the mail was not sent by this program, or it was taken out on the way")
    if queue_id and traced.at is not None:
        yield Row("queue id", f"{shown(queue_id)} is the one of hop {traced.at + 1}: the reply and the headers tell of one mail")
    elif queue_id:
        yield Row("queue id", f"{shown(queue_id)} is none of these hops'")
    if not is_ours(traced, token):
        yield Row("", "So these headers prove nothing about the message.")


def hop_text(hop: Hop) -> str:
    """Return one hop in words."""
    source = f" from {shown(hop.sender)}" if hop.sender else ""
    address = f" [{shown(hop.address)}]" if hop.address and hop.address != hop.sender else ""
    line = {True: ", encrypted", False: ", in clear", None: ""}[hop.encrypted]
    return f"{shown(hop.by) or 'a server that does not name itself'}{source}{address}{line}{_delay(hop.delay)}"


def _delay(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 0:
        return f", {_span(-seconds)} earlier than the hop before: one of the clocks is wrong"
    return f", after {_span(seconds)}"


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"


def _time(traced: Traced) -> Iterator[Row]:
    whole = journey(traced.way)
    if whole is None:
        return
    yield Row("in all", _span(max(whole, 0.0)))
    slowest = max(traced.way, key=lambda hop: hop.delay or 0.0)
    if (slowest.delay or 0.0) >= 60:
        yield Row("slowest", f"{shown(slowest.by)}: {_span(slowest.delay or 0.0)}. It waited before that server, or in it.")


def _authentication(traced: Traced) -> Iterator[Row]:
    if not traced.sights:
        yield Row("sender", "no server says what it made of the sender (no Authentication-Results)")
    for number, sight in enumerate(traced.sights):
        believed = "" if traced.trusted is sight else " (not the receiving server by its name: anybody could have written this)"
        yield Row("checked by" if number == 0 else "and by", f"{shown(sight.server) or 'a server without a name'}{believed}")
        yield from (Row(f"  {proof.method.upper()}", _proof_text(proof)) for proof in sight.proofs)
        yield Row("  DMARC", _dmarc_text(sight))
    yield from _chain(traced)


def _chain(traced: Traced) -> Iterator[Row]:
    if traced.chain.length:
        count = "1 server" if traced.chain.length == 1 else f"{traced.chain.length} servers"
        yield Row("ARC", f"a chain of {count}; the last one calls those before it: {shown(traced.chain.validation)}")
    for earlier in traced.earlier:
        said = ", ".join(f"{one.method}={one.result}" for one in earlier.results) or "nothing"
        yield Row("  earlier", f"{shown(earlier.server)} (ARC {earlier.instance}) saw {shown(said)}")


def _proof_text(proof: Aligned) -> str:
    domain = f" for {shown(proof.domain)}, {_RELATIONS[proof.relation]}" if proof.domain else ""
    return f"{shown(proof.result)}{domain}"


def _dmarc_text(sight: Sight) -> str:
    said = f"{shown(sight.dmarc)} says the server" if sight.dmarc else "the server gives no verdict"
    match sight.aligned:
        case True:
            return f"{said}; a proved domain belongs to From ({shown(sight.sender)})"
        case False:
            return f"{said}; no proved domain belongs to From ({shown(sight.sender)}): such mail is often sorted out"
        case None:
            return f"{said}; whether a proved domain belongs to From ({shown(sight.sender)}) cannot be told from the names"
