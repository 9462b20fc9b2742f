"""Rules for certificates that did not verify, by OpenSSL's verify codes (X509_V_ERR_*). Must not know handshakes."""

from __future__ import annotations

from wizard.diagnosis.cures import proven
from wizard.diagnosis.model import Possible, Rule, Seen
from wizard.diagnosis.when import When
from wizard.smtp.observation import Kind

_BAD = (Kind.TLS_CERTIFICATE, Kind.WITHHELD)
_CODES_DATE_PAST = (10, 12)
_CODES_DATE_FUTURE = (9, 11)
_CODES_SELF = (18,)
_CODES_ISSUER = (2, 19, 20, 21, 22, 24, 26, 27)
_CODES_NAME = (62, 63, 64)
_TRUST_JVM = (
    "For IdentityIQ, import the same CA into the Java trust store of the application server (keytool -importcert -cacerts)."
)


def _code(seen: Seen) -> int | None:
    """The verify code of this stage, or the one of the session when credentials were withheld because of it."""
    context = seen.observation.context.tls
    return seen.observation.verify_code or (context.verify_code if context else None)


def _code_in(*codes: int) -> When:
    numbers = ", ".join(map(str, codes))
    return When(kinds=_BAD, plus=lambda seen: _code(seen) in codes, plus_name=f"verify code {numbers}")


RULES: tuple[Rule, ...] = (
    Rule(
        id="cert-expired",
        title="The certificate of {host} has expired",
        meaning="It was valid until {until}. Until it is renewed nobody can be sure whose server this is.{besides}{unsent}{open}",
        when=(_code_in(*_CODES_DATE_PAST),),
        cures=proven,
        advice=("Ask whoever runs the server to renew its certificate.", "Check the clock of this host: date."),
        also=(
            Possible("cert-not-yet-valid", "the clock of this host is wrong"),
            Possible("cert-hostname-mismatch", "the names in the certificate do not fit either: then it is another server's"),
        ),
        log_line="CertificateExpiredException: NotAfter",
        source="RFC 5280 section 4.1.2.5; OpenSSL X509_V_ERR 10, 12",
    ),
    Rule(
        id="cert-not-yet-valid",
        title="The certificate of {host} is not valid yet",
        meaning="It begins on {since}. Either it was made too early, or the clock of this host is behind.{besides}{unsent}{open}",
        when=(_code_in(*_CODES_DATE_FUTURE),),
        cures=proven,
        advice=("Check the clock of this host: date. Set it right if it is behind.", "Or wait until the certificate begins."),
        also=(Possible("cert-expired", "the certificate's end is the date that does not fit"),),
        log_line="CertificateNotYetValidException: NotBefore",
        source="RFC 5280 section 4.1.2.5; OpenSSL X509_V_ERR 9, 11",
    ),
    Rule(
        id="cert-hostname-mismatch",
        title="The certificate is for other hosts than {host}",
        meaning="It names {names}. The server may be the right one under another name, or another server altogether."
        "{besides}{unsent}{open}",
        when=(_code_in(*_CODES_NAME),),
        cures=proven,
        advice=(
            "If one of the names in the certificate is the server you mean, use that name as the host.",
            "If you typed an IP address, use the host name instead.",
            "Or ask whoever runs the server to add {host} to its certificate.",
        ),
        also=(
            Possible("cert-expired", "the date in the certificate is past as well: then a new one cures both"),
            Possible("middlebox", "another network sees another certificate for the same name"),
        ),
        log_line="usually nothing: IdentityIQ's older mail library does not check the name",
        source="RFC 9525 section 6; OpenSSL X509_V_ERR 62, 63, 64",
    ),
    Rule(
        id="cert-self-signed",
        title="The certificate of {host} is signed by itself only",
        meaning="No authority vouches for it, so it could be anyone's. Servers inside a company often have one of "
        "these.{besides}{unsent}{open}",
        when=(_code_in(*_CODES_SELF),),
        cures=proven,
        advice=(
            "Get the certificate from whoever runs the server, compare its fingerprint with them, and set it as the CA file.",
            _TRUST_JVM,
        ),
        also=(
            Possible("cert-untrusted-issuer", "subject and issuer in the certificate differ"),
            Possible("middlebox", "another network sees another certificate for the same name"),
        ),
        log_line="PKIX path building failed; unable to find valid certification path to requested target",
        source="OpenSSL X509_V_ERR 18; RFC 5280 section 6.1",
    ),
    Rule(
        id="cert-untrusted-issuer",
        title="The certificate of {host} comes from an authority this host does not know",
        meaning="Its issuer is {issuer}. Either that is your company's own authority, or the server leaves out an intermediate "
        "certificate, or this host's list of authorities is old.{besides}{unsent}{open}",
        when=(_code_in(*_CODES_ISSUER),),
        fallback=(When(kinds=_BAD),),
        cures=proven,
        advice=(
            "If it is your company's own authority, set its certificate as the CA file of this profile.",
            "If it is a public one, ask whoever runs the server to send the whole chain, and renew ca-certificates on this host.",
            _TRUST_JVM,
        ),
        also=(
            Possible("cert-self-signed", "subject and issuer in the certificate are the same"),
            Possible("middlebox", "another network sees another issuer for the same name"),
            Possible("cert-hostname-mismatch", "the issuer is known and the names in the certificate do not fit"),
        ),
        log_line="PKIX path building failed; unable to find valid certification path to requested target",
        source="OpenSSL X509_V_ERR 2, 19, 20, 21; RFC 5280 section 6.1",
    ),
    Rule(
        id="ca-file-unusable",
        title="The CA file of this profile cannot be used",
        meaning="Nothing was sent. The file is missing, cannot be read, or holds no certificate in PEM form: {said}",
        when=(When(kinds=(Kind.CA_FILE,)),),
        advice=(
            "Check the path, and that the file begins with -----BEGIN CERTIFICATE-----.",
            "To use this host's own list of authorities, leave the field empty.",
        ),
        log_line="nothing about this file: IdentityIQ's Java has a list of its own",
        source="RFC 7468 section 5 (PEM)",
    ),
)
