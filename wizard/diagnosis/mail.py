"""Rules for sender and recipient: who may send as whom, to whom, through this server. The message has message.py."""

from __future__ import annotations

from wizard.diagnosis.cures import send_as_user
from wizard.diagnosis.model import Possible, Rule, Seen
from wizard.diagnosis.when import When, Words
from wizard.diagnosis.words_address import (
    NOT_OWNED,
    RECIPIENT_POLICY,
    RELAY,
    SENDER_BAD,
    SENDER_SYNTAX,
    SENDER_WORD,
    UNKNOWN_USER,
)
from wizard.diagnosis.words_mail import DOMAIN_AUTH
from wizard.smtp.observation import Kind, Stage

_MAIL, _RCPT, _DATA = (Stage.MAIL,), (Stage.RCPT,), (Stage.DATA,)
_RECIPIENT = Words("recipient", "recipient, rcpt")
_HEADER_SPOOF = Words("the recipient's anti-spoofing", "anti-spoofing, antispoofing")


def _sender_is_not_user(seen: Seen) -> bool:
    """A sign-in stands, and the sender is another address than it."""
    login = seen.profile.login
    return (
        login is not None
        and seen.observation.context.signed_in
        and "@" in login.username
        and login.username.lower() != seen.profile.sender.lower()
    )


