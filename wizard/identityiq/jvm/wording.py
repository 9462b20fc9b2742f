"""A verdict in words: the finding ``jvm-distrusts`` and those beside it. Must not know how a verdict is reached.

``jvm-distrusts`` is a warning and never an error: it stands beside a run of our own that passed, and says what the Java would do.
"""

from __future__ import annotations

from typing import assert_never

from wizard.diagnosis.model import Evidence, Finding, Remedy, Severity
from wizard.identityiq.jvm.trusted import Trouble
from wizard.identityiq.jvm.view import Eye, JvmView, Missing, Plan, Refusal, Source, Verdict, common_name
from wizard.profile import Security
from wizard.smtp.observation import Certificate, Stage

ID, ACCEPTS_ID, DIFFERS_ID = "jvm-distrusts", "iiq-jvm-accepts", "iiq-java-differs"
_NAMES = (62, 63, 64)  # X509_V_ERR codes of OpenSSL for a name that does not fit
_PATH_BUILDING = "PKIX path building failed: ... unable to find valid certification path to requested target"
_SHORTLY = {
    Refusal.NO_TRUST: "it trusts nobody",
    Refusal.UNKNOWN_CA: "its authority is not in the trust store",
    Refusal.MISSING_INTERMEDIATE: "the intermediate certificate is not sent",
    Refusal.SELF_SIGNED: "it is signed by itself, and not in the trust store",
    Refusal.EXPIRED: "a certificate has expired",
    Refusal.NOT_YET_VALID: "a certificate is not valid yet",
    Refusal.SWITCHED_OFF: "a signature or key is switched off",
    Refusal.BLOCKED: "a certificate is on the JDK's list of bad ones",
    Refusal.DISTRUSTED_CA: "the JDK has stopped trusting its authority",
    Refusal.BAD_CHAIN: "its chain is not right",
    Refusal.VERSION: "no TLS version in common",
    Refusal.CIPHER: "no cipher in common",
}
_BY_TROUBLE: dict[Trouble | None, str] = {
    Trouble.MISSING: _PATH_BUILDING,  # a store that is not there is an empty one for Java
    Trouble.WRONG_PASSWORD: "Keystore was tampered with, or password was incorrect",
    Trouble.NOT_A_STORE: "problem accessing trust store",
}
_BY_REFUSAL = {
    Refusal.UNKNOWN_CA: _PATH_BUILDING,
    Refusal.MISSING_INTERMEDIATE: _PATH_BUILDING,
    Refusal.SELF_SIGNED: _PATH_BUILDING,
    Refusal.EXPIRED: "PKIX path validation failed: ... CertificateExpiredException: NotAfter",
    Refusal.NOT_YET_VALID: "PKIX path validation failed: ... CertificateNotYetValidException: NotBefore",
    Refusal.SWITCHED_OFF: "PKIX path validation failed: ... Algorithm constraints check failed",
    Refusal.NO_TRUST: "the trustAnchors parameter must be non-empty",
    Refusal.VERSION: "Received fatal alert: protocol_version",
    Refusal.CIPHER: "Received fatal alert: handshake_failure",
    Refusal.BLOCKED: "Untrusted certificate",
    Refusal.DISTRUSTED_CA: "TLS Server certificate issued after ... and anchored by a distrusted legacy root CA",
    Refusal.BAD_CHAIN: "PKIX path validation failed",
}


def distrusts(view: JvmView, who: str) -> Finding | None:
    """Return the finding of the Java that decides; ``who`` is what to call it ("IdentityIQ's Java")."""
    if not view.refuses:
        return None
    eye = view.eyes[0]
    assert eye.verdict.refusal is not None
    return Finding(
        id=ID,
        severity=Severity.WARNING,
        stage=Stage.TLS,
        title=f"{who} would refuse {view.endpoint.host}",
        meaning=_meaning(view, eye, eye.verdict.refusal),
        evidence=Evidence(text=_evidence(eye, view)),
        remedies=tuple(Remedy(text) for text in _advice(view, eye, eye.verdict.refusal)),
        log_line=_log_line(eye, view.endpoint.security),
    )


