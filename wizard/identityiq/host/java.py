"""A Java on this host: its home, version, trust store, and the settings it was started with. Must not know IdentityIQ."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from wizard.identityiq.installation import JavaRuntime, TrustStore
from wizard.identityiq.starting import nobody_elses, surroundings
from wizard.profile import Password

_CONCERNING = (
    "javax.net.ssl.", "jdk.tls.", "jdk.security.", "java.security.properties", "https.protocols", "mail.", "com.ibm.jsse2.",
    "com.sun.security.",
    "java.net.preferIPv",
)  # fmt: skip
_SHORT = 8.0  # seconds for a Java to say its version
_RELEASE = re.compile(r'^(\w+)="?([^"\n]*)"?$', re.MULTILINE)
_SAID = re.compile(r'^(?:openjdk|java|\S+) version "([^"]+)"', re.MULTILINE)
_SETTING = re.compile(r"^\s+(java\.home|java\.vendor|java\.version) = (.+)$", re.MULTILINE)
_MAGIC = {b"\xfe\xed\xfe\xed": "JKS", b"\xce\xce\xce\xce": "JCEKS"}


def runtime(
    home: Path,
    *,
    source: str = "",
    pid: int | None = None,
    options: Sequence[str] = (),
    folder: Path | None = None,
) -> JavaRuntime:
    """Return the Java in ``home``. ``options`` are the words it is started with, of which the ``-D`` ones count.

    ``folder`` is where it runs: the path of a trust store may be relative to it.
    """
    version, vendor = _release(home)
    if not version:
        _, version, vendor = _ask(home / "bin" / "java")
    defined = properties(options)
    kept = tuple((name, value) for name, value in defined.items() if name.startswith(_CONCERNING) and not _secret(name))
    return JavaRuntime(home, version, vendor, source, pid, trust_store(home, defined, folder), kept)


def in_path(environ: Mapping[str, str] = os.environ) -> JavaRuntime | None:
    """Return the ``java`` that PATH leads to; None where there is none."""
    named = shutil.which("java", path=environ.get("PATH", ""))
    if not named:
        return None
    home = home_of(Path(named))
    return runtime(home, source="in PATH") if home else None


def home_of(program: Path) -> Path | None:
    """Return the home of a ``java`` program, through links; one that is a script of its own is asked. None where it has none."""
    real = Path(os.path.realpath(program))
    if real.name != "java":
        return None
    home = real.parent.parent
    if real.parent.name == "bin" and (_is_file(home / "release") or _security(home) is not None):
        return home
    said, _, _ = _ask(program)
    return Path(said) if said else None


def properties(options: Sequence[str]) -> dict[str, str]:
    """Return the ``-D`` settings among a Java's words; the last one of a name wins, as it does there."""
    found: dict[str, str] = {}
    for option in options:
        if option.startswith("-D"):
            name, _, value = option[2:].partition("=")
            found[name] = value
    return found


def trust_store(home: Path, defined: Mapping[str, str], folder: Path | None = None) -> TrustStore | None:
    """Return the file this Java checks certificates against: its own setting, else ``jssecacerts``, else ``cacerts``.

    The order is that of the JSSE Reference Guide ("The SunX509 and PKIX trust managers"). None where there is no file.
    """
    named = defined.get("javax.net.ssl.trustStore", "")
    kind = defined.get("javax.net.ssl.trustStoreType", "").upper()
    secret = defined.get("javax.net.ssl.trustStorePassword")
    password = Password(secret) if secret else None
    if named and named != "NONE":
        path = Path(named) if folder is None else folder / named
        return TrustStore(path, kind or store_type(path), own=True, password=password)
    security = _security(home)
    if security is None:
        return None
    path = next((security / name for name in ("jssecacerts", "cacerts") if _is_file(security / name)), security / "cacerts")
    return TrustStore(path, kind or store_type(path), own=False, password=password)


def store_type(path: Path) -> str:
    """Return JKS, JCEKS or PKCS12 by a file's first bytes; empty where it cannot be read or is something else."""
    if not _is_file(path):  # a pipe would not end
        return ""
    try:
        with path.open("rb") as file:
            first = file.read(4)
    except OSError:
        return ""
    return _MAGIC.get(first) or ("PKCS12" if first[:1] == b"\x30" else "")


def _secret(name: str) -> bool:
    return "password" in name.lower() or "secret" in name.lower()


def _security(home: Path) -> Path | None:
    """Return ``lib/security``; a JDK 8 has it below its ``jre``."""
    for folder in (home / "jre" / "lib" / "security", home / "lib" / "security"):
        try:
            if folder.is_dir():
                return folder
        except OSError:
            continue
    return None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a folder above it may not be looked into
        return False


def _release(home: Path) -> tuple[str, str]:
    """Return version and vendor from the file ``release``: in the home, or beside the ``jre`` of a JDK 8."""
    for folder in (home, home.parent) if home.name == "jre" else (home,):
        if not _is_file(folder / "release"):
            continue
        try:
            with (folder / "release").open("rb") as file:
                text = file.read(65_536).decode("utf-8", "replace")
        except OSError:
            continue
        said = dict(_RELEASE.findall(text))
        if said.get("JAVA_VERSION"):
            return said["JAVA_VERSION"], said.get("IMPLEMENTOR", "")
    return "", ""


def _ask(program: Path) -> tuple[str, str, str]:
    """Return home, version and vendor as a Java says them itself; empty where it does not. Only for one without ``release``."""
    if not nobody_elses(program):
        return "", "", ""
    try:
        done = subprocess.run(  # noqa: S603 - the Java that was found, no shell
            [str(program), "-XshowSettings:properties", "-version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=surroundings(),
            timeout=_SHORT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return "", "", ""
    text = done.stdout.decode("utf-8", "replace")
    said = dict(_SETTING.findall(text))
    version = _SAID.search(text)
    return said.get("java.home", ""), said.get("java.version") or (version[1] if version else ""), said.get("java.vendor", "")
