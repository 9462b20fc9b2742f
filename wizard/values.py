"""What one typed value means: a host, a port, an address, seconds. Readers raise ValueError with the user's sentence.

Also what a pasted host line means (``smtp.example.com:587``, a URL, stray punctuation). Must not know a whole draft's rules.
"""

from __future__ import annotations

import math
import re
from ipaddress import IPv6Address, ip_address
from pathlib import Path

from wizard.draft import Change, Field

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.IGNORECASE)
_DOT_ATOM = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_QUOTED = re.compile(r'"([^"\\]|\\.)+"')
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# Blanks that copying from web pages and documents leaves around a value; str.strip() misses the zero-width ones.
_STRAY = " \t\r\n\f\v\u00a0\u200b\u200c\u200d\u2060\ufeff"
_SCHEMES = {
    "smtp": "",
    "smtps": "tls",
    "submission": "",
    "submissions": "tls",
    "http": "",
    "https": "",
    "ssl": "tls",
    "tls": "",
}


_MAIL_PORTS = ("25", "465", "587", "2525")


def shown(text: str) -> str:
    """Return a value fit to stand inside a sentence: one line, at most 60 characters, control characters as escapes."""
    clean = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
    return clean if len(clean) <= 60 else clean[:57] + "..."


def one_line(text: str) -> str:
    """Read text without control characters (a line break would end an SMTP command early, RFC 5321 4.1.1)."""
    if _CONTROL.search(text):
        raise ValueError(f"'{shown(text)}' contains a line break or control character: type it again without")
    return text


def host(text: str) -> str:
    """Read a host name (IDN allowed), an IPv4 address or an IPv6 address with or without brackets."""
    if not text:
        raise ValueError("type the name of the mail server, for example smtp.example.com")
    one_line(text)
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if is_address(bare):
        return bare
    if "://" in text or "/" in text:
        raise ValueError(f"'{shown(text)}' is a web address: keep only the host name, for example smtp.example.com")
    if "@" in text:
        raise ValueError(f"'{shown(text)}' is an e-mail address: type the mail server's name, for example smtp.example.com")
    if ":" in text:
        raise ValueError(f"'{shown(text)}' has a colon in it: the port has a field of its own")
    if re.fullmatch(r"\.*\d[\d.]*", text):
        raise ValueError(f"'{shown(text)}' is not an IP address: four numbers from 0 to 255, or a host name")
    name = text.removesuffix(".")
    ascii_name = to_ascii(name)
    if len(ascii_name) > 253 or not all(_LABEL.fullmatch(label) for label in ascii_name.split(".")):
        raise ValueError(
            f"'{shown(text)}' is not a host name: letters, digits, hyphens and dots only, for example smtp.example.com"
        )
    return name


