"""Rules that rest on a reply's numbers, where no word says more: order of commands, the way onward, the server's own state.

Asked after everything specific. Must not know words or providers.
"""

from __future__ import annotations

from wizard.diagnosis.cures import proven
from wizard.diagnosis.model import Possible, Rule
from wizard.diagnosis.when import When
from wizard.smtp.observation import Stage

_MAIL = (Stage.MAIL, Stage.RCPT, Stage.DATA)
_ONWARD = (Stage.RCPT, Stage.DATA)
_EARLY = (Stage.CONNECT, Stage.GREETING, Stage.EHLO)
_3463 = "RFC 3463 section"

RULES: tuple[Rule, ...] = (
    Rule(
        id="protocol-violation",
        title="The server did not expect this command now",
        meaning="At {stage} it calls the command unknown or out of order, though everything before it was accepted. A server "
        "that has lost the thread does that, or something in between that answers for it. It said: {said}",
        fallback=(
            When(codes=(4, 5), enhanced=("*.5.5",), stages=(Stage.EHLO, *_MAIL)),
            When(codes=(500, 502, 503), stages=_MAIL),
        ),
        advice=(
            "Run the test again with the conversation open, and compare what was sent with what was answered.",
            "Ask whoever runs the server what its log says about this session, and whether a firewall inspects mail before it.",
        ),
        also=(
            Possible("auth-required", "with a sign-in the same command is accepted"),
            Possible("starttls-required", "on an encrypted line the same command is accepted"),
            Possible("middlebox", "another network gets another answer to the same command"),
            Possible("helo-rejected", "the reply asks for HELO or EHLO: the one that was sent did not count"),
        ),
        log_line="{said}",
        source="RFC 5321 sections 4.1.4 and 4.2.4; RFC 3463 section 3.6 (X.5.1)",
    ),
    Rule(
        id="service-unavailable",
        title="The mail goes round in a circle between servers",
        meaning="The server found that this message would come back to it, or has passed too many servers already. The fault is "
        "in the routes of the mail servers, not in your settings. It said: {said}",
        fallback=(When(codes=(4, 5), enhanced=("5.4.6",), stages=_MAIL),),
        advice=(
            "Tell whoever runs the server that its route for the domain of {recipient} leads back to itself (5.4.6).",
            "Try a recipient in another domain to see whether only this route is broken.",
        ),
        also=(
            Possible("rate-limited", "the reply speaks of activity or rates: some providers use this number for limits"),
            Possible("recipient-unknown", "the server counts the domain as its own and has no such mailbox"),
            Possible("relay-denied", "the server is not meant to pass on mail for this domain at all"),
        ),
        log_line="{said}",
        source=f"{_3463} 3.5 (X.4.6); RFC 5321 section 6.3",
    ),
    Rule(
        id="service-unavailable",
        title="The server cannot pass this mail on",
        meaning="It took the address and has no working way onward: the next server does not answer, a name service fails, or "
        "the time was up. The fault lies behind this server. It said: {said}",
        fallback=(When(codes=(4, 5), enhanced=("5.4.0", "5.4.2", "5.4.3", "5.4.7"), stages=_MAIL),),
        advice=(
            "Ask whoever runs the server how it sends mail for the domain of {recipient} onward.",
            "Try a recipient in another domain to see whether only this way is broken.",
        ),
        also=(
            Possible("recipient-unknown", "the recipient's domain has no mail server in DNS"),
            Possible("server-busy", "the same mail passes an hour later"),
        ),
        log_line="{said}",
        source=f"{_3463} 3.5 (X.4.0, X.4.2, X.4.3, X.4.7)",
    ),
    Rule(
        id="server-busy",
        title="The server cannot reach the next one right now",
        meaning="It would pass the mail on and has no way onward at the moment: no answer, a name service that fails, or "
        "congestion. It said: {said}",
        fallback=(
            When(codes=(4,), enhanced=("4.4.0", "4.4.1", "4.4.2", "4.4.3", "4.4.4", "4.4.5", "4.4.6", "4.4.7"), stages=_ONWARD),
        ),
        advice=(
            "Run the test again in some minutes.",
            "If it stays for hours, ask whoever runs the server how it reaches the domain of {recipient}.",
        ),
        also=(
            Possible("service-unavailable", "it stays for days"),
            Possible("recipient-unknown", "the recipient's domain is mistyped: a name that nearly exists gives the same reply"),
            Possible("connection-dropped", "the reply speaks of this very connection, not of the next one"),
        ),
        log_line="{said}",
        source=f"{_3463} 3.5",
    ),
    Rule(
        id="service-unavailable",
        title="The server's mail system does not work",
        meaning="It is full, closed, or not set up correctly, and says that trying again does not help. It said: {said}",
        fallback=(
            When(codes=(4, 5), enhanced=("5.3.1", "5.3.2", "5.3.5"), stages=(*_EARLY, *_MAIL)),
            When(codes=(4, 5), enhanced=("5.3.0",), stages=(*_EARLY, Stage.DATA)),
        ),
        cures=proven,
        advice=("Tell whoever runs the server what it said: its log names the part that failed.",),
        also=(
            Possible("server-busy", "it passes after some minutes"),
            Possible("content-rejected", "another message from the same sender to the same recipient passes"),
            Possible("recipient-rejected", "other recipients are taken at the same moment"),
        ),
        log_line="{said}",
        source=f"{_3463} 3.4 (X.3.0, X.3.1, X.3.2, X.3.5)",
    ),
    Rule(
        id="line-or-encoding",
        title="The server does not know an extension that was used",
        meaning="Something said beside the sender, the recipient or the sign-in is not understood or too long for it. "
        "It said: {said}",
        when=(When(codes=(500,), enhanced=("5.5.6",)),),
        fallback=(
            When(codes=(4, 5), enhanced=("*.3.3",), stages=_MAIL),
            When(codes=(455, 555), enhanced=("*.5.4",), stages=_MAIL),
            When(codes=(455, 555), stages=_MAIL),
        ),
        advice=(
            "Use plain ASCII addresses, and a user name and password or token of ordinary length.",
            "Ask whoever runs the server which extension it means; the conversation shows the command.",
        ),
        also=(
            Possible("sender-rejected", "the address itself is malformed: another sender passes"),
            Possible("middlebox", "the server's list of abilities names the extension, and its reply denies it"),
        ),
        log_line="{said}",
        source="RFC 5321 section 4.1.1.11 (455, 555); RFC 4954 section 4 (500 5.5.6); RFC 3463 section 3.4 (X.3.3)",
    ),
)
