"""Rules for certificates that did not verify, by OpenSSL's verify codes (X509_V_ERR_*). Must not know handshakes."""

from __future__ import annotations

from wizard.diagnosis.cures import proven
from wizard.diagnosis.hosts import Family
from wizard.diagnosis.model import Possible, Rule, Seen
from wizard.diagnosis.when import When, Words
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
INSPECTORS = Words(
    "antivirus or inspecting firewall",
    "fortinet, fortigate, sophos, kaspersky, avast, avg, eset, bitdefender, zscaler, palo alto, checkpoint, check "
    "point, watchguard, sonicwall, barracuda, untangle, netskope, mail shield",
)
_PUBLIC_CAS = Words(
    "a public CA",
    "digicert, google trust, gts, globalsign, amazon, let's encrypt, isrg, sectigo, microsoft, entrust, godaddy, geotrust",
)


def _inspected(seen: Seen) -> bool:
    """The issuer is known to make certificates for inspection."""
    certificate = seen.certificate
    return certificate is not None and INSPECTORS.found_in(f"{certificate.issuer} {certificate.subject}".lower())


def _stranger_for_provider(seen: Seen) -> bool:
    """A large provider's name, and a certificate that cannot be theirs: other names, or an issuer that is no public CA."""
    certificate = seen.certificate
    if seen.provider is Family.OTHER:
        return False
    if certificate is None or not (certificate.issuer or certificate.names):
        return _code(seen) in (18, 19)  # no large provider signs for itself
    name_is_wrong = _code(seen) in _CODES_NAME
    return name_is_wrong or (_code(seen) in _CODES_SELF + _CODES_ISSUER and not _PUBLIC_CAS.found_in(certificate.issuer.lower()))


def _code(seen: Seen) -> int | None:
    """The verify code of this stage, or the one of the session when credentials were withheld because of it."""
    context = seen.observation.context.tls
    return seen.observation.verify_code or (context.verify_code if context else None)


def _code_in(*codes: int) -> When:
    numbers = ", ".join(map(str, codes))
    return When(kinds=_BAD, plus=lambda seen: _code(seen) in codes, plus_name=f"verify code {numbers}")


RULES: tuple[Rule, ...] = (
    Rule(
        id="middlebox",
        title="Something between here and {host} answers in its place",
        meaning="The certificate is not the one this server would show: it is for {names}, and its issuer is {issuer}. A "
        "firewall, an antivirus program or a hosting provider that redirects mail is the usual reason.{open}",
        when=(
            When(kinds=_BAD, plus=_inspected, plus_name="issuer is an inspecting product"),
            When(
                kinds=_BAD, plus=_stranger_for_provider, plus_name="a large provider's host, and a certificate of somebody else"
            ),
        ),
        cures=proven,
        advice=(
            "Ask whoever runs the network to let mail to {host} pass untouched, or to tell you the relay you are meant to use.",
            "If the inspection is wanted, get its CA certificate from them and set it as the CA file.",
        ),
        also=(
            Possible("cert-hostname-mismatch", "the same certificate is shown to other networks as well"),
            Possible("cert-untrusted-issuer", "the same certificate is shown to other networks as well, and its issuer is real"),
        ),
        log_line="PKIX path building failed; unable to find valid certification path to requested target",
    ),
    Rule(
        id="cert-expired",
        title="The certificate of {host} has expired",
        meaning="It was valid until {until}. Until it is renewed nobody can be sure whose server this is.{unsent}{open}",
        when=(_code_in(*_CODES_DATE_PAST),),
        cures=proven,
        advice=("Ask whoever runs the server to renew its certificate.", "Check the clock of this host: date."),
        also=(Possible("cert-not-yet-valid", "the clock of this host is wrong"),),
        log_line="CertificateExpiredException: NotAfter",
    ),
    Rule(
        id="cert-not-yet-valid",
        title="The certificate of {host} is not valid yet",
        meaning="It begins on {since}. Either it was made too early, or the clock of this host is behind.{open}",
        when=(_code_in(*_CODES_DATE_FUTURE),),
        cures=proven,
        advice=("Check the clock of this host: date. Set it right if it is behind.", "Or wait until the certificate begins."),
        also=(Possible("cert-expired", "the certificate's end is the date that does not fit"),),
        log_line="CertificateNotYetValidException: NotBefore",
    ),
    Rule(
        id="cert-hostname-mismatch",
        title="The certificate is for other hosts than {host}",
        meaning="It names {names}. The server may be the right one under another name, or another server altogether."
        "{unsent}{open}",
        when=(_code_in(*_CODES_NAME),),
        cures=proven,
        advice=(
            "If one of the names in the certificate is the server you mean, use that name as the host.",
            "If you typed an IP address, use the host name instead.",
            "Or ask whoever runs the server to add {host} to its certificate.",
        ),
        also=(Possible("middlebox", "another network sees another certificate for the same name"),),
        log_line="usually nothing: IdentityIQ's older mail library does not check the name",
    ),
    Rule(
        id="cert-self-signed",
        title="The certificate of {host} is signed by itself only",
        meaning="No authority vouches for it, so it could be anyone's. Servers inside a company often have one of these.{open}",
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
    ),
    Rule(
        id="cert-untrusted-issuer",
        title="The certificate of {host} comes from an authority this host does not know",
        meaning="Its issuer is {issuer}. Either that is your company's own authority, or the server leaves out an intermediate "
        "certificate, or this host's list of authorities is old.{open}",
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
    ),
)
