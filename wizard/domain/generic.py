"""Names a network gives its addresses by itself, such as 203-0-113-7.dsl.example.net. Must not know DNS or findings."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

# Words for lines of customers; each a label of its own or a part of one between dashes and digits.
_LINES = {"dyn", "dynamic", "dynip", "dhcp", "dsl", "adsl", "vdsl", "xdsl", "ppp", "pppoe", "pool", "dial", "dialup", "dialin"}
_LINES |= {"cable", "cust", "broadband", "residential", "unassigned"}


def looks_generic(name: str, address: str) -> str:
    """Return why a name looks as if a machine made it for the address: what in it says so; empty when it does not.

    The registered part at its end is no sign: a provider may be called dsl.example. Raises ValueError for no IP address.
    """
    labels = name.lower().removesuffix(".").split(".")[:-2]
    own = ".".join(labels)
    if _holds(own, ip_address(address)):
        return "it holds the address"
    words = [word for word in re.split(r"[^a-z]+", own) if word in _LINES]
    return f"the word {words[0]} stands in it" if words else ""


def _holds(own: str, address: IPv4Address | IPv6Address) -> bool:
    """Whether the address is written in it: its four numbers in order or backwards, or all its digits in one."""
    if address.version == 6:
        digits, bare = address.exploded.replace(":", ""), re.sub(r"[^0-9a-f]", "", own)
        return digits in bare or digits[::-1] in bare
    octets = str(address).split(".")
    numbers = [str(int(number)) for number in re.findall(r"\d{1,9}", own)]
    runs = [numbers[at : at + 4] for at in range(len(numbers) - 3)]
    packed = "".join(f"{int(octet):03d}" for octet in octets)
    return octets in runs or octets[::-1] in runs or packed in own or f"{int(address):08x}" in re.split(r"[^0-9a-f]+", own)
