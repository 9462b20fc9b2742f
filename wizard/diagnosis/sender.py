"""Rules for the sender's address itself: malformed, unknown, unverified, or with letters a server cannot take."""

from __future__ import annotations

from wizard.diagnosis.cures import send_as_user
from wizard.diagnosis.model import Possible, Rule
from wizard.diagnosis.when import When, Words
from wizard.diagnosis.words_address import (
    SENDER_BAD,
    SENDER_SYNTAX,
)
from wizard.diagnosis.words_mail import DOMAIN_AUTH
from wizard.smtp.observation import Kind, Stage

_MAIL, _RCPT, _DATA = (Stage.MAIL,), (Stage.RCPT,), (Stage.DATA,)
_RECIPIENT = Words("recipient", "recipient, rcpt")
_HEADER_SPOOF = Words("the recipient's anti-spoofing", "anti-spoofing, antispoofing")


RULES: tuple[Rule, ...] = (
    Rule(
        id="sender-rejected",
        title="The sender {sender} is not accepted",
        meaning="The server does not like this address: malformed, unknown, unverified, or of a domain that does not exist. It "
        "said: {said}",
        when=(
            When(codes=(4, 5), enhanced=("*.1.7", "*.1.8")),
            When(codes=(4, 5), enhanced=("*.1.1", "*.1.2", "*.1.3"), stages=_MAIL),
            When(codes=(4, 5), enhanced=("*.7.27",), lacks=DOMAIN_AUTH),
            When(codes=(4, 5), says=SENDER_BAD, lacks=_HEADER_SPOOF),
            When(codes=(5,), stages=_MAIL, enhanced=("5.1.0",)),
            When(codes=(501, 553, 555), stages=_MAIL, says=SENDER_SYNTAX),
        ),
        fallback=(
            When(codes=(5,), stages=_MAIL),
            When(codes=(553,), lacks=_RECIPIENT),
            When(codes=(5,), says=Words("unknown at the sender's side", "no such user, address~not~verified")),
        ),
        cures=send_as_user,
        advice=(
            "Use a sender that is a real mailbox of a domain with a mail server, written plainly: name@example.com.",
            "If the provider verifies senders, verify this one in its console.",
        ),
        also=(
            Possible("sender-unauthenticated-domain", "the reply names SPF, DKIM or DMARC"),
            Possible("recipient-unknown", "the address the reply names is the recipient's"),
            Possible("relay-denied", "every sender gets the same reply"),
            Possible("auth-bad-credentials", "the same address can be used after a new sign-in"),
            Possible("line-or-encoding", "the sender or its name has letters outside ASCII"),
            Possible("ip-blocked", "the same sender passes from another host"),
        ),
        log_line="SMTPSendFailedException: {said}",
        source="RFC 3463 section 3.2 (X.1.7, X.1.8); RFC 7505 section 4.2 (X.7.27)",
    ),
    Rule(
        id="line-or-encoding",
        title="The address has letters this server does not take",
        meaning="Letters outside ASCII before the @ need SMTPUTF8, and the server does not offer it.",
        when=(When(kinds=(Kind.NEEDS_UTF8,)),),
        advice=("Use an address in plain ASCII letters for {sender} and {recipient}.",),
        log_line="usually nothing: IdentityIQ's mail library sends such an address as it is",
        link="https://www.rfc-editor.org/rfc/rfc6531",
        source="RFC 6531 section 3.2",
    ),
)
