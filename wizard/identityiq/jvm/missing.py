"""Which authority a Java lacks for a server, and who has its certificate: the server, this host, another Java. Fetches nothing.

Must not know stores' files or words for the screen.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from wizard.identityiq.jvm.view import JvmView, Missing, Source
from wizard.smtp.tls import certificate_from_der

_NO_ISSUER = (2, 18, 19, 20, 21)  # X509_V_ERR codes of OpenSSL for an authority it does not know


class Pool(NamedTuple):
    """Certificates somebody on this host trusts, DER, and who that is, in words ("this host's own list")."""

    where: str
    certificates: tuple[bytes, ...]


def missing(sent: Sequence[bytes], pools: Iterable[Pool]) -> Missing | None:
    """Return what to import so that a chain as it was sent ends at an anchor; None when nothing was sent.

    The top of what the server sent when that is a root; else its issuer where somebody here has it; else the intermediate sent
    last, which Java takes as an anchor; never the server's own certificate, unless nobody but itself has signed it.
    """
    if not sent:
        return None
    top = _top(sent)
    known = certificate_from_der(top)
    if known.self_signed:
        source = Source.SELF_SIGNED if top == sent[0] else Source.SENT_ROOT
        return Missing(source, known.subject, top, known, "sent by the server")
    for pool in pools:
        issuer = next((der for der in pool.certificates if _issued(der, top)), None)
        if issuer is not None:
            found = certificate_from_der(issuer)
            return Missing(Source.FOUND_HERE, found.subject, issuer, found, pool.where, not_sent=not found.self_signed)
    if top != sent[0]:
        return Missing(Source.SENT_INTERMEDIATE, known.subject, top, known, "sent by the server", _address_of_issuer(top))
    return Missing(Source.NOWHERE, known.issuer, url=_address_of_issuer(top))


def pem(der: bytes) -> str:
    """Return a certificate as text that keytool and others read (RFC 7468)."""
    from base64 import b64encode

    text = b64encode(der).decode()
    lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


def _top(sent: Sequence[bytes]) -> bytes:
    """Climb from the leaf as far as the certificates sent go; what does not belong to the chain is passed over."""
    top, left = sent[0], list(sent[1:])
    while True:
        above = next((der for der in left if _issued(der, top)), None)
        if above is None or certificate_from_der(top).self_signed:
            return top
        left.remove(above)
        top = above


def _issued(issuer: bytes, der: bytes) -> bool:
    """Return whether one certificate has signed the other: by name, then by its key where that can be tried."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    try:
        below = x509.load_der_x509_certificate(der)
        if below.issuer.public_bytes() not in issuer:
            return False  # most of a long list, without reading it
        above = x509.load_der_x509_certificate(issuer)
        if above.subject != below.issuer:
            return False
        below.verify_directly_issued_by(above)
    except InvalidSignature:
        return False
    except UnsupportedAlgorithm:
        return True  # an old digest: the name has to do
    except (ValueError, TypeError):
        return False
    return True


def _address_of_issuer(der: bytes) -> str:
    """Return where a certificate says its issuer's can be had (authorityInfoAccess, caIssuers); empty where it does not."""
    from cryptography import x509
    from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID

    try:
        extension = x509.load_der_x509_certificate(der).extensions.get_extension_for_oid(
            ExtensionOID.AUTHORITY_INFORMATION_ACCESS
        )
    except (ValueError, x509.ExtensionNotFound):
        return ""
    access = extension.value
    if not isinstance(access, x509.AuthorityInformationAccess):
        return ""
    ways = (one for one in access if one.access_method == AuthorityInformationAccessOID.CA_ISSUERS)
    texts = (one.access_location.value for one in ways if isinstance(one.access_location, x509.UniformResourceIdentifier))
    return next((text for text in texts if text.startswith(("http://", "https://"))), "")


def to_save(view: JvmView) -> bytes | None:
    """Return the certificate worth saving, DER: the authority a Java lacks, or the one it trusts and our own check lacks."""
    if view.missing is not None:
        return view.missing.der
    if not view.eyes or view.ours is None or view.ours.code not in _NO_ISSUER:
        return None
    anchor = view.eyes[0].verdict.anchor
    entries = view.eyes[0].trusted.entries
    return next((one.der for one in entries if anchor and certificate_from_der(one.der).sha256 == anchor.sha256), None)
