"""Rules for the message itself and for limits: size, content, form, rate, quota, greylisting, a full mailbox."""

from __future__ import annotations

from wizard.diagnosis.hosts import Family
from wizard.diagnosis.model import Possible, Rule
from wizard.diagnosis.when import When, Words
from wizard.diagnosis.words_mail import DOMAIN_AUTH, FULL, GREYLIST, LINES, QUOTA, RATE, SPAM, TOO_LARGE
from wizard.smtp.observation import Kind, Stage

_SIGN_IN = Words("sign-in", "login, auth, password")
_AGAIN = Words(
    "try again",
    "try again, please retry, temporarily rejected, temporarily deferred, temporarily delayed, come back",
)

_LARGE = tuple(family for family in Family if family is not Family.OTHER)

RULES: tuple[Rule, ...] = (
    Rule(
        id="greylisted",
        title="The server asks to come back later, on purpose",
        meaning="Greylisting turns every first mail from an unknown sender away for some minutes. A real mail server tries again "
        "and gets in; IdentityIQ tries again after an hour. It said: {said}",
        when=(
            When(codes=(4, 5), says=GREYLIST),
            When(codes=(450, 451), enhanced=("4.7.1", "4.2.0"), says=_AGAIN),
            When(codes=(0,), enhanced=("4.7.1",), says=_AGAIN),
        ),
        advice=(
            "Wait five minutes and run the test again.",
            "To be let in at once, ask the recipient's side to add this host, or send through your own relay.",
        ),
        also=(
            Possible("server-busy", "known senders are turned away at the same moment as well"),
            Possible("rate-limited", "the first mails of the day pass and later ones do not"),
        ),
        log_line="{said}",
        source="RFC 6647",
    ),
    Rule(
        id="message-too-large",
        title="The message is larger than the server takes",
        meaning="The server announced a limit of {limit} bytes. An attachment grows by a third when it is put into a mail.",
        when=(When(kinds=(Kind.TOO_LARGE,)),),
        advice=("Send a smaller message, or a link instead of the attachment.", "Or ask for a higher limit."),
        also=(Possible("mailbox-full", "a small message is refused too"),),
        log_line="SMTPSendFailedException: 552 5.3.4",
        link="https://www.rfc-editor.org/rfc/rfc1870",
        source="RFC 1870 section 6 (552 5.3.4)",
    ),
    Rule(
        id="quota-or-sandbox",
        title="The provider has not opened this account for sending, or its quota is used up",
        meaning="New accounts may send only to checked addresses, or not at all until they are activated; others have a "
        "number of messages per day. It said: {said}",
        when=(
            When(
                codes=(4, 5),
                says=QUOTA,
                lacks=Words(
                    "a rate or a password",
                    "user sending quota, user sending limit",
                ),
            ),
        ),
        advice=(
            "Look at the account in the provider's console: activation, sandbox, verified addresses, the day's quota.",
            "Ask the provider to move the account to production.",
        ),
        also=(
            Possible("rate-limited", "it passes again after minutes or hours, without anything being done"),
            Possible("auth-account-limited", "the provider's console shows a suspension"),
            Possible("sender-rejected", "the account is open, and only this sender is not verified"),
            Possible("auth-bad-credentials", "the console shows another user name for SMTP"),
        ),
        log_line="{said}",
        link="https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html",
        source="https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html",
    ),
    Rule(
        id="mailbox-full",
        title="The mailbox of {recipient} is full",
        meaning="The address is right, and nothing fits in at the moment. It said: {said}",
        when=(
            When(codes=(4, 5), enhanced=("*.2.2",), lacks=RATE),
            When(
                codes=(4, 5),
                stages=(Stage.RCPT, Stage.DATA),
                says=FULL,
                lacks=Words("the system", "system storage, sending quota, user sending, daily, queue"),
            ),
        ),
        advice=("Ask the recipient to make room, or use another recipient for the test.",),
        also=(
            Possible("message-too-large", "a small message passes"),
            Possible("quota-or-sandbox", "the quota is the sender's: every recipient gets this reply"),
        ),
        log_line="{said}",
        source="RFC 3463 section 3.3 (X.2.2); RFC 5321 section 4.2.3 (552)",
    ),
    Rule(
        id="message-too-large",
        title="The message is larger than the server takes",
        meaning="An attachment grows by a third when it is put into a mail. It said: {said}",
        when=(
            When(codes=(4, 5), enhanced=("*.3.4", "*.2.3", "*.7.16")),
            When(codes=(4, 5), says=TOO_LARGE),
        ),
        fallback=(When(codes=(552,)),),
        advice=("Send a smaller message, or a link instead of the attachment.", "Or ask for a higher limit."),
        also=(Possible("mailbox-full", "a small message is refused too"),),
        log_line="{said}",
        source="RFC 1870 section 6 (552 5.3.4)",
    ),
    Rule(
        id="rate-limited",
        title="Too much came in too short a time",
        meaning="The server counts messages, recipients or connections, and its limit is reached. It said: {said}",
        when=(
            When(codes=(4, 5), enhanced=("5.4.5", "*.7.28", "5.7.705", "4.5.127", "5.5.118")),
            When(codes=(4, 5), says=RATE, lacks=_SIGN_IN),
            When(codes=(421, 450, 451, 452), enhanced=("*.7.0", "*.7.1", "4.2.1", "4.5.3", "4.3.2"), says=RATE),
        ),
        fallback=(When(codes=(4, 5), enhanced=("*.5.3",)),),
        advice=(
            "Wait: most limits look at an hour or a day.",
            "Send less at once, or ask for a higher limit or a relay made for applications.",
        ),
        also=(
            Possible("server-busy", "it happens to the first message of the day as well"),
            Possible("quota-or-sandbox", "it stays until the account is changed"),
            Possible("auth-account-limited", "the sign-in is refused too"),
            Possible("ip-blocked", "other accounts from this host are refused too"),
            Possible("greylisted", "the same mail passes after some minutes"),
        ),
        log_line="{said}",
        source="RFC 5321 section 4.5.3.1.10 (too many recipients); https://support.google.com/a/answer/166852",
    ),
    Rule(
        id="line-or-encoding",
        title="The form of the message is not accepted",
        meaning="Lines, letters or headers of the message are not as the standard wants them. It said: {said}",
        when=(
            When(
                codes=(4, 5),
                enhanced=("*.6.1", "*.6.2", "*.6.3", "*.6.5", "*.6.7", "*.6.8", "*.6.9", "*.6.10", "5.6.11", "5.6.211"),
            ),
            When(codes=(4, 5), says=LINES, lacks=DOMAIN_AUTH),
        ),
        fallback=(When(codes=(4, 5), enhanced=("*.6.0",)),),
        advice=(
            "If it is a template of IdentityIQ: check that it has a From, and that no line is longer than 998 characters.",
            "If an address holds letters outside ASCII, use one without.",
        ),
        also=(
            Possible("content-rejected", "another message with the same headers passes"),
            Possible("sender-rejected", "the address in From is the obstacle, not its form"),
        ),
        log_line="{said}",
        link="https://www.rfc-editor.org/rfc/rfc5322",
        source="RFC 5321 section 2.3.8, RFC 5322 sections 2.1.1 and 3.6, RFC 3463 section 3.7",
    ),
    Rule(
        id="content-rejected",
        title="The message was taken for spam",
        meaning="Words, links, attachments or headers of the message are the reason. It said: {said}",
        when=(
            When(codes=(4, 5), says=SPAM),
            When(codes=(554,), enhanced=("5.7.1",), stages=(Stage.DATA,), providers=_LARGE),
        ),
        advice=(
            "Send a test with other words and without links: if it passes, the content is the reason.",
            "Ask the recipient's side which rule it was; the reply often carries a number for them.",
        ),
        also=(
            Possible("ip-blocked", "every message from this host is refused"),
            Possible("sender-unauthenticated-domain", "other senders pass with the same words"),
            Possible("sender-rejected", "every message of this sender is refused"),
            Possible("recipient-rejected", "other recipients get the same message"),
        ),
        log_line="{said}",
        source="RFC 5321 section 7.9; RFC 3463 section 3.8 (X.7.1)",
    ),
    Rule(
        id="content-rejected",
        title="The server refused the message itself",
        meaning="Sender and recipient were accepted, and the message was not. Nothing says why; usually a filter did not like "
        "its words, links, attachments or headers. It said: {said}",
        fallback=(
            When(codes=(4, 5), enhanced=("*.7.1", "*.7.0", "*.7.7"), stages=(Stage.DATA,)),
            When(codes=(550, 554), stages=(Stage.DATA,)),
        ),
        advice=(
            "Send a test with other words and without links: if it passes, the content is the reason.",
            "Send the same to another recipient: if it passes, the recipient's side has a rule of its own.",
            "Ask whoever runs the server which rule it was; its log names it.",
        ),
        also=(
            Possible("ip-blocked", "every message from this host is refused, whatever it says"),
            Possible("sender-unauthenticated-domain", "other senders pass with the same words"),
            Possible("sender-rejected", "every message of this sender is refused: its From is not allowed"),
            Possible("recipient-rejected", "other recipients get the same message"),
            Possible("relay-denied", "only recipients outside the server's own domains are refused"),
        ),
        log_line="{said}",
        source="RFC 5321 sections 4.2.3 (554) and 7.9; RFC 3463 section 3.8 (X.7.1, X.7.7)",
    ),
)
