"""Rules for STARTTLS: not offered, refused, demanded, asked for twice. The handshake has tls.py."""

from __future__ import annotations

from wizard.diagnosis.cures import proven, starttls_here
from wizard.diagnosis.model import Possible, Rule, Seen
from wizard.diagnosis.when import When, Words
from wizard.diagnosis.words import STARTTLS_FIRST, TLS_ALREADY, TLS_BROKEN
from wizard.smtp.observation import Kind, Stage

_STARTTLS_LINK = "https://www.rfc-editor.org/rfc/rfc3207"


def _in_clear(seen: Seen) -> bool:
    return not seen.observation.context.encrypted


def _clear_here(seen: Seen) -> bool:
    """A session of ours in clear; what a pasted reply was said to is not known."""
    return _in_clear(seen) and not seen.pasted


def _already_encrypted(seen: Seen) -> bool:
    return seen.observation.context.encrypted


def _starttls_offered(seen: Seen) -> bool:
    context = seen.observation.context
    return "STARTTLS" in context.capabilities or "STARTTLS" in context.clear_capabilities


def _no_starttls_in_clear(seen: Seen) -> bool:
    return _in_clear(seen) and not _starttls_offered(seen)


def _offered_in_clear(seen: Seen) -> bool:
    return _in_clear(seen) and _starttls_offered(seen)


def _only_starttls_offered(seen: Seen) -> bool:
    """530 is said for both (RFC 3207 4, RFC 4954 6): in clear, with STARTTLS on offer and no AUTH, encryption comes first."""
    return _offered_in_clear(seen) and "AUTH" not in seen.observation.context.capabilities


def _not_about_else(seen: Seen) -> bool:
    """Three digits alone are weak: OpenSMTPD says 524 5.2.4 of a recipient. The enhanced code, where there is one, must agree."""
    reply = seen.observation.reply
    return reply is None or reply.enhanced is None or reply.enhanced.split(".")[1] == "7"


