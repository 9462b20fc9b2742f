"""The SPF record to publish: the present one with what is missing, never a second one. Must not know DNS or findings."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address

from wizard.domain.spf_record import parse

_MILDEST = "?~-"  # how an all that allows not everyone begins; +all comes before them, and is replaced by with_terms
_SOFT = "~all"  # softfail: what nobody thought of is marked, not lost


def with_terms(record: str, terms: Iterable[str]) -> str:
    """Return the record with these terms added where they count: before ``all``, or before the redirect where there is none.

    An ``all`` that allows everyone becomes ``~all``: behind it nothing else counts. A record with neither gets one.
    """
    words = [word for word in record.split(" ")[1:] if word]
    new = [term for term in terms if term.lower() not in {word.lower().removeprefix("+") for word in words}]
    ends = [word for word in words if _is_all(word)]
    rest = [word for word in words if not _is_all(word)]
    modifiers = [word for word in rest if _is_modifier(word)]
    redirect = any(word.lower().startswith("redirect=") for word in modifiers) and not ends
    end = [] if redirect else [_SOFT if not ends or ends[0].lower() in ("all", "+all") else ends[0]]
    return " ".join(["v=spf1", *(word for word in rest if word not in modifiers), *new, *end, *modifiers])


def merged(records: Iterable[str], terms: Iterable[str] = ()) -> str:
    """Return several records as one: each mechanism once, the mildest ``all`` (or else a redirect); broken terms are left out."""
    words: dict[str, None] = {}
    for record in records:
        broken = {problem.partition("': ")[0][1:] for problem in parse(record).problems}
        words.update(dict.fromkeys(word for word in record.split(" ")[1:] if word and word[:80] not in broken))
    ends = sorted((word for word in words if _is_all(word)), key=lambda word: _MILDEST.find(word[0]))
    names: set[str] = set()
    kept: list[str] = []
    for word in words:
        name = word.partition("=")[0].lower() if _is_modifier(word) else ""
        if name in names or (name == "redirect" and ends) or word in ends[1:]:
            continue
        names |= {name} - {""}
        kept.append(word)
    return with_terms(" ".join(["v=spf1", *kept]), terms)


def address_term(address: IPv4Address | IPv6Address) -> str:
    """Return the term that allows one address."""
    return f"ip{address.version}:{address}"


def _is_all(word: str) -> bool:
    return word.lower().lstrip("+-~?") == "all"


def _is_modifier(word: str) -> bool:
    return word.lower().startswith(("redirect=", "exp=")) or ("=" in word and ":" not in word.partition("=")[0])
