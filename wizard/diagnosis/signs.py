"""How programs word what is no SMTP reply: exceptions and logs of well-known clients, encryption apart (signs_tls.py).

Read by reading.py alone: a session of our own knows these from structure. Must not know what they mean.
"""

from __future__ import annotations

from wizard.diagnosis.sign import Sign
from wizard.diagnosis.signs_tls import TLS_SIGNS
from wizard.diagnosis.when import Words
from wizard.smtp.observation import Kind, Stage

SIGNS: tuple[Sign, ...] = (
    Sign(Words("a masked list of abilities", "xxxxxxxa, xxxxxxxx, 250-xxxx, 220 ****"), Kind.MALFORMED, Stage.EHLO),
    *TLS_SIGNS,
    Sign(
        Words(
            "STARTTLS not offered",
            "does not support starttls, doesn't support starttls, starttls extension not supported, starttls not "
            "supported, starttls is not supported, starttls not advertised, starttls~not advertised, must issue~not "
            "offered, does not support the starttls, starttls not offered, starttls not available, server does not "
            "support secure connections, server did not offer tls, tls is required~but was not offered, tls required "
            "but, starttls required but, not support ssl, starttls refused, starttls failed, server does not support "
            "tls, does not advertise~starttls, starttls~not found, no starttls, cannot start tls",
        ),
        Kind.NOT_OFFERED,
        Stage.STARTTLS,
    ),
    Sign(
        Words(
            "AUTH not offered",
            "smtp auth extension not supported, auth extension not supported, auth not supported, doesn't support "
            "auth, does not support authentication, doesn't support authentication, does not support auth, "
            "authentication is not supported, server doesn't support authentication, server does not advertise auth, "
            "auth not offered, no auth offered, auth not advertised, authentication not enabled, unencrypted connection",
        ),
        Kind.NOT_OFFERED,
        Stage.AUTH,
    ),
    Sign(
        Words(
            "no common mechanism",
            "no authentication mechanisms supported by both, no compatible authentication mechanism, no supported "
            "authentication, no suitable authentication, unsupported authentication method, unsupported auth, no auth "
            "method, no mechanism available, no worthy mechs, authentication method~not supported, none of the "
            "authentication, no usable authentication, authentication mechanism~not supported, no acceptable "
            "authentication, mechanism~not supported, unknown auth method",
        ),
        Kind.NO_MECHANISM,
        Stage.AUTH,
    ),
    Sign(
        Words("no password", "no password specified, no user name specified, missing credentials, no username specified"),
        Kind.NO_SECRET,
        Stage.AUTH,
    ),
    Sign(
        Words(
            "a proxy's refusal", "socks, proxy error, proxy connect, proxy server, proxy authentication, via proxy, proxychains"
        ),
        Kind.REFUSED,
        Stage.CONNECT,
    ),
    Sign(
        Words(
            "the resolver failed",
            "eai_again, temporary failure in name resolution, server misbehaving, servfail, host not found~try again, "
            "dns server~fail, resolver~timed out, temporary dns, dns~timeout, dns lookup~timed out, name server~fail, "
            "lookup~i/o timeout, getaddrinfo~try again, non-recoverable failure in name resolution, dns temporarily, "
            "resource temporarily unavailable~dns, etimeout",
        ),
        Kind.RESOLVER_FAILED,
        Stage.RESOLVE,
    ),
    Sign(
        Words(
            "the name was not found",
            "unknownhost, unknown smtp host, unknown host, enotfound, name or service not known, nodename nor "
            "servname, no such host, could not resolve host, couldn't resolve host, name does not resolve, "
            "php_network_getaddresses, nxdomain, no address associated with, failed to resolve, can't resolve, unable "
            "to resolve, cannot resolve, could not be resolved, domain name not found, getaddrinfo failed, "
            "getaddrinfo: , host or domain name not found, 不知道这样的主机, 11001, label too long, label empty, non-existent "
            "domain",
        ),
        Kind.NAME_NOT_FOUND,
        Stage.RESOLVE,
    ),
    Sign(
        Words("silence", "connection timed out, connect timed out, connect etimedout, connection timeout, connect timeout"),
        Kind.TIMEOUT,
        Stage.CONNECT,
    ),
    Sign(
        Words("refused", "connection refused, econnrefused, actively refused, connection was refused, 10061, connectionrefused"),
        Kind.REFUSED,
        Stage.CONNECT,
    ),
    Sign(
        Words(
            "no route",
            "network is unreachable, enetunreach, ehostunreach, no route to host, host is unreachable, network unreachable, "
            "host unreachable, unreachable network, unreachable host, 10051, 10065, address family not supported, eaddrnotavail, "
            "cannot assign requested address, network is down",
        ),
        Kind.UNREACHABLE,
        Stage.CONNECT,
    ),
    Sign(
        Words("not permitted", "permission denied: connect, eperm, operation not permitted, eacces, 10013"),
        Kind.PROHIBITED,
        Stage.CONNECT,
    ),
    Sign(
        Words(
            "no greeting",
            "greeting never received, waiting for greeting, timed out waiting for~greeting, no greeting, timeout~greeting, "
            "timed out while receiving the initial server greeting, initial server greeting",
        ),
        Kind.TIMEOUT,
        Stage.GREETING,
    ),
    Sign(
        Words(
            "cut before the greeting",
            "response: -1, response: [eof], bad greeting, invalid greeting, exception reading response",
        ),
        Kind.CLOSED,
        Stage.GREETING,
        weak=True,
    ),
    Sign(
        Words(
            "nothing came back",
            "connection timed out, connect timed out, etimedout, connection timeout, connect timeout, i/o timeout, "
            "operation timed out, failed to respond, 10060, timed out: connect, could not connect~timed out, "
            "connection attempt failed, dial tcp~timeout, connecttimeout, timeout occurred while connecting, "
            "connection~timed out, timeout -1, timed out after, failed to connect~timeout, timeouterror, unable to "
            "connect, could not connect to smtp host, couldn't connect to host",
        ),
        Kind.TIMEOUT,
        Stage.CONNECT,
        weak=True,
    ),
    Sign(
        Words(
            "no reply in time",
            "read timed out, sockettimeoutexception, timed out waiting, timeout exceeded, timed out, esockettimedout",
        ),
        Kind.TIMEOUT,
        Stage.DATA,
        weak=True,
    ),
    Sign(
        Words("not SMTP", "unable to parse status code, not an smtp server, smtp protocol exception, smtpprotocolexception"),
        Kind.MALFORMED,
        Stage.GREETING,
    ),
    Sign(
        Words(
            "cut in the middle",
            "write:errno, connection reset, econnreset, 10054, broken pipe, epipe, [eof], connection closed, "
            "connection was closed, unexpectedly closed, closed unexpectedly, lost connection, connection lost, "
            "unexpected eof, eof occurred, forcibly closed, connection aborted, remote host terminated, remote host "
            "closed, closed connection, connection dropped, socket hang up, server disconnected, serverdisconnected, : "
            "eof, unexpected end of, conversation failed",
        ),
        Kind.CLOSED,
        Stage.DATA,
        weak=True,
    ),
    Sign(
        Words("an empty reply", 'empty response, got code "", empty reply, blank response'),
        Kind.CLOSED,
        Stage.DATA,
        weak=True,
    ),
    Sign(
        Words(
            "TLS did not begin",
            "could not convert socket to tls, failed to enable crypto, handshake failed, tls handshake, ssl handshake, "
            "starttls failure, ssl routines",
        ),
        Kind.TLS_FAILED,
        Stage.TLS,
        weak=True,
    ),
)