# Decided by the state of the line, whosever server it is: asked before what a provider is known to mean.
IN_CLEAR: tuple[Rule, ...] = (
    Rule(
        id="starttls-required",
        title="The server shows its sign-in only on an encrypted line",
        meaning="{asked}, so no sign-in was possible, and without one it takes no mail. It offers STARTTLS on this port. It "
        "said: {said}{open}",
        when=(
            When(
                codes=(4, 5),
                enhanced=("5.7.57",),
                plus=_only_starttls_offered,
                plus_name="in clear, STARTTLS offered and no AUTH",
            ),
        ),
        cures=starttls_here,
        advice=("Choose STARTTLS, and give the profile a user name and a password.",),
        also=(
            Possible("auth-required", "it says the same on an encrypted line when no user name is set"),
            Possible("auth-basic-disabled", "on an encrypted line the sign-in itself is refused"),
        ),
        log_line="{said}",
        link=_STARTTLS_LINK,
        source="https://learn.microsoft.com/en-us/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission",
    ),
)
RULES: tuple[Rule, ...] = (
    Rule(
        id="tls-twice",
        title="{where} takes the line for encrypted already",
        meaning="From here the line is in clear, and the server says that TLS is on. Something in between encrypts on its own: a "
        "tunnel (stunnel), a TLS proxy or a load balancer. Nothing secret was sent over the part that is in clear.{open}",
        when=(
            When(
                codes=(4, 5), stages=(Stage.STARTTLS,), says=TLS_ALREADY, plus=_clear_here, plus_name="the line is in clear here"
            ),
        ),
        cures=proven,
        advice=(
            "Name the mail server itself in place of the tunnel or proxy: port 465 with TLS, or port 587 with STARTTLS.",
            "If the tunnel is wanted, ask whoever runs it how clients are meant to reach it.",
        ),
        also=(
            Possible(
                "starttls-unavailable", "the server's own log shows a session without TLS: then its set-up contradicts itself"
            ),
            Possible("middlebox", "another network gets a handshake on the same port"),
        ),
        log_line="{said}",
        link=_STARTTLS_LINK,
        source="RFC 3207 section 4.2 (STARTTLS is not offered once TLS is active)",
    ),
    Rule(
        id="tls-twice",
        title="STARTTLS was asked on a line that is encrypted already",
        meaning="The line is under TLS from its first byte, so there is nothing left to switch on. Both kinds of encryption are "
        "set at once.{open}",
        when=(
            When(codes=(4, 5), stages=(Stage.STARTTLS,), plus=_already_encrypted, plus_name="the line is encrypted"),
            When(codes=(4, 5), says=TLS_ALREADY),
        ),
        cures=proven,
        advice=("Choose one: TLS with port 465, or STARTTLS with port 587. Both encrypt.",),
        also=(Possible("starttls-unavailable", "the line is in clear, and STARTTLS is refused there too"),),
        log_line="{said}",
        link=_STARTTLS_LINK,
        source="RFC 3207 section 4.2 (STARTTLS is not offered once TLS is active)",
    ),
    Rule(
        id="starttls-unavailable",
        title="{where} does not offer STARTTLS",
        meaning="The profile asks for encryption, and the server's list of abilities has no STARTTLS, or the server refuses the "
        "command. Nothing was sent in clear.{open}",
        when=(
            When(kinds=(Kind.NOT_OFFERED,), stages=(Stage.STARTTLS,)),
            When(codes=(4, 5), says=TLS_BROKEN),
        ),
        fallback=(When(codes=(4, 5), stages=(Stage.STARTTLS,)),),
        cures=proven,
        advice=(
            "Try port 465 with TLS, or port 587 with STARTTLS: servers that offer no encryption on one port often do on another.",
            "If it is your own server, give it a certificate and switch TLS on; a 454 reply means that its TLS set-up is broken.",
        ),
        also=(
            Possible("middlebox", "the server does offer STARTTLS when asked from another network: something here removes it"),
            Possible("ip-blocked", "it is offered to other client addresses"),
        ),
        log_line="nothing about STARTTLS: IdentityIQ is expected to go on in clear, "
        "and the refusal comes at the sender or recipient, or: 454 4.7.0 TLS not available",
        link=_STARTTLS_LINK,
        source="RFC 3207 section 4 (454; clients decide whether to go on)",
    ),
    Rule(
        id="starttls-unavailable",
        title="The way onward has no encryption, and the message demands it",
        meaning="The message asks for TLS all the way (REQUIRETLS), and the next server does not offer it. It said: {said}",
        fallback=(When(codes=(4, 5), enhanced=("*.7.30",), stages=(Stage.RCPT, Stage.DATA)),),
        advice=("Ask whoever runs the server whether mail to {recipient} may go on without encryption.",),
        also=(
            Possible("auth-basic-disabled", "the server is Microsoft's: there this number says that password sign-in is off"),
            Possible("sender-unauthenticated-domain", "the server is Google's: there this number is about DKIM"),
        ),
        log_line="{said}",
        source="RFC 8689 section 7 (X.7.30)",
    ),
    Rule(
        id="starttls-required",
        title="The password was not sent: the line is not encrypted",
        meaning="{asked}, and a password sent in clear can be read by anyone on the way. This server offers "
        "STARTTLS on this very port.{open}",
        when=(When(kinds=(Kind.WITHHELD,), plus=_offered_in_clear, plus_name="in clear, STARTTLS offered"),),
        cures=starttls_here,
        advice=("Choose STARTTLS, which this server offers.",),
        log_line="usually nothing: IdentityIQ is expected to send the password in clear",
        link=_STARTTLS_LINK,
        source="RFC 4954 section 4 (no plain passwords without TLS)",
    ),
    Rule(
        id="starttls-unavailable",
        title="The password was not sent: {where} offers no encryption",
        meaning="{asked}, and this server does not offer to encrypt the line. A password sent in clear can "
        "be read by anyone on the way.{open}",
        when=(When(kinds=(Kind.WITHHELD,), plus=_no_starttls_in_clear, plus_name="in clear, STARTTLS not offered"),),
        cures=proven,
        advice=(
            "Use a port of this server that encrypts: 587 with STARTTLS or 465 with TLS.",
            "If it is a relay that knows this host by its address, leave the user name empty: then no password is sent.",
        ),
        also=(Possible("middlebox", "the server does offer STARTTLS when asked from another network"),),
        link=_STARTTLS_LINK,
        log_line="usually nothing: IdentityIQ is expected to send the password in clear",
        source="RFC 4954 section 4 (no plain passwords without TLS)",
    ),
    Rule(
        id="starttls-required",
        title="The server wants the line encrypted first",
        meaning="It takes neither a sign-in nor mail in plain text. It said: {said}{open}",
        when=(
            When(codes=(4, 5), enhanced=("5.7.10", "5.7.11")),
            When(codes=(523, 524, 538), plus=_not_about_else, plus_name="no enhanced code, or one of security (X.7)"),
            When(codes=(4, 5), enhanced=("*.7.29",), says=Words("TLS", "tls, encrypt")),
            When(codes=(4, 5), says=STARTTLS_FIRST),
        ),
        fallback=(When(codes=(530,), plus=_only_starttls_offered, plus_name="in clear, STARTTLS offered and no AUTH"),),
        cures=starttls_here,
        advice=("Choose STARTTLS with port 587, or TLS with port 465.",),
        also=(Possible("auth-required", "it says the same on an encrypted line: then it wants a sign-in"),),
        log_line="{said}",
        link=_STARTTLS_LINK,
        source="RFC 3207 section 4 (530); RFC 4954 section 6 (538 5.7.11); RFC 5248 (X.7.10)",
    ),
)