def is_address(text: str) -> bool:
    """Return whether the text is an IPv4 or IPv6 address (a scope such as ``%eth0`` is allowed)."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def to_ascii(name: str) -> str:
    """Return the name as DNS wants it (``bücher.example`` becomes ``xn--bcher-kva.example``, RFC 3490).

    Raises ValueError with a sentence when the name has no such form.
    """
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError(f"'{shown(name)}' cannot be written as a host name: check for stray characters") from None


def port(text: str) -> int | None:
    """Read a port, 1 to 65535. None when empty."""
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError(f"'{shown(text)}' is not a port: type a number, usually 587 or 465")
    number = int(text)
    if not 1 <= number <= 65535:
        raise ValueError(f"port {number} does not exist: ports go from 1 to 65535, mail usually uses 587 or 465")
    return number


def mail_address(text: str) -> str:
    """Read one plain mail address (RFC 5321 4.1.2, RFC 6531 for other alphabets). The empty string stays empty."""
    if not text:
        return ""
    one_line(text)
    example = "for example iiq@example.com"
    if "<" in text or ">" in text or "," in text or ";" in text:
        raise ValueError(f"'{shown(text)}' is more than one plain address: type one address alone, {example}")
    if text.count("@") == 0:
        raise ValueError(f"'{shown(text)}' has no @: an address is name@domain, {example}")
    local, _, domain = text.rpartition("@")
    if not (_DOT_ATOM.fullmatch(local) or _QUOTED.fullmatch(local)):
        raise ValueError(f"'{shown(text)}' is not a mail address: an address is name@domain, {example}")
    _address_domain(text, domain)
    if len(local.encode()) > 64:
        raise ValueError(f"'{shown(text)}' has more than 64 characters before the @, the most mail allows")
    return text


def _address_domain(whole: str, domain: str) -> None:
    """Check the part behind the @: a host name, or an address in brackets (RFC 5321 4.1.3)."""
    if domain.startswith("[") and domain.endswith("]"):
        return
    try:
        host(domain)
    except ValueError:
        raise ValueError(f"'{shown(whole)}' has no valid domain behind the @, for example iiq@example.com") from None


def ehlo_name(text: str) -> str:
    """Read the name said in EHLO: a host name, or an address literal in brackets (RFC 5321 4.1.1.1)."""
    if not text:
        return ""
    literal = text.startswith("[") and text.endswith("]")
    name = host(text)
    if literal:
        return f"[IPv6:{name}]" if isinstance(ip_address(name), IPv6Address) else f"[{name}]"
    return to_ascii(name)


def seconds(text: str) -> float | None:
    """Read a time in seconds, above 0 and at most 3600. None when empty."""
    if not text:
        return None
    try:
        value = float(text.removesuffix("s"))
    except ValueError:
        raise ValueError(f"'{shown(text)}' is not a time: type seconds, for example 15") from None
    if not (math.isfinite(value) and 0 < value <= 3600):
        raise ValueError(f"'{shown(text)}' is outside what makes sense: type seconds between 0.1 and 3600")
    return value


def yes_or_no(text: str) -> bool:
    """Read true or false; empty is false."""
    match text.lower():
        case "" | "false" | "no" | "0":
            return False
        case "true" | "yes" | "1":
            return True
        case _:
            raise ValueError(f"'{shown(text)}' is neither true nor false")


def path(text: str) -> Path | None:
    """Read a path; ``~`` is your home folder. None when empty. Whether it exists is not asked here."""
    return Path(one_line(text)).expanduser() if text else None


def tidy_host(text: str) -> tuple[Change, ...]:
    """Understand what was typed or pasted into the host field and return the changes it stands for.

    ``smtp.example.com:587`` sets the port too, ``smtps://smtp.example.com`` the encryption, a URL keeps its host, stray
    blanks, quotes and punctuation go. What is not understood comes back unchanged, for ``host()`` to name.
    """
    clean = text.strip(_STRAY).lstrip("<\"'`(").rstrip(">\"'`).,;").strip(_STRAY)
    scheme, separator, rest = clean.partition("://")
    if separator and scheme.lower() in _SCHEMES:
        clean = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    else:
        scheme = ""
    name, port_text = _split_port(clean.removesuffix("/"))
    changes = [Change(Field.HOST, name)]
    if _SCHEMES.get(scheme.lower(), ""):
        changes.append(Change(Field.SECURITY, _SCHEMES[scheme.lower()]))
    if port_text and (port_text in _MAIL_PORTS or not scheme.lower().startswith("http")):
        changes.append(Change(Field.PORT, port_text))
        changes.extend(Change(Field.SECURITY, mode) for mode in _mode_of(port_text) if not _SCHEMES.get(scheme.lower()))
    return tuple(changes)


def _mode_of(port_text: str) -> tuple[str, ...]:
    """Return the encryption a pasted port stands for (RFC 8314), or nothing where the port does not tell."""
    return {"465": ("tls",), "587": ("starttls",)}.get(port_text, ())


def _split_port(text: str) -> tuple[str, str]:
    """Split ``host:port``, ``[v6]:port`` and ``host port``; an IPv6 address without brackets has no port."""
    found = re.fullmatch(r"\[([0-9a-fA-F:.%\w]+)\](?::(\d+))?", text)
    if found:
        return found[1], found[2] or ""
    found = re.fullmatch(r"([^\s:]+)(?:\s*:\s*|\s+)(\d{1,5})", text)
    if found and not is_address(text):
        return found[1], found[2]
    return text, ""
