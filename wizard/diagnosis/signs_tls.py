"""How programs word failures of encryption: exceptions and TLS errors of well-known clients. Must not know what they mean.

The order is from the specific to the general: one error often carries both kinds of words.
"""

from __future__ import annotations

from wizard.diagnosis.sign import Sign
from wizard.diagnosis.when import Words
from wizard.smtp.observation import Kind, Stage

TLS_SIGNS: tuple[Sign, ...] = (
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
            "self signed certificate, self-signed certificate, depth_zero_self_signed, causedasendentity, self signed, "
            "self-signed",
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
            "unsupported protocol, unsupported_protocol, no appropriate protocol, protocol_version, alert protocol "
            "version, alert number 70, protocol version, version too low, no protocols available, no protocols are "
            "enabled, unsupported version, not supported by the client, peerincompatible, tlsv1 alert protocol, "
            "inappropriate fallback, client requested protocol, protocol not supported, common algorithm, tls version, "
            "peer is incompatible",
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
)
