"""Rules for speaking SMTP at all: who answers, whether the server wants this client, whether the protocol is kept."""

from __future__ import annotations

import re

from wizard.diagnosis.cures import accepted_name, proven
from wizard.diagnosis.model import Possible, Rule, Seen
from wizard.diagnosis.shown import another_name_accepted
from wizard.diagnosis.when import When, Words
from wizard.diagnosis.words_mail import BLOCKLIST, BUSY, HELO, NO_SERVICE
from wizard.smtp.observation import Kind, Stage

_OTHER_PROTOCOL = Words(
    "HTTP, IMAP, POP3, SSH, FTP, LMTP, LDAP, MySQL",
    "http/, <html, <!doctype, * ok, * preauth, * bye, +ok, -err, ssh-, rfb 0, imap4, mysql, lmtp, ftp server, ftpd, "
    "filezilla, vsftpd, proftpd, nntp, nnrp, internetnews, sieve, pigeonhole, unable to parse status code, "
    "[capability, pop3, 2.0-openssh, '/1.1 4, '/1.0 4",
)
_UNPARSED = (Kind.MALFORMED, Kind.TOO_LONG, Kind.REPLY, Kind.TIMEOUT, Kind.CLOSED)
_FIRST = (Stage.GREETING, Stage.EHLO, Stage.CONNECT)
_OTHER_PORTS = (21, 22, 80, 110, 143, 443, 993, 995, 24)
# How observations show the first bytes: a reply code or its beginning; a TLS record of type alert or handshake, version 3.
_CODE_BEGUN = re.compile(r"[2-5](?:$|\d(?:$|\d))")
_TLS_RECORD = re.compile(r"\\x1[56]\\x03")
_HELO_REFUSED = Words(
    "HELO name refused",
    "invalid helo, helo name, helo/ehlo, ehlo name, ehlo argument, helo argument, helo command rejected, helo~invalid, "
    "ehlo~invalid, helo~reject, helo~denied, helo hostname, ehlo hostname, bad helo, bad ehlo, need fully-qualified "
    "hostname, localhost~not, not~fqdn, helo~mismatch, helo~must, forged helo, invalid domain name in ehlo, proper "
    "helo, polite, say helo, send helo, ehlo first, helo first, syntactically invalid, send hello",
)


def tls_record(seen: Seen) -> bool:
    """The bytes are a TLS alert or handshake record (RFC 8446 section 5.1)."""
    return _TLS_RECORD.match(seen.observation.raw) is not None


def _binary(seen: Seen) -> bool:
    """Bytes that no text has, from the very start: a database, telnet, a file share. A mail server speaks in lines of text."""
    raw = seen.observation.raw
    return ("\\x00" in raw or "\\xff" in raw) and not _CODE_BEGUN.match(raw) and not tls_record(seen)


def _prompt(seen: Seen) -> bool:
    """Some text came, did not begin as a reply does, and then it waited: a prompt for a name or password."""
    raw = seen.observation.raw
    return bool(raw.strip()) and not _CODE_BEGUN.match(raw) and not tls_record(seen)


def _foreign_greeting(seen: Seen) -> bool:
    """FTP greets with 220 as mail servers do, says its name, and then does not know EHLO."""
    greeting = seen.observation.context.greeting
    return greeting is not None and _OTHER_PROTOCOL.found_in(greeting.text.lower())


