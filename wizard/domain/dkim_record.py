"""A DKIM key record read tag by tag (RFC 6376, section 3.6.1). Must not know DNS."""

import base64
import binascii
import re
from typing import NamedTuple

_SHORTEST = 1024  # bits of an RSA key receivers still believe (RFC 8301 3.2)
_KINDS = ("rsa", "ed25519")


class KeyRecord(NamedTuple):
    """A record. ``revoked``: the key was taken back, by its own word. ``problem`` says what makes receivers ignore it."""

    text: str
    kind: str = "rsa"
    revoked: bool = False
    testing: bool = False
    problem: str = ""


def is_key(text: str) -> bool:
    """Return whether a TXT record was meant to be a DKIM key: it has the tag p, or says that it is DKIM."""
    return bool(re.match(r"\s*v\s*=\s*DKIM1", text, re.IGNORECASE) or re.search(r"(?:^|;)\s*p\s*=", text))


def parse(text: str) -> KeyRecord:
    """Read a record. Never raises."""
    tags: dict[str, str] = {}
    for part in text.split(";"):
        name, _, value = part.partition("=")
        tags.setdefault(name.strip(), "".join(value.split()))
    kind, key = tags.get("k", "rsa").lower(), tags.get("p")
    record = KeyRecord(text, kind, revoked=key == "", testing="y" in tags.get("t", "").lower().split(":"))
    if record.revoked:
        return record
    return record._replace(problem=_problem(tags.get("v"), kind, key))


def _problem(version: str | None, kind: str, key: str | None) -> str:
    if version not in (None, "DKIM1"):
        return "its version is not DKIM1, in just these letters"
    if key is None:
        return "the tag p, the key, is missing"
    if kind not in _KINDS:
        return f"there is no kind of key '{kind[:40]}'"
    try:
        data = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        return "its key is cut short or holds signs that do not belong in one"
    # Around the key itself an RSA record has some thirty bytes of wrapping; what is shorter still is no key of that length.
    if kind == "rsa" and len(data) < _SHORTEST // 8:
        return f"its key has fewer than {_SHORTEST} bits, which receivers do not believe"
    return ""
