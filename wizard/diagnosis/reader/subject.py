"""Whether a text can be a record of a failure in sending mail: by its words and ports, and by what kind of writing it is.

Source code, settings, a history of commands, a list of codes and prose speak of errors without being one. Must not know findings.
"""

from __future__ import annotations

import re

from wizard.diagnosis.hosts import Family, family_called
from wizard.diagnosis.reader.clue import Flat
from wizard.diagnosis.reader.setting import MAIL_PORTS, Known
from wizard.diagnosis.when import Words

_MAIL = Words(
    "mail",
    "smtp, esmtp, mail, e-mail, email, starttls, ehlo, helo, rcpt, postfix, exim, sendmail, dovecot, swift_, bounce, "
    "mailer, undeliver, xoauth2, office365, outlook, gsmtp, msmtp, swaks, nodemailer, lettre, dsn=, diagnostic-code, "
    "final-recipient, recipient, sender, eauth, eenvelope, submission, expected response code",
)
_ELSE = Words(
    "another trade",
    "http, https, postgres, postgresql, mysql, mariadb, jdbc, redis, mongo, ldap, kafka, ssh:, sshd, curl, nginx, apache, "
    "docker, git , ftp, oracle, database, sql, rest api, elasticsearch, rabbitmq, amqp, websocket, npm, pip, imap, pop3, "
    "kubectl, kubernetes, api server, s3, urllib, requests., wget, ntp, snmp, nfs, samba, smb, rsync, maven, gradle, etcd, "
    "consul, vault, grpc, graphql, broker, zookeeper, cassandra, memcache, proxy_pass, upstream, php-fpm, fastcgi, vpn, "
    "openvpn, wireguard, ipsec, radius, kerberos, bluetooth, usb, printer, cups, systemd, kernel",
)
# A line of a source file (SSLSocketInputRecord.java:451) is no port.
_SOURCE_FILE = "".join(
    rf"(?<!\.{ending})" for ending in ("java", "kt", "scala", "groovy", "py", "js", "ts", "go", "rb", "php", "cs", "rs")
)
_OTHER_PORT = re.compile(rf"\b(?:port[ :=]+|\.\d{{1,3}}:|\]:|localhost:|[a-z]{{2,}}{_SOURCE_FILE}:)(\d{{2,5}})\b", re.IGNORECASE)
_CODE = re.compile(
    r"^(?:[ \t]+\*[ /])|^\s*(?:def |async def |class |import |from \S+ import|#include|#define|public |private |protected |"
    r"func |function |const |let |var |return\b|if ?\(|if .*:$|else\b|elif |for\b|while\b|try\b|except\b|catch ?\(|raise \w|"
    r"throw |package |namespace |use |fn |impl |end$|<\?php|//|/\*|@\w+|\w+ := |self\.|this\.|[\w.]+\(.*\)[;{]?$|"
    r"[})\]]+[;,]?$)|[{;]\s*$"
)
# What begins a line of a program and hardly ever one of an error.
_STATEMENT = re.compile(
    r"^\s*(?:(?:async )?def \w+\(|class \w+[(:{ ]|import [\w.{*]|from [\w.]+ import |#include|#define|return\b|elif |else:|"
    r"except\b|(?:public|private|protected|static|final) \w|func \w*\(|function \w*\(|(?:const|let|var) \w+ ?=|@\w+|"
    r"package \w|assert )"
)
_TABLE = re.compile(r"^\s*(?:\|.*\||[\w.-]+\s+\d+/(?:tcp|udp)\b)")
_TRACE = re.compile(
    r"^[ \t]{0,40}(?:at [\w.$/@<>]{1,200}\(|File \"|Traceback|Caused by|Exception in|[\w.]{1,200}(?:Error|"
    r"Exception)\b.{0,80}:|\.\.\. \d+ more)|nested exception",
    re.MULTILINE,
)
_SETTING = re.compile(
    r"^\s*(?:(?!#\d+ )[#;]|\[[\w .:-]+\]$|-?[\w.$-]+[ \t]*[=:]|[\w.-]+ [\w./@:-]+;?$|<[\w/?!]|[}\])]|[\w-]+ \{)"
)
_COMMAND = re.compile(
    r"^\s*(?:\d+\s+)?(?:[$#%>] ?)?(?:sudo |time )?(?:cd|ls|ll|cat|less|vi|vim|nano|emacs|git|apt|apt-get|yum|dnf|brew|swaks|"
    r"telnet|openssl|curl|wget|echo|systemctl|service|postfix|postconf|postmap|mailq|mail|msmtp|sendmail|exim|tail|head|"
    r"grep|journalctl|docker|kubectl|ssh|scp|ping|dig|nslookup|nc|exit|make|pip|pip3|npm|cp|mv|rm|mkdir|chmod|chown|export|"
    r"python3?|java|history|man|which|source|history|clear|ps|top|kill|crontab|ufw|iptables)\b(?![:/\[])"
)
# What only a record of a failure has: an exception with its text, a reply with its codes, an error number, a bounce.
_RECORD = re.compile(
    r"(?:Exception|Error|Failure|Timeout)\b[\"']?[\])]? ?[:(]|(?<![\w.])[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b|\berrno\b|"
    r"\bexception '[\w\\]{1,100}' with message|"
    r"\bstatus=(?:deferred|bounced|undeliverable|softbounce)|\bstat=|\bsaid: |Diagnostic-Code:|Traceback|Caused by:|"
    r"^[ \t]{0,20}at \S{1,200}\(|\breturned an? error|Remote Server returned|The server response was|\bECONN|\bETIMEDOUT|"
    r"\bENOTFOUND|\bEAUTH|\bEENVELOPE|\[Errno |SSL routines:|<\*\* |\*\*\* |responseCode|response code|[(:] ?[45]\d\d[ :,]|"
    r"^[^\w\n]{0,8}(?:S:|<<<|<-|<~)?[ \t]{0,4}[45]\d\d[ -]|\b[45]\.\d{1,3}\.\d{1,3}\b|verify error|SMTP (?:ERROR|error)|"
    r"(?:got|received|response|code|error|failed|rejected|denied|login|command)[^\n]{0,30}[:(\"' ][45]\d\d\b|level=err|"
    r"\bWARN\b|\bERROR\b|\bFATAL\b|^\w{1,40}: ",
    re.MULTILINE,
)
# A reply with its enhanced code is SMTP's own form (RFC 2034); one without its basic code counts where a line begins.
_REPLY = re.compile(
    r"(?<![\w.])[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b|^[\W_]{0,6}[45]\.\d{1,2}\.\d{1,3}[ :]+[A-Z<\[]", re.MULTILINE
)
_FAILING = re.compile(
    r"\b(?:rejected|reject|failed|failure|error|refused|denied|unable|could not|cannot|couldn't|can't|not (?:allowed|"
    r"accepted|permitted|verified|authorized|activated|valid))\b",
    re.IGNORECASE,
)
# What only mail programs write: Nodemailer's last command, Postfix's conversation and status, curl's refused sign-in.
_FORM = re.compile(
    r"\bcommand[\"']?: ?[\"'](?:CONN|EHLO|HELO|STARTTLS|AUTH|MAIL|RCPT|DATA)\b|\bconversation with \S{1,200}\[|"
    r"\bstatus=(?:deferred|bounced)\b|\bin reply to [A-Z]{4}|curl: \(67\)|\bstarttls\b"
)
_STAMP = re.compile(r"\d\d:\d\d:\d\d")
_FUNCTION = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "to",
        "and",
        "is",
        "are",
        "was",
        "that",
        "in",
        "you",
        "we",
        "it",
        "this",
        "i",
        "my",
        "your",
        "our",
        "for",
        "with",
        "as",
        "be",
        "by",
        "on",
        "not",
        "or",
        "have",
        "has",
        "from",
        "at",
        "if",
        "so",
        "but",
        "they",
        "can",
        "will",
        "which",
        "he",
        "she",
    ]
)
# A line of a server in a transcript, whoever writes it down.
_SERVER_LINE = re.compile(r"(?:<<<|SERVER -> CLIENT:|S:|<[-~* ]{1,3}|<|SMTP<<|reply:) {0,2}b?['\"]?[2-5]\d\d[ -]")
_ANY_CODE = re.compile(r"(?<![\w.-])([2-5][0-5]\d)(?=[ -][A-Z<\"'(])")


