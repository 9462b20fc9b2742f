"""The door of the reader: pasted text of any length, and the failures in it, the same ones together, with line numbers.

A log is read line by line, in bounded memory. Knows how logs are laid out; must not know what a line means: reading.py does.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from wizard.diagnosis.model import Finding
from wizard.diagnosis.reader.setting import Known, host_in
from wizard.diagnosis.reading import LONGEST, Candidate, candidates

LONGEST_LINE = 8_192  # characters of a line that are looked at
_RECORD_LINES, _RECORD_LENGTH = 160, 16_384  # of one entry; a longer stack trace says no more
_LOG = 6  # entries with a time stamp that make a text a log
_PIECE = 60  # lines of a log without time stamps that are read as one
_REMEMBERED = 2_000  # forms of entries whose meaning is kept, and entries of one case whose lines are named
_NAMED_LINES = 100
_STAMP = re.compile(
    r"^\W{0,3}(?:<\d{1,3}>\d? ?)?("
    r"\d{4}[-/.]\d\d[-/.]\d\d[T ,]{1,2}\d\d:\d\d(?::\d\d)?(?:[.,]\d{1,9})?(?:Z|[ ]?[+-]\d\d:?\d\d)?"
    r"|\d\d?[-/.]\d\d?[-/.]\d{4}[ ,]{1,2}\d\d?:\d\d(?::\d\d)?(?: [AP]M)?"
    r"|(?:[A-Z][a-z]{2},? )?[A-Z][a-z]{2} [ \d]?\d,?(?: \d{4},?)? \d\d?:\d\d:\d\d(?: [AP]M)?"
    r"|\d\d/[A-Z][a-z]{2}/\d{4}[: ]\d\d:\d\d:\d\d|\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d(?:\.\d+)?"
    r"|time=\"?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S{0,10}|\d\d:\d\d:\d\d[.,]\d{3})"
)
# Entries without any of these hold no failure; asking for them first spares nearly all of a large log the closer look.
_WORTH = re.compile(
    r"[45]\d\d[ -]|[45]\.\d{1,3}\.\d|err|fail|except|refus|reject|time[d -]{0,2}out|den[iy]|unable|not |n't|cannot|clos|"
    r"lost|reset|reach|route|unknown|invalid|tls|ssl|cert|bounce|defer|grey|abort|fatal|panic|alert|eof|disconnect|block|limit|quota|exceed",
    re.IGNORECASE,
)
_TALK = re.compile(
    r"CLIENT -> SERVER|SERVER -> CLIENT|<<< |>>> |\b[CS]: |[~-]> |<[~-]|SMTP(?:<<|>>)|DEBUG SMTP|SMTP ERROR|\bsend: |\breply: "
)
_TO = re.compile(r"(?:\bto=|\bRCPT TO: ?)<([^<>\s]{1,200})>", re.IGNORECASE)
_RECIPIENTS_OWN = frozenset(("recipient-unknown", "recipient-rejected", "mailbox-full"))
_VARIABLE = re.compile(r"[\w.+=-]{1,64}@[\w.-]{1,255}|\b(?=\w*\d)\w+\b")


@dataclass(frozen=True, slots=True)
class Case:
    """One cause in a text. ``lines`` are where it stands (the first hundred), from 1; ``last`` is the newest one's time stamp."""

    finding: Finding
    lines: tuple[int, ...]
    count: int
    last: str | None = None
    recipients: tuple[str, ...] = ()


class _Record(NamedTuple):
    line: int
    stamp: str | None
    text: str


class _Group:
    """The same failure, seen several times."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        self.lines: list[int] = []
        self.recipients: dict[str, None] = {}  # whom its entries name, in order, each once
        self.count = 0
        self.last: str | None = None
        self.newest = 0

    def add(self, record: _Record, line: int) -> None:
        """Count an entry in. A cause that is a recipient's own keeps whom it names, the first of very many."""
        self.count += 1
        self.newest = line
        self.last = record.stamp or self.last
        if len(self.lines) < _NAMED_LINES:
            self.lines.append(line)
        if self.finding.id in _RECIPIENTS_OWN and len(self.recipients) < _NAMED_LINES:
            self.recipients.update(dict.fromkeys(found[1] for found in _TO.finditer(record.text)))


