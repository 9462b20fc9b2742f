"""What is found with the eyes of IdentityIQ's Java, for docs/findings.md. ``wizard.identityiq.jvm`` judges it."""

from __future__ import annotations

from wizard.diagnosis.model import Rule, Severity
from wizard.diagnosis.when import When
from wizard.smtp.observation import Kind, Stage

_TRUST = "JSSE Reference Guide (trust stores, PKIX); java.security (disabledAlgorithms); keytool's manual"


def _looked_at(what: str) -> tuple[When, ...]:
    return (When(kinds=(Kind.PASSED,), stages=(Stage.TLS,), plus=lambda _: False, plus_name=what),)


RULES: tuple[Rule, ...] = (
    Rule(
        id="jvm-distrusts",
        severity=Severity.WARNING,
        title="IdentityIQ's Java would refuse the server",
        meaning="A Java trusts what is in its own trust store, not the system's list, and has its own opinion of old TLS "
        "versions, signatures and keys. Our own check may pass where IdentityIQ's mail does not go out: a warning beside it.",
        when=_looked_at(
            "smtp-wizard iiq trust: the certificates of that Java's trust store, read with its keytool, do not lead to the "
            "server's; or its java.security, its settings or its mail library forbid what the server offers"
        ),
        advice=(
            "Import the authority that is missing into that Java's trust store with the keytool line that is shown, restart the "
            "application server, and do the same on every other node.",
            "Where the server does not send its intermediate certificate, ask whoever runs it to: Java does not fetch it.",
            "Where a version, signature or key is refused, ask whoever runs the mail server for one of today.",
        ),
        source=_TRUST,
    ),
    Rule(
        id="iiq-jvm-accepts",
        severity=Severity.INFO,
        title="Our check refuses the server, and IdentityIQ's Java accepts it",
        meaning="Java's mail library is expected not to look at the names in a certificate, and its trust store may hold an "
        "authority this host's list does not. A name that does not fit is a warning: another server would do as well.",
        when=_looked_at("smtp-wizard iiq trust: our own handshake was refused, and that Java would make it"),
        advice=(
            "Use a name as the host that stands in the certificate.",
            "To check against the same authority here, save it (--save-ca FILE) and set it as the CA file.",
        ),
        source=_TRUST,
    ),
    Rule(
        id="iiq-java-differs",
        severity=Severity.INFO,
        title="The two Javas on this host see the server differently",
        meaning="The one that runs the application server decides for mail; IdentityIQ's console, and a keytool without a path, "
        "use the one in PATH.",
        when=_looked_at(
            "smtp-wizard iiq trust: of the Java that runs IdentityIQ and the one in PATH only one would take the server"
        ),
        source=_TRUST,
    ),
)
