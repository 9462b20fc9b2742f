"""Rules for a session that ends without a reply: silence, a closed line, a port that waits for TLS. Must not know replies."""

from __future__ import annotations

from wizard.diagnosis.cures import accepted_name, proven, tls_here
from wizard.diagnosis.hello import tls_record
from wizard.diagnosis.hosts import Family
from wizard.diagnosis.model import Possible, Rule, Seen
from wizard.diagnosis.shown import another_name_accepted
from wizard.diagnosis.tried import tls_heard_here
from wizard.diagnosis.when import When
from wizard.profile import Security
from wizard.smtp.observation import Kind, Stage

_SESSION = (Stage.TLS, Stage.GREETING, Stage.EHLO, Stage.STARTTLS, Stage.AUTH, Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.QUIT)
_ENDED = (Kind.CLOSED, Kind.RESET)


def _tls_port_closed(seen: Seen) -> bool:
    """A port that is TLS by custom hung up on plain text, and no neighbour has shown that it is something else."""
    tried = [found for found in seen.observation.alternatives if found.security is Security.TLS]
    here = [found for found in tried if found.port == seen.profile.endpoint.port]
    return not here or any(found.works for found in here)


RULES: tuple[Rule, ...] = (
    Rule(
        id="port-speaks-tls",
        title="{where} speaks TLS from the first byte",
        meaning="{asked}, and this port waits for an encrypted line before it says a word: the greeting never comes.{open}",
        when=(
            When(kinds=(Kind.SPEAKS_TLS,)),
            When(
                kinds=(*_ENDED, Kind.TIMEOUT),
                stages=(Stage.GREETING,),
                modes=(Security.STARTTLS, Security.NONE),
                plus=tls_heard_here,
                plus_name="the same port answered a TLS handshake in this run",
            ),
            When(
                kinds=(*_ENDED, Kind.TIMEOUT),
                stages=(Stage.GREETING,),
                ports=(465,),
                modes=(Security.STARTTLS, Security.NONE),
                plus=_tls_port_closed,
                plus_name="nothing has shown that TLS fails here",
            ),
            When(
                kinds=(Kind.MALFORMED, Kind.TIMEOUT, Kind.CLOSED),
                stages=(Stage.GREETING, Stage.EHLO),
                modes=(Security.STARTTLS, Security.NONE),
                plus=tls_record,
                plus_name="the bytes are a TLS record",
            ),
        ),
        cures=tls_here,
        advice=("Choose TLS for port 465, or port 587 with STARTTLS.",),
        also=(
            Possible("greeting-timeout", "a TLS handshake on the same port fails as well"),
            Possible("connection-dropped", "a TLS handshake on the same port is cut off as well"),
        ),
        log_line="nothing while both sides wait; when the server hangs up: Exception reading response, or: "
        "Got bad greeting from SMTP host: {host}, port: {port}, response: [EOF]; "
        "older: Could not connect to SMTP host: {host}, port: {port}, response: -1",
        link="https://www.rfc-editor.org/rfc/rfc8314",
        source="RFC 8314 section 3.3",
    ),
    Rule(
        id="helo-rejected",
        title="The server hung up after EHLO {ehlo}",
        meaning="This relay closes the connection without a word when it does not like the name this host introduces itself "
        "with; localhost and bare names are the usual ones.{other_names}",
        when=(
            When(
                kinds=_ENDED,
                stages=(Stage.EHLO,),
                plus=another_name_accepted,
                plus_name="another name was accepted on the same port in this run",
            ),
            When(kinds=_ENDED, stages=(Stage.EHLO,), providers=(Family.GOOGLE,)),
        ),
        cures=accepted_name,
        advice=("Set the EHLO name to this host's full name in public DNS, for example iiq.example.com.",),
        also=(Possible("connection-dropped", "it hangs up with a full public host name as well"),),
        log_line="[EOF]",
        link="https://knowledge.workspace.google.com/admin/gmail/advanced/smtp-relay-service-error-messages",
        source="https://knowledge.workspace.google.com/admin/gmail/advanced/smtp-relay-service-error-messages",
    ),
    Rule(
        id="connection-dropped",
        title="The connection to {where} was cut at {stage}",
        meaning="The server, or something in between, ended the connection in the middle of the session and gave no "
        "reason.{other_names}{open}",
        when=(When(kinds=_ENDED, stages=(Stage.CONNECT, Stage.GREETING, Stage.EHLO, Stage.STARTTLS)),),
        fallback=(When(kinds=_ENDED),),
        cures=proven,
        advice=(
            "Run the test once more; if it happens at the same stage each time, it is on purpose.",
            "Ask whoever runs the server what its log says about this host at this minute.",
        ),
        also=(
            Possible("ip-blocked", "the server's log names this host's address or a blocklist"),
            Possible("middlebox", "the server's log knows nothing of the connection, or says this side hung up"),
            Possible("port-speaks-tls", "the port is open and closes before a greeting: it may want TLS first"),
            Possible("helo-rejected", "the cut comes right after EHLO and stays away with a full host name"),
            Possible("auth-bad-credentials", "the cut comes right after the sign-in: some servers hang up on a wrong password"),
        ),
        log_line="Exception reading response, or: [EOF], or: Can't send command to SMTP host",
        source="RFC 5321 section 3.8 (a server closes only after QUIT or 421)",
    ),
    Rule(
        id="tls-handshake-failed",
        title="The TLS handshake with {where} did not finish",
        meaning="The connection stood, the encryption was begun, and no answer came within {waited}.{lax}{open}",
        when=(When(kinds=(Kind.TIMEOUT,), stages=(Stage.TLS,)),),
        cures=proven,
        advice=("Run the test again; if it stays, ask whether a firewall inspects TLS on this port.",),
        also=(
            Possible("port-speaks-plain", "the port greets in plain text when TLS is not begun"),
            Possible("middlebox", "the same handshake works from another network"),
        ),
        log_line="nothing: the thread waits, because IdentityIQ's mail library has no time limit of its own",
        source="RFC 8446 section 2",
    ),
    Rule(
        id="greeting-timeout",
        title="{where} accepted the connection and then stayed silent",
        meaning="A mail server speaks first. No greeting came within {waited}: it is overloaded, looks up this host's "
        "name very slowly, or something in between keeps the line open without passing anything.{open}",
        when=(When(kinds=(Kind.TIMEOUT,), stages=(Stage.GREETING,)),),
        cures=proven,
        advice=(
            "Raise the timeout to 60 seconds once: some servers delay their greeting on purpose.",
            "Check that this host's address has a name (reverse DNS); servers wait for that look-up.",
        ),
        also=(
            Possible("port-speaks-tls", "a TLS handshake on the same port gets an answer"),
            Possible("middlebox", "the server's log shows no connection from here"),
        ),
        log_line="nothing: the thread waits, because IdentityIQ's mail library has no time limit of its own",
        source="RFC 5321 section 4.5.3.2.1 (up to 5 minutes for the greeting)",
    ),
    Rule(
        id="reply-timeout",
        title="The server stopped answering at {stage}",
        meaning="The session had begun, and then no complete reply came within {waited}.",
        when=(When(kinds=(Kind.TIMEOUT,), stages=_SESSION),),
        advice=(
            "Raise the timeout: after a message is handed over, some servers scan it for a minute before they reply.",
            "If it stays, ask whoever runs the server what it waits for at this stage.",
        ),
        also=(Possible("middlebox", "small replies come and larger ones do not: a firewall or a wrong MTU in between"),),
        log_line="nothing: the thread waits, because IdentityIQ's mail library has no time limit of its own",
        source="RFC 5321 section 4.5.3.2 (5 minutes for a command, 10 for the final dot)",
    ),
    Rule(
        id="unknown",
        title="The run took too long at {stage}",
        meaning="No more than this is known: {said}",
        fallback=(When(kinds=(Kind.TIMEOUT,)),),
        advice=("Raise the timeout and run the test again.",),
        log_line="nothing: the thread waits, because IdentityIQ's mail library has no time limit of its own",
        source="the profile's own time limit",
    ),
)
