"""Where in a session something happened: the last command before it, the program's own words around it, its stack frames.

Must not know replies' meanings.
"""

from __future__ import annotations

import re

from wizard.smtp.observation import Context, Reply, Stage

_COMMANDS: dict[str, Stage] = {
    "EHLO": Stage.EHLO,
    "HELO": Stage.EHLO,
    "LHLO": Stage.EHLO,
    "STARTTLS": Stage.STARTTLS,
    "AUTH": Stage.AUTH,
    "MAIL": Stage.MAIL,
    "RCPT": Stage.RCPT,
    "DATA": Stage.DATA,
    "BDAT": Stage.DATA,
    "QUIT": Stage.QUIT,
    "CONN": Stage.GREETING,
    "INITIAL": Stage.GREETING,
}
_WHO = r"(?:C(?:LIENT)?:|>>>?|[~=*-]*>|CLIENT -> SERVER:|send:|Sent:|SMTP>>|SMTP\(?>|SEND:|\[C\]|Client:|>)"
# A client's command at the beginning of a line, whoever writes it down: a transcript, a debug log, a terminal.
_SENT = re.compile(
    rf"^[^\n]{{0,80}}?(?:^|{_WHO}|[\d\]] )[ \t]*b?['\"]?"
    r"(EHLO|HELO|LHLO|STARTTLS|AUTH|MAIL FROM|RCPT TO|DATA|BDAT|QUIT)\b(?:[ :]+[^\n]{0,200})?",
    re.IGNORECASE | re.MULTILINE,
)
_IN_REPLY = re.compile(
    r"in reply to (?:the )?(end of data|[A-Z]{4,8})|(?:after|in response to|to) (?:pipelined )?(end[ -]of[ -]data|initial connection|[A-Z]{4,8})\b|"
    r"command[\"']?[:=][ \t]*[\"'](CONN|EHLO|HELO|STARTTLS|AUTH|MAIL|RCPT|DATA)|"
    r"while (?:sending|performing(?: the)?|receiving(?: the)?) (end of data|initial|message body|[A-Z]{4,8})|"
    r"\bafter ([A-Z]{4,8})(?: from|$)|\b(MAIL|RCPT) from ",
)
# Names of exceptions and functions, and how programs name a step of their own; the first that fits wins.
_CUES: tuple[tuple[Stage, re.Pattern[str]], ...] = tuple(
    (stage, re.compile(words, re.IGNORECASE))
    for stage, words in (
        (
            Stage.DATA,
            r"end[ -]of[ -]data|after data|after_data|data error|smtpdataerror|finishdata|datasent|set data|data command|message failed|bdat",
        ),
        (
            Stage.RCPT,
            r"rcpt (?:to|from)|rcptto|smtprecipient|smtpaddressfailed|invalid addresses|rcpt command|"
            r"recipients? (?:failed|refused|rejected|command failed)|recipient address rejected|recipientrefused|recipients were rejected|"
            r"failedrecipient|recipient not accepted",
        ),
        (
            Stage.MAIL,
            r"mail from|smtpsenderrefused|sender address rejected|mailfrom|smtpsendfailed|mail command|sendernotaccepted|from command",
        ),
        (
            Stage.AUTH,
            r"authenticationfailed|invalid login|eauth|smtpauthenticationerror|auth(?:enticate)?\w* (?:plain|login|xoauth2|cram)|"
            r"smtpauthentication|smtp_auth|password command|username command|authentication failed|auth(?:entication)? not accepted|auth command|"
            r"failed to (?:login|log in|authenticate)|could not authenticate|\bauth failed|smtp auth|sasl auth|"
            r"(?:transport\w*|client|smtp)\.(?:authenticate|login|auth)\b|authenticator\.auth",
        ),
        (Stage.STARTTLS, r"starttls"),
        (Stage.EHLO, r"\behlo\b|\bhelo\b"),
        (Stage.GREETING, r"greeting|banner|could not connect to smtp host|while connecting|initial|openserver|getreply"),
    )
)
# The frame of a stack trace that was at work, in the names of well-known libraries.
_FRAMES: tuple[tuple[Stage, re.Pattern[str]], ...] = (
    (
        Stage.AUTH,
        re.compile(
            r"Transport\$?\w*\.authenticate|in (?:login|auth|auth_plain|auth_login)\b|smtp\.Auth\b|do_start.*authenticate|SmtpClient\.Authenticate"
        ),
    ),
    (
        Stage.TLS,
        re.compile(r"\.startTLS\(|in starttls\b|startHandshake|do_handshake|SslStream\.|tls_connect|performInitialHandshake"),
    ),
    (Stage.DATA, re.compile(r"finishData|in data\b|SmtpClient\.Send\b.*Data|\.issueData|BdatAsync")),
    (Stage.RCPT, re.compile(r"\.rcptTo\(|in rcpt\b|RcptTo")),
    (Stage.MAIL, re.compile(r"\.mailFrom\(|in mail\b|MailFrom")),
    (Stage.EHLO, re.compile(r"\.ehlo\(|in ehlo|\.helo\(|in helo|ehlo_or_helo")),
    (Stage.GREETING, re.compile(r"\.openServer\(|in connect\n.{0,200}getreply|in connect\b.{0,400}in getreply", re.DOTALL)),
)
_ABILITY = re.compile(
    r"(?<![\w.])250[- ](?:[^\n]{0,3})?([A-Z0-9][A-Z0-9-]{2,20})(?:[ =]([^\r\n'\"]{0,120}))?[ \t]*(?:\\r|\\n|['\"]|\r?$)",
    re.MULTILINE,
)
_GREETING = re.compile(
    r"(?<![\w.:-])220[ -]([^\s,]+\.[^\r\n]{1,200}SMTP[^\r\n]{0,200}|[^\r\n]{0,10}\*{6,}[^\r\n]{0,80})", re.IGNORECASE
)
_MECHANISM = re.compile(r"(?<![\w-])AUTH[ \t]+(PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|NTLM|SCRAM-[\w-]+)\b")
_SIGNED_IN = re.compile(r"(?<![\w.])235[ -]")
_NEAR = 600
_BACK = 1500


