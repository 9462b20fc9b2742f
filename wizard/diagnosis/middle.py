"""Rules for what stands in between: inspection that rewrites, redirects or opens the session. Must not know how it is cured.

Each rule names the sign it went by, which becomes the evidence.
"""

from __future__ import annotations

from wizard.diagnosis.cures import proven
from wizard.diagnosis.middle_signs import (
    asked_for,
    certificate_sign,
    greeting_sign,
    inspected,
    issuer_sign,
    mask_sign,
    masked_words,
    provider_without_starttls,
    somebody_else_greets,
    starttls_taken_away,
    stranger_for_provider,
    taken_sign,
)
from wizard.diagnosis.model import Possible, Rule
from wizard.diagnosis.when import When, Words
from wizard.smtp.observation import Kind, Stage

_BAD_CERTIFICATE = (Kind.TLS_CERTIFICATE, Kind.WITHHELD)
_MASKED = Words("a starred or masked reply", "xxxxxxxa, 250-xxxx, 250 xxxx, 220 xxxx, ****, 250-x")

RULES: tuple[Rule, ...] = (
    Rule(
        id="middlebox",
        title="Something between here and {host} rewrites the session",
        meaning="Words of the server arrive overwritten with X or *. That is what the SMTP inspection of some firewalls does; it "
        "hides STARTTLS and the sign-in as well.{open}",
        when=(
            When(
                kinds=(Kind.NOT_OFFERED, Kind.NO_MECHANISM, Kind.WITHHELD, Kind.MALFORMED, Kind.CLOSED, Kind.RESET, Kind.REPLY),
                plus=lambda seen: bool(masked_words(seen)),
                plus_name="EHLO keywords XXXX or banner ****",
            ),
            When(kinds=(Kind.MALFORMED, Kind.REPLY, Kind.NOT_OFFERED), says=_MASKED),
        ),
        sign=mask_sign,
        cures=proven,
        advice=(
            "Ask whoever runs the firewall to switch off SMTP inspection (Cisco: no fixup protocol smtp, no inspect esmtp).",
            "Or use port 465 with TLS, which cannot be rewritten on the way.",
        ),
        fallback=(When(codes=(500, 502), stages=(Stage.EHLO,)),),
        also=(
            Possible("starttls-unavailable", "another network sees the same list of abilities"),
            Possible("helo-rejected", "the server answers HELO, and not EHLO, from every network: it is very old"),
        ),
        log_line="nothing about STARTTLS: IdentityIQ is expected to go on in clear, "
        "and the refusal comes at the sender or recipient",
        source="Cisco ASA Firewall CLI Configuration Guide: SMTP and Extended SMTP Inspection; RFC 5321 section 4.1.1.1",
    ),
    Rule(
        id="middlebox",
        title="Another server answers in place of {host}",
        meaning="Its greeting is not one of this provider's. Some hosting providers and firewalls redirect mail to a server of "
        "their own; a password for {host} is unknown there. It said: {said}{open}",
        when=(
            When(
                kinds=(Kind.REPLY, Kind.NOT_OFFERED, Kind.NO_MECHANISM, Kind.WITHHELD),
                stages=(Stage.EHLO, Stage.STARTTLS, Stage.AUTH, Stage.MAIL, Stage.RCPT),
                plus=somebody_else_greets,
                plus_name="a large provider's host, and somebody else's greeting",
            ),
        ),
        sign=greeting_sign,
        cures=proven,
        advice=(
            "Ask whoever runs this network or hosts this machine to let mail to {host} pass, or use the relay they give you.",
            "Try another port of {host}: often only 25 and 587 are redirected.",
        ),
        also=(
            Possible("auth-bad-credentials", "the greeting names {host} when looked at from another network, too"),
            Possible("starttls-unavailable", "the greeting names {host} when looked at from another network, too"),
        ),
        log_line="AuthenticationFailedException: 535",
        source="RFC 5321 section 4.2 (the greeting names the server); cPanel: SMTP Restrictions redirect outgoing mail",
    ),
    Rule(
        id="middlebox",
        title="A program between here and {host} opens the encryption",
        meaning="The certificate comes from an inspecting product, not from the mail server: {sign}. The line is encrypted to "
        "that product only, which reads everything, the password included.{unsent}{open}",
        when=(When(kinds=_BAD_CERTIFICATE, plus=inspected, plus_name="issuer is an inspecting product"),),
        sign=issuer_sign,
        cures=proven,
        advice=(
            "Ask whoever runs the inspection to leave mail to {host} alone.",
            "If the inspection is wanted, get its CA certificate from them and set it as the CA file.",
        ),
        also=(
            Possible(
                "cert-untrusted-issuer", "another network sees the same issuer: then the server itself has this certificate"
            ),
            Possible("cert-self-signed", "the host is such a product's own mail relay"),
        ),
        log_line="PKIX path building failed; unable to find valid certification path to requested target",
        source="the vendors' pages on their inspection CA; names in wizard/diagnosis/inspectors.py",
    ),
    Rule(
        id="middlebox",
        title="Something between here and {host} answers in its place",
        meaning="The certificate is not the one this server would show: it is for {names}, and its issuer is {issuer}. A "
        "firewall, an antivirus program or a hosting provider that redirects mail is the usual reason.{unsent}{open}",
        when=(
            When(
                kinds=_BAD_CERTIFICATE,
                plus=stranger_for_provider,
                plus_name="a large provider's host, and a certificate of somebody else",
            ),
        ),
        sign=certificate_sign,
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
        source="RFC 8314 section 3 and RFC 6125: a provider's certificate names its own hosts and comes from a public CA",
    ),
    Rule(
        id="middlebox",
        title="STARTTLS was taken away on the way to {host}",
        meaning="This server is known to offer it, and its list of abilities arrived without: {sign}. A firewall that inspects "
        "mail, or a redirect to another server, does that.{open}",
        when=(
            When(
                kinds=(Kind.NOT_OFFERED,),
                stages=(Stage.STARTTLS,),
                plus=starttls_taken_away,
                plus_name="STARTTLS on another port of the same host, and not where it belongs",
            ),
        ),
        sign=taken_sign,
        cures=proven,
        advice=(
            "Ask whoever runs the firewall whether it inspects SMTP on this port, and to switch that off.",
            "Do not send the password on this port.",
        ),
        also=(Possible("starttls-unavailable", "the server's own settings leave STARTTLS out on this port"),),
        log_line="nothing about STARTTLS: IdentityIQ is expected to go on in clear",
        source="RFC 3207 section 6 (a man in the middle may delete STARTTLS from the reply to EHLO)",
    ),
    Rule(
        id="middlebox",
        title="STARTTLS was taken away on the way to {host}",
        meaning="This provider offers it on every port for sending, and the list of abilities arrived without. A firewall that "
        "inspects mail, or a redirect to another server, does that.{open}",
        when=(
            When(
                kinds=(Kind.NOT_OFFERED,),
                stages=(Stage.STARTTLS,),
                plus=lambda seen: not seen.pasted and provider_without_starttls(seen),
                plus_name="a large provider's host, which always offers STARTTLS",
            ),
        ),
        sign=lambda seen: f"no STARTTLS from a host of {asked_for(seen).value}",
        cures=proven,
        advice=(
            "Ask whoever runs the firewall whether it inspects SMTP on this port, and to switch that off.",
            "Do not send the password on this port.",
        ),
        also=(Possible("starttls-unavailable", "another network sees the same list of abilities"),),
        log_line="nothing about STARTTLS: IdentityIQ is expected to go on in clear",
        source="RFC 3207 section 6 (a man in the middle may delete STARTTLS from the reply to EHLO)",
    ),
)
