"""Faults of sender, recipient and message: the session works, the mail is refused. Data only."""

from __future__ import annotations

from wizard.draft import Change, Field
from wizard.practice.fault import USERNAME, Fault, Say, Step
from wizard.profile import Security

MAIL = (
    Fault(
        "sender-not-owned",
        "This sign-in may not send as this sender",
        teaches="The From address has to belong to the account that signs in, or be delegated to it.",
        finding="sender-rejected",
        cured_by_remedy=True,
        at={
            Step.MAIL: Say(
                "553 5.7.1 <{sender}>: Sender address rejected: not owned by user practice@example.com", unless=USERNAME
            )
        },
    ),
    Fault(
        "sender-unknown",
        "The sender's domain does not exist",
        teaches="Servers look the sender's domain up; one without a DNS entry is refused.",
        finding="sender-rejected",
        cured_by_remedy=True,
        at={Step.MAIL: Say("550 5.1.8 <{sender}>: Sender address rejected: Domain not found", unless=USERNAME)},
        changes=(Change(Field.SENDER, "iiq@no-such-domain.example.net"),),
    ),
    Fault(
        "spf-fail",
        "The sender's domain does not name this host",
        teaches="SPF is a list, kept by the sender's domain, of who may send for it; this host is not on it.",
        finding="sender-unauthenticated-domain",
        at={Step.MAIL: Say("550 5.7.23 <{sender}>: SPF check failed: example.com does not designate {peer} as permitted sender")},
    ),
    Fault(
        "dmarc-fail",
        "The message fails the sender domain's DMARC policy",
        teaches="DMARC wants SPF or DKIM to agree with the From address; without, the domain's own policy has mail refused.",
        finding="sender-unauthenticated-domain",
        at={Step.MESSAGE: Say("550 5.7.26 Unauthenticated email from example.com is not accepted due to domain's DMARC policy")},
    ),
    Fault(
        "relay-denied",
        "The server does not relay to this recipient",
        teaches="A server takes mail for its own domains from everybody, and for others only from those it knows.",
        finding="relay-denied",
        security=Security.NONE,
        changes=(Change(Field.RECIPIENT, "somebody@elsewhere.example.net"),),
    ),
    Fault(
        "unknown-recipient",
        "There is no such mailbox",
        teaches="550 5.1.1 is about this recipient alone: the server and the sign-in are fine.",
        finding="recipient-unknown",
        at={Step.RCPT: Say("550 5.1.1 <{recipient}>: Recipient address rejected: User unknown in virtual mailbox table")},
    ),
    Fault(
        "recipient-refused",
        "The recipient takes no mail from you",
        teaches="Some mailboxes and groups take mail only from inside or from named senders.",
        finding="recipient-rejected",
        at={Step.RCPT: Say("550 5.7.133 <{recipient}>: recipient is not accepting messages from this sender: restricted group")},
    ),
    Fault(
        "mailbox-full",
        "The recipient's mailbox is full",
        teaches="5.2.2 is for the recipient to solve; nothing on this side is wrong.",
        finding="mailbox-full",
        at={Step.RCPT: Say("552 5.2.2 <{recipient}>: Recipient address rejected: mailbox is full")},
    ),
    Fault(
        "greylisting",
        "Greylisted: come back in a few minutes",
        teaches="Greylisting refuses strangers once on purpose; a program that tries again a few minutes later gets through.",
        finding="greylisted",
        at={Step.RCPT: Say("450 4.2.0 <{recipient}>: Recipient address rejected: Greylisted, try again in 300 seconds")},
    ),
    Fault(
        "rate-limited",
        "Too many messages in too short a time",
        teaches="Limits count messages, recipients or connections; slow down, or ask for a higher one.",
        finding="rate-limited",
        at={Step.MAIL: Say("450 4.7.1 Error: too much mail from {peer}, rate limit exceeded")},
    ),
    Fault(
        "too-many-connections",
        "Too many connections at once",
        teaches="Servers count the sessions of one address; those left open elsewhere count too.",
        finding="rate-limited",
        at={Step.GREETING: Say("421 4.7.0 {host} Error: too many connections from {peer}", close=True)},
    ),
    Fault(
        "daily-limit",
        "The day's limit of messages is reached",
        teaches="Mailbox accounts may send a number of messages a day; loops and bulk jobs use it up.",
        finding="rate-limited",
        at={Step.MESSAGE: Say("550 5.4.5 Daily user sending limit exceeded")},
    ),
    Fault(
        "quota",
        "The account's quota is used up",
        teaches="Sending services give each account a quota of its own; raising it is a request to them.",
        finding="quota-or-sandbox",
        at={Step.MESSAGE: Say("454 Throttling failure: Daily message quota exceeded")},
    ),
    Fault(
        "sandbox",
        "The account is still in the sandbox",
        teaches="New accounts of sending services may write only to verified addresses until they are released.",
        finding="quota-or-sandbox",
        at={
            Step.MESSAGE: Say(
                "554 Message rejected: Email address is not verified. The following identities failed the check: {recipient}. "
                "Your account is still in the sandbox"
            )
        },
    ),
    Fault(
        "message-too-large",
        "The message is larger than the server takes",
        teaches="The limit stands in the EHLO reply as SIZE, so that a message too large need not be sent at all.",
        finding="message-too-large",
        size=128,
    ),
    Fault(
        "message-too-large-late",
        "The message is refused for its size after it was sent",
        teaches="Some servers tell their limit only when the whole message has arrived.",
        finding="message-too-large",
        at={Step.MESSAGE: Say("552 5.3.4 Message size exceeds fixed limit")},
    ),
    Fault(
        "content-rejected",
        "The message looks like spam",
        teaches="The content was refused, not you: test messages with little text and odd links fare worse than real ones.",
        finding="content-rejected",
        at={Step.MESSAGE: Say("554 5.7.1 Message rejected as spam by content filter")},
    ),
    Fault(
        "line-too-long",
        "A line of the message is too long",
        teaches="Lines of more than 998 characters are against the rules of mail; encoding the text breaks them.",
        finding="line-or-encoding",
        at={Step.MESSAGE: Say("500 5.5.2 Line too long (RFC 5321 4.5.3.1.6)")},
    ),
    Fault(
        "no-utf8-addresses",
        "The server takes plain ASCII addresses only",
        teaches="Addresses with letters beyond ASCII need SMTPUTF8 on every server on the way.",
        finding="line-or-encoding",
        hides=("SMTPUTF8",),
        changes=(Change(Field.RECIPIENT, "j\u00fcrgen@example.com"),),
    ),
    Fault(
        "disk-full",
        "The server has no room for mail",
        teaches="452 4.3.1 is the server's own disk: a matter for those who run it, and for another try later.",
        finding="server-busy",
        at={Step.MAIL: Say("452 4.3.1 Insufficient system storage")},
    ),
)