def stage_of_command(word: str) -> Stage | None:
    """Return the stage a command or a program's name for one belongs to."""
    name = word.upper().split()[0] if word.strip() else ""
    return Stage.DATA if name in ("END", "END-OF-DATA", "MESSAGE") else _COMMANDS.get(name)


def stage_named(text: str) -> Stage | None:
    """Return the stage a piece of text speaks of, by what programs write around a reply."""
    return next((stage for stage, pattern in _CUES if pattern.search(text)), None)


def stage_around(text: str, start: int, end: int) -> Stage | None:
    """Return the stage of what stands at a place: told behind it, in its line, by the last command before it, near it."""
    stop = text.find("\n\n", end)
    behind = text[end : min(end + _NEAR, stop if stop > 0 else end + _NEAR)]
    told = _told(behind) or _told(text[max(0, start - 160) : start].rpartition("\n")[2])
    if told:
        return told
    line = text[text.rfind("\n", 0, start) + 1 : start][-300:]
    return (
        stage_named(line)
        or _last_command(text, start)
        or stage_named(text[max(0, start - 300) : start])
        or stage_named(text[start : start + _NEAR])
    )


def stage_by_frames(text: str) -> Stage | None:
    """Return the stage whose function a stack trace shows at work."""
    return next((stage for stage, pattern in _FRAMES if pattern.search(text)), None)


def context_before(text: str, start: int) -> Context:
    """Return what a transcript showed before a place: greeting, abilities, mechanism. Empty when it is no transcript."""
    before = text[max(0, start - 6000) : start]
    greeting = next(iter(_GREETING.findall(before)), "")
    mechanism = _MECHANISM.findall(text[max(0, start - 6000) : start + 200])
    names = {name.upper(): (rest or "").strip() for name, rest in _ABILITY.findall(before)} if "250" in before else {}
    token = any(one in ("XOAUTH2", "OAUTHBEARER") for one in mechanism)
    return Context(
        greeting=Reply(220, None, (greeting.strip(),)) if greeting else None,
        capabilities=names,
        clear_capabilities=names,
        mechanism="XOAUTH2" if token else mechanism[-1] if mechanism else None,
        signed_in=bool(_SIGNED_IN.search(before)),
    )


def _told(words: str) -> Stage | None:
    found = _IN_REPLY.search(words)
    return stage_of_command(next(filter(None, found.groups()))) if found else None


def _last_command(text: str, start: int) -> Stage | None:
    commands = _SENT.findall(text[max(0, start - _BACK) : start])
    return stage_of_command(commands[-1]) if commands else None
