"""Who can help with what: for each cause, the person to ask and what to ask for. A table; must not know layout."""

from __future__ import annotations

from typing import NamedTuple


class Request(NamedTuple):
    """Whom to ask, in one line what for, and the request itself. Format strings over the facts of ticket.py."""

    whom: str
    subject: str
    ask: str


NETWORK = "the network or firewall team"
MAIL = "whoever runs the mail server"
DNS = "whoever runs the DNS of the domain"
IDENTITY = "whoever manages the account"

_OPEN = Request(
    NETWORK,
    "Allow TCP port {port} from {here} to {host}",
    "Please allow TCP connections from {source} to {target}, port {port}, and their answers. "
    "An application has to send mail there.",
)
_CERTIFICATE = "It is checked by every client that sends mail, so all of them are affected.{certificate}"

REQUESTS: dict[str, Request] = {
    "connect-refused": _OPEN,
    "connect-timeout": _OPEN,
    "network-unreachable": Request(
        NETWORK, "No route from {here} to {host}", "Please make a way from {source} to {target}, TCP port {port}."
    ),
    "proxy-or-nat": Request(
        NETWORK,
        "Mail to {host} goes through a translation or proxy",
        "Please let TCP port {port} from {source} reach {target} as it is, without a proxy that answers in its place.",
    ),
    "middlebox": Request(
        NETWORK,
        "SMTP from {here} to {host} is altered on the way",
        "Please take SMTP inspection (also called fixup, ALG or TLS inspection) off for {source} to {target}, TCP port {port}.",
    ),
    "connection-dropped": Request(
        MAIL,
        "{host} ends the connection of {here}",
        "Please look into the server's log for why it ended the connection of {source}.",
    ),
    "greeting-timeout": Request(
        MAIL,
        "{host} accepts the connection and says nothing",
        "Please look into the server's log for the connection of {source}, and into a firewall or load balancer in front of it.",
    ),
    "reply-timeout": Request(
        MAIL, "{host} stops answering", "Please look into the server's log for what kept it from answering {source}."
    ),
    "dns-not-found": Request(
        DNS, "The name {host} has no address", "Please check the name {host}, and give it an address if it is right."
    ),
    "dns-temporary": Request(
        NETWORK,
        "The resolver of {here} does not answer",
        "Please look at the DNS servers that {source} uses: the name {host} could not be asked for.",
    ),
    "service-unavailable": Request(
        MAIL,
        "{host} takes no mail from {here}",
        "Please say whether this server takes mail from {source}, and which one does if it does not.",
    ),
    "server-busy": Request(MAIL, "{host} refuses for now", "Please look into the server's log for why it refuses for now."),
    "ip-blocked": Request(
        MAIL,
        "{host} refuses the address of {here}",
        "Please allow the address of {source} (as the server sees it), or say on which list it stands and how it gets off it.",
    ),
    "protocol-violation": Request(
        MAIL, "{host} breaks the SMTP protocol", "Please look at what the server sends: it is no SMTP reply (RFC 5321)."
    ),
    "starttls-unavailable": Request(
        MAIL,
        "{host} does not offer STARTTLS on port {port}",
        "Please switch STARTTLS on for port {port}, with a certificate for {host}, or name the port that has encryption.",
    ),
    "tls-version": Request(
        MAIL,
        "{host} has no current TLS version",
        "Please switch TLS 1.2 or 1.3 on; older versions are refused by current clients.",
    ),
    "tls-cipher-or-key": Request(
        MAIL,
        "{host} has no cipher or key that current clients take",
        "Please use a key of at least 2048 bits (RSA) or 256 bits (EC), a SHA-256 signature, and current ciphers.",
    ),
    "tls-handshake-failed": Request(
        MAIL,
        "The TLS handshake with {host} fails",
        "Please look into the server's log for why the handshake with {source} failed.",
    ),
    "cert-expired": Request(MAIL, "The certificate of {host} has expired", f"Please renew it. {_CERTIFICATE}"),
    "cert-not-yet-valid": Request(
        MAIL, "The certificate of {host} is not valid yet", f"Please check its dates and the clock of the server. {_CERTIFICATE}"
    ),
    "cert-self-signed": Request(
        MAIL,
        "The certificate of {host} is signed by itself",
        f"Please use one from an authority, or send the certificate as a PEM file so that it can be trusted here. {_CERTIFICATE}",
    ),
    "cert-untrusted-issuer": Request(
        MAIL,
        "The certificate of {host} cannot be traced to a known authority",
        "Please let the server send its intermediate certificates too, or, if the authority is your own, send its certificate "
        f"as a PEM file. {_CERTIFICATE}",
    ),
    "cert-hostname-mismatch": Request(
        MAIL,
        "The certificate of {host} names other hosts",
        f"Please say which name clients are to use, or have {{host}} added to the certificate. {_CERTIFICATE}",
    ),
    "client-cert-required": Request(
        MAIL,
        "{host} asks for a client certificate",
        "Please say whether {source} can send without one (another port), or who issues it. IdentityIQ has no setting for one.",
    ),
    "auth-basic-disabled": Request(
        MAIL,
        "Password sign-in over SMTP is switched off for {user}",
        "Please allow password sign-in over SMTP (SMTP AUTH) for {user}, "
        "or name a relay that takes mail from {source} without it.",
    ),
    "auth-mechanism-unsupported": Request(
        MAIL,
        "{host} offers no sign-in method that {user} can use",
        "Please switch on PLAIN or LOGIN behind TLS for {user}, or say which other way to sign in is meant for applications.",
    ),
    "auth-not-offered": Request(
        MAIL,
        "{host} offers no sign-in on port {port}",
        "Please say which port offers a sign-in, or whether mail from {source} is taken without one.",
    ),
    "auth-account-limited": Request(
        IDENTITY,
        "The account {user} is locked or limited at {host}",
        "Please unlock {user}, and say what locked it and since when.",
    ),
    "auth-oauth-token-invalid": Request(
        IDENTITY,
        "The token of {user} is not accepted by {host}",
        "Please check the application's registration: permission to send over SMTP, tenant, and that the token is for {user}.",
    ),
    "auth-temporary": Request(
        MAIL,
        "{host} cannot check passwords",
        "Please look at the part that checks passwords (directory, SASL): it fails, not the password.",
    ),
    "sender-rejected": Request(
        MAIL,
        "{user} may not send as {sender}",
        "Please allow {user} to send as {sender} at {host} ('send as'), or verify that address there.",
    ),
    "sender-unauthenticated-domain": Request(
        DNS,
        "Mail from {sender} is refused because of SPF, DKIM or DMARC",
        "Please let the records of the sender's domain allow {host}, through which {source} sends.{records}",
    ),
    "relay-denied": Request(
        MAIL,
        "{host} does not take mail from {here} for other domains",
        "Please allow {source} to relay through {host}, or give a user name and password for it.",
    ),
    "recipient-rejected": Request(
        MAIL, "{host} refuses the recipient {recipient}", "Please say which rule refuses mail from {sender} to {recipient}."
    ),
    "mailbox-full": Request(IDENTITY, "The mailbox {recipient} is full", "Please make room in the mailbox {recipient}."),
    "rate-limited": Request(
        MAIL,
        "{host} limits how much {here} sends",
        "Please raise the limit for {source}, signed in as {user}, or say how high it is.",
    ),
    "quota-or-sandbox": Request(
        IDENTITY,
        "The account at {host} may not send yet, or no more today",
        "Please activate the account, take it out of its trial or sandbox, or raise its quota.",
    ),
    "message-too-large": Request(
        MAIL,
        "{host} refuses a message for its size",
        "Please say how large a message may be, and raise the limit if reports need it.",
    ),
    "content-rejected": Request(
        MAIL, "{host} refuses a message for its content", "Please say which rule refused it, and let mail from {sender} pass."
    ),
    "unknown": Request(
        MAIL, "{host} refuses with a reply nobody here knows", "Please say what this reply means; the server's log has more."
    ),
}

# Causes that are in your own hands: a setting, a password, another name. Nobody else need be asked.
YOUR_OWN = frozenset(
    {
        "not-smtp",
        "helo-rejected",
        "port-speaks-tls",
        "port-speaks-plain",
        "tls-twice",
        "starttls-required",
        "auth-bad-credentials",
        "auth-app-password-required",
        "auth-required",
        "recipient-unknown",
        "greylisted",
        "line-or-encoding",
        "password-missing",
        "ca-file-unusable",
    }
)
