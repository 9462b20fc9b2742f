"""An SPF record read term by term (RFC 7208, sections 4.5, 5, 6 and 12). Must not know DNS."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import NamedTuple

MECHANISMS = ("all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists")
_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9_.\-]*)=(.*)")
_MECHANISM = re.compile(r"([+\-?~]?)([A-Za-z][A-Za-z0-9_.\-]*)([:/].*)?")
_CIDR = re.compile(r"(?:/(?P<four>0|[1-9]\d?))?(?://(?P<six>0|[1-9]\d{0,2}))?")
# A name may hold a slash; the length of the network is what stands at the very end (RFC 7208 5.3, 5.6).
_DOMAIN_WITH_CIDR = re.compile(r"(?P<domain>:.+?)?(?P<cidr>(?:/\d*)?(?://\d*)?)")
_MACRO = r"%\{[slodiphvSLODIPHV]\d{0,3}[rR]?[.\-+,/_=]*\}"
_MACRO_STRING = rf"(?:{_MACRO}|%%|%_|%-|[\x21-\x24\x26-\x7e])*"
_DOMAIN = re.compile(rf"{_MACRO_STRING}(?:\.(?!-)(?=[^.]*[A-Za-z])[A-Za-z0-9-]+(?<!-)\.?|{_MACRO})")


class Term(NamedTuple):
    """One mechanism. ``domain`` is empty where the record's own domain is meant; ``four`` and ``six`` are prefix lengths."""

    text: str
    qualifier: str
    name: str
    domain: str = ""
    network: IPv4Network | IPv6Network | None = None
    four: int = 32
    six: int = 128


class SpfRecord(NamedTuple):
    """A record. ``problems`` names each term that breaks the syntax, with the reason; any makes receivers ignore the record."""

    text: str
    terms: tuple[Term, ...] = ()
    redirect: str = ""
    problems: tuple[str, ...] = ()

    @property
    def names_asked(self) -> int:
        """How many terms make a receiver ask DNS (RFC 7208 4.6.4); redirect counts where no ``all`` stands before it."""
        asked = sum(term.name in ("include", "a", "mx", "ptr", "exists") for term in self.terms)
        return asked + bool(self.followed)

    @property
    def followed(self) -> str:
        """The redirect, where it counts: ``all`` makes receivers ignore it (RFC 7208 6.1)."""
        return "" if any(term.name == "all" for term in self.terms) else self.redirect


def is_spf(text: str) -> bool:
    """Return whether a TXT record is an SPF record (RFC 7208 4.5)."""
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def parse(text: str) -> SpfRecord:
    """Read a record that begins with ``v=spf1``. Never raises: what is wrong stands in ``problems``."""
    terms: list[Term] = []
    problems: list[str] = []
    modifiers: dict[str, str] = {}
    for word in text.split(" ")[1:]:
        if not word:
            continue
        try:
            modifier = _MODIFIER.fullmatch(word)
            if modifier:
                _modifier(modifier[1].lower(), modifier[2], modifiers)
            else:
                terms.append(_term(word))
        except ValueError as problem:
            problems.append(f"'{word[:80]}': {problem}")
    return SpfRecord(text, tuple(terms), modifiers.get("redirect", ""), tuple(problems))


def _modifier(name: str, value: str, known: dict[str, str]) -> None:
    if name not in ("redirect", "exp"):
        if not re.fullmatch(_MACRO_STRING, value):
            raise ValueError("a % in it begins no macro")
        return  # an unknown modifier is ignored otherwise (RFC 7208 6)
    if name in known:
        raise ValueError(f"{name} stands twice")
    known[name] = _domain(value)


def _term(word: str) -> Term:
    found = _MECHANISM.fullmatch(word)
    if not found:
        raise ValueError("this is no term of SPF")
    qualifier, name, rest = found[1] or "+", found[2].lower(), found[3] or ""
    if name not in MECHANISMS:
        raise ValueError(f"there is no mechanism '{found[2][:40]}'")
    match name:
        case "all":
            if rest:
                raise ValueError("'all' takes nothing behind it")
            return Term(word, qualifier, name)
        case "ip4" | "ip6":
            return Term(word, qualifier, name, network=_network(name, rest))
        case "include" | "exists":
            if not rest.startswith(":"):
                raise ValueError(f"'{name}' needs a colon and a name")
            return Term(word, qualifier, name, _domain(rest[1:]))
        case _:
            return _with_length(word, qualifier, name, rest)


def _with_length(word: str, qualifier: str, name: str, rest: str) -> Term:
    parts = _DOMAIN_WITH_CIDR.fullmatch(rest)
    if not parts:
        raise ValueError("the name behind the colon is missing")
    domain = _domain(parts["domain"][1:]) if parts["domain"] else ""
    cidr = _CIDR.fullmatch(parts["cidr"] or "")
    four, six = (cidr["four"], cidr["six"]) if cidr else (None, None)
    if cidr is None or int(four or 32) > 32 or int(six or 128) > 128 or (name == "ptr" and parts["cidr"]):
        raise ValueError("the length of the network is wrong")
    return Term(word, qualifier, name, domain, four=int(four or 32), six=int(six or 128))


def _network(name: str, rest: str) -> IPv4Network | IPv6Network:
    text = rest[1:]
    if not rest.startswith(":") or not re.fullmatch(r"[0-9A-Fa-f.:]+(/(?:0|[1-9]\d{0,2}))?", text, re.ASCII):
        raise ValueError(f"'{name}' needs a colon and an address")
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        raise ValueError("this is no address") from None
    if network.version != int(name[2]):
        raise ValueError(f"this is no IPv{name[2]} address")
    return network


def _domain(text: str) -> str:
    if not _DOMAIN.fullmatch(text):
        raise ValueError("the name in it is not a full domain name")
    return text
