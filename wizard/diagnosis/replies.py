"""SMTP replies inside pasted text: found, split, and placed in a stage as far as the text tells. Must not know findings."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wizard.smtp.observation import Reply, Stage

# The codes servers use to say no (RFC 5321, 4954, 3207, 1846, 7504 and habit): other numbers in a log are ports and lines.
_CODES = (
    "421|430|432|435|441|442|446|447|449|450|451|452|454|455|458|459|471|500|501|502|503|504|510|511|512|513|515|517|521|523|524|525|530|534|535|538|541|550|551|552|"
    "553|554|555|556|557|571|572|573|574"
)
_ENHANCED = r"[45]\.\d\.\d{1,3}"
_REPLY = re.compile(
    rf"(?<![\w.:/=#-])(?<!line )(?<!port )(?<!errno )(?P<code>{_CODES})(?![\w.:%/])"
    rf"(?:,?[ \t]*b?['\"]|\\?\"?[,:]?[ \t]+|-[ \t]?|$)"
    rf"(?:\#?(?P<enhanced>{_ENHANCED})(?![\d.])[ \t:;-]*)?(?P<text>[^\r\n]{{0,500}})",
    re.MULTILINE,
)
_BARE = re.compile(rf"(?<![\w.#-])#?(?P<enhanced>{_ENHANCED})(?![\w.-])[ \t:;,-]*(?P<text>[^\r\n]{{0,500}})")
_VERSION_BEFORE = re.compile(r"(?:version|release|server|mysql|php|linux|kernel|v)[ /:]*$", re.IGNORECASE)
_MOST = 40

# What programs and servers write around a reply, most telling first.
_CUES: tuple[tuple[Stage, re.Pattern[str]], ...] = (
    (Stage.DATA, re.compile(r"end[ -]of[ -]data|after data|in reply to data|data error|smtpdataerror|finishdata|datasent")),
    (
        Stage.RCPT,
        re.compile(
            r"rcpt (?:to|from)|rcptto|smtprecipientsrefused|smtpaddressfailed|invalid addresses|"
            r"recipients? (?:failed|refused|rejected)|recipient address rejected"
        ),
    ),
    (Stage.MAIL, re.compile(r"mail from|smtpsenderrefused|sender address rejected|mailfrom|smtpsendfailed")),
    (
        Stage.AUTH,
        re.compile(
            r"authenticationfailed|invalid login|eauth|smtpauthenticationerror|auth (?:plain|login|xoauth2|cram)|"
            r"password command|authentication failed|auth(?:entication)? not accepted|failed to (?:login|authenticate)"
        ),
    ),
    (Stage.STARTTLS, re.compile(r"starttls")),
    (Stage.EHLO, re.compile(r"\behlo\b|\bhelo\b")),
    (Stage.GREETING, re.compile(r"greeting|banner|could not connect to smtp host|while connecting|initial")),
)
_BY_CODE = {534: Stage.AUTH, 535: Stage.AUTH, 538: Stage.AUTH, 432: Stage.AUTH, 530: Stage.MAIL, 553: Stage.MAIL, 552: Stage.DATA}


@dataclass(frozen=True, slots=True)
class Found:
    """One reply and where it stood: ``stage`` is a guess when ``guessed``."""

    reply: Reply
    stage: Stage
    start: int
    guessed: bool


def replies_in(text: str, stage: Stage | None = None) -> tuple[Found, ...]:
    """Return the failing replies of a text in order, continued lines joined, at most a few dozen.

    A reply may have lost its code and kept its enhanced one (``5.7.57 Client not authenticated``): its code is then 0.
    """
    found: list[Found] = []
    spans: list[tuple[int, int]] = []
    for match in _REPLY.finditer(text):
        words = _cleaned(match["text"])
        previous = found[-1] if found else None
        if previous and previous.reply.code == int(match["code"]) and match.start() - spans[-1][1] <= 8:
            if len(previous.reply.lines) < _MOST:
                found[-1] = _joined(previous, match["enhanced"], words)
            spans[-1] = (spans[-1][0], match.end())
        else:
            found.append(_placed(text, match.start(), Reply(int(match["code"]), match["enhanced"], (words,)), stage))
            spans.append(match.span())
        if len(found) >= _MOST:
            break
    for match in _BARE.finditer(text):
        if len(found) >= _MOST or any(start <= match.start() < end for start, end in spans):
            continue
        if _VERSION_BEFORE.search(text[max(0, match.start() - 12) : match.start()]):
            continue
        found.append(_placed(text, match.start(), Reply(0, match["enhanced"], (_cleaned(match["text"]),)), stage))
    return tuple(sorted(found, key=lambda one: one.start))


def stage_named(text: str) -> Stage | None:
    """Return the stage a piece of text speaks of, by what programs and servers write around a reply."""
    lower = text.lower()
    return next((stage for stage, pattern in _CUES if pattern.search(lower)), None)


def _joined(previous: Found, enhanced: str | None, words: str) -> Found:
    reply = previous.reply
    return Found(
        Reply(reply.code, reply.enhanced or enhanced, (*reply.lines, words)), previous.stage, previous.start, previous.guessed
    )


def _placed(text: str, start: int, reply: Reply, stage: Stage | None) -> Found:
    """Put a reply in its stage: told, or named behind it or shortly before it, or usual for its code."""
    if stage:
        return Found(reply, stage, start, guessed=False)
    cue = stage_named(text[start : start + 600]) or stage_named(text[max(0, start - 300) : start])
    if cue:
        return Found(reply, cue, start, guessed=True)
    usual = Stage.GREETING if reply.code in (421, 521) else Stage.RCPT if reply.code in (550, 551) else Stage.DATA
    return Found(reply, _BY_CODE.get(reply.code, usual), start, guessed=True)


def _cleaned(text: str) -> str:
    """Take off what programs put around a reply's words: quotes, brackets, escaped line ends."""
    return re.sub(r"(?:\\r|\\n)+", " ", text).strip().strip("\"'`{}()>,;").strip()
