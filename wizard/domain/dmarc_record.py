"""A DMARC record read tag by tag (RFC 9989, and RFC 7489 before it). Must not know DNS."""

import re
from typing import NamedTuple

POLICIES = ("none", "quarantine", "reject")
_VERSION = re.compile(r"v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)")
_REPORTS = re.compile(r"mailto:[^@\s,!]+@[^@\s,!]+(?:![0-9]+[kmgt]?)?", re.IGNORECASE)
_ALLOWED = {
    "p": POLICIES,
    "sp": POLICIES,
    "np": POLICIES,
    "adkim": ("r", "s"),
    "aspf": ("r", "s"),
    "psd": ("y", "n", "u"),
    "t": ("y", "n"),
}


class DmarcRecord(NamedTuple):
    """A record. ``tags`` are those that are valid, by name in lower case; ``problems`` name the others, with the reason."""

    text: str
    tags: dict[str, str]
    problems: tuple[str, ...] = ()

    @property
    def policy(self) -> str:
        """What receivers should do with mail that fails; without a valid p they only report (RFC 9989 4.7)."""
        return self.tags.get("p", "none")

    def policy_below(self, *, exists: bool = True) -> str:
        """The policy for a subdomain; ``exists``: it is a name that DNS knows."""
        below = self.tags.get("sp", self.policy)
        return below if exists else self.tags.get("np", below)

    @property
    def mended(self) -> str:
        """The record with what is valid in it, in the usual order."""
        rest = {name: value for name, value in self.tags.items() if name not in ("v", "p")}
        return "; ".join(["v=DMARC1", f"p={self.policy}", *(f"{name}={value}" for name, value in rest.items())])


def is_dmarc(text: str) -> bool:
    """Return whether a TXT record is taken for a DMARC record: it begins with ``v=DMARC1``, in just these letters."""
    return bool(_VERSION.match(text))


def nearly(text: str) -> bool:
    """Return whether a TXT record was meant to be one, but is not taken for it."""
    return not is_dmarc(text) and bool(re.match(r"\W*v?\W*dmarc", text, re.IGNORECASE))


def parse(text: str) -> DmarcRecord:
    """Read a record. Never raises: what is wrong stands in ``problems``; unknown tags are kept, as receivers ignore them."""
    tags: dict[str, str] = {}
    problems: list[str] = []
    for part in text.split(";"):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not (name or equals):
            continue
        problem = _problem(name.lower(), equals, value, tags)
        if problem:
            problems.append(f"'{part.strip()[:80]}': {problem}")
        else:
            tags[name.lower()] = value if name.lower() in ("v", "rua", "ruf") else value.lower()
    if "p" not in tags and not any(problem.startswith(("'p=", "'P=", "'p ")) for problem in problems):
        problems.insert(0, "the tag p, the policy, is missing")
    return DmarcRecord(text, tags, tuple(problems))


def _problem(name: str, equals: str, value: str, tags: dict[str, str]) -> str:
    if not equals or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        return "this is no tag and value"
    if name in tags:
        return "this tag stands twice"
    if name in _ALLOWED and value.lower() not in _ALLOWED[name]:
        return f"it can be {', '.join(_ALLOWED[name][:-1])} or {_ALLOWED[name][-1]}"
    if name == "pct" and not (re.fullmatch(r"[0-9]{1,3}", value) and int(value) <= 100):
        return "it is a number from 0 to 100"
    if name in ("rua", "ruf") and not all(_REPORTS.fullmatch(one.strip()) or "://" in one for one in value.split(",")):
        return "it is an address such as mailto:dmarc@example.com"
    return ""