RULES: tuple[Rule, ...] = (
    Rule(
        id="sender-unauthenticated-domain",
        title="The sender's domain does not vouch for this mail",
        meaning="SPF, DKIM or DMARC of the domain in {sender} say that this server may not send for it, or say nothing where the "
        "recipient's side insists. It said: {said}",
        when=(
            When(
                codes=(4, 5),
                enhanced=("*.7.20", "*.7.21", "*.7.22", "*.7.23", "*.7.24", "*.7.26", "*.7.27", "*.7.32", "*.7.509", "*.7.515"),
            ),
            When(codes=(4, 5), says=DOMAIN_AUTH),
        ),
        advice=(
            "Ask whoever runs the domain's DNS to add this server to its SPF record and to sign with DKIM.",
            "Or send through the domain's own mail server, which is in the record already.",
        ),
        also=(
            Possible("sender-rejected", "another sender of the same domain passes"),
            Possible("content-rejected", "the same sender passes with other words"),
        ),
        log_line="{said}",
        link="https://support.google.com/mail/answer/81126",
    ),
    Rule(
        id="relay-denied",
        title="The server does not pass on mail for this client",
        meaning="It takes mail for its own domains, or from clients it knows, and {recipient} from here is neither. It said: "
        "{said}",
        when=(
            When(codes=(4, 5), enhanced=("*.7.64", "5.7.68", "*.7.367")),
            When(
                codes=(4, 5),
                says=RELAY,
                lacks=Words(
                    "reputation or rate",
                    "rate, access rule, disallowed as, too many, sender is not allowed",
                ),
            ),
        ),
        advice=(
            "If the server offers a sign-in, give the profile a user name and a password: signed-in clients are passed on.",
            "If it is a company relay, ask its owner to allow this host's address.",
            "Check that {recipient} is written as you mean it.",
        ),
        also=(
            Possible("auth-required", "with a sign-in the same recipient is accepted"),
            Possible("recipient-rejected", "other recipients outside are passed on"),
            Possible("ip-blocked", "mail to the server's own domain is refused from here as well"),
            Possible("sender-rejected", "another sender is passed on"),
        ),
        log_line="SendFailedException: Invalid Addresses; SMTPAddressFailedException: {said}",
    ),
    Rule(
        id="sender-rejected",
        title="This sign-in may not send as {sender}",
        meaning="The server lets each account send as its own address only, or as those it was given. It said: {said}",
        when=(
            When(codes=(4, 5), enhanced=("5.7.60", "5.2.252")),
            When(
                codes=(4, 5),
                says=NOT_OWNED,
                lacks=Words("the recipient's domain", "not allowed to send to, not permitted to send to"),
            ),
            When(
                codes=(5,),
                enhanced=("5.7.1",),
                stages=_MAIL,
                plus=lambda seen: _sender_is_not_user(seen) and SENDER_WORD.found_in(seen.text),
                plus_name="signed in as another address",
            ),
        ),
        cures=send_as_user,
        advice=(
            "Send as the address that signs in, or ask for the right to send as {sender} (in Exchange: Send As).",
            "With providers that verify senders, verify {sender} or its domain in their console.",
        ),
        also=(
            Possible("relay-denied", "the reply stays the same with the sign-in's own address as sender"),
            Possible("sender-unauthenticated-domain", "the reply names SPF, DKIM or DMARC"),
            Possible("quota-or-sandbox", "the account is in a trial in which every address must be verified first"),
        ),
        log_line="SMTPSendFailedException: {said}",
    ),
    Rule(
        id="recipient-unknown",
        title="There is no mailbox {recipient}",
        meaning="The recipient's side does not know this address. It said: {said}",
        when=(
            When(codes=(4, 5), enhanced=("*.1.1", "*.1.2", "*.1.3", "*.1.6", "5.1.10", "5.4.1", "5.2.1"), lacks=SENDER_BAD),
            When(codes=(5,), stages=_RCPT, says=UNKNOWN_USER, lacks=SENDER_BAD),
            When(
                codes=(4, 5),
                stages=(*_RCPT, *_DATA),
                says=Words(
                    "user unknown",
                    "user unknown, unknown user, no such user, no such recipient, recipient not found, no mailbox "
                    "here, mailbox not found, unknown recipient, no such mailbox, does not exist, recipnotfound",
                ),
                lacks=SENDER_WORD,
            ),
        ),
        fallback=(When(codes=(501, 553, 555), stages=_RCPT, says=SENDER_SYNTAX),),
        advice=("Check the spelling of {recipient}.", "Try a mailbox you know to exist, your own for instance."),
        also=(
            Possible("recipient-rejected", "the mailbox exists: then its side refuses this mail on purpose"),
            Possible("sender-rejected", "the address the reply names is the sender's"),
            Possible("relay-denied", "the reply is the same for every recipient outside"),
        ),
        log_line="SendFailedException: Invalid Addresses; SMTPAddressFailedException: {said}",
    ),
    Rule(
        id="sender-rejected",
        title="The sender {sender} is not accepted",
        meaning="The server does not like this address: malformed, unknown, unverified, or of a domain that does not exist. It "
        "said: {said}",
        when=(
            When(codes=(4, 5), enhanced=("*.1.7", "*.1.8", "*.1.9")),
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
    ),
    Rule(
        id="recipient-rejected",
        title="The recipient's side refuses this mail",
        meaning="The address may exist; a rule of its server says no to this sender, this host or this mail. It said: {said}",
        when=(
            When(codes=(4, 5), says=_HEADER_SPOOF),
            When(codes=(5,), says=Words("nobody left to write to", "no valid recipients")),
            When(
                codes=(4, 5),
                enhanced=("*.7.1", "*.7.0", "*.7.133", "*.7.134", "*.2.0", "*.2.1"),
                stages=_RCPT,
                says=RECIPIENT_POLICY,
            ),
        ),
        fallback=(
            When(codes=(5,), stages=_RCPT, says=RECIPIENT_POLICY),
            When(codes=(5,), stages=_RCPT),
        ),
        advice=(
            "Ask the recipient's administrator why mail from {sender} is refused.",
            "Try another recipient to see whether only this one refuses.",
        ),
        also=(
            Possible("recipient-unknown", "the recipient's administrator finds no such mailbox"),
            Possible("rate-limited", "the same mail passes after some hours"),
            Possible("content-rejected", "the refusal comes only after the message, and other messages pass"),
            Possible("sender-unauthenticated-domain", "senders of other domains pass"),
            Possible("sender-rejected", "another sender of yours passes"),
        ),
        log_line="SendFailedException: Invalid Addresses; SMTPAddressFailedException: {said}",
    ),
    Rule(
        id="line-or-encoding",
        title="The address has letters this server does not take",
        meaning="Letters outside ASCII before the @ need SMTPUTF8, and the server does not offer it.",
        when=(When(kinds=(Kind.NEEDS_UTF8,)),),
        advice=("Use an address in plain ASCII letters for {sender} and {recipient}.",),
        log_line="usually nothing: IdentityIQ's mail library sends such an address as it is",
        link="https://www.rfc-editor.org/rfc/rfc6531",
    ),
)
