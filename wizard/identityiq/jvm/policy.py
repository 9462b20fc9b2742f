"""What a Java has switched off: its ``java.security`` file, read as Java reads it. Must not know certificates or servers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from wizard.identityiq.installation import JavaRuntime
from wizard.identityiq.jvm.store import security_file, security_folder, security_override

_LARGEST = 4 * 1024 * 1024  # bytes; the file Java brings has seventy thousand
_CERTPATH, _TLS = "jdk.certpath.disabledAlgorithms", "jdk.tls.disabledAlgorithms"
_DISTRUST, _MAY_OVERRIDE = "jdk.security.caDistrustPolicies", "security.overridePropertiesFile"
# What a Java has switched off since 2021 and later: for one whose file cannot be read.
_USUAL = {
    _CERTPATH: "MD2, MD5, SHA1 jdkCA & usage TLSServer, RSA keySize < 1024, DSA keySize < 1024, EC keySize < 224",
    _TLS: "SSLv3, TLSv1, TLSv1.1, RC4, DES, MD5withRSA, DH keySize < 1024, EC keySize < 224, 3DES_EDE_CBC, anon, NULL",
}


class Policy(NamedTuple):
    """What one Java has switched off. ``certpath`` and ``tls`` are entries such as ``RSA keySize < 1024``.

    ``blocked`` are SHA-256 fingerprints, lower case. ``read`` is False where the file could not be read and the usual stands in.
    """

    certpath: tuple[str, ...] = ()
    tls: tuple[str, ...] = ()
    distrusted: tuple[str, ...] = ()
    blocked: frozenset[str] = frozenset()
    file: Path = Path()
    read: bool = True


def policy_of(runtime: JavaRuntime) -> Policy:
    """Read a Java's security properties, with the file of ``-Djava.security.properties`` over or instead of them."""
    path = security_file(runtime)
    properties = _properties(path)
    more, instead = security_override(runtime)
    found = dict(properties or _USUAL)
    if more is not None and found.get(_MAY_OVERRIDE, "true") == "true":
        over = _properties(more)
        found = dict(over or found) if instead else {**found, **(over or {})}
    return Policy(
        certpath=tuple(_entries(found, _CERTPATH)),
        tls=tuple(_entries(found, _TLS)),
        distrusted=tuple(_entries(found, _DISTRUST)),
        blocked=_blocked(security_folder(runtime.home) / "blocked.certs"),
        file=path,
        read=properties is not None,
    )


def _properties(path: Path) -> dict[str, str] | None:
    """Read a properties file (java.util.Properties): comments, lines that go on after a backslash, ``=`` or ``:``."""
    try:
        with path.open("rb") as opened:
            text = opened.read(_LARGEST).decode("latin-1")
    except OSError:
        return None
    found: dict[str, str] = {}
    for line in _whole_lines(text):
        at = min((line.find(sign) for sign in "=:" if sign in line), default=-1)
        name, value = (line[:at], line[at + 1 :]) if at >= 0 else (line, "")
        found[name.strip()] = value.strip()
    return found


def _whole_lines(text: str) -> Iterator[str]:
    held = ""
    for raw in text.splitlines():
        line = raw.lstrip()
        if not held and line[:1] in ("#", "!", ""):
            continue
        held += line
        if (len(held) - len(held.rstrip("\\"))) % 2:
            held = held[:-1]
            continue
        yield held
        held = ""
    if held:
        yield held


def _entries(properties: Mapping[str, str], name: str) -> Iterator[str]:
    """Yield the entries of a list; ``include other.property`` stands for those of another one."""
    for entry in properties.get(name, "").strip('"').split(","):
        words = entry.split()
        if len(words) == 2 and words[0] == "include" and words[1] != name:
            yield from (part.strip() for part in properties.get(words[1], "").split(",") if part.strip())
        elif words:
            yield " ".join(words)


def _blocked(path: Path) -> frozenset[str]:
    """Read the fingerprints of certificates a JDK refuses whoever signed them."""
    try:
        with path.open("rb") as opened:
            lines = opened.read(_LARGEST).decode("latin-1").split()
    except OSError:
        return frozenset()
    return frozenset(line.lower() for line in lines if len(line) == 64)
