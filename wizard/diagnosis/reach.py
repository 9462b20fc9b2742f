"""Rules for finding the host and reaching it: name, route, port, connection. Must not know SMTP replies beyond their stage."""

from __future__ import annotations

from wizard.diagnosis.cures import proven, tls_here
from wizard.diagnosis.hosts import Family
from wizard.diagnosis.model import Possible, Rule, Seen
from wizard.diagnosis.when import When, Words
from wizard.profile import Security
from wizard.smtp.observation import Fate, Kind, Stage

PROXY = Words("a proxy", "socks, proxy, http connect")
_SESSION = (Stage.TLS, Stage.GREETING, Stage.EHLO, Stage.STARTTLS, Stage.AUTH, Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.QUIT)
_ENDED = (Kind.CLOSED, Kind.RESET)
_ASK_FIREWALL = "Ask whoever runs the firewall to let this host reach {where}."


def _all_fates(seen: Seen, fate: Fate) -> bool:
    tried = [address.fate for address in seen.observation.context.addresses if address.fate is not Fate.UNTRIED]
    return bool(tried) and all(found is fate for found in tried)


def _tls_port_closed(seen: Seen) -> bool:
    """A port that is TLS by custom hung up on plain text, and no neighbour has shown that it is something else."""
    tried = [found for found in seen.observation.alternatives if found.security is Security.TLS]
    here = [found for found in tried if found.port == seen.profile.endpoint.port]
    return not here or any(found.works for found in here)


