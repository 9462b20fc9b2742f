"""The macros of SPF: ``%{i}`` and its kin become parts of a name (RFC 7208, section 7). Must not know DNS or records."""

import re
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple
from urllib.parse import quote

_MACRO = re.compile(
    r"%(?:\{(?P<letter>[a-z])(?P<digits>\d*)(?P<reverse>r?)(?P<delimiters>[.\-+,/_=]*)\}|(?P<escape>[%_\-]))", re.I
)
_ESCAPES = {"%": "%", "_": " ", "-": "%20"}
_LONGEST = 253  # characters of a domain name


class Sending(NamedTuple):
    """One mail as SPF sees it: from which address, for which sender, under which EHLO name."""

    address: IPv4Address | IPv6Address
    local: str
    sender_domain: str
    ehlo_name: str

    def letters(self, domain: str) -> Mapping[str, str]:
        """The macro letters. ``p`` is always "unknown": finding it out is discouraged, and this is its word for that."""
        return {
            "s": f"{self.local}@{self.sender_domain}",
            "l": self.local,
            "o": self.sender_domain,
            "d": domain,
            "i": _dotted(self.address),
            "p": "unknown",
            "v": "in-addr" if self.address.version == 4 else "ip6",
            "h": self.ehlo_name or "unknown",
        }


def _dotted(address: IPv4Address | IPv6Address) -> str:
    return str(address) if address.version == 4 else ".".join(address.exploded.replace(":", ""))


def expand(text: str, sending: Sending, domain: str) -> str:
    """Return a domain-spec as a name. Too long a name loses labels from its left end, as RFC 7208 7.3 says.

    Raises ValueError for a macro that stands for nothing, and for a result that cannot be a name.
    """
    letters = sending.letters(domain)
    name = _MACRO.sub(lambda found: _value(found, letters), text).removesuffix(".")
    while len(name) > _LONGEST and "." in name:
        name = name.partition(".")[2]
    if not name or not name.isascii() or not name.isprintable() or "\\" in name or ".." in f".{name}":
        raise ValueError(f"'{text[:80]}' gives no name that DNS can be asked for")
    return name


def _value(found: re.Match[str], letters: Mapping[str, str]) -> str:
    if found["escape"]:
        return _ESCAPES[found["escape"]]
    letter = found["letter"]
    if letter.lower() not in letters:
        raise ValueError(f"'%{{{letter}}}' has no meaning in a record")
    parts = re.split(f"[{re.escape(found['delimiters'] or '.')}]", letters[letter.lower()])
    if found["reverse"]:
        parts.reverse()
    if found["digits"]:
        if int(found["digits"]) == 0:
            raise ValueError("a macro that keeps no part of a name")
        parts = parts[-int(found["digits"]) :]
    value = ".".join(parts)
    return quote(value, safe="") if letter.isupper() else value