def accepts_more(view: JvmView, who: str) -> Finding | None:
    """Return the reverse: our own check refuses this server, and the Java that decides would take it."""
    if not view.eyes or view.eyes[0].verdict.accepts is not True or view.ours is None or view.ours.verified:
        return None
    verdict, by_name = view.eyes[0].verdict, view.ours.code in _NAMES
    anchor = f" by {short(verdict.anchor)} ({verdict.alias})" if verdict.anchor else ""
    meaning = (
        "Java's mail library is expected not to look at the names in the certificate, and our check does: mail from IdentityIQ "
        "would go out, even to another server with a certificate of the same authority."
        if by_name
        else f"Our check says: {view.ours.reason}. The Java trusts it{anchor}, so mail from IdentityIQ is expected to go out."
    )
    cure = (
        "Use a name as the host that stands in the certificate."
        if by_name
        else "To check against the same authority here, save it (--save-ca FILE) and set it as the CA file (--ca-file FILE)."
    )
    title = (
        f"Our check refuses {view.endpoint.host}, and {who[0].lower() if who.startswith('This') else who[0]}{who[1:]} accepts it"
    )
    severity = Severity.WARNING if by_name else Severity.INFO
    return Finding(ACCEPTS_ID, severity, Stage.TLS, title, meaning, Evidence(text=view.ours.reason), remedies=(Remedy(cure),))


def differs(view: JvmView) -> Finding | None:
    """Return what one of two Javas has for this server and the other has not."""
    if len(view.eyes) < 2 or None in (found := [eye.verdict.accepts for eye in view.eyes[:2]]) or found[0] == found[1]:
        return None
    yes, no = (view.eyes[0], view.eyes[1]) if found[0] else (view.eyes[1], view.eyes[0])
    by = f" by {short(yes.verdict.anchor)} (alias {yes.verdict.alias})" if yes.verdict.anchor and yes.verdict.alias else ""
    which = "the one that decides for IdentityIQ" if found[0] else "the java in PATH"
    return Finding(
        DIFFERS_ID,
        Severity.INFO,
        Stage.TLS,
        "The two Javas on this host see this server differently",
        f"{yes.runtime.home} ({which}) accepts it{by}; {no.runtime.home} does not. What counts for mail is the Java that runs "
        "the application server; IdentityIQ's console and a keytool without a path use the one in PATH.",
        Evidence(text=f"{yes.trusted.store.path} against {no.trusted.store.path}"),
    )


def short(certificate: Certificate | None) -> str:
    """Return the name people know a certificate by: its common name, else the whole subject."""
    subject = certificate.subject if certificate else ""
    return common_name(subject) or subject or "a certificate without a name"


def _meaning(view: JvmView, eye: Eye, refusal: Refusal) -> str:  # noqa: C901 - one sentence a cause
    store, verdict = eye.trusted.store.path, eye.verdict
    culprit = short(verdict.culprit)
    match refusal:
        case Refusal.NO_TRUST:
            return verdict.detail
        case Refusal.UNKNOWN_CA:
            name = view.missing.name if view.missing else "its authority"
            sent = view.missing is None or view.missing.source is not Source.NOWHERE
            return f"A Java trusts what is in its own trust store, not the system's list. {name} is not in {store}." + (
                "" if sent else " If that is an intermediate, the server is meant to send it: Java does not fetch it."
            )
        case Refusal.MISSING_INTERMEDIATE:
            name = view.missing.name if view.missing else "the certificate in between"
            return f"The server does not send the intermediate {name}. Some programs fetch or know it; Java does not."
        case Refusal.SELF_SIGNED:
            return f"Its certificate is signed by itself only, and it is not in {store}."
        case Refusal.EXPIRED:
            return f"The certificate {culprit} was valid until {verdict.detail[:10]}."
        case Refusal.NOT_YET_VALID:
            return f"The certificate {culprit} is valid from {verdict.detail[:10]} on, or the clock of this host is behind."
        case Refusal.SWITCHED_OFF:
            return f"The certificate {culprit} has {verdict.detail}, which {eye.policy.file} forbids."
        case Refusal.BLOCKED:
            return (
                f"The certificate {culprit} is on the list of certificates this JDK refuses whoever signed them (blocked.certs)."
            )
        case Refusal.DISTRUSTED_CA:
            return f"{culprit} is in the trust store, and this JDK no longer takes newer certificates of it ({verdict.detail})."
        case Refusal.BAD_CHAIN:
            return f"The server's chain of certificates is not right: {verdict.detail}."
        case Refusal.VERSION:
            return _versions(view, eye)
        case Refusal.CIPHER:
            return (
                f"The server and this Java have no cipher in common: what the server takes is switched off in {eye.policy.file}."
            )
        case _:
            assert_never(refusal)


def _versions(view: JvmView, eye: Eye) -> str:
    because = f" because of {eye.offer.limited_by}" if eye.offer.limited_by else ""
    if not eye.offer.versions:
        return f"It has no TLS version left to offer{because}: the others are switched off in {eye.policy.file}."
    old = sorted((view.version, *eye.offer.versions))[0] == view.version
    server = "speaks nothing newer than" if old else "does not take that: with newer programs it speaks"
    return f"It offers {_listed(eye.offer.versions)}{because}, and the server {server} {plain_version(view.version)}."