RULES: tuple[Rule, ...] = (
    Rule(
        id="dns-not-found",
        title="No address was found for {host}",
        meaning="The name server answered that this name does not exist or has no address. A typing error, a stray blank or a "
        "name that is known only inside another network are the usual reasons.",
        when=(When(kinds=(Kind.NAME_NOT_FOUND,)),),
        advice=(
            "Check the spelling of the host name, and that nothing stands before or after it: no https://, no blank, no comma.",
            "If the name is known only inside your network, check that this host asks the internal name server.",
        ),
        also=(Possible("dns-temporary", "ask again in a minute: a name that then has an address was never missing"),),
        log_line="Couldn't connect to host, port: {host}, {port}; UnknownHostException: {host}; older: Unknown SMTP host: {host}",
    ),
    Rule(
        id="dns-temporary",
        title="The name server did not give an answer about {host}",
        meaning="Whether the name exists is not known: the name server of this host failed or stayed silent.",
        when=(When(kinds=(Kind.RESOLVER_FAILED,)),),
        advice=(
            "Run the test again in a minute.",
            "If it stays, check the name servers in /etc/resolv.conf and that this host may reach them on port 53.",
        ),
        also=(Possible("dns-not-found", "ask another name server: if it says the name does not exist, the name is wrong"),),
        log_line="Couldn't connect to host, port: {host}, {port}; UnknownHostException: {host}; older: Unknown SMTP host: {host}",
    ),
    Rule(
        id="proxy-or-nat",
        title="A proxy or address translation in between stopped the connection",
        meaning="The connection did not go straight to {where}. What stands in between answered, and would not let it through.",
        when=(
            When(
                kinds=(*_ENDED, Kind.REFUSED, Kind.UNREACHABLE, Kind.PROHIBITED, Kind.TIMEOUT, Kind.MALFORMED, Kind.REPLY),
                stages=(Stage.RESOLVE, Stage.CONNECT),
                says=PROXY,
            ),
        ),
        advice=(
            "Take the proxy out of the way for mail (in Java: socksProxyHost, and nonProxyHosts with the mail server's name).",
            "Or ask whoever runs it to allow connections to {where}.",
        ),
        also=(Possible("connect-refused", "try from a host that needs no proxy: if it works there, the proxy is the cause"),),
    ),
    Rule(
        id="connect-refused",
        title="The connection to {where} was refused",
        meaning="The host is there, and nothing listens on this port, or a firewall answers in its place.{open}",
        when=(When(kinds=(Kind.REFUSED,)),),
        cures=proven,
        advice=(
            "Check the port: 587 is usual with STARTTLS, 465 with TLS, 25 between servers.",
            "If host and port are right, ask whoever runs the server whether it is running, and the firewall whether it refuses.",
        ),
        also=(
            Possible("middlebox", "a well-known provider never refuses its own port: then a firewall near this host does it"),
            Possible("connect-timeout", "a firewall that drops instead of refusing gives silence"),
        ),
        log_line="Couldn't connect to host, port: {host}, {port}; Connection refused; older: "
        "Could not connect to SMTP host: {host}, port: {port}",
    ),
    Rule(
        id="network-unreachable",
        title="There is no way from this host to {where}",
        meaning="The network said so at once: no route, or this host has no address of the kind the server has (IPv6, for "
        "instance).{open}",
        when=(
            When(kinds=(Kind.UNREACHABLE,)),
            When(
                kinds=(Kind.TIMEOUT,),
                stages=(Stage.CONNECT,),
                plus=lambda seen: _all_fates(seen, Fate.UNREACHABLE),
                plus_name="every address unreachable",
            ),
        ),
        cures=proven,
        advice=(
            "Check that this host has a route to the outside, and over which family (ip route, ip -6 route).",
            "If only the IPv6 address cannot be reached, use the server's IPv4 address or give this host IPv6.",
        ),
        also=(Possible("connect-timeout", "a filter that drops packets without a word gives silence, not this answer"),),
        log_line="Couldn't connect to host, port: {host}, {port}; Network is unreachable; older: "
        "Could not connect to SMTP host: {host}, port: {port}",
    ),
    Rule(
        id="connect-refused",
        title="A firewall rule forbids the connection to {where}",
        meaning="The refusal came from a rule on this host or on the way, not from the mail server.{open}",
        when=(When(kinds=(Kind.PROHIBITED,)),),
        cures=proven,
        advice=(_ASK_FIREWALL, "On this host, look at the outgoing rules (nft list ruleset, SELinux, a security agent)."),
        also=(Possible("network-unreachable", "no firewall rule names this port: then the route is missing"),),
        log_line="Couldn't connect to host, port: {host}, {port}; Permission denied; older: "
        "Could not connect to SMTP host: {host}, port: {port}",
    ),
    Rule(
        id="connect-timeout",
        title="{where} did not answer",
        meaning="Nothing came back for {waited}, not even a refusal. Usually something drops the packets: a firewall "
        "here or there, or a hosting provider that blocks mail ports. A wrong address looks the same.{open}",
        when=(When(kinds=(Kind.TIMEOUT,), stages=(Stage.CONNECT,)),),
        cures=proven,
        advice=(
            _ASK_FIREWALL,
            "Many cloud and hosting providers block port 25 for good: use 587 or 465, or the provider's own relay.",
        ),
        also=(
            Possible("middlebox", "if no mail server in the world answers on this port from here, the network here blocks it"),
            Possible("connect-refused", "an answer at once, and it says no"),
        ),
        log_line="nothing: the thread waits, because IdentityIQ's mail library has no time limit of its own",
    ),
    Rule(
        id="port-speaks-tls",
        title="{where} speaks TLS from the first byte",
        meaning="{asked}, and this port waits for an encrypted line before it says a word: the greeting never comes.{open}",
        when=(
            When(kinds=(Kind.SPEAKS_TLS,)),
            When(
                kinds=(*_ENDED, Kind.TIMEOUT),
                stages=(Stage.GREETING,),
                ports=(465,),
                modes=(Security.STARTTLS, Security.NONE),
                plus=_tls_port_closed,
                plus_name="nothing has shown that TLS fails here",
            ),
        ),
        cures=tls_here,
        advice=("Choose TLS for port 465, or port 587 with STARTTLS.",),
        also=(
            Possible("greeting-timeout", "a TLS handshake on the same port fails as well"),
            Possible("connection-dropped", "a TLS handshake on the same port is cut off as well"),
        ),
        log_line="Exception reading response, or: Got bad greeting from SMTP host: {host}, port: {port}, response: [EOF]; "
        "older: Could not connect to SMTP host: {host}, port: {port}, response: -1",
        link="https://www.rfc-editor.org/rfc/rfc8314",
    ),
    Rule(
        id="helo-rejected",
        title="The server hung up after EHLO {ehlo}",
        meaning="This relay closes the connection without a word when it does not like the name this host introduces itself "
        "with; localhost and bare names are the usual ones.",
        when=(When(kinds=_ENDED, stages=(Stage.EHLO,), providers=(Family.GOOGLE,)),),
        advice=("Set the EHLO name to this host's full name in public DNS, for example iiq.example.com.",),
        also=(Possible("connection-dropped", "it hangs up with a full public host name as well"),),
        log_line="[EOF]",
        link="https://knowledge.workspace.google.com/admin/gmail/advanced/smtp-relay-service-error-messages",
    ),
    Rule(
        id="connection-dropped",
        title="The connection to {where} was cut at {stage}",
        meaning="The server, or something in between, ended the connection in the middle of the session and gave no "
        "reason.{open}",
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
        ),
        log_line="Exception reading response, or: [EOF]",
    ),
    Rule(
        id="tls-handshake-failed",
        title="The TLS handshake with {where} did not finish",
        meaning="The connection stood, the encryption was begun, and no answer came within {waited}.{open}",
        when=(When(kinds=(Kind.TIMEOUT,), stages=(Stage.TLS,)),),
        cures=proven,
        advice=("Run the test again; if it stays, ask whether a firewall inspects TLS on this port.",),
        also=(
            Possible("port-speaks-plain", "the port greets in plain text when TLS is not begun"),
            Possible("middlebox", "the same handshake works from another network"),
        ),
        log_line="nothing: the thread waits, because IdentityIQ's mail library has no time limit of its own",
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
    ),
    Rule(
        id="unknown",
        title="The run took too long at {stage}",
        meaning="No more than this is known: {said}",
        fallback=(When(kinds=(Kind.TIMEOUT,)),),
        advice=("Raise the timeout and run the test again.",),
    ),
)
