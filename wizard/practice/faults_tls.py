"""Faults of encryption: the mode, STARTTLS, the handshake and the certificate. Data only."""

from __future__ import annotations

from wizard.draft import Change, Field
from wizard.practice.fault import USERNAME, Drop, Fault, Handshake, Hang, Leaf, Say, Send, Step
from wizard.profile import Security


def _alert(description: int) -> bytes:
    """A fatal TLS alert as a server sends it before any key is agreed (RFC 8446 6)."""
    return bytes([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, description])


TLS = (
    Fault(
        "tls-on-the-starttls-port",
        "The port speaks TLS from the first byte, the settings say STARTTLS",
        teaches="A port that waits for TLS stays silent to whoever waits for a greeting.",
        finding="port-speaks-tls",
        cured_by_remedy=True,
        speaks={Security.STARTTLS: Security.TLS},
    ),
    Fault(
        "tls-on-the-plain-port",
        "The port speaks TLS from the first byte, the settings say no encryption",
        teaches="Without encryption a TLS port cannot be talked to; with it, the same port works.",
        finding="port-speaks-tls",
        security=Security.NONE,
        cured_by_remedy=True,
        speaks={Security.NONE: Security.TLS},
    ),
    Fault(
        "plain-on-the-tls-port",
        "The port starts in clear, the settings say TLS",
        teaches="TLS from the first byte and STARTTLS are two modes; a port speaks one of them.",
        finding="port-speaks-plain",
        security=Security.TLS,
        cured_by_remedy=True,
        speaks={Security.TLS: Security.STARTTLS},
    ),
    Fault(
        "starttls-masked",
        "A firewall hides STARTTLS",
        teaches="Some firewalls overwrite what they do not know with X: the server offers encryption, and it does not get here.",
        finding="middlebox",
        cured_by_remedy=True,
        only_in_clear=True,
        at={Step.GREETING: Say("220 " + "*" * 48)},
        hides=("STARTTLS", "AUTH"),
        shows=("XXXXXXXA",),
    ),
    Fault(
        "starttls-missing",
        "STARTTLS is not offered",
        teaches="Encryption that is required and not offered ends the run: nothing is ever sent in clear instead.",
        finding="starttls-unavailable",
        cured_by_remedy=True,
        hides=("STARTTLS",),
    ),
    Fault(
        "starttls-refused",
        "STARTTLS is offered and then refused",
        teaches="454 to STARTTLS means that the server's own TLS is broken, often its key or certificate.",
        finding="starttls-unavailable",
        cured_by_remedy=True,
        at={Step.STARTTLS: Say("454 4.7.0 TLS not available due to local problem")},
    ),
    Fault(
        "starttls-already",
        "STARTTLS on a line that is encrypted already",
        teaches="A tunnel or proxy on the way may have encrypted the line: asking for STARTTLS then is once too often.",
        finding="tls-twice",
        at={Step.STARTTLS: Say("503 5.5.1 Error: TLS already active")},
    ),
    Fault(
        "starttls-required",
        "The server insists on encryption",
        teaches="530 Must issue a STARTTLS command first: the same port, with encryption.",
        finding="starttls-required",
        security=Security.NONE,
        cured_by_remedy=True,
        speaks={Security.NONE: Security.STARTTLS},
        wants_tls=True,
    ),
    Fault(
        "sign-in-in-clear",
        "Signing in without encryption",
        teaches="A password in clear can be read by everybody on the way, so it is not sent: encryption comes first.",
        finding="starttls-required",
        security=Security.NONE,
        cured_by_remedy=True,
        speaks={Security.NONE: Security.STARTTLS},
        changes=(Change(Field.USERNAME, USERNAME),),
        clear_auth=True,
    ),
    Fault(
        "starttls-injection",
        "Bytes slipped in before the encryption",
        teaches="What arrives between the 220 and the handshake was not protected: somebody may be on the line (CVE-2011-0411).",
        finding="protocol-violation",
        cured_by_remedy=True,
        at={Step.STARTTLS: Say("220 2.0.0 Ready to start TLS\n250 2.0.0 Nothing to see here")},
    ),
    Fault(
        "tls-old",
        "The server speaks only old TLS",
        teaches="TLS 1.0 and 1.1 are withdrawn (RFC 8996): the server has to be brought up to date.",
        finding="tls-version",
        at={Step.TLS: Send(_alert(70), close=True)},
    ),
    Fault(
        "tls-cipher",
        "No cipher in common",
        teaches="Both sides speak TLS and agree on no cipher: one of them has been tightened or is very old.",
        finding="tls-cipher-or-key",
        at={Step.TLS: Send(_alert(71), close=True)},
    ),
    Fault(
        "weak-dh",
        "The server's key exchange is too weak",
        teaches="A group of 1024 bits can be broken by those with means; the handshake stops here for good reason.",
        finding="tls-cipher-or-key",
        handshake=Handshake.WEAK_DH,
    ),
    Fault(
        "weak-key",
        "The certificate's key is too short",
        teaches="RSA keys under 2048 bits are refused today: the server needs a new certificate.",
        finding="tls-cipher-or-key",
        leaf=Leaf.WEAK_KEY,
    ),
    Fault(
        "tls-alert",
        "The handshake fails without a reason",
        teaches="A general alert says only that the server would not; its log knows why.",
        finding="tls-handshake-failed",
        at={Step.TLS: Send(_alert(80), close=True)},
    ),
    Fault(
        "tls-silence",
        "No answer to the handshake",
        teaches="Silence in the handshake points to something in between that swallows it.",
        finding="tls-handshake-failed",
        at={Step.TLS: Hang()},
    ),
    Fault(
        "drop-tls",
        "The server hangs up in the handshake",
        teaches="A line that drops in the middle of the handshake is a server or a firewall that wants something else.",
        finding="connection-dropped",
        at={Step.TLS: Drop()},
    ),
    Fault(
        "client-certificate-required",
        "The server asks for a certificate of yours",
        teaches="Some servers let in only clients that show a certificate; a password does not help there.",
        finding="client-cert-required",
        handshake=Handshake.CLIENT_CERTIFICATE,
    ),
    Fault(
        "expired-certificate",
        "The certificate has expired",
        teaches="An expired certificate is the server's to renew; switching verification off is no cure.",
        finding="cert-expired",
        leaf=Leaf.EXPIRED,
    ),
    Fault(
        "not-yet-valid-certificate",
        "The certificate is not valid yet",
        teaches="A certificate from the future usually means that the clock on this host is wrong.",
        finding="cert-not-yet-valid",
        leaf=Leaf.FUTURE,
    ),
    Fault(
        "wrong-name-certificate",
        "The certificate is for another host",
        teaches="Use a host name that stands in the certificate; an alias or an address does not.",
        finding="cert-hostname-mismatch",
        leaf=Leaf.WRONG_NAME,
    ),
    Fault(
        "self-signed",
        "The certificate is signed by itself",
        teaches="A certificate nobody vouches for can be trusted by naming it as your CA file, once you have checked it.",
        finding="cert-self-signed",
        leaf=Leaf.SELF_SIGNED,
    ),
    Fault(
        "unknown-ca",
        "The certificate's issuer is not known here",
        teaches="A company's own CA has to be made known to this host, and to the Java that IdentityIQ runs on.",
        finding="cert-untrusted-issuer",
        leaf=Leaf.UNKNOWN_CA,
    ),
    Fault(
        "missing-intermediate",
        "The server leaves out the intermediate certificate",
        teaches="A browser may fetch a missing intermediate, a mail client does not: the server has to send the whole chain.",
        finding="cert-untrusted-issuer",
        leaf=Leaf.NO_INTERMEDIATE,
    ),
)
