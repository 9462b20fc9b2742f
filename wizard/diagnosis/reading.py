"""Pasted text - an error, a bounce, a log, a stack trace - to findings, through the same rules a session uses. No network.

Knows how programs quote; must not know what anything means: that is the rules' part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wizard.diagnosis.handbook import find, unknown
from wizard.diagnosis.hosts import Family, family_called, family_of
from wizard.diagnosis.model import Finding
from wizard.diagnosis.replies import Found, replies_in, stage_named
from wizard.diagnosis.sign import Sign
from wizard.diagnosis.signs import SIGNS
from wizard.diagnosis.when import Seen, Words, current_date
from wizard.profile import Endpoint, Profile, Security
from wizard.smtp.observation import Certificate, Context, Kind, Observation, Reply, Stage, TlsFacts

LONGEST = 1_000_000  # characters looked at; of a longer text the beginning and the end
_MAIL = Words(
    "mail",
    "smtp, esmtp, mail, e-mail, email, starttls, ehlo, helo, rcpt, postfix, exim, sendmail, dovecot, swift_, bounce, "
    "mailer, undeliver, dsn, recipient, sender, xoauth2, office365, outlook",
)
_ELSE = Words(
    "another trade",
    "http, https, postgres, postgresql, mysql, jdbc, redis, mongo, ldap, kafka, ssh:, sshd, curl, nginx, apache, "
    "docker, git , ftp, oracle, database, sql, rest api, elasticsearch, rabbitmq, websocket, npm, pip, imap, pop3",
)
_PORT = re.compile(r"\bports?[\"']?[ :=]+(\d{1,5})\b|[\w\]]:(25|465|587|2525|2465|2587)\b", re.IGNORECASE)
_OTHER_PORT = re.compile(r"\b(?:port[ :=]+|[\d\]]:|localhost:)(\d{2,5})\b", re.IGNORECASE)
_MAIL_PORTS = frozenset({25, 26, 465, 587, 588, 1025, 1465, 1587, 2465, 2525, 2587, 8025})
_HOST = re.compile(
    r"(?:smtp host: |host,? port: |host: |host |://|lookup |to |UnknownHostException: )"
    r"((?:[a-z0-9_-]+\.)+[a-z]{2,24})\b",
    re.IGNORECASE,
)
_EXPECTED = re.compile(
    r"certificate CN=[`'\"]?([^`'\"\s]+)[`'\"]? did not match expected CN=[`'\"]?([^`'\"\s]+)[`'\"]?", re.IGNORECASE
)
_GREETING = re.compile(r"(?<![\w.:-])220[ -]([^\s,]+\.[^\r\n]{1,200}SMTP[^\r\n]{0,200})", re.IGNORECASE)
_LINE_START = re.compile(r"(?:^|\n)[ \t]*(?:S:|<<<?|<-|[\"'(])?[ \t]*$")
_TLS_FIRST = re.compile(r"\b(?:ssl|smtps|tls)://", re.IGNORECASE)
# Credentials on the wire: the argument of AUTH, and the bare base64 lines of its dialogue (RFC 4954).
_AUTH_LINE = re.compile(
    r"(\bAUTH[ \t]+(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|NTLM|SCRAM-[\w-]+)[ \t]+)[^\s\"']+", re.IGNORECASE
)
_TOKEN_SENT = re.compile(r"(?<![\w-])AUTH (?:XOAUTH2|OAUTHBEARER)\b", re.IGNORECASE)
_BASE64_LINE = re.compile(r"^([ \t]*(?:(?:C:|>>>?|->|~>)[ \t]*)?)[A-Za-z0-9+/]{8,}={0,2}[ \t]*$", re.MULTILINE)


_WRAPPER = 3  # the first rank of what rests on general words alone


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the text: all of it optional."""

    port: int | None = None
    security: Security | None = None
    stage: Stage | None = None
    provider: str = ""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A possible finding; the lower ``rank``, the more specific what it rests on."""

    rank: int
    order: int
    finding: Finding


def explain(text: str, known: Known = Known()) -> tuple[Finding, ...]:
    """Return findings for a pasted text, the likeliest first, each id once; nothing when it is not recognised.

    A reply that no rule knows gives ``unknown``, which quotes it. Any text is fine: whatever it holds, nothing is raised.
    """
    clean = redacted(_bounded(text))
    if not clean.strip() or not _about_mail(clean, known):
        return ()
    candidates = sorted(_candidates(clean, known), key=lambda one: (one.rank, one.order))
    found: dict[str, Finding] = {}
    for candidate in candidates:
        if found and candidate.rank >= _WRAPPER and candidates[0].rank < _WRAPPER:
            break  # what wrappers say adds nothing to what they wrap
        found.setdefault(candidate.finding.id, candidate.finding)
    if len(found) > 1:
        found.pop("unknown", None)
    return tuple(found.values())


def redacted(text: str) -> str:
    """Return the text with everything that may be a credential replaced by dots."""
    return _BASE64_LINE.sub(r"\1••••", _AUTH_LINE.sub(r"\1••••", text))


def _bounded(text: str) -> str:
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]}\n{text[-half:]}"


def _about_mail(text: str, known: Known) -> bool:
    """Whether the text is about sending mail: told so, or by its words and ports; a bare error is given the benefit."""
    if _speaks_of_mail(text, known):
        return True
    return not _OTHER_PORT.search(text) and not _ELSE.found_in(text.lower()) and len(text) < 2000


def _speaks_of_mail(text: str, known: Known) -> bool:
    if known != Known() or _MAIL.found_in(text.lower()):
        return True
    return any(int(port) in _MAIL_PORTS for port in _OTHER_PORT.findall(text))


def _candidates(text: str, known: Known) -> Iterator[_Candidate]:
    profile, family = _profile(text, known)
    mail = _speaks_of_mail(text, known)
    for order, found in enumerate(replies_in(text, known.stage)):
        if not (mail or found.reply.enhanced or _LINE_START.search(text[: found.start])):
            continue  # a number among other words: an order, a line of code
        yield _from_reply(_seen(_reply_observation(found, text), profile, family), order, found)
    lower = " ".join(text.lower().split())
    for order, sign in enumerate(SIGNS):
        place = sign.words.position(lower)
        if place is not None:
            yield from _from_sign(sign, order, lower[max(0, place - 60) : place + 240], text, profile, family, known)
    yield from _from_words(text, profile, family, known)


def _from_reply(seen: Seen, order: int, found: Found) -> _Candidate:
    certain = find(seen, words_only=True)
    if certain:
        return _Candidate(0, order, _stage_told(certain, found.guessed))
    general = find(seen)
    if general:
        return _Candidate(2 if found.reply.code else 4, order, _stage_told(general, found.guessed))
    return _Candidate(5, order, _stage_told(unknown(seen), found.guessed))


def _stage_told(finding: Finding, guessed: bool) -> Finding:
    return finding._replace(stage=None) if guessed else finding


def _reply_observation(found: Found, text: str) -> Observation:
    token = _TOKEN_SENT.search(text[: found.start])
    greeting = _GREETING.search(text[: found.start])
    context = Context(
        mechanism="XOAUTH2" if token else None,
        greeting=Reply(220, None, (greeting[1],)) if greeting else None,
    )
    return Observation(found.stage, Kind.REPLY, reply=found.reply, context=context)


def _from_sign(
    sign: Sign, order: int, snippet: str, text: str, profile: Profile, family: Family | None, known: Known
) -> Iterator[_Candidate]:
    stage = _stage_of(sign, known)
    observation = Observation(
        stage,
        sign.kind,
        verify_code=sign.verify_code,
        tls_reason=sign.tls_reason,
        tls=_certificate_facts(text) if sign.verify_code else None,
        error=snippet,
    )
    finding = find(_seen(observation, profile, family))
    if finding:
        yield _Candidate(3 if sign.weak else 1, order, finding)


def _stage_of(sign: Sign, known: Known) -> Stage:
    """A connection that ended or fell silent did so in the stage that is told; other signs know their own."""
    if known.stage and sign.kind in (Kind.CLOSED, Kind.RESET, Kind.TIMEOUT):
        return known.stage
    return sign.stage


def _from_words(text: str, profile: Profile, family: Family | None, known: Known) -> Iterator[_Candidate]:
    """Read the whole as one reply that has lost its codes, for what only words tell (``Email address is not verified``)."""
    stage = known.stage or stage_named(text) or Stage.DATA
    words = " ".join(text[:4000].split())
    if known.stage in (Stage.RESOLVE, Stage.TLS):
        return
    finding = find(_seen(Observation(stage, Kind.REPLY, reply=Reply(0, None, (words,))), profile, family), words_only=True)
    if finding:
        yield _Candidate(4, 0, finding if known.stage else finding._replace(stage=None))


def _certificate_facts(text: str) -> TlsFacts | None:
    """Keep whose certificate it was, where the text names it."""
    found = _EXPECTED.search(text)
    if not found:
        return None
    certificate = Certificate(found[1], "", (found[1],), "", "", "")
    return TlsFacts("", "", verified=False, certificate=certificate)


def _profile(text: str, known: Known) -> tuple[Profile, Family | None]:
    """Guess the settings behind a text: host and port where they are named, encryption where the port tells."""
    expected = _EXPECTED.search(text)
    named = _HOST.search(text)
    host = expected[2] if expected else named[1] if named else ""
    ports = [int(first or second) for first, second in _PORT.findall(text)]
    port = known.port or next((number for number in ports if 0 < number < 65536), 0)
    security = known.security or (Security.TLS if _TLS_FIRST.search(text) else Security.STARTTLS)
    family = family_called(known.provider) if known.provider else None
    return Profile(Endpoint(host, port, security)), family or (family_of(host) if host else None)


def _seen(observation: Observation, profile: Profile, family: Family | None) -> Seen:
    return Seen(observation, profile, current_date(), family, pasted=True)
