"""How programs word what is no SMTP reply: exceptions, TLS errors, logs of well-known clients; what each would have been seen as.

Read by reading.py alone: a session of our own knows these from structure. Must not know what they mean.
"""

from __future__ import annotations

from dataclasses import dataclass

from wizard.diagnosis.when import Words
from wizard.smtp.observation import Kind, Stage


@dataclass(frozen=True, slots=True)
class Sign:
    """Words that stand for one kind of ending. A ``weak`` one is what wrappers say and yields to anything more specific."""

    words: Words
    kind: Kind
    stage: Stage
    verify_code: int | None = None
    tls_reason: str = ""
    weak: bool = False


SIGNS: tuple[Sign, ...] = (
    Sign(
        Words(
            "expired certificate",
            "certificate has expired, certificate expired, cert_has_expired, certificateexpired, notafter, "
            "certificate~expired, certificateerror: expired, certexpired, not within its validity, 不在有效期内, nottimevalid",
        ),
        Kind.TLS_CERTIFICATE,
        Stage.TLS,
        verify_code=10,
    ),
    Sign(
        Words("certificate of the future", "certificate is not yet valid, cert_not_yet_valid, certificatenotyetvalid, notbefore"),
        Kind.TLS_CERTIFICATE,
        Stage.TLS,
        verify_code=9,
    ),
    Sign(
        Words(
            "certificate for another name",
            "hostname mismatch, host name mismatch, hostname/ip does not match, altnames, no subject alternative, no "
            "name matching, doesn't match the hostname, did not match expected, doesn't match, does not match target "
            "host, does not match the host, is valid for~not, certificate is not valid for, can't verify identity, ip "
            "address mismatch, cannot validate certificate for, doesn't contain any ip sans, "
            "remotecertificatenamemismatch, name mismatch, host name did not match, certnotvalidforname, "
            "notvalidforname, err_tls_cert_altname_invalid, certificate subject name, wrong host, certificate name~not "
            "match, certificate does not match, hostname verification failed, hostname doesn't match, host name "
            "verification, certificate~not issued for, ssl_error_bad_cert_domain, certificate belongs to",
        ),
        Kind.TLS_CERTIFICATE,
        Stage.TLS,
        verify_code=62,
    ),
    Sign(
        Words(
            "self-signed certificate",
            "self signed certificate in certificate chain, self-signed certificate in certificate chain, "
            "self_signed_cert_in_chain, self signed certificate in chain",
        ),
        Kind.TLS_CERTIFICATE,
        Stage.TLS,
        verify_code=19,
    ),
    Sign(
        Words(
            "self-signed certificate",
            "self signed certificate, self-signed certificate, depth_zero_self_signed, self signed, self-signed",
        ),
        Kind.TLS_CERTIFICATE,
        Stage.TLS,
        verify_code=18,
    ),
    Sign(
        Words(
            "certificate of an unknown issuer",
            "pkix path, unable to find valid certification path, unable to get local issuer, unable to get issuer, "
            "unable_to_get_issuer, unable to verify the first certificate, unable_to_verify_leaf, signed by unknown authority, "
            "unknownissuer, unknown issuer, unknown ca, unknown_ca, trustanchors, trust anchor, not trusted, untrusted, "
            "untrustedroot, partialchain, remotecertificatechainerrors, "
            "certificate is invalid according to the validation procedure, issuer certificate, certificate verify failed, "
            "certificate_verify_failed, certificate verification failed, remote certificate was rejected, "
            "certificate_unknown, certificate unknown, 根据验证过程, cert_untrusted, x509: certificate, certificate validation",
        ),
        Kind.TLS_CERTIFICATE,
        Stage.TLS,
        verify_code=20,
    ),
    Sign(
        Words(
            "plain text where TLS was expected",
            "wrong_version_number, wrong version number, unrecognized ssl message, plaintext connection, "
            "packet length too long, record overflow, first record does not look like a tls handshake, unexpected packet format, "
            "ssl23_get_server_hello:unknown protocol, get_server_hello:unknown protocol, unknown protocol, "
            "invalidcontenttype, corrupt message of type, http request, unexpected message type, not an ssl/tls, "
            "frame size~ssl, record layer failure, ssl_error_rx_record_too_long, 意外的数据包格式",
        ),
        Kind.TLS_PLAINTEXT,
        Stage.TLS,
    ),
    Sign(
        Words(
            "no common TLS version",
            "unsupported protocol, unsupported_protocol, no appropriate protocol, protocol_version, alert protocol version, "
            "protocol version, version too low, no protocols available, no protocols are enabled, unsupported version, "
            "not supported by the client, peerincompatible, tlsv1 alert protocol, inappropriate fallback, "
            "client requested protocol, protocol not supported, common algorithm, tls version, peer is incompatible",
        ),
        Kind.TLS_VERSION,
        Stage.TLS,
    ),
    Sign(
        Words(
            "no common cipher or key",
            "no shared cipher, no_shared_cipher, dh key too small, dh_key_too_small, key too small, key_too_small, md too weak, "
            "md_too_weak, no cipher suites in common, no ciphers, no cipher, insufficient security, insufficient_security, "
            "no common cipher, dh public key, dh keypair, prime size, signature algorithm, wrong signature type, "
            "algorithm constraints, diffie-hellman, small key",
        ),
        Kind.TLS_CIPHER,
        Stage.TLS,
    ),
    Sign(
        Words("handshake alert", "sslv3 alert handshake failure, handshake_failure, handshake failure, alert number 40"),
        Kind.TLS_ALERT,
        Stage.TLS,
        weak=True,
    ),
    Sign(
        Words(
            "a client certificate is asked for",
            "certificate required, certificate_required, no client certificate, peer did not return a certificate, "
            "client certificate required, need a client certificate, no required ssl certificate, bad certificate",
        ),
        Kind.TLS_CLIENT_CERT,
        Stage.TLS,
    ),
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
            "lookup~i/o timeout, getaddrinfo~try again, non-recoverable failure in name resolution, dns temporarily",
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
            "nothing came back",
            "connection timed out, connect timed out, etimedout, connection timeout, connect timeout, i/o timeout, "
            "operation timed out, failed to respond, 10060, timed out: connect, could not connect~timed out, "
            "connection attempt failed, dial tcp~timeout, connecttimeout, timeout occurred while connecting, "
            "connection~timed out, timeout -1, timed out after, failed to connect~timeout, timeouterror, unable to "
            "connect, could not connect to smtp host",
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
        Words("cut before the greeting", "response: -1, response: [eof], bad greeting, invalid greeting"),
        Kind.CLOSED,
        Stage.GREETING,
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
