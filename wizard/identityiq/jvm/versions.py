"""Which TLS versions and ciphers a Java still offers: its release, what it has switched off, its settings, its mail library.

Must not know servers. From Oracle's release notes of the JDK and the sources of JavaMail.
"""

from __future__ import annotations

from typing import NamedTuple

from wizard.identityiq.installation import JavaRuntime, MailLibrary
from wizard.identityiq.jvm.policy import Policy
from wizard.identityiq.jvm.store import setting
from wizard.profile import Security

_ALL = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
# What an entry of jdk.tls.disabledAlgorithms takes away, in OpenSSL's form of a cipher list.
_CIPHERS = {
    "RC4": "!RC4",
    "RC4_40": "!RC4",
    "DES": "!DES",
    "3DES_EDE_CBC": "!3DES",
    "DESEDE": "!3DES",
    "ANON": "!aNULL",
    "DH_ANON": "!aNULL",
    "NULL": "!eNULL",
    "TLS_RSA_*": "!kRSA",
    "DHE": "!kDHE",
    "ECDHE": "!kECDHE",
    "ECDH": "",  # the static kind, which OpenSSL no longer has
}


class Offer(NamedTuple):
    """What a Java offers a server: ``versions`` oldest first, perhaps none, ``ciphers`` in OpenSSL's form.

    ``limited_by`` names what leaves fewer versions than the Java could: a setting, or its old mail library.
    """

    versions: tuple[str, ...]
    ciphers: str = "ALL"
    limited_by: str = ""


def offer_of(runtime: JavaRuntime, policy: Policy, security: Security, library: MailLibrary | None = None) -> Offer:
    """Return what this Java would offer a server when it speaks TLS in this way."""
    versions, limited = _by_default(runtime), ""
    named = setting(runtime, "jdk.tls.client.protocols")
    if named:
        versions, limited = tuple(name for name in _ALL if name in _words(named)), f"-Djdk.tls.client.protocols={named}"
    if security is Security.STARTTLS and library is not None and speaks_only_tls10(library):
        # SocketFetcher of JavaMail 1.4 sets TLSv1 and nothing else before STARTTLS, whatever the Java could do.
        versions, limited = ("TLSv1",), f"the mail library JavaMail {library.version}, which offers TLS 1.0 only in STARTTLS"
    off = {entry.upper() for entry in policy.tls if " " not in entry}
    left = tuple(name for name in versions if name.upper() not in off)
    ciphers = ":".join(dict.fromkeys(("ALL", *(_CIPHERS[entry] for entry in sorted(off) if _CIPHERS.get(entry)))))
    return Offer(left, ciphers, limited)


def speaks_only_tls10(library: MailLibrary) -> bool:
    """Return whether this library offers TLS 1.0 only in STARTTLS (JavaMail 1.4)."""
    return library.version.split(".")[:2] == ["1", "4"]


def _by_default(runtime: JavaRuntime) -> tuple[str, ...]:
    """Return what a release offers before anything is switched off. One that is not known is taken for a current one.

    JDK 7 offers TLS 1.0 as a client; JDK 8 offers TLS 1.3 as a client since update 341 only.
    """
    if runtime.major == 7:
        return _ALL[:1]
    update = runtime.version.rpartition("_")[2].partition("-")[0] if runtime.version.startswith("1.8") else ""
    return _ALL[:3] if update.isdigit() and int(update) < 341 else _ALL


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))