def explain(text: str, known: Known = Known()) -> tuple[Finding, ...]:  # noqa: B008 - a frozen value
    """Return findings for a pasted text, the likeliest first, each cause once; nothing when it is not recognised.

    Of a long log, the newest first. A reply that no rule knows gives ``unknown``, which quotes it. Any text is fine: whatever
    it holds, nothing is raised.
    """
    return tuple(case.finding for case in cases(text.splitlines(), known))


def cases(lines: Iterable[str], known: Known = Known()) -> tuple[Case, ...]:  # noqa: B008 - a frozen value
    """Return the cases of a text, given line by line: of a log the newest first, of a single error the likeliest first.

    Memory stays bounded however long the text is, if the lines come from a file one by one.
    """
    source = iter(lines)
    head: list[str] = []
    length = 0
    for line in source:
        head.append(line[:LONGEST_LINE] if len(line) > LONGEST else line)
        length += len(head[-1])
        if length > LONGEST:
            return _of_log(chain(head, source), known)
    if sum(1 for line in head if _STAMP.match(line)) >= _LOG:
        return _of_log(head, known)
    return _of_text("\n".join(line.rstrip("\r\n") for line in head), known)


def _of_text(text: str, known: Known) -> tuple[Case, ...]:
    return tuple(_case(found, text) for found in candidates(text, known))


def _case(found: Candidate, text: str) -> Case:
    line = text.count("\n", 0, found.start) + 1
    return Case(found.finding, (line,), max(1, len(found.recipients)), None, found.recipients)


def _of_log(lines: Iterable[str], known: Known) -> tuple[Case, ...]:
    groups: dict[tuple[str, str], _Group] = {}
    meanings: OrderedDict[str, tuple[Candidate, int, str] | None] = OrderedDict()
    for record in _merged(_records(lines)):
        if not _WORTH.search(record.text):
            continue
        form = _VARIABLE.sub("#", record.text[:2000])
        if form not in meanings:
            meanings[form] = _meaning(record.text, known)
            if len(meanings) > _REMEMBERED:
                meanings.popitem(last=False)
        meaning = meanings[form]
        if meaning:
            found, offset, host = meaning
            key = (found.finding.id, host)
            groups.setdefault(key, _Group(found.finding)).add(record, record.line + offset)
    ordered = sorted(groups.values(), key=lambda group: -group.newest)
    return tuple(
        Case(group.finding, tuple(group.lines), group.count, group.last, tuple(group.recipients)[:_NAMED_LINES])
        for group in ordered
    )


def _meaning(text: str, known: Known) -> tuple[Candidate, int, str] | None:
    """Return what an entry means, on which of its lines, and at which host where the cause is the way there."""
    found = candidates(text, known, certain=True)
    if not found:
        return None
    first = found[0]
    reaching = first.finding.id.startswith(("dns-", "connect-", "network-", "cert-", "tls-"))
    return first, text.count("\n", 0, first.start), host_in(text) if reaching else ""


def _records(lines: Iterable[str]) -> Iterator[_Record]:
    """Split a log into entries: one begins with a time stamp, or, where there are none, with a paragraph or after many lines."""
    begun, size, stamped = 1, 0, False
    stamp: str | None = None
    parts: list[str] = []
    for number, line in enumerate(lines, 1):
        text = line.rstrip("\r\n")[:LONGEST_LINE]
        found = _STAMP.match(text)
        stamped = stamped or found is not None
        full = not stamped and (len(parts) >= _PIECE or not text.strip())
        if parts and (found or full):
            yield _Record(begun, stamp, "\n".join(parts))
            parts, size = [], 0
        if not parts:
            begun, stamp = number, found[1] if found else None
        if len(parts) < _RECORD_LINES and size < _RECORD_LENGTH:
            parts.append(text)
            size += len(text)
    if parts:
        yield _Record(begun, stamp, "\n".join(parts))


def _merged(records: Iterable[_Record]) -> Iterator[_Record]:
    """Join the entries of one conversation, which some programs log a line at a time."""
    talk: _Record | None = None
    for record in records:
        talking = _TALK.search(record.text[:400]) is not None
        if talk and talking and len(talk.text) < _RECORD_LENGTH:
            talk = talk._replace(text=f"{talk.text}\n{record.text}", stamp=record.stamp)
            continue
        if talk:
            yield talk
        talk = record if talking else None
        if not talking:
            yield record
    if talk:
        yield talk
