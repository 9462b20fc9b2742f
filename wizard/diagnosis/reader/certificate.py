"""How libraries say that a certificate did not verify: OpenSSL's codes and names, and what others call the same.

Everything becomes an OpenSSL verify code, which the rules know. Must not know handshakes.
Source: OpenSSL's x509_vfy.h, the JDK's CertPathValidatorException.Reason, Go's crypto/x509, rustls, .NET's SslPolicyErrors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wizard.diagnosis.reader.clue import VAGUE, Clue, Flat, Sign
from wizard.diagnosis.when import Words
from wizard.smtp.observation import Kind, Stage

NAME, PAST, FUTURE, ITSELF, CHAIN_ITSELF, ISSUER, WEAK = 62, 10, 9, 18, 19, 20, 66
# Node and OpenSSL name them alike (X509_V_ERR_...); the numbers are OpenSSL's.
_NAMES = {
    "UNABLE_TO_GET_ISSUER_CERT": 2,
    "CERT_NOT_YET_VALID": 9,
    "CERT_HAS_EXPIRED": 10,
    "DEPTH_ZERO_SELF_SIGNED_CERT": 18,
    "SELF_SIGNED_CERT_IN_CHAIN": 19,
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY": 20,
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE": 21,
    "CERT_CHAIN_TOO_LONG": 22,
    "INVALID_CA": 24,
    "CERT_UNTRUSTED": 27,
    "HOSTNAME_MISMATCH": 62,
    "IP_ADDRESS_MISMATCH": 64,
    "EE_KEY_TOO_SMALL": 66,
    "CA_KEY_TOO_SMALL": 67,
    "CA_MD_TOO_WEAK": 68,
    "ERR_TLS_CERT_ALTNAME_INVALID": 62,
    "SEC_E_UNTRUSTED_ROOT": 19,
    "SEC_E_CERT_EXPIRED": 10,
    "SEC_E_WRONG_PRINCIPAL": 62,
    "CERT_E_UNTRUSTEDROOT": 19,
    "CERT_E_CN_NO_MATCH": 62,
    "CERT_E_EXPIRED": 10,
    "CERT_E_CHAINING": 20,
}
_NAME = re.compile(rf"(?:X509_V_ERR_)?\b({'|'.join(sorted(_NAMES, key=len, reverse=True))})\b")
_NUMBER = re.compile(
    r"(?:verify error:num=|verify return code: |verify_code[ =:]+|verify result: |ssl_verify_result[ =:]+)(\d{1,3})\b",
    re.IGNORECASE,
)
# Go puts both ends of the validity into one sentence, and says behind it which it was.
_AHEAD = re.compile(r"current time \S{4,40} is before ")
_JAVA_AHEAD, _JAVA_PAST = "certificatenotyetvalid", "certificateexpired"
_KNOWN_NUMBERS = frozenset({2, 9, 10, 11, 12, 18, 19, 20, 21, 22, 24, 26, 27, 62, 63, 64, 66, 67, 68})

_TEXTS: tuple[Sign, ...] = tuple(
    Sign(Words(name, words), Kind.TLS_CERTIFICATE, Stage.TLS, rank, code)
    for code, rank, name, words in (
        (WEAK, 1, "a key or digest of a certificate too weak", "key too weak, md too weak, key too small in certificate"),
        (
            FUTURE,
            1,
            "certificate of the future, and nothing else",
            "certificate is not yet valid, certificate not yet valid, certificatenotyetvalid, certnotyetvalid",
        ),
        (
            PAST,
            1,
            "expired certificate",
            "certificate has expired, certificate expired, certificateexpired, certificate is expired, certificate~expired, "
            "expired certificate, certexpired, invalid peer certificate: expired, not within its validity, nottimevalid, "
            "validity period, validity check failed, remotecertificatechainerrors~nottimevalid, cert_date_invalid, "
            "expired or is not yet valid, certificate_expired, 不在有效期内",
        ),
        (
            FUTURE,
            1,
            "certificate of the future",
            "not yet valid",
        ),
        (
            NAME,
            1,
            "certificate for another name",
            "hostname mismatch, host name mismatch, hostname/ip does not match, altnames, no subject alternative, "
            "no name matching, doesn't match the hostname, did not match expected, does not match target host, "
            "does not match the host, does not match host, is valid for~not, certificate is not valid for, "
            "can't verify identity, ip address mismatch, cannot validate certificate for, doesn't contain any ip sans, "
            "remotecertificatenamemismatch, name mismatch, host name did not match, certnotvalidforname, notvalidforname, "
            "certificate subject name, certificate name~not match, certificate does not match, "
            "hostname verification failed, hostname doesn't match, host name verification, hostname verifier, "
            "certificate~not issued for, ssl_error_bad_cert_domain, bad_cert_domain, certificate belongs to, "
            "no alternative certificate subject name, unable to match~certificate, hostname~does not match~certificate, "
            "hostname~not verified, peer name~mismatch, certificate~different host, server name~not match, "
            "the name in the certificate does not match, subject name does not match, owner does not match, "
            "does not contain~name, certificate common name, doesn't match~common name, valid for~but not, "
            "host name~does not match~certificate, cert name mismatch, certificate is for, cn mismatch",
        ),
        (
            CHAIN_ITSELF,
            1,
            "self-signed in the chain",
            "self signed certificate in certificate chain, self-signed certificate in certificate chain, "
            "self signed certificate in chain, self-signed certificate in chain",
        ),
        (
            ITSELF,
            1,
            "self-signed certificate",
            "self signed certificate, self-signed certificate, causedasendentity, cause: caused, causedas, self signed, "
            "self-signed, selfsigned",
        ),
        (
            ISSUER,
            1,
            "certificate of an unknown issuer",
            "pkix path building, unable to find valid certification path, certpathbuilderexception, "
            "unable to get local issuer, unable to get issuer, unable to verify the first certificate, "
            "signed by unknown authority, unknownissuer, unknown issuer, unknown ca, unknown_ca, unknown authority, "
            "trustanchors, trust anchor, certificate~not trusted, certificate~untrusted, untrusted certificate, "
            "untrustedroot, partialchain, untrusted root, not trusted by the trust provider, issuer certificate, "
            "issuer is unknown, issuer is not trusted, certificate chain~could not be built, "
            "chain processed~root certificate, certificate~rejected, path does not chain, no trusted certificate, "
            "unknown certificate authority, authority is invalid, cert_authority_invalid, sec_error_unknown_issuer, "
            "peer certificate cannot be authenticated, terminated in a root certificate which is not trusted, "
            "peer's certificate issuer, certificate verification failed for, not verified: unable, "
            "invalid peer certificate: unknown",
        ),
        (
            ISSUER,
            VAGUE,
            "a certificate that did not verify",
            "pkix path, certificate verify failed, certificate_verify_failed, certificate verification failed, "
            "certificate verification error, certificate is invalid according to the validation procedure, "
            "certificate was rejected, remotecertificatechainerrors, certificate_unknown, certificate unknown, "
            "x509: certificate, certificate validation, certificate~not valid, invalid certificate, certificate~invalid, "
            "certificate~could not be verified, certificate~cannot be verified, validatorexception, certpathvalidator, "
            "verify failed, certificate problem, bad_certificate, untrusted tls, untrusted, "
            "server certificate not verified, 根据验证过程",
        ),
    )
)


def certificates_in(text: str, flat: Flat) -> Iterator[Clue]:
    """Yield what the text says of a certificate that did not verify."""
    ahead = _AHEAD.search(text)
    if ahead:
        yield _clue(FUTURE, ahead)
        return
    for found in _NAME.finditer(text):
        yield _clue(_NAMES[found[1]], found)
    for found in _NUMBER.finditer(text):
        if int(found[1]) in _KNOWN_NUMBERS:
            yield _clue(int(found[1]), found)
    # Java wraps both ends of the validity in one sentence, and names the exception that says which it was.
    future = _JAVA_AHEAD in flat.text and _JAVA_PAST not in flat.text
    for sign in _TEXTS:
        if future and sign.verify_code == PAST:
            continue
        position = sign.words.position(flat.text)
        if position is not None:
            start = flat.place(position)
            yield sign.clue(start, min(len(text), start + 80))


def _clue(code: int, found: re.Match[str]) -> Clue:
    return Clue(Kind.TLS_CERTIFICATE, Stage.TLS, found.start(), found.end(), verify_code=code)
