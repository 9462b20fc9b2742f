"""What operating systems and resolvers say when a connection does not come about or breaks: names, numbers, texts.

Linux, macOS, Windows and libuv have their own numbers for the same errors. Must not know SMTP.
Source: errno(3), getaddrinfo(3), Microsoft's "Windows Sockets Error Codes", libuv's uv-errno.h.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wizard.diagnosis.reader.clue import PRECISE, VAGUE, Clue, Flat, Sign
from wizard.diagnosis.when import Words
from wizard.smtp.observation import Kind, Stage

_NAMES: dict[str, Kind] = {
    "ECONNREFUSED": Kind.REFUSED,
    "ETIMEDOUT": Kind.TIMEOUT,
    "ESOCKETTIMEDOUT": Kind.TIMEOUT,
    "ENETUNREACH": Kind.UNREACHABLE,
    "EHOSTUNREACH": Kind.UNREACHABLE,
    "EHOSTDOWN": Kind.UNREACHABLE,
    "ENETDOWN": Kind.UNREACHABLE,
    "EADDRNOTAVAIL": Kind.UNREACHABLE,
    "EAFNOSUPPORT": Kind.UNREACHABLE,
    "EPERM": Kind.PROHIBITED,
    "EACCES": Kind.PROHIBITED,
    "ECONNRESET": Kind.RESET,
    "ECONNABORTED": Kind.RESET,
    "EPIPE": Kind.RESET,
    "ENOTFOUND": Kind.NAME_NOT_FOUND,
    "EAI_NONAME": Kind.NAME_NOT_FOUND,
    "EAI_NODATA": Kind.NAME_NOT_FOUND,
    "HOST_NOT_FOUND": Kind.NAME_NOT_FOUND,
    "NXDOMAIN": Kind.NAME_NOT_FOUND,
    "EAI_AGAIN": Kind.RESOLVER_FAILED,
    "EAI_FAIL": Kind.RESOLVER_FAILED,
    "TRY_AGAIN": Kind.RESOLVER_FAILED,
    "SERVFAIL": Kind.RESOLVER_FAILED,
    "ETIMEOUT": Kind.RESOLVER_FAILED,
    "ESERVFAIL": Kind.RESOLVER_FAILED,
    "NO_DATA": Kind.NAME_NOT_FOUND,
    "NO_RECOVERY": Kind.RESOLVER_FAILED,
}
_NUMBERS: dict[int, Kind] = {
    # Linux; macOS (two digits up to 65) numbers differ and do not meet these
    111: Kind.REFUSED,
    110: Kind.TIMEOUT,
    101: Kind.UNREACHABLE,
    113: Kind.UNREACHABLE,
    112: Kind.UNREACHABLE,
    99: Kind.UNREACHABLE,
    97: Kind.UNREACHABLE,
    104: Kind.RESET,
    103: Kind.RESET,
    32: Kind.RESET,
    61: Kind.REFUSED,
    51: Kind.UNREACHABLE,
    65: Kind.UNREACHABLE,
    49: Kind.UNREACHABLE,
    54: Kind.RESET,
    # Windows
    10061: Kind.REFUSED,
    10060: Kind.TIMEOUT,
    10051: Kind.UNREACHABLE,
    10065: Kind.UNREACHABLE,
    10049: Kind.UNREACHABLE,
    10047: Kind.UNREACHABLE,
    10054: Kind.RESET,
    10053: Kind.RESET,
    10013: Kind.PROHIBITED,
    11001: Kind.NAME_NOT_FOUND,
    11004: Kind.NAME_NOT_FOUND,
    11002: Kind.RESOLVER_FAILED,
    11003: Kind.RESOLVER_FAILED,
    # libuv on Windows, and getaddrinfo
    -4078: Kind.REFUSED,
    -4039: Kind.TIMEOUT,
    -4062: Kind.UNREACHABLE,
    -4066: Kind.UNREACHABLE,
    -4077: Kind.RESET,
    -4047: Kind.RESET,
    -3008: Kind.NAME_NOT_FOUND,
    -3001: Kind.RESOLVER_FAILED,
    -2: Kind.NAME_NOT_FOUND,
    -5: Kind.NAME_NOT_FOUND,
    -3: Kind.RESOLVER_FAILED,
    -4: Kind.RESOLVER_FAILED,
}
_WHERE = {
    Kind.REFUSED: Stage.CONNECT,
    Kind.UNREACHABLE: Stage.CONNECT,
    Kind.PROHIBITED: Stage.CONNECT,
    Kind.NAME_NOT_FOUND: Stage.RESOLVE,
    Kind.RESOLVER_FAILED: Stage.RESOLVE,
}
_NAME = re.compile(
    r"(?<![A-Za-z])(?:WSA)?(?:E[A-Z]{4,14}|EAI_[A-Z]{4,6}|HOST_NOT_FOUND|NO_DATA|TRY_AGAIN|NO_RECOVERY)(?![A-Z_])|NXDOMAIN|"
    r"SERVFAIL"
)
_NUMBER = re.compile(
    r"(?<!write:)(?<!read:)(?:\b(?<!write:)(?<!read:)(?:errno|os error|winerror|wsa error|socket error|winsock error|"
    r"error code|error_code|system error)\b[ \t]*[:=#(]*[ \t]*|\[errno |\[winerror |"
    r"socketexception[ \t]*\((?:0x)?)(-?\d{1,5})\b|(?<=[a-z] \()(1\d\d)(?=\))",
    re.IGNORECASE,
)
# `openssl s_client` had a connection and lost it in the handshake, whatever the number says.
_WRITE = re.compile(r"\b(?:write|read):errno=\d+")

_TEXTS: tuple[Sign, ...] = (
    Sign(
        Words(
            "the resolver failed",
            "temporary failure in name resolution, server misbehaving, host not found~try again, "
            "non-recoverable failure in name, dns server~fail, resolver~timed out, temporary dns, dns~timeout, "
            "dns lookup~timed out, dns~time out, name server~fail, lookup~i/o timeout, getaddrinfo~try again, "
            "temporarily~resolve, resolve~temporarily, dns request timed out, query timed out, "
            "host lookup did not complete, lookup deferred, name lookup timed out, resolving timed out, timeouterror~dns, "
            "resource temporarily unavailable~dns, internal resolver failure, queryerefused, "
            "usually a temporary error during hostname resolution",
        ),
        Kind.RESOLVER_FAILED,
        Stage.RESOLVE,
    ),
    Sign(
        Words(
            "the name was not found",
            "unknownhostexception, unknown smtp host, unknown host, name or service not known, nodename nor servname, "
            "no such host, could not resolve, couldn't resolve, cannot resolve, can't resolve, unable to resolve, "
            "failed to resolve, name does not resolve, could not be resolved, cannot be resolved, php_network_getaddresses, "
            "no address associated, domain name not found, host or domain name not found, getaddrinfo failed, "
            "getaddrinfo: , host not found, label too long, label empty, non-existent domain, "
            "all relevant mx records point to non-existent, bad hostname, cannot find host, hostname lookup failed, "
            "failed to lookup address, remote name could not be resolved, no mx or a records, could not be found~dns, "
            "invalid host name, invalid hostname, requested name is valid~no data, not known (gai, unrouteable mail domain, "
            "no mx record, mx record~not found, domain does not exist, 不知道这样的主机, 未知的名称",
        ),
        Kind.NAME_NOT_FOUND,
        Stage.RESOLVE,
    ),
    Sign(
        Words(
            "refused",
            "connection refused, actively refused, connection was refused, connectionrefused, connect: refused, "
            "refused the connection, connection could not be made because, couldn't connect to server, 拒绝连接, 积极拒绝, "
            "connexion refus, verbindungsaufbau abgelehnt, conexi\u00f3n rechazada",
        ),
        Kind.REFUSED,
        Stage.CONNECT,
    ),
    Sign(
        Words(
            "no route",
            "network is unreachable, network unreachable, unreachable network, unreachable host, no route to host, "
            "host is unreachable, host unreachable, unreachable host, address family not supported, "
            "cannot assign requested address, can't assign requested address, network is down, host is down, "
            "networkunreachable, hostunreachable, no route",
        ),
        Kind.UNREACHABLE,
        Stage.CONNECT,
    ),
    Sign(
        Words(
            "not permitted",
            "permission denied: connect, permission denied~connect, connect~permission denied, operation not permitted, "
            "forbidden by its access permissions, socket~permission denied, administratively prohibited, socket~access denied",
        ),
        Kind.PROHIBITED,
        Stage.CONNECT,
    ),
    Sign(
        Words(
            "nothing came back",
            "connection timed out, connect timed out, connection timeout, connect timeout, connection time-out, "
            "connection attempt failed because, did not properly respond, dial tcp~timeout, connecttimeout, "
            "connectiontimeout, opentimeout, timeout occurred while connecting, connection to~timed out, "
            "could not failed to connect~timeout, failed to timed out: connect, connect: operation timed out, "
            "isconnected failed: etimedout, connection establishment timed out, connecting~timed out, timed out~connecting, "
            "timeout~connecting, timeout while trying to connect, connect attempt timed out",
        ),
        Kind.TIMEOUT,
        Stage.CONNECT,
    ),
    Sign(
        Words(
            "a read that timed out",
            "unexpectedly closed: timed out, read timed out, read operation timed out, readtimeout, timed out waiting, "
            "waiting for server response, timeout waiting, sockettimeoutexception, getline(): timeout, [net::smtp] timeout, "
            "socket_timeout, response timed out, read timeout, error: timeout",
        ),
        Kind.TIMEOUT,
        Stage.DATA,
        VAGUE - 1,
    ),
    Sign(
        Words(
            "nothing came in time",
            "operation timed out, timed out, timeouterror, i/o timeout, timeout exceeded,deadline exceeded, time out, "
            "timedout, timeout occurred, failed to respond, no response, timeout waiting, timeoutexception, readtimeout, "
            "execution expired, 超时",
        ),
        Kind.TIMEOUT,
        None,
        VAGUE,
    ),
    Sign(
        Words(
            "cut in the middle",
            "connection reset, connectionreset, reset by peer, broken pipe, brokenpipe, forcibly closed, connection aborted, "
            "connectionaborted, connection abort, software caused connection",
        ),
        Kind.RESET,
        None,
        VAGUE,
    ),
    Sign(
        Words(
            "closed",
            "connection closed, connection was closed, connection is closed, closed the connection, closed connection, "
            "closing connection, unexpectedly closed, closed unexpectedly, closed~unexpectedly, lost connection, "
            "connection lost, unexpected eof, eof occurred, eoferror, eofexception, end of file, remote host terminated, "
            "remote host closed, server closed, connection dropped, dropped connection, socket hang up, "
            "server disconnected, serverdisconnected, : eof, [eof], unexpected end of, connection has been closed, "
            "connection unexpectedly, connection terminated, end of stream, socket is closed, closed by foreign host, "
            "[net::smtp] connection closed, unexpected eof on command channel,  closed by remote, "
            "connection to server~lost, remote party has closed, server not connected, 0 bytes from the transport, "
            "connectionlost",
        ),
        Kind.CLOSED,
        None,
        VAGUE,
    ),
)


def errors_in(text: str, flat: Flat) -> Iterator[Clue]:
    """Yield what the system said: by name, by number, by its text."""
    for found in _NAME.finditer(text):
        kind = _NAMES.get(found[0].removeprefix("WSA"))
        if kind is Kind.TIMEOUT and text.endswith("connect ", 0, found.start()):  # Node's "connect ETIMEDOUT"
            yield Clue(kind, Stage.CONNECT, found.start(), found.end())
        elif kind:
            yield _clue(kind, found.start(), found.end())
    for found in _WRITE.finditer(text):
        yield Clue(Kind.RESET, Stage.TLS, found.start(), found.end())
    for found in _NUMBER.finditer(text):
        kind = _NUMBERS.get(int(found[1] or found[2]))
        if kind:
            yield _clue(kind, found.start(), found.end())
    for sign in _TEXTS:
        position = sign.words.position(flat.text)
        if position is not None:
            start = flat.place(position)
            yield sign.clue(start, min(len(text), start + 60))


def _clue(kind: Kind, start: int, end: int) -> Clue:
    stage = _WHERE.get(kind)
    return Clue(kind, stage, start, end, PRECISE if stage else VAGUE)