def about_mail(text: str, flat: Flat, known: Known) -> bool:
    """Whether the text can be a failure in sending mail; a bare, short error is given the benefit of the doubt."""
    if _other_writing(text, flat, known):
        return False
    if speaks_of_mail(text, flat, known):
        return True
    return len(text) < 1200 and not _STAMP.search(text) and not _OTHER_PORT.search(text) and not _ELSE.found_in(flat.text)


def speaks_of_mail(text: str, flat: Flat, known: Known) -> bool:
    """Whether the text speaks of mail by its words or ports, or is known to."""
    if told(known) or _MAIL.found_in(flat.text) or _REPLY.search(text) or _FORM.search(text):
        return True
    return any(int(port) in MAIL_PORTS for port in _OTHER_PORT.findall(text[:20_000]))


def told(known: Known) -> bool:
    """Whether what is known beside the text says that it is about mail; a provider nobody knows, or port 5432, does not."""
    if known.stage is not None or known.security is not None or known.port in MAIL_PORTS:
        return True
    return bool(known.provider) and family_called(known.provider) not in (None, Family.OTHER)


def recorded(text: str) -> bool:
    """Whether the text has the form of a record of something that failed."""
    return bool(_RECORD.search(text) or _FAILING.search(text))


def _other_writing(text: str, flat: Flat, known: Known) -> bool:
    if _not_text(text):
        return True
    lines = [line for line in text[:40_000].splitlines() if line.strip()]
    if len(_SERVER_LINE.findall(text[:40_000])) >= 2:  # a transcript holds what code, settings and commands look like
        return _is_list(text)
    return (
        _is_code(lines, text)
        or _is_settings(lines, text)
        or _is_history(lines)
        or _is_list(text)
        or (not told(known) and _is_prose(text, flat))
    )


