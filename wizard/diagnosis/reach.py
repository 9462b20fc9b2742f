"""Rules for finding the host and reaching it: name, route, port, connection. Must not know SMTP replies beyond their stage."""

from __future__ import annotations

from wizard.diagnosis.cures import proven
from wizard.diagnosis.model import Possible, Rule, Seen
from wizard.diagnosis.translated import translation_sign
from wizard.diagnosis.when import When, Words
from wizard.smtp.observation import Fate, Kind, Stage

PROXY = Words("a proxy", "socks, proxy, haproxy, http connect")
_ENDED = (Kind.CLOSED, Kind.RESET)
_ASK_FIREWALL = "Ask whoever runs the firewall to let this host reach {where}."


def _all_fates(seen: Seen, fate: Fate) -> bool:
    tried = [address.fate for address in seen.observation.context.addresses if address.fate is not Fate.UNTRIED]
    return bool(tried) and all(found is fate for found in tried)


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
        source="RFC 1035 section 4.1.1 (name error); getaddrinfo(3): EAI_NONAME",
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
        source="RFC 1035 section 4.1.1 (server failure); getaddrinfo(3): EAI_AGAIN",
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
            When(
                kinds=(*_ENDED, Kind.REFUSED, Kind.UNREACHABLE, Kind.PROHIBITED, Kind.TIMEOUT),
                stages=(Stage.CONNECT, Stage.TLS, Stage.GREETING),
                plus=lambda seen: bool(translation_sign(seen)),
                plus_name="an address that proxies or translation hand out",
            ),
        ),
        sign=translation_sign,
        advice=(
            "Take the proxy out of the way for mail (in Java: socksProxyHost, and nonProxyHosts with the mail server's name).",
            "Or ask whoever runs it to allow connections to {where}.",
        ),
        also=(Possible("connect-refused", "try from a host that needs no proxy: if it works there, the proxy is the cause"),),
        log_line="Couldn't connect to host, port: {host}, {port}",
        source="RFC 1928 section 6 (SOCKS replies); RFC 9110 section 9.3.6 (CONNECT)",
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
        source="RFC 9293 section 3.10.7.1 (a reset answers for a closed port); connect(2): ECONNREFUSED",
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
        source="RFC 1122 section 3.2.2.1 (ICMP unreachable); connect(2): ENETUNREACH, EHOSTUNREACH",
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
        source="RFC 1812 section 5.2.7.1 (communication administratively prohibited); connect(2): EACCES, EPERM",
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
            "Use port 587 or 465, or your hosting provider's own relay: many of them block port 25 for good.",
        ),
        also=(
            Possible("middlebox", "if no mail server in the world answers on this port from here, the network here blocks it"),
            Possible("connect-refused", "an answer at once, and it says no"),
        ),
        log_line="nothing: the thread waits, because IdentityIQ's mail library has no time limit of its own",
        source="RFC 9293 section 3.8.3 (what is not acknowledged is sent again); connect(2): ETIMEDOUT",
    ),
)
