"""This host's public address as a server repeats it in its reply to EHLO. Must not know stages, and asks nobody anything."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

from wizard.smtp.observation import Reply

# RFC 5321 4.1.1.1 leaves the words behind the server's name free; servers that greet the client by its address put it in
# brackets, as an address literal (4.1.3: `IPv6:` in front) or bare: "Hello host [203.0.113.9]", "at your service, [2001:db8::9]".
_BRACKETED = re.compile(r"[\[(](?:IPv6:)?([0-9A-Fa-f:.]{3,45})(?:%\w+)?[\])]", re.IGNORECASE)


_ANY = re.compile(r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})(?![\w.:]*\w)")


def addresses_named(reply: Reply) -> tuple[str, ...]:
    """Return the addresses that stand in a reply's words, in its order: a refusal because of an address often names it."""
    return tuple(str(address) for found in _ANY.findall(reply.text) if (address := _parsed(found)))


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def address_seen_by_server(ehlo: Reply) -> str | None:
    """Return the address from which the server says it was called, in its shortest spelling; None when it says none.

    Only a positive reply counts, and only its first line: the others are keywords. An address of the server's own network
    (private, loopback, link-local) is told as well, for who asks can see by itself whether it is public.
    """
    if not ehlo.positive or not ehlo.lines:
        return None
    for found in _BRACKETED.finditer(ehlo.lines[0]):
        try:
            address = ip_address(found[1])
        except ValueError:
            continue
        mapped = getattr(address, "ipv4_mapped", None)
        return str(mapped or address)
    return None
