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
    "CONN": Stage.CONNECT,
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
    r"in reply to (?:the )?(end of data|[A-Z]{4,8})|(?:after|in response to|to) (?:pipelined )?(end[ -]of[ -]data|"
    r"initial connection|[A-Z]{4,8})\b|command[\"']?[:=][ \t]*[\"'](CONN|EHLO|HELO|STARTTLS|AUTH|MAIL|RCPT|DATA)|"
    r"while (?:sending|performing(?: the)?|receiving(?: the)?) (end of data|initial|message body|[A-Z]{4,8})|"
    r"\bafter ([A-Z]{4,8})(?: from|$)|\b(MAIL|RCPT) from ",
)
# Names of exceptions and functions, and how programs name a step of their own; the first that fits wins.
_CUES: tuple[tuple[Stage, re.Pattern[str]], ...] = tuple(
    (stage, re.compile(words, re.IGNORECASE))
    for stage, words in (
        (
            Stage.DATA,
            r"end[ -]of[ -]data|after data|after_data|data error|smtpdataerror|finishdata|datasent|set data|data command|"
            r"message failed|bdat",
        ),
        (
            Stage.RCPT,
            r"rcpt (?:to|from)|rcptto|smtprecipient|smtpaddressfailed|invalid addresses|rcpt command|recipients? (?:failed|"
            r"refused|rejected|command failed)|recipient address rejected|recipientrefused|recipients were rejected|"
            r"failedrecipient|recipient not accepted",
        ),
        (
            Stage.MAIL,
            r"mail from|smtpsenderrefused|sender address rejected|mailfrom|smtpsendfailed|mail command|sendernotaccepted|"
            r"from command",
        ),
        (
            Stage.AUTH,
            r"authenticationfailed|invalid login|eauth|smtpauthenticationerror|auth(?:enticate)?\w* (?:plain|login|xoauth2|"
            r"cram)|smtpauthentication|smtp_auth|password command|username command|authentication failed|"
            r"auth(?:entication)? not accepted|auth command|failed to (?:login|log in|authenticate)|could not authenticate|"
            r"\bauth failed|smtp auth|sasl auth|(?:transport\w*|client|smtp)\.(?:authenticate|login|auth)\b|"
            r"authenticator\.auth",
        ),
        (Stage.STARTTLS, r"starttls"),
        (Stage.EHLO, r"\behlo\b|\bhelo\b|smtphelo"),
        (Stage.GREETING, r"greeting|banner|could not connect to smtp host|while connecting|initial|openserver|getreply"),
    )
)
# The functions at work in a stack trace, by the names well-known libraries give them.
_FUNCTIONS: dict[str, Stage] = {
    **dict.fromkeys(
        ("create_connection", "_get_socket", "sock_connect", "tcp_socket", "socketconnect", "createsocket"), Stage.CONNECT
    ),
    **dict.fromkeys(("openserver", "do_helo", "recv_response"), Stage.GREETING),
    **dict.fromkeys(("ehlo", "helo", "ehlo_or_helo_if_needed", "_ehlo_or_helo_if_needed"), Stage.EHLO),
    **dict.fromkeys(
        ("do_handshake", "starthandshake", "performinitialhandshake", "wrap_socket", "ssl_socket_connect", "tlsconnect"),
        Stage.TLS,
    ),
    **dict.fromkeys(("starttls", "start_tls"), Stage.STARTTLS),
    **dict.fromkeys(("login", "auth", "auth_plain", "auth_login", "auth_cram_md5", "authenticate", "auth_xoauth2"), Stage.AUTH),
    **dict.fromkeys(("mail", "mailfrom"), Stage.MAIL),
    **dict.fromkeys(("rcpt", "rcptto", "rcptto_list"), Stage.RCPT),
    **dict.fromkeys(("data", "finishdata", "bdat"), Stage.DATA),
}
_PYTHON_FRAME = re.compile(r"File \"[^\"\n]{0,300}(?:smtplib|aiosmtplib|ssl|socket|sslproto)[^\"\n]{0,60}\", line \d+, in (\w+)")
_JAVA_FRAME = re.compile(r"\bat [\w.$/@]{1,200}\.(?:SMTP|Socket|SSL|Transport|SmtpClient|HandshakeContext)[\w$]*\.(\w+)\(")
_RUBY_FRAME = re.compile(r"net/smtp\.rb:\d+:in [`'](?:[\w:]+#)?(\w+)'")
_CONNECTED = re.compile(r"\bConnected to |Connection established|^CONNECTED\(|\bconnected\.$|Connection: opened", re.MULTILINE)
_ABILITY = re.compile(
    r"(?<![\w.])250[- ](?:[^\n]{0,3})?([A-Z0-9][A-Z0-9-]{2,20})(?:[ =]([^\r\n'\"]{0,120}))?[ \t]*(?:\\r|\\n|['\"]|\r?$)",
    re.MULTILINE,
)
_GREETING = re.compile(r"(?<![\w.:-])220[ -]([^\r\n]{2,200})")
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


def stage_told(text: str, start: int, end: int) -> Stage | None:
    """Return the stage a program names outright beside a place: ``(in reply to RCPT TO command)``, ``after end of data``."""
    stop = text.find("\n\n", end)
    behind = text[end : min(end + _NEAR, stop if stop > 0 else end + _NEAR)]
    return _told(text[max(0, start - 160) : start].rpartition("\n")[2]) or _told(behind)


def stage_around(text: str, start: int, end: int) -> Stage | None:
    """Return the stage of what stands at a place: told behind it, in its line, by the last command before it, near it."""
    told = stage_told(text, start, end)
    if told:
        return told
    line = text[text.rfind("\n", 0, start) + 1 : start][-300:]
    return (
        stage_named(line)
        or _last_command(text, start)
        or stage_named(text[max(0, start - 300) : start])
        or stage_named(text[start : start + _NEAR])
        or (Stage.GREETING if _CONNECTED.search(text, 0, start) else None)
    )


def stage_by_frames(text: str) -> Stage | None:
    """Return the stage whose function a stack trace shows at work: the innermost one, last in Python and first elsewhere."""
    last = text[text.rfind("Traceback (most recent") :] if "Traceback (most recent" in text else ""
    names = [name.lower() for name in _PYTHON_FRAME.findall(last)]
    for number, name in reversed(list(enumerate(names))):
        if name in ("connect", "_create_connection"):
            return (
                Stage.GREETING if {"getreply", "read_response"} & set(names[number:]) or "server ready" in last else Stage.CONNECT
            )
        if name in _FUNCTIONS:
            return _FUNCTIONS[name]
    outer = [name.lower() for name in (*_JAVA_FRAME.findall(text), *_RUBY_FRAME.findall(text))]
    return next((_FUNCTIONS[name] for name in outer if name in _FUNCTIONS), None)


def context_before(text: str, start: int) -> Context:
    """Return what a transcript showed before a place: greeting, abilities, mechanism. Empty when it is no transcript."""
    before = text[max(0, start - 6000) : start]
    greeting = next(iter(_GREETING.findall(before)), "")
    if "tls" in greeting.lower():
        greeting = ""  # the 220 to STARTTLS
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
