"""What mail libraries and programs say by themselves, where no server has replied: abilities missing, no answer, no parse.

Must not know systems or encryption: those have system.py, handshake.py and certificate.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wizard.diagnosis.reader.clue import PRECISE, VAGUE, WRAPPER, Clue, Flat, Sign
from wizard.diagnosis.reader.place import stage_around, stage_by_frames
from wizard.diagnosis.when import Words
from wizard.smtp.observation import Kind, Stage

_TEXTS: tuple[Sign, ...] = (
    Sign(
        Words("a masked list of abilities", "xxxxxxxa, xxxxxxxx, 250-xxxx, 220 ****, 220-****, 220 2***"),
        Kind.MALFORMED,
        Stage.EHLO,
    ),
    Sign(
        Words(
            "STARTTLS not offered",
            "not support starttls, doesn't support starttls, starttls extension not, starttls not supported, "
            "starttls is not supported, starttls~not advertised, must issue~not offered, not support the starttls, "
            "starttls not offered, starttls~not available, not support secure connections, did not offer tls, "
            "tls is required~not offered, tls required but, starttls required but, not support ssl, starttls refused, "
            "starttls command failed, not support tls, not advertise~starttls, not offer~starttls, starttls~not found, "
            "no starttls, cannot start tls, starttls~unsupported, starttls~not supported by, upgrading~not supported, "
            "doesn't offer starttls, not support~starttls, without starttls, starttls not advertised, starttls~unavailable, "
            "tls~not advertised, tls~not offered, tls not supported by the server, host did not advertise starttls, "
            "starttls was not offered, tls~not supported by~server, server~not support~tls, required~but~not support~tls",
        ),
        Kind.NOT_OFFERED,
        Stage.STARTTLS,
    ),
    Sign(
        Words(
            "no common mechanism",
            "not advertise authentication type, not advertise~mechanism, no authentication mechanisms supported by both, "
            "compatible authentication mechanism, supported authentication mech, no supported authentication, "
            "no suitable authentication, unsupported authentication, unsupported auth, no auth method, "
            "no mechanism available, no worthy mechs, authentication method~not supported, none of the authentication, "
            "no usable authentication, mechanism~not supported, no acceptable authentication, unknown auth method, "
            "no authentication type, no supported auth, no matching auth, no compatible auth, no authenticator, "
            "no known auth, no authentication protocol, auth mechanism~unsupported, mechanism~not available, "
            "no authentication mechanism in common, can't find~authentication mechanism, sasl mechanism~not, "
            "no mutually supported, no common auth, no supported sasl, no auth mechanism, invalid authentication method, "
            "couldn't find a common, authtypes~not, cannot use a secure authentication",
        ),
        Kind.NO_MECHANISM,
        Stage.AUTH,
    ),
    Sign(
        Words(
            "AUTH not offered",
            "smtp auth extension not supported, auth extension not supported, auth not supported, not support auth, "
            "doesn't support auth, didn't support auth, authentication is not supported, authentication not supported by, "
            "does not advertise auth, auth not offered, no auth offered, auth not advertised, authentication not enabled, "
            "wrong host name, auth~not advertised, server~not~offer~authentication, "
            "not support the auth, not support smtp auth, not support~authentication, auth extension~not, "
            "smtp authentication~not supported, not advertise~auth, does not support the authentication, "
            "auth command not enabled",
        ),
        Kind.NOT_OFFERED,
        Stage.AUTH,
    ),
    Sign(
        Words("a sign-in kept back from a line in clear", "unencrypted connection, refusing to authenticate without"),
        Kind.WITHHELD,
        Stage.AUTH,
    ),
    Sign(
        Words(
            "a read that waited too long",
            "operation on non-blocking socket would block, transport connection~period of time, transport connection~timed out",
        ),
        Kind.TIMEOUT,
        None,
        VAGUE,
    ),
    Sign(
        Words(
            "no password",
            "no password specified, no user name specified, missing credentials, no username specified, "
            "password is not set, no password given, missing username or password, password required but, "
            "no password configured, missing password",
        ),
        Kind.NO_SECRET,
        Stage.AUTH,
    ),
    Sign(
        Words(
            "a proxy's refusal",
            "socks : , socks: , socks host, socks server, socks error, socks5, socks4, socksproxy, socks proxy, "
            "proxy error, proxy connect, proxy server, proxy authentication, via proxy, proxychains, proxy connection, "
            "through proxy, proxytype, proxy returned, http connect tunnel, proxyerror, proxyconnect, through~tunnel, "
            "tunnel through~proxy, haproxy read, haproxy protocol, proxy protocol~error, proxy protocol~timeout",
        ),
        Kind.REFUSED,
        Stage.CONNECT,
    ),
    Sign(
        Words(
            "no greeting",
            "greeting never received, waiting for greeting, timed out waiting for~greeting, no greeting, timeout~greeting, "
            "while receiving the initial server greeting, initial server greeting, timeout after initial connection, "
            "waiting for~banner, timed out~banner, timeout~banner, timeout waiting for~220, initial connection~timed out, "
            "no banner, greeting~timed out, greeting timeout, timeout~initial, never received greeting, waiting for initial",
        ),
        Kind.TIMEOUT,
        Stage.GREETING,
    ),
    Sign(
        Words(
            "cut before the greeting",
            "response: -1, response: [eof], lost connection~initial server greeting, closed~before greeting, "
            "closed~before~banner, remote host closed connection~initial connection",
        ),
        Kind.CLOSED,
        Stage.GREETING,
    ),
    Sign(
        Words(
            "a bad greeting",
            "bad greeting, invalid greeting, unexpected greeting, wrong greeting, invalid smtp banner",
        ),
        Kind.CLOSED,
        Stage.GREETING,
        VAGUE,
    ),
    Sign(
        Words(
            "not SMTP",
            "unable to parse status code, not an smtp server, smtp protocol exception, smtpprotocolexception, "
            "malformed mime header, short response, invalid response~greeting, not a valid smtp, "
            "unexpected server greeting, isn't an smtp server, response is not smtp, invalid smtp response, "
            "not speak smtp, malformed response, invalid response code, cannot parse~response, could not parse~response, "
            "failed to parse~response, response error: incomplete",
        ),
        Kind.MALFORMED,
        Stage.GREETING,
    ),
    Sign(
        Words(
            "bytes before the handshake",
            "after starttls~plaintext, unexpected data after starttls, plaintext~after starttls, pipelined~starttls, "
            "starttls~injection, command injection, buffered data, extra data after starttls, data~before tls negotiation",
        ),
        Kind.INJECTED,
        Stage.STARTTLS,
    ),
    Sign(
        Words(
            "a line without end",
            "response too long, line too long in reply, line length exceeded~reply, reply too long, "
            "line too long.~smtpserverdisconnected, too long response, response line too long, got more than",
        ),
        Kind.TOO_LONG,
        None,
    ),
    Sign(
        Words(
            "SMTPUTF8 missing",
            "smtputf8 is required, smtputf8~not offered, smtputf8~not support, requires smtputf8, need smtputf8, "
            "smtputf8~required, internationalized~not supported by~server, non-ascii~not supported by~server, "
            "not support~smtputf8, smtputf8~unsupported, not advertise~smtputf8",
        ),
        Kind.NEEDS_UTF8,
        Stage.MAIL,
    ),
    Sign(
        Words(
            "larger than SIZE",
            "exceeds~server~limit, exceeds~size limit announced, exceeds the maximum size~server, larger than the server's, "
            "message size exceeds~of server, message too large for",
        ),
        Kind.TOO_LARGE,
        Stage.MAIL,
    ),
    Sign(
        Words(
            "nothing in it",
            'empty response, got code "", empty reply, blank response, response code "" , code "", with message "", '
            "no reply from server",
        ),
        Kind.CLOSED,
        None,
        VAGUE,
    ),
    Sign(
        Words(
            "could not connect",
            "unable to connect, could not connect to smtp host, couldn't connect to host, could not connect to host, "
            "smtp connect() failed, failed to connect to server, connection could not be established, failed to connect, "
            "cannot connect, can't connect, mailconnectexception, failure sending mail, connection failed, "
            "could not connect, conn refused, could not open socket, couldn't connect, exception reading response",
        ),
        Kind.TIMEOUT,
        Stage.CONNECT,
        WRAPPER,
    ),
)
# curl's own numbers (curl(1), EXIT CODES) that say more than the text behind them.
_CURL = re.compile(r"curl: \((\d{1,3})\)")
_CURL_KINDS = {
    5: (Kind.REFUSED, Stage.CONNECT, VAGUE),
    6: (Kind.NAME_NOT_FOUND, Stage.RESOLVE, PRECISE),
    7: (Kind.REFUSED, Stage.CONNECT, VAGUE),
    28: (Kind.TIMEOUT, None, VAGUE),
    35: (Kind.TLS_FAILED, Stage.TLS, VAGUE + 1),
    52: (Kind.CLOSED, None, VAGUE),
    55: (Kind.CLOSED, None, VAGUE),
    56: (Kind.CLOSED, None, VAGUE),
    64: (Kind.NOT_OFFERED, Stage.STARTTLS, PRECISE),
}
# What other protocols say first, where a greeting is quoted: IMAP, POP3, HTTP, SSH (RFC 3501, 1939, 9112, 4253).
_FOREIGN = re.compile(
    r"(?:^|[('\"\[]|response: |<{1,3}[-*~]{0,3} +|S: |greeting: |banner: )[ \t]*(\+OK\b|\* OK\b|\* BYE|-ERR\b|"
    r"HTTP/1\.[01] \d|SSH-[12]|<html|<!doctype)[^\n]{0,100}",
    re.IGNORECASE | re.MULTILINE,
)
# A line that is no reply: Python gives it the code -1, Perl a parse error, Node quotes it without a code.
_NO_CODE = re.compile(
    r"SMTP\w{0,40}: \(-1, b?['\"][^\n]{0,200}|SMTP\w{0,40}\(-1, [^\n]{0,200}|Malformed SMTP response line: [^\n]{0,200}|"
    r"\bparse error in '[^\n]{0,200}|\bresponse[\"']?: ?[\"'](?:(?!\d{3}|\[|\{)[^\n\"']{1,200})[\"'],?\s{1,6}[\"']?command"
)
# Go's word for a connection that ended while something was still to come.
_EOF = re.compile(r"(?:\berror=|\berr=|: )\"?(?:unexpected )?EOF\"?[ \t]*$", re.MULTILINE)
# A word of Nodemailer's own for how a session ended (lib/errors.js), where nothing else tells.
_NODE = re.compile(r"""\bcode["']?[:=][ \t]*["'](EAUTH|ETLS|EPROTOCOL|EDNS|ENOAUTH|EPROXY)["']""")
_NODE_KINDS = {
    "ETLS": (Kind.TLS_FAILED, Stage.TLS, VAGUE + 1),
    "EDNS": (Kind.NAME_NOT_FOUND, Stage.RESOLVE, VAGUE + 1),
    "EPROXY": (Kind.REFUSED, Stage.CONNECT, VAGUE),
    "ENOAUTH": (Kind.NO_SECRET, Stage.AUTH, PRECISE),
    "EPROTOCOL": (Kind.MALFORMED, None, VAGUE + 1),
}


def statements_in(text: str, flat: Flat) -> Iterator[Clue]:
    """Yield what the library or program itself says."""
    for found in _NODE.finditer(text):
        if found[1] in _NODE_KINDS:
            kind, stage, rank = _NODE_KINDS[found[1]]
            yield Clue(kind, stage, found.start(), found.end(), rank)
    for found in _NO_CODE.finditer(text):
        stage = (
            Stage.GREETING
            if "Connect" in found[0][:40]
            else stage_by_frames(text) or stage_around(text, found.start(), found.end())
        )
        yield Clue(Kind.MALFORMED, stage or Stage.GREETING, found.start(), found.end())
    for found in _EOF.finditer(text):
        yield Clue(Kind.CLOSED, None, found.start(), found.end(), VAGUE)
    for found in _CURL.finditer(text):
        if int(found[1]) in _CURL_KINDS:
            kind, stage, rank = _CURL_KINDS[int(found[1])]
            yield Clue(kind, stage, found.start(), found.end(), rank)
    for found in _FOREIGN.finditer(text):
        yield Clue(Kind.MALFORMED, Stage.GREETING, found.start(1), found.end())
    for sign in _TEXTS:
        position = sign.words.position(flat.text)
        if position is not None:
            start = flat.place(position)
            yield sign.clue(start, min(len(text), start + 80))
