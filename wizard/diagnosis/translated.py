"""Addresses that can only stem from a proxy or an address translation on the way. Must not know rules."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address

from wizard.diagnosis.hosts import Family
from wizard.diagnosis.middle_signs import asked_for
from wizard.diagnosis.when import Seen

# Local proxies hand out these in place of a host's own address; RFC 2544 keeps them from the Internet (RFC 6890).
_STAND_INS = IPv4Network("198.18.0.0/15")
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))  # RFC 6052, RFC 8215


def translation_sign(seen: Seen) -> str:
    """Return what shows that an address was translated, in words; empty when none does."""
    context = seen.observation.context
    addresses = [fate.address for fate in context.addresses] or ([context.address] if context.address else [])
    return next((sign for text in addresses if (sign := _sign(text, seen))), "")


def _sign(text: str, seen: Seen) -> str:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    if address.version == 4 and address in _STAND_INS:
        return f"{text} is an address that proxies hand out in place of the host's own"
    if address.version == 6 and any(address in network for network in _NAT64):
        return f"{text} is an address made by translation from IPv6 to IPv4 (NAT64)"
    own = asked_for(seen) not in (Family.OTHER, Family.PROTON)
    return f"{text} is a private address, and the host is {asked_for(seen).value}'s" if own and address.is_private else ""
