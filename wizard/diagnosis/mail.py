"""Rules for the right to send: what the domain allows, who is passed on, who may send as whom. Must not know mailboxes."""

from __future__ import annotations

from wizard.diagnosis.cures import send_as_user
from wizard.diagnosis.hosts import Family
from wizard.diagnosis.model import Possible, Rule, Seen
from wizard.diagnosis.when import When, Words
from wizard.diagnosis.words_address import (
    NOT_OWNED,
    RELAY,
    SENDER_WORD,
)
from wizard.diagnosis.words_mail import DOMAIN_AUTH
from wizard.smtp.observation import Stage

_MAIL, _RCPT, _DATA = (Stage.MAIL,), (Stage.RCPT,), (Stage.DATA,)


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
                enhanced=("*.7.20", "*.7.21", "*.7.22", "*.7.23", "*.7.24", "*.7.26", "*.7.32", "*.7.509", "*.7.515"),
            ),
            When(codes=(4, 5), enhanced=("*.7.27", "*.7.30"), stages=(*_MAIL, *_RCPT, *_DATA), providers=(Family.GOOGLE,)),
            When(codes=(4, 5), enhanced=("*.7.29",), lacks=Words("TLS", "tls, encrypt")),
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
        source="RFC 7372; RFC 7208, 6376, 7489; https://support.google.com/mail/answer/81126",
    ),
    Rule(
        id="relay-denied",
        title="The server does not pass on mail for this client",
        meaning="It takes mail for its own domains, or from clients it knows, and {recipient} from here is neither.{sign_in_at} "
        "It said: {said}",
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
        source="RFC 5321 section 7.9; RFC 3463 section 3.8 (X.7.1)",
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
        source="RFC 6409 section 6.1 (a submission server may insist on the sender); "
        "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online",
    ),
)
