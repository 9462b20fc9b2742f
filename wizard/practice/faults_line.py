"""Faults of the line, the greeting and the first words: who listens, and whether it speaks SMTP. Data only."""

from __future__ import annotations

from wizard.draft import Change, Field
from wizard.practice.fault import Drop, Fault, Foreign, Hang, Say, Send, Step
from wizard.profile import Security

_HTTP = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html><h1>400 Bad Request</h1></html>\r\n",
    b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
)

LINE = (
    Fault(
        "nobody-listens",
        "Nothing listens on this port",
        teaches="A refused connection says that the host is there, and that the port is wrong or the service is stopped.",
        finding="connect-refused",
        cured_by_remedy=True,
        closed=(Security.STARTTLS,),
    ),
    Fault(
        "silence",
        "Connected, then silence",
        teaches="A port that takes the connection and says nothing is often filtered by something in between.",
        finding="greeting-timeout",
        at={Step.GREETING: Hang()},
    ),
    Fault(
        "wants-proxy-line",
        "The port waits for a balancer's PROXY line",
        teaches="Behind some load balancers a port is silent until told who calls (PROXY protocol): it is not for clients.",
        finding="proxy-or-nat",
        closed=(Security.TLS, Security.NONE),
        wants_proxy=True,
    ),
    Fault(
        "slow-bytes",
        "A greeting that trickles in and never ends",
        teaches="The deadline is for the whole reply: bytes that drip do not extend it.",
        finding="greeting-timeout",
        at={Step.GREETING: Send(b"220-one moment please\r\n", every=0.02, endless=True)},
    ),
    Fault(
        "silent-after-ehlo",
        "No reply to EHLO",
        teaches="Silence in the middle of a session is the server's or a firewall's doing, not the port's.",
        finding="reply-timeout",
        at={Step.EHLO: Hang()},
    ),
    Fault(
        "silent-after-message",
        "No reply after the message",
        teaches="When the final dot stays unanswered nobody knows whether the message was taken.",
        finding="reply-timeout",
        at={Step.MESSAGE: Hang()},
    ),
    Fault(
        "drop-greeting",
        "The server hangs up before it greets",
        teaches="Hanging up at once is how some servers treat addresses they do not serve.",
        finding="connection-dropped",
        at={Step.GREETING: Drop()},
    ),
    Fault(
        "drop-ehlo",
        "The server hangs up at EHLO",
        teaches="The stage at which a line drops tells which side of the session to ask about.",
        finding="connection-dropped",
        at={Step.EHLO: Drop(reset=True)},
    ),
    Fault(
        "drop-starttls",
        "The server hangs up at STARTTLS",
        teaches="STARTTLS was offered, and the line breaks when it is used: look for a firewall that inspects mail.",
        finding="connection-dropped",
        cured_by_remedy=True,
        at={Step.STARTTLS: Drop()},
    ),
    Fault(
        "drop-auth",
        "The server hangs up at the sign-in",
        teaches="A line that drops at the sign-in says nothing about the password.",
        finding="connection-dropped",
        at={Step.AUTH: Drop()},
    ),
    Fault(
        "drop-mail",
        "The server hangs up at the sender",
        teaches="Sign-in worked; the line breaks later, so the credentials are right.",
        finding="connection-dropped",
        at={Step.MAIL: Drop()},
    ),
    Fault(
        "drop-rcpt",
        "The server hangs up at the recipient",
        teaches="Sender accepted, recipient not answered: ask the server's side what its log says.",
        finding="connection-dropped",
        at={Step.RCPT: Drop(reset=True)},
    ),
    Fault(
        "drop-data",
        "The server hangs up before the message",
        teaches="Nothing of the message has left when the line breaks at DATA.",
        finding="connection-dropped",
        at={Step.DATA: Drop()},
    ),
    Fault(
        "drop-message",
        "The server hangs up after the message",
        teaches="A line lost after the final dot leaves it open whether the message was taken: it may arrive twice.",
        finding="connection-dropped",
        at={Step.MESSAGE: Drop()},
    ),
    Fault(
        "busy",
        "The server is too busy",
        teaches="A reply that begins with 4 is a request to come back later.",
        finding="server-busy",
        at={Step.GREETING: Say("421 {host} is too busy right now, try again later", close=True)},
    ),
    Fault(
        "shutting-down",
        "The server shuts down in the middle of a session",
        teaches="421 can come at any moment, and ends the session whatever was asked.",
        finding="server-busy",
        at={Step.MAIL: Say("421 4.3.2 {host} is shutting down, closing connection", close=True)},
    ),
    Fault(
        "service-refused",
        "The server takes no mail at all",
        teaches="A greeting of 554 refuses everybody: this host is no way in for mail.",
        finding="service-unavailable",
        at={Step.GREETING: Say("554 5.3.2 {host} does not accept mail", close=True)},
    ),
    Fault(
        "ip-blocked",
        "The client's address is on a blocklist",
        teaches="Some refusals are about the address you come from, and no setting on this side changes them.",
        finding="ip-blocked",
        at={
            Step.GREETING: Say(
                "554 5.7.1 Service unavailable; client host [{peer}] blocked using bl.example.org; "
                "see https://bl.example.org/lookup?ip={peer}",
                close=True,
            )
        },
    ),
    Fault(
        "helo-rejected",
        "The name given in EHLO is not accepted",
        teaches="Servers may insist that the name a client gives is a full host name that exists.",
        finding="helo-rejected",
        at=dict.fromkeys((Step.EHLO, Step.HELO), Say("550 5.7.1 <{ehlo}>: Helo command rejected: need fully-qualified hostname")),
    ),
    Fault(
        "helo-wants-address-literal",
        "The server takes an address in brackets, and no short name",
        teaches="A host without a full name of its own may introduce itself by its address: [192.0.2.1] (RFC 5321 4.1.3).",
        finding="helo-rejected",
        cured_by_remedy=True,
        changes=(Change(Field.EHLO_NAME, "workstation"),),
        at=dict.fromkeys(
            (Step.EHLO, Step.HELO), Say("504 5.5.2 <{ehlo}>: Helo command rejected: need fully-qualified hostname", unless="[")
        ),
    ),
    Fault(
        "http-server",
        "A web server answers",
        teaches="The first bytes tell what listens: this is a web server, not a mail server.",
        finding="not-smtp",
        at={Step.CONNECT: Foreign(reply=_HTTP[0], idle=_HTTP[1])},
    ),
    Fault(
        "imap-server",
        "An IMAP server answers",
        teaches="Mail is read over IMAP and sent over SMTP: the same host, another port.",
        finding="not-smtp",
        at={
            Step.CONNECT: Foreign(
                b"* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] practice.test ready\r\n", b"a1 BAD Unknown command\r\n"
            )
        },
    ),
    Fault(
        "pop3-server",
        "A POP3 server answers",
        teaches="POP3 fetches mail; it cannot send any.",
        finding="not-smtp",
        at={Step.CONNECT: Foreign(b"+OK practice.test POP3 ready\r\n", b"-ERR unknown command\r\n")},
    ),
    Fault(
        "ssh-server",
        "An SSH server answers",
        teaches="A port number that is one digit off can reach a different service altogether.",
        finding="not-smtp",
        at={Step.CONNECT: Foreign(b"SSH-2.0-OpenSSH_9.6\r\n", b"Invalid SSH identification string.\r\n")},
    ),
    Fault(
        "ftp-server",
        "An FTP server answers",
        teaches="FTP greets with 220 as SMTP does; only the answer to EHLO gives it away.",
        finding="not-smtp",
        at={
            Step.CONNECT: Foreign(
                b"220 practice.test FTP server (vsFTPd 3.0.5) ready.\r\n", b"530 Please login with USER and PASS.\r\n"
            )
        },
    ),
    Fault(
        "lmtp-server",
        "An LMTP server answers",
        teaches="LMTP is SMTP's sister for local delivery: it wants LHLO, and takes no mail from applications.",
        finding="not-smtp",
        at={
            Step.GREETING: Say("220 {host} LMTP ready"),
            Step.EHLO: Say("500 5.5.1 Unknown command, this is LMTP: use LHLO"),
            Step.HELO: Say("500 5.5.1 Unknown command, this is LMTP: use LHLO"),
        },
    ),
    Fault(
        "endless-line",
        "A greeting without end",
        teaches="Nothing a server sends can fill this machine's memory: what is too long is cut off and named.",
        finding="protocol-violation",
        at={Step.GREETING: Send(b"220 " + b"practice " * 400, endless=True)},
    ),
    Fault(
        "no-codes",
        "Replies without a code",
        teaches="Every SMTP reply begins with three digits; a server or device that leaves them out is broken.",
        finding="protocol-violation",
        at={Step.EHLO: Send(b"Hello, nice to meet you\r\nYou may go on\r\n", close=True)},
    ),
    Fault(
        "nul-bytes",
        "NUL bytes in place of a reply",
        teaches="Bytes that are no text are shown escaped, and end the run in order.",
        finding="protocol-violation",
        at={Step.EHLO: Send(b"\0" * 64 + b"\r\n" + b"\0" * 64 + b"\r\n")},
    ),
    Fault(
        "not-extended",
        "The server knows no EHLO",
        teaches="Without EHLO there is no encryption and no sign-in: an old firewall may let through only the SMTP of 1982.",
        finding="starttls-unavailable",
        cured_by_remedy=True,
        only_in_clear=True,
        at={Step.EHLO: Say("502 5.5.1 Command not implemented")},
    ),
)
