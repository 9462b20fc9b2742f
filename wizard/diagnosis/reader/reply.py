"""SMTP replies inside pasted text: found, split, and placed in a stage as far as the text tells. Must not know findings."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from wizard.diagnosis.reader import dotnet
from wizard.diagnosis.reader.place import stage_around
from wizard.smtp.observation import Reply, Stage

# The codes servers use to say no (RFC 5321, 4954, 3207, 1846, 7504 and habit): other numbers in a log are ports and lines.
_CODES = (
    "421|430|432|435|441|442|446|447|449|450|451|452|454|455|458|459|471|500|501|502|503|504|510|511|512|513|515|517|521|"
    "523|524|525|530|534|535|538|541|550|551|552|553|554|555|556|557|571|572|573|574|403|401"
)
_ENHANCED = r"[45]\.\d{1,3}\.\d{1,3}"
_REPLY = re.compile(
    rf"(?<![\w.:/=#$-])(?<!line )(?<!port )(?<!errno )(?<!HTTP/1.1 )(?P<code>{_CODES})"
    rf"(?![\w.%/]|:(?![ \t]+#?{_ENHANCED}))(?! ?(?:bytes|ms|sec|kb|mb|kib|mib|items|rows|lines)\b)"
    rf"(?:,?[ \t]*b?\\?['\"]+|[ \t]*\\?\"?[,:;]?[ \t]+|-[ \t]?|$|(?=#?{_ENHANCED}))"
    rf"(?:[ \t]*[\#(]?(?P<enhanced>{_ENHANCED})(?![\d.])[ \t:;)-]*)?(?P<text>[^\r\n]{{0,500}})",
    re.MULTILINE,
)
# Codes that a program names as such, wherever they stand: responseCode: 535, "code 550 (5.7.255)", response: 554.
_NAMED = re.compile(
    rf"(?:response ?code|status ?code|smtp[ _]?(?:error )?code|reply ?code|error ?code|smtp error|\bcode|response)"
    rf"[\"']?[ \t]*[:=]?[ \t]*[\"'\[]?(?P<code>{_CODES})\b(?!\.\d)"
    rf"[\"',\])]*[ \t]*(?:\(?(?P<enhanced>{_ENHANCED})\)?)?[ \t]*(?P<text>[^\r\n]{{0,300}})",
    re.IGNORECASE,
)
# PHPMailer puts code and enhanced code behind the words: "MAIL FROM command failed,Sender address rejected,450,4.1.8".
_BEHIND = re.compile(rf"command failed,(?P<text>[^\r\n]{{0,300}}?),(?P<code>{_CODES})(?:,(?P<enhanced>{_ENHANCED}))?\b")
_BARE = re.compile(
    rf"(?<![\w.#-])(?:\#|dsn=|status=)?(?P<enhanced>{_ENHANCED})(?![\w.-])(?P<sep>[ \t:;,)'\"-]*)(?P<text>[^\r\n]{{0,500}})"
)
_VERSION_BEFORE = re.compile(
    r"(?:version|release|server|mysql|php|linux|kernel|v|firmware|openssl|node|python|java|@)[ /:-]*$", re.IGNORECASE
)
# A server process that ended itself serves nobody: Postfix's master and Exim's daemon log it so.
FATAL = re.compile(
    r"\b(?:postfix/[\w/-]*(?:smtpd|master)|exim|sendmail|dovecot)(?:\[\d+\])?: (?:fatal|panic): (?P<text>[^\r\n]{1,300})"
)
# curl says no more of a refused sign-in than its number 67.
_LOGIN_DENIED = re.compile(r"curl: \(67\) (?P<text>[^\r\n]{0,100})")
# SASL's own way to say no: a challenge that holds the reason as JSON (RFC 7628 3.2.2, and Google's XOAUTH2).
_CHALLENGE = re.compile(r"(?<!\d)334[ -]+(eyJ[A-Za-z0-9+/]{8,600}={0,2})")
_BY_CODE = {
    534: Stage.AUTH,
    535: Stage.AUTH,
    435: Stage.AUTH,
    538: Stage.AUTH,
    432: Stage.AUTH,
    530: Stage.MAIL,
    553: Stage.MAIL,
    552: Stage.DATA,
}
_MOST = 40
_ESCAPED_ENDS = re.compile(r"(?:\\+r|\\+n)+")
_SAME = re.compile(rf"(?:^|[ \t])(?:{_CODES})[ -](?:{_ENHANCED})?[ \t]*")
_INDENTED = re.compile(r"(?:\r?\n[ \t]{2,12}\S[^\r\n]{0,200}){1,6}")
_FALSE = frozenset({401, 403})  # the web's codes, and SendGrid's: they count only at the beginning of a line with words of mail


@dataclass(frozen=True, slots=True)
class Found:
    """One reply and where it stood: ``stage`` is a guess when ``guessed``; ``alone`` when only the code names it a reply."""

    reply: Reply
    stage: Stage
    start: int
    end: int
    guessed: bool
    alone: bool = False


def replies_in(text: str, stage: Stage | None = None) -> tuple[Found, ...]:
    """Return the failing replies of a text in order, continued lines joined, at most a few dozen.

    A reply may have lost its code and kept its enhanced one (``5.7.57 Client not authenticated``): its code is then 0.
    """
    found = [*_challenges(text), *_dotnet(text), *_fatal(text), *_behind(text)]
    if not re.search(r"(?<!\d)5[35]\d[ -]", text):
        found.extend(_denied(text))
    made = len(found)
    for match in _REPLY.finditer(text):
        if len(found) >= _MOST:
            break
        # Perl's Net::Cmd makes up a code for a connection that ended or fell silent.
        if not match["text"].startswith("[Net::") and not _within(found[:made], match.start()):
            _add(found, text, match)
    _add_named(found, text)
    _add_bare(found, text)
    placed = (replace(one, stage=stage, guessed=False) if stage else one for one in found[:_MOST])
    return tuple(sorted(placed, key=lambda one: one.start))


def _within(found: list[Found], start: int) -> bool:
    return any(one.start <= start < one.end for one in found)


def _add_named(found: list[Found], text: str) -> None:
    """Add what a program calls a code, unless it is the same reply once more by its number."""
    for match in _NAMED.finditer(text):
        code, start = int(match["code"]), match.start("code")
        if code in _FALSE:
            continue
        if len(found) < _MOST and not _within(found, start) and all(one.reply.code != code for one in found):
            found.append(_placed(text, start, match.end(), Reply(code, match["enhanced"], (_cleaned(match["text"]),)), None))


def _add_bare(found: list[Found], text: str) -> None:
    """Add replies that have lost their code, unless they sum up one that stands behind them (``dsn=4.7.8, ... said: 535``)."""
    for match in _BARE.finditer(text):
        start = match.start("enhanced")
        if len(found) >= _MOST or _within(found, start) or _summary(found, text, start):
            continue
        if not _VERSION_BEFORE.search(text[max(0, start - 12) : start]) and _worded(match["text"]):
            found.append(_placed(text, start, match.end(), Reply(0, match["enhanced"], (_cleaned(match["text"]),)), None))


def _summary(found: list[Found], text: str, start: int) -> bool:
    end = text.find("\n", start)
    return any(start < one.start <= (end if end >= 0 else len(text)) for one in found if one.reply.code)


def _behind(text: str) -> Iterator[Found]:
    for match in _BEHIND.finditer(text):
        reply = Reply(int(match["code"]), match["enhanced"], (_cleaned(match["text"]),))
        yield _placed(text, match.start(), match.end(), reply, None)


def _add(found: list[Found], text: str, match: re.Match[str]) -> None:
    code, words = int(match["code"]), _cleaned(match["text"] + _wrapped(text, match))
    previous = found[-1] if found else None
    if (
        previous
        and previous.reply.code == code
        and 0 <= match.start() - previous.end <= 60
        and not _words_between(text, previous.end, match.start())
    ):
        if len(previous.reply.lines) < _MOST:
            reply = previous.reply
            joined = Reply(code, reply.enhanced or match["enhanced"], (*reply.lines, words))
            found[-1] = replace(previous, reply=joined, end=match.end())
        else:
            found[-1] = replace(previous, end=match.end())
        return
    alone = text[text.rfind("\n", 0, match.start()) + 1 : match.start()].strip(" \t\"'([<-:S") != ""
    if alone and code in _FALSE:
        return
    one = _placed(text, match.start(), match.end(), Reply(code, match["enhanced"], (words,)), None)
    found.append(replace(one, alone=alone))


def _wrapped(text: str, match: re.Match[str]) -> str:
    """Return the rest of a reply that a bounce wrapped over indented lines, as Postfix does behind ``said:``."""
    if "said:" not in text[max(0, match.start() - 20) : match.start()]:
        return ""
    found = _INDENTED.match(text, match.end())
    return " " + " ".join(found[0].split()) if found else ""


def _words_between(text: str, start: int, end: int) -> bool:
    """Whether something other than a repeated line head (``S:``, a time stamp, ``<**``) stands between two lines of a reply."""
    return text.count("\n", start, end) > 1 or bool(re.search(r"[a-z]{3,}", text[start:end]))


def _challenges(text: str) -> Iterator[Found]:
    for match in _CHALLENGE.finditer(text):
        try:
            said = base64.b64decode(match[1] + "=" * (-len(match[1]) % 4)).decode("ascii", "replace")
        except (binascii.Error, ValueError):
            continue
        if "status" in said or "schemes" in said:
            yield Found(Reply(535, None, (f"invalid token: {said}",)), Stage.AUTH, match.start(), match.end(), guessed=False)


def _denied(text: str) -> Iterator[Found]:
    for match in _LOGIN_DENIED.finditer(text):
        yield Found(Reply(535, None, (match["text"],)), Stage.AUTH, match.start(), match.end(), guessed=False)


def _fatal(text: str) -> Iterator[Found]:
    for match in FATAL.finditer(text):
        reply = Reply(
            521, None, ("service not available: the server's own program has ended itself",)
        )  # not its words: they speak of another side
        yield Found(reply, Stage.GREETING, match.start(), match.end(), guessed=False)


def _dotnet(text: str) -> Iterator[Found]:
    for match in dotnet.SAID.finditer(text):
        lower = match["words"].lower()
        code = next((code for words, code in dotnet.CODES if words in lower), 0)
        if code:
            yield _placed(
                text,
                match.start(),
                match.end(),
                Reply(code, match["enhanced"], (_cleaned(match["text"]) or match["words"],)),
                None,
            )
    for name, code in dotnet.NAMES.items():
        at = text.find(name)
        if at >= 0 and not re.search(rf"\b{code}\b", text):
            line = text[at : at + 300].split("\n", 1)[0]
            enhanced = re.search(_ENHANCED, line)
            yield _placed(
                text, at, at + len(name), Reply(code, enhanced[0] if enhanced else None, (_cleaned(line[len(name) :]),)), None
            )


def _placed(text: str, start: int, end: int, reply: Reply, stage: Stage | None) -> Found:
    """Put a reply in its stage: told, or named around it, or usual for its code."""
    if stage:
        return Found(reply, stage, start, end, guessed=False)
    cue = stage_around(text, start, min(end, start + 4))
    if cue:
        return Found(reply, cue, start, end, guessed=True)
    usual = Stage.GREETING if reply.code in (421, 521) else Stage.RCPT if reply.code in (550, 551) else Stage.DATA
    return Found(reply, _BY_CODE.get(reply.code, usual), start, end, guessed=True)


def _worded(text: str) -> bool:
    return any(sign.isalpha() for sign in text)


def _cleaned(text: str) -> str:
    """Take off what programs put around a reply's words: quotes, brackets, escaped line ends, repeated codes."""
    return _SAME.sub(" ", _ESCAPED_ENDS.sub(" ", text)).strip().strip("\"'`{}()>,;").strip()
