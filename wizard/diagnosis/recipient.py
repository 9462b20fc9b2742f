"""Rules for the recipient: no such mailbox, or its side refuses. Must not know who may send as whom."""

from __future__ import annotations

from wizard.diagnosis.model import Possible, Rule, Seen
from wizard.diagnosis.when import When, Words
from wizard.diagnosis.words_address import (
    RECIPIENT_POLICY,
    SENDER_BAD,
    SENDER_SYNTAX,
    SENDER_WORD,
    UNKNOWN_USER,
)
from wizard.smtp.observation import Stage

_MAIL, _RCPT, _DATA = (Stage.MAIL,), (Stage.RCPT,), (Stage.DATA,)
_NO_ANSWER = Words("no answer from the next server", "no answer, timed out, timeout, connection")
_HEADER_SPOOF = Words("the recipient's anti-spoofing", "anti-spoofing, antispoofing")


def _not_at_sender(seen: Seen) -> bool:
    """Whether the address can be a recipient's: a pasted text does not tell for sure where it was said."""
    stage = seen.observation.stage
    return stage is not Stage.AUTH and (seen.pasted or stage is not Stage.MAIL)


RULES: tuple[Rule, ...] = (
    Rule(
        id="recipient-unknown",
        title="There is no mailbox {recipient}",
        meaning="The recipient's side does not know this address. It said: {said}",
        when=(
            When(
                codes=(4, 5),
                enhanced=("*.1.1", "*.1.2", "*.1.3", "*.1.4", "*.1.6", "*.1.10", "5.2.1"),
                lacks=SENDER_BAD,
                plus=_not_at_sender,
                plus_name="not at auth or mail",
            ),
            When(codes=(4, 5), enhanced=("5.4.1",), lacks=_NO_ANSWER),
            When(codes=(4, 5), enhanced=("5.7.13",), stages=_RCPT),
            When(codes=(556,), stages=(*_RCPT, *_DATA)),
            # OpenSMTPD says so when the table of its mailboxes does not hold the address.
            When(codes=(524,), enhanced=("5.2.4",)),
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
        fallback=(
            When(codes=(4, 5), enhanced=("5.4.4",), stages=(*_RCPT, *_DATA)),
            When(codes=(501, 553, 555), stages=_RCPT, says=SENDER_SYNTAX),
            When(codes=(501, 553), stages=_RCPT, lacks=SENDER_WORD),
        ),
        advice=("Check the spelling of {recipient}.", "Try a mailbox you know to exist, your own for instance."),
        also=(
            Possible("recipient-rejected", "the mailbox exists: then its side refuses this mail on purpose"),
            Possible("sender-rejected", "the address the reply names is the sender's"),
            Possible("relay-denied", "the reply is the same for every recipient outside"),
        ),
        log_line="SendFailedException: Invalid Addresses; SMTPAddressFailedException: {said}",
        source="RFC 3463 section 3.2 (X.1.1, X.1.2); RFC 7505 (X.1.10)",
    ),
    Rule(
        id="recipient-rejected",
        title="The recipient takes mail from known senders only",
        meaning="In Exchange a group or mailbox can be closed to everyone who is not signed in to the same organisation, or "
        "who is not on its list. A relay that knows this host by its address alone counts as outside. It said: {said}",
        when=(When(codes=(5,), enhanced=("5.7.124", "5.7.129", "5.7.133", "5.7.134", "5.7.135", "5.7.136")),),
        advice=(
            "Ask the recipient's administrator to let {sender} write to this address, or to open it to senders from outside "
            "(in Exchange: message delivery restrictions).",
            "Try another recipient to see whether only this one refuses.",
        ),
        also=(Possible("auth-required", "other recipients are refused as well until somebody signs in"),),
        log_line="SendFailedException: Invalid Addresses; SMTPAddressFailedException: {said}",
        source="https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/"
        "non-delivery-reports-in-exchange-online (5.7.124, 5.7.129, 5.7.133 to 5.7.136)",
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
                enhanced=("*.7.1", "*.7.0", "*.2.0", "*.2.1"),
                stages=_RCPT,
                says=RECIPIENT_POLICY,
            ),
        ),
        fallback=(
            When(codes=(4, 5), enhanced=("*.2.1", "*.2.4", "*.7.2", "*.7.15", "*.7.17", "*.7.18", "*.7.19"), stages=_RCPT),
            When(codes=(4, 5), enhanced=("*.2.4", "*.7.2", "*.7.17", "*.7.18", "*.7.19"), stages=_DATA),
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
        source="RFC 3463 sections 3.3 and 3.8 (X.2.1, X.7.1, X.7.2)",
    ),
)
