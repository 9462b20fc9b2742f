"""One pasted case - an error, a bounce, a stack trace - to findings, through the same rules a session uses. No network.

Recognisers in reader/ know how programs write; what anything means is the rules' part. Must not know long logs: casebook.py does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from wizard.diagnosis.handbook import find, unknown
from wizard.diagnosis.hosts import Family
from wizard.diagnosis.model import Finding
from wizard.diagnosis.reader.certificate import certificates_in
from wizard.diagnosis.reader.client import statements_in
from wizard.diagnosis.reader.clue import VAGUE, Clue, Flat
from wizard.diagnosis.reader.handshake import handshakes_in
from wizard.diagnosis.reader.notice import Notice, notices_in
from wizard.diagnosis.reader.place import context_before, stage_around, stage_by_frames, stage_named, stage_told
from wizard.diagnosis.reader.reply import FATAL, Found, replies_in
from wizard.diagnosis.reader.secrecy import redacted as redacted
from wizard.diagnosis.reader.setting import Known as Known
from wizard.diagnosis.reader.setting import certificate_in, settings_behind
from wizard.diagnosis.reader.subject import about_mail, recorded, speaks_of_mail, told
from wizard.diagnosis.reader.system import errors_in
from wizard.diagnosis.when import Seen, current_date
from wizard.profile import Profile
from wizard.smtp.observation import Kind, Observation, Reply, Stage

LONGEST = 32_768  # characters of one case; of a longer one the beginning and the end
_POSITIVE = re.compile(
    r"^(?:[^\n]{0,60}?(?:S(?:ERVER)?:|<<<?|<[-~=]|SERVER -> CLIENT:|SMTP<<|reply:|<|<~|<\*\*?|"
    r"[\"'(b]))?[ \t]*[\"'b(]*[23]\d\d[ -](?![^\n]*(?:XXXX|\*\*\*\*))[^\n]*$",
    re.MULTILINE,
)
_SENT_LINE = re.compile(r"^[^\n]{0,300}\bstatus=sent \([^\n]*$", re.MULTILINE)
_TAKEN = re.compile(
    r"\bstatus=sent\b|queued as\b|\b250[ -]2\.\d\.\d\b|\b2\.0\.0 OK\b|accepted for delivery|\bid=\w+-\w+-\w+|message sent\b",
    re.IGNORECASE,
)
# What no resolver is ever asked for: quotes or a URL in the place of a host, as JavaMail and others repeat it.
_ODD_HOST = re.compile(r"host, port: (?:[\"'`<]|https?://)|(?:smtp host|unknown host): ?(?:[\"'`<]|https?://)", re.IGNORECASE)


# Of several things said of one certificate, what is wrong with it itself comes before what follows from it: nobody trusts it.
_WEIGHT = {10: 1, 9: 2, 62: 3, 64: 3, 19: 4, 18: 5, 2: 6, 20: 6, 21: 6, 27: 6}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible finding; the lower ``rank``, the more specific what it rests on. ``start`` is where that stands in the text,
    ``recipients`` whom a bounce names.
    """

    rank: int
    order: int
    start: int
    finding: Finding
    recipients: tuple[str, ...] = ()


def candidates(text: str, known: Known = Known(), *, certain: bool = False) -> tuple[Candidate, ...]:  # noqa: B008 - frozen
    """Return the findings of one case with the place each rests on. ``certain``: nothing that does not itself speak of mail."""
    clean = redacted(bounded(text))
    flat = Flat(clean)
    if not flat.text or not about_mail(clean, flat, known) or (certain and not speaks_of_mail(clean, flat, known)):
        return ()
    ordered = sorted(_candidates(clean, flat, known), key=lambda one: (one.rank, one.order, one.start))
    found: dict[str, Candidate] = {}
    for candidate in ordered:
        if found and candidate.rank >= VAGUE and ordered[0].rank < VAGUE:
            break  # what wrappers say adds nothing to what they wrap
        first = found.setdefault(candidate.finding.id, candidate)
        if candidate.recipients and candidate is not first:
            found[first.finding.id] = replace(first, recipients=(*first.recipients, *candidate.recipients))
    if len(found) > 1:
        found.pop("unknown", None)
    return tuple(found.values())


def bounded(text: str) -> str:
    """Return a text cut to what one case may hold: its beginning and its end."""
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]}\n{text[-half:]}"


def _candidates(text: str, flat: Flat, known: Known) -> Iterator[Candidate]:
    notices = notices_in(text)
    if notices:
        yield from _from_notices(notices, text, known)
        return
    profile, family = settings_behind(text, known)
    mail = speaks_of_mail(text, flat, known)
    for order, found in enumerate(replies_in(text, known.stage)):
        if found.alone and not (mail or found.reply.enhanced):
            continue  # a number among other words: an order, a line of code
        observation = Observation(found.stage, Kind.REPLY, reply=found.reply, context=context_before(text, found.start))
        yield _from_reply(_seen(observation, profile, family, known, placed=not found.guessed), order, found)
    # An ending that many trades know, in a text that does not speak of mail, is no failure of mail.
    yield from (
        one for one in _from_clues(text, profile, family, known) if mail or one.rank < VAGUE or one.finding.id.startswith("cert-")
    )
    failing = _without_success(text)
    if recorded(failing) or told(known):
        yield from _from_words(failing, profile, family, known)