def _not_text(text: str) -> bool:
    sample = text[:4000]
    odd = sum(1 for sign in sample if not (sign.isprintable() or sign in "\r\n\t\x1b"))
    return odd > 8 and odd * 20 > len(sample)


def _share(lines: list[str], pattern: re.Pattern[str]) -> float:
    return sum(1 for line in lines if pattern.search(line[:300])) / len(lines) if lines else 0.0


def _is_code(lines: list[str], text: str) -> bool:
    if len(lines) < 5 or _TRACE.search(text):
        return len(lines) >= 5 and "Traceback (most" not in text and _many(lines, _STATEMENT)
    return _many(lines, _STATEMENT) or (_share(lines, _CODE) >= 0.55 and not _has_reply(text))


def _many(lines: list[str], pattern: re.Pattern[str]) -> bool:
    count = sum(1 for line in lines if pattern.search(line[:300]))
    return count >= 5 and count * 10 >= len(lines)


def _is_settings(lines: list[str], text: str) -> bool:
    if _many(lines, _TABLE):
        return True
    return len(lines) >= 4 and _share(lines, _SETTING) >= 0.8 and not _RECORD.search(text) and not _STAMP.search(text)


def _is_history(lines: list[str]) -> bool:
    return len(lines) >= 3 and _share(lines, _COMMAND) >= 0.75


def _is_list(text: str) -> bool:
    """A table of reply codes, as in a standard or a manual: many different ones, of every class, and no session around them."""
    codes = set(_ANY_CODE.findall(text[:40_000]))
    classes = {code[0] for code in codes}
    return len(codes) >= 7 and len(classes) >= 3 and not _STAMP.search(text) and not re.search(r"\b(?:EHLO|HELO) \S+\.", text)


def _has_reply(text: str) -> bool:
    return bool(re.search(r"^\W{0,4}(?:S:|<<<|<-)?\s{0,4}[45]\d\d[ -]|\bresponse(?:Code)?[\"']?: ", text, re.MULTILINE))


def _is_prose(text: str, flat: Flat) -> bool:
    words = re.findall(r"[a-z']+", flat.text[:6000])
    if len(words) < 25 or _RECORD.search(text):
        return False
    return sum(1 for word in words if word in _FUNCTION) / len(words) >= 0.25