RULES: tuple[Rule, ...] = (
    Rule(
        id="not-smtp",
        title="What answers at {where} is not a mail server for sending",
        meaning="It speaks another protocol. It said: {said}{open}",
        when=(
            When(kinds=_UNPARSED, stages=_FIRST, says=_OTHER_PROTOCOL),
            When(kinds=(Kind.TLS_PLAINTEXT,), says=_OTHER_PROTOCOL),
            When(
                kinds=(Kind.MALFORMED, Kind.TOO_LONG, Kind.TIMEOUT, Kind.CLOSED),
                stages=(Stage.GREETING,),
                plus=_binary,
                plus_name="binary bytes in place of a greeting",
            ),
            When(
                kinds=(Kind.TIMEOUT,),
                stages=(Stage.GREETING,),
                plus=_prompt,
                plus_name="a prompt in place of a greeting",
            ),
            When(kinds=(Kind.MALFORMED, Kind.TOO_LONG, Kind.REPLY), stages=_FIRST, ports=_OTHER_PORTS),
            When(
                kinds=(Kind.REPLY, Kind.MALFORMED),
                stages=(Stage.EHLO,),
                plus=_foreign_greeting,
                plus_name="the greeting named another protocol",
            ),
        ),
        cures=proven,
        advice=(
            "Check the port: 587 or 465 for sending. 110, 143, 993 and 995 are for reading mail, 80 and 443 for the web.",
            "Check that the host is the one for outgoing mail, often called smtp.",
        ),
        also=(Possible("middlebox", "another network gets a mail server's greeting on the same port"),),
        log_line="Got bad greeting from SMTP host: {host}, port: {port}; older: Could not connect to SMTP host: {host}, "
        "port: {port}, response: -1, or: {said}",
        source="RFC 5321 section 4.2 (every reply begins with a code); RFC 9110, 9051, 1939, 4253, 959, 854 for "
        "what others say first",
    ),
    Rule(
        id="protocol-violation",
        title="Bytes arrived between the STARTTLS reply and the encryption",
        meaning="They would have been taken for encrypted ones: a known attack (CVE-2011-0411), or a server that does not "
        "keep the order. The session was ended and nothing secret was sent.{open}",
        when=(When(kinds=(Kind.INJECTED,)),),
        cures=proven,
        advice=(
            "Use port 465 with TLS, where this cannot happen.",
            "Try from another network: if it stops, something in between did it.",
        ),
        also=(Possible("middlebox", "another network sees a clean session"),),
        link="https://nvd.nist.gov/vuln/detail/CVE-2011-0411",
        log_line="nothing: IdentityIQ's mail library does not notice them",
        source="RFC 3207 section 6; https://nvd.nist.gov/vuln/detail/CVE-2011-0411",
    ),
    Rule(
        id="protocol-violation",
        title="The server's answer is not SMTP",
        meaning="At {stage} it sent a line without a reply code, or more than a reply may hold: {said}{open}",
        when=(When(kinds=(Kind.MALFORMED, Kind.TOO_LONG)),),
        cures=proven,
        advice=("Check host and port.", "Ask whoever runs the server to look at what it sends, or what sits before it."),
        also=(
            Possible("not-smtp", "the words belong to another protocol"),
            Possible("port-speaks-tls", "the bytes are not text: the port may speak TLS"),
            Possible("middlebox", "another network gets a proper reply"),
        ),
        log_line="Got bad greeting from SMTP host: {host}, port: {port}; older: Could not connect to SMTP host: {host}, "
        "port: {port}, response: -1",
        source="RFC 5321 sections 4.2 and 4.5.3.1.5",
    ),
    Rule(
        id="ip-blocked",
        title="The server refuses this host because of its address",
        meaning="The address mail comes from is on a blocklist, has a bad name, or has no reverse DNS name. Neither password nor "
        "settings change that.{seen_as} It said: {said}",
        when=(
            When(codes=(4, 5), enhanced=("*.7.25", "5.7.606", "5.7.511", "5.7.708")),
            When(
                codes=(4, 5),
                says=Words(
                    "traffic from this address",
                    "unsolicited mail originating from your, originating from your ip, unusual rate of unsolicited",
                ),
            ),
            When(
                codes=(4, 5),
                says=BLOCKLIST,
                lacks=Words("sender or message", "rate limit, too many, url, domain~listed, content, greylist"),
            ),
        ),
        fallback=(When(codes=(4, 5), enhanced=("*.7.0", "*.7.1"), stages=(Stage.CONNECT, Stage.GREETING)),),
        advice=(
            "Look the address up at the list the reply names, and ask for removal once the cause is gone.",
            "Give the address a reverse DNS name that points back to it.",
            "Or hand the mail to your company's or provider's relay with a sign-in, which has a good name.",
        ),
        also=(
            Possible("rate-limited", "it goes away by itself after a pause"),
            Possible("content-rejected", "another message from the same address passes"),
            Possible("relay-denied", "the reply speaks of the recipient's domain"),
        ),
        log_line="{said}; older, at the greeting: Could not connect to SMTP host: {host}, port: {port}, response: 554",
        link="https://check.spamhaus.org/",
        source="RFC 5782 (DNS blocklists); RFC 7372 section 3.3 (X.7.25)",
    ),
    Rule(
        id="helo-rejected",
        title="The server does not accept the name this host introduces itself with",
        meaning="In EHLO this host said {ehlo}. The server wants a full name that exists in DNS.{other_names} It said: {said}",
        when=(
            When(
                codes=(4, 5),
                stages=(Stage.EHLO,),
                plus=another_name_accepted,
                plus_name="another name was accepted on the same port in this run",
            ),
            When(codes=(4, 5), says=_HELO_REFUSED, lacks=Words("starttls", "starttls")),
            When(codes=(501, 504, 550, 553, 554), stages=(Stage.EHLO,), says=HELO),
            When(codes=(501, 504), stages=(Stage.EHLO,)),
        ),
        fallback=(
            When(codes=(5,), enhanced=("5.7.0", "5.7.1"), stages=(Stage.EHLO,)),
            When(codes=(550, 553), stages=(Stage.EHLO,)),
        ),
        cures=accepted_name,
        advice=(
            "Set the EHLO name to this host's full name in DNS, for example iiq.example.com.",
            "For IdentityIQ, give the host itself a full name (see hostname -f): it is expected to introduce itself by that.",
        ),
        also=(
            Possible("ip-blocked", "it stays with a name that is right"),
            Possible("connection-dropped", "the server hangs up instead of replying"),
        ),
        log_line="{said}",
        source="RFC 5321 sections 4.1.1.1 and 4.1.4",
    ),
    Rule(
        id="server-busy",
        title="The server has no time right now",
        meaning="It refuses for the moment only: it is overloaded, out of resources or restarting. It said: {said}",
        fallback=(
            When(codes=(4,), says=BUSY),
            When(codes=(4,), stages=(Stage.CONNECT, Stage.GREETING, Stage.EHLO, Stage.QUIT)),
            When(codes=(4,), stages=(Stage.MAIL, Stage.RCPT, Stage.DATA)),
        ),
        advice=("Run the test again in some minutes.", "If it stays for hours, ask whoever runs the server."),
        also=(
            Possible("rate-limited", "it happens only after many messages"),
            Possible("greylisted", "the same mail passes after some minutes, and never at the first try"),
            Possible("ip-blocked", "other hosts are served at the same moment"),
            Possible("service-unavailable", "it stays for days"),
        ),
        log_line="{said}; older, at the greeting: Could not connect to SMTP host: {host}, port: {port}, response: 421",
        source="RFC 5321 section 3.8 (421); RFC 3463 section 3.4 (X.3.2)",
    ),
    Rule(
        id="service-unavailable",
        title="The server refuses to serve",
        meaning="It does so for everyone, or for good for this host, and a changed password or sender does not help. It "
        "said: {said}",
        when=(
            When(codes=(521, 556), stages=(Stage.CONNECT, Stage.GREETING, Stage.EHLO)),
            When(codes=(5,), stages=(Stage.CONNECT, Stage.GREETING), says=NO_SERVICE),
            When(codes=(421,), enhanced=("4.3.2",), says=NO_SERVICE),
        ),
        fallback=(
            When(codes=(521, 556)),
            When(codes=(4, 5), says=NO_SERVICE),
            When(codes=(5,), stages=(Stage.CONNECT, Stage.GREETING, Stage.EHLO, Stage.QUIT)),
        ),
        cures=proven,
        advice=(
            "Check that the host is meant for your mail: some servers only receive, some take no mail at all.",
            "Ask whoever runs the server whether it is closed on purpose, and for whom.",
        ),
        also=(
            Possible("ip-blocked", "another host of yours is served"),
            Possible("server-busy", "it goes away by itself"),
        ),
        log_line="Got bad greeting from SMTP host: {host}, port: {port}, response: {said}; older: "
        "Could not connect to SMTP host: {host}, port: {port}, response: 554",
        source="RFC 5321 section 3.1 (554); RFC 7504 (521, 556)",
    ),
)