def _from_notices(notices: tuple[Notice, ...], text: str, known: Known) -> Iterator[Candidate]:
    for order, notice in enumerate(notices):
        profile, family = settings_behind(notice.remote or text, known, notice.recipient)
        stage = known.stage or Stage.RCPT
        found = Found(notice.reply, stage, notice.start, notice.start, guessed=not known.stage)
        seen = _seen(Observation(stage, Kind.REPLY, reply=notice.reply), profile, family, known, placed=not found.guessed)
        reply = _from_reply(seen, order, found)
        whom = (notice.recipient,) if notice.recipient else ()
        if notice.reply.code or reply.rank < VAGUE - 1:
            yield replace(reply, recipients=whom)
            continue
        clues = tuple(_from_clues(notice.reply.text, profile, family, known))
        yield from (replace(one, start=notice.start, recipients=whom) for one in clues or (reply,))


def _from_reply(seen: Seen, order: int, found: Found) -> Candidate:
    certain = find(seen, words_only=True)
    if certain:
        return Candidate(0, order, found.start, certain)
    general = find(seen)
    if general:
        return Candidate(2 if found.reply.code else 4, order, found.start, general)
    return Candidate(5, order, found.start, unknown(seen))


def _from_clues(text: str, profile: Profile, family: Family | None, known: Known) -> Iterator[Candidate]:
    failing = _without_success(text)
    flat = Flat(failing)
    certificate = certificate_in(failing)
    groups = (
        certificates_in(failing, flat),
        handshakes_in(failing, flat),
        statements_in(failing, flat),
        errors_in(failing, flat),
    )
    clues = [(order, clue) for order, group in enumerate(groups) for clue in group]
    if any(clue.kind is Kind.RESOLVER_FAILED for _, clue in clues):  # "Host not found, try again" is no "not found"
        clues = [(order, clue) for order, clue in clues if clue.kind is not Kind.NAME_NOT_FOUND]
    if _ODD_HOST.search(failing) and not any(clue.rank == 1 for _, clue in clues):
        clues.append((0, Clue(Kind.NAME_NOT_FOUND, Stage.RESOLVE, 0, 0)))
    if clues and all(clue.rank >= VAGUE for _, clue in clues) and _taken_after(text, failing, clues):
        return
    for order, clue in clues:
        stage, guessed = _stage_of(clue, failing, known)
        observation = Observation(
            stage,
            clue.kind,
            verify_code=clue.verify_code,
            tls_reason=clue.tls_reason,
            tls=certificate if clue.verify_code else None,
            context=context_before(failing, clue.start)
            if clue.kind in (Kind.NOT_OFFERED, Kind.NO_MECHANISM)
            else Observation(stage, clue.kind).context,
            error=" ".join(failing[max(0, failing.rfind("\n", 0, clue.start) + 1, clue.start - 120) : clue.end + 160].split()),
        )
        finding = find(_seen(observation, profile, family, known, placed=not guessed))
        if finding:
            yield Candidate(clue.rank, order * 10 + _WEIGHT.get(clue.verify_code or 0, 0), clue.start, finding)


def _without_success(text: str) -> str:
    """Blank what went well, and what is read as a reply, length for length: a goodbye that closes is no lost connection."""
    blank = lambda found: " " * len(found[0])  # noqa: E731 - one expression, used twice
    return FATAL.sub(blank, _SENT_LINE.sub(blank, _POSITIVE.sub(blank, text)))


def _taken_after(text: str, failing: str, clues: list[tuple[int, Clue]]) -> bool:
    """Whether the message was accepted after the last vague sign of trouble: then there was none."""
    last = max(clue.start for _, clue in clues)
    return bool(_TAKEN.search(text, last)) or (bool(_TAKEN.search(text)) and not recorded(failing))


def _stage_of(clue: Clue, text: str, known: Known) -> tuple[Stage, bool]:
    """A connection that ended or fell silent did so where it is told; other clues know their own stage."""
    ended = clue.kind in (Kind.CLOSED, Kind.RESET, Kind.TIMEOUT)
    if known.stage and (ended or clue.stage is None):
        return known.stage, False
    told = stage_told(text, clue.start, clue.end) if ended else None
    if told and clue.stage in (None, Stage.CONNECT, Stage.DATA):
        if told is Stage.CONNECT and (clue.kind is not Kind.TIMEOUT or clue.stage is Stage.DATA):
            told = Stage.GREETING if clue.kind is not Kind.TIMEOUT else Stage.DATA  # what closes or is read from was open
        return told, False
    if clue.stage and not (ended and clue.stage is Stage.DATA):
        return clue.stage, False
    named = stage_by_frames(text) or stage_around(text, clue.start, clue.end)
    if named:
        return named, True
    return (Stage.CONNECT if clue.kind is Kind.TIMEOUT and clue.stage is None else Stage.DATA), True


def _from_words(text: str, profile: Profile, family: Family | None, known: Known) -> Iterator[Candidate]:
    """Read the whole as one reply that has lost its codes, for what only words tell (``Email address is not verified``)."""
    if known.stage in (Stage.RESOLVE, Stage.TLS) or len(words := " ".join(text.split())) > 1500:
        return
    stage = known.stage or stage_named(text) or Stage.DATA
    observation = Observation(stage, Kind.REPLY, reply=Reply(0, None, (words,)))
    seen = _seen(observation, profile, family, known, placed=bool(known.stage))
    finding = find(seen, words_only=True)
    if finding:
        yield Candidate(4, 0, 0, finding)


def _seen(observation: Observation, profile: Profile, family: Family | None, known: Known, *, placed: bool) -> Seen:
    return Seen(observation, profile, current_date(), family, pasted=True, told=known.provider, placed=placed)
