"""Rules for a proxy before or on the way to the server, seen by how ports behave. Must not know replies."""

from __future__ import annotations

from wizard.diagnosis.cures import proven
from wizard.diagnosis.model import Possible, Rule
from wizard.diagnosis.tried import answers_everywhere, everywhere_sign
from wizard.diagnosis.when import When
from wizard.smtp.observation import Kind, Stage

RULES: tuple[Rule, ...] = (
    Rule(
        id="proxy-or-nat",
        title="{where} is meant for a load balancer, not for clients",
        meaning="It waits for a line that only a load balancer or proxy sends (the PROXY protocol), and serves nobody without. "
        "Tried once with such a line, it answered.",
        when=(
            When(
                kinds=(Kind.CLOSED, Kind.RESET, Kind.TIMEOUT, Kind.REPLY),
                stages=(Stage.TLS, Stage.GREETING, Stage.EHLO),
                plus=lambda seen: seen.observation.wants_proxy,
                plus_name="the port answered after a PROXY line in this run",
            ),
        ),
        sign=lambda seen: "no greeting without a PROXY line, and one with it",
        cures=proven,
        advice=(
            "Use the name and port of the load balancer in front of {host}; whoever runs the mail servers knows it.",
            "If it is your own server, give clients a port without the PROXY protocol (Postfix: smtpd_upstream_proxy_protocol, "
            "Dovecot: haproxy, Exim: hosts_proxy).",
        ),
        log_line="Exception reading response, or: [EOF]",
        link="https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt",
        source="https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt sections 2.1 and 2.2",
    ),
    Rule(
        id="proxy-or-nat",
        title="Something in between answers for {host}",
        meaning="Every mail port of it takes the connection and hangs up at once, without a word: {sign}. That is how a proxy or "
        "firewall behaves that accepts whatever is called and then finds the way onward closed.",
        when=(
            When(
                kinds=(Kind.CLOSED, Kind.RESET),
                stages=(Stage.TLS, Stage.GREETING),
                plus=answers_everywhere,
                plus_name="every mail port of the host connects and closes without a byte",
            ),
        ),
        sign=everywhere_sign,
        advice=(
            "Ask whoever runs the network whether connections to {where} may leave, and which relay to use if not.",
            "In Java, see whether a proxy is set: socksProxyHost.",
        ),
        also=(
            Possible("ip-blocked", "the server's log shows the connections, and names this host's address"),
            Possible("connection-dropped", "the server's log shows the connections: then it hangs up by itself"),
        ),
        log_line="Exception reading response, or: [EOF]",
        source="RFC 5321 section 3.1 (a server greets first, or refuses with 554)",
    ),
)