def _advice(view: JvmView, eye: Eye, refusal: Refusal) -> tuple[str, ...]:
    match refusal:
        case Refusal.UNKNOWN_CA | Refusal.SELF_SIGNED:
            return _import(view.missing, view.plan)
        case Refusal.MISSING_INTERMEDIATE:
            return (
                "Ask whoever runs the server to send its intermediate certificate along (the full chain).",
                *_import(view.missing, view.plan),
            )
        case Refusal.NO_TRUST:
            return (
                "Look at -Djavax.net.ssl.trustStore, trustStoreType and trustStorePassword in the application server's start "
                "options: path, type and password must fit the file.",
                "Then restart the application server.",
            )
        case Refusal.EXPIRED | Refusal.NOT_YET_VALID | Refusal.BAD_CHAIN | Refusal.BLOCKED | Refusal.DISTRUSTED_CA:
            return ("Ask whoever runs the mail server to put a new certificate in place.",)
        case Refusal.SWITCHED_OFF:
            return ("Ask whoever runs the mail server for a certificate with SHA-256 and an RSA key of 2048 bits, or better.",)
        case Refusal.VERSION | Refusal.CIPHER:
            return _newer(eye)
        case _:
            assert_never(refusal)


def _newer(eye: Eye) -> tuple[str, ...]:
    if "JavaMail" in eye.offer.limited_by:
        return (
            "Use encryption SSL on port 465 where the server has it: there the library is expected to offer what the Java can.",
            "Or ask SailPoint's support for a newer mail library for this release of IdentityIQ.",
        )
    if eye.offer.limited_by:
        return (f"Take {eye.offer.limited_by} out of the application server's start options, or add TLSv1.2, and restart it.",)
    return ("Ask whoever runs the mail server to switch on TLS 1.2 or newer, with ciphers of today.",)


def _import(missing: Missing | None, plan: Plan | None) -> tuple[str, ...]:
    if missing is None or missing.source is Source.NOWHERE or plan is None:
        at = f" The server's certificate says that it can be had at {missing.url}." if missing and missing.url else ""
        return (
            f"Ask whoever runs the server to send the whole chain, or for the certificate of its authority.{at}",
            "Import that one into the trust store with keytool -importcert, and restart the application server.",
        )
    return (plan.save, f"Import it: {plan.command}", *plan.steps)  # no full stop: a copied line would end in it


def _evidence(eye: Eye, view: JvmView) -> str:
    culprit = eye.verdict.culprit
    about = (
        f"{culprit.subject}, issued by {culprit.issuer}, valid until {culprit.not_after[:10]}"
        if culprit
        else plain_version(view.version)
    )
    return f"{about}; certificates in {eye.trusted.store.path}: {len(eye.trusted.entries)}"


def _log_line(eye: Eye, security: Security) -> str:
    refusal = eye.verdict.refusal
    if refusal is None:
        return ""
    if refusal is Refusal.VERSION and not eye.offer.versions:
        line = "No appropriate protocol (protocol is disabled or cipher suites are inappropriate)"
    elif refusal is Refusal.NO_TRUST:
        line = _BY_TROUBLE.get(eye.trusted.trouble, _BY_REFUSAL[refusal])
    else:
        line = _BY_REFUSAL[refusal]
    if security is Security.STARTTLS:
        return f"Could not convert socket to TLS; {line}"
    return f"{line}; or a hang, [EOF] or Exception reading response, where the old library tries the port in clear after that"


def verdict_line(verdict: Verdict) -> str:
    """Return a verdict in a few words, for lists."""
    if verdict.accepts is None:
        return f"not known: {verdict.detail}" if verdict.detail else "not known"
    if verdict.accepts:
        by = f", by {short(verdict.anchor)}" if verdict.anchor else ""
        return f"would accept it{by}" + (f" (alias {verdict.alias})" if verdict.alias else "")
    return f"would refuse it: {_SHORTLY[verdict.refusal]}" if verdict.refusal else "would refuse it"


def plain_version(version: str) -> str:
    """Return a version as people write it: TLS 1.2."""
    return version.replace("TLSv1", "TLS 1") + (".0" if version == "TLSv1" else "")


def _listed(versions: tuple[str, ...]) -> str:
    return ", ".join(map(plain_version, versions)) + ("" if len(versions) > 1 else " only")
