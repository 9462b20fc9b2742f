"""The mail library's jar: which one, its version, what it needs beside it. Must not run anything."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from wizard.identityiq.installation import Installation, MailLibrary

_USUAL_JARS = ("javax.mail.jar", "mail.jar", "jakarta-mail.jar", "jakarta.mail.jar")
_BESIDE = re.compile(r"(?:javax|jakarta)?[.-]?activation(?:-api)?[-.\d\w]*\.jar", re.IGNORECASE)
_PACKAGES = ("javax", "jakarta")
_JAR_FOLDERS = (Path("/usr/share/java"), Path("/usr/local/share/java"))


class NotHereError(Exception):
    """Something that running the library needs is missing; the text is the user's sentence, with the cure."""


def library_of(installation: Installation | None, jar: Path | None = None) -> MailLibrary:
    """Return the mail library to use: the jar named, IdentityIQ's own, Debian's. Raises NotHereError."""
    if jar is not None:
        if not jar.is_file():
            raise NotHereError(f"There is no file {jar}. Name the jar of the mail library with --jar.")
        return completed(MailLibrary(jar))
    if installation and installation.mail and installation.mail.jar.is_file():
        return completed(installation.mail)
    for folder in _JAR_FOLDERS:
        for name in _USUAL_JARS:
            if (folder / name).is_file():
                return completed(MailLibrary(folder / name))
    raise NotHereError(
        "No mail library was found on this host. Name its jar with --jar, for example the mail jar in IdentityIQ's WEB-INF/lib, "
        "or install one (on Debian: libmail-java)."
    )


def completed(library: MailLibrary) -> MailLibrary:
    """Add the version from the manifest and the activation jar, which no Java since 11 brings, where they are not known."""
    version = library.version or version_of(library.jar)
    more = library.more or tuple(_activation(library.jar))
    return library._replace(version=version, more=more)


def _activation(jar: Path) -> Iterator[Path]:
    """Yield the jar with the activation classes of the same package: javax and jakarta may lie side by side."""
    package = next((name for name in _PACKAGES if _holds(jar, f"{name}/mail/Transport.class")), _PACKAGES[0])
    for folder in (jar.parent, *_JAR_FOLDERS):
        for name in sorted(os.listdir(folder)) if folder.is_dir() else ():
            if _BESIDE.fullmatch(name) and _holds(folder / name, f"{package}/activation/DataHandler.class"):
                yield folder / name
                return


def _holds(jar: Path, entry: str) -> bool:
    try:
        with zipfile.ZipFile(jar) as opened:
            return entry in opened.NameToInfo
    except (OSError, zipfile.BadZipFile):
        return False


def version_of(jar: Path) -> str:
    """Return the version a jar's manifest states, empty where it has none or is no jar."""
    try:
        with zipfile.ZipFile(jar) as opened:
            manifest = opened.read("META-INF/MANIFEST.MF")[:65_536].decode("utf-8", "replace")
    except (OSError, KeyError, zipfile.BadZipFile, NotImplementedError):
        return ""
    joined = re.sub(r"\r?\n ", "", manifest)
    for name in ("Implementation-Version", "Bundle-Version", "Specification-Version"):
        found = re.search(rf"^{name}: *(\S+)", joined, re.MULTILINE)
        if found:
            return found[1]
    return ""


def package_of(jar: Path) -> str:
    """Return ``jakarta`` or ``javax``: which name the library's classes have. Raises NotHereError when it is neither."""
    for package in _PACKAGES:
        if _holds(jar, f"{package}/mail/Transport.class"):
            return package
    if not zipfile.is_zipfile(jar):
        raise NotHereError(f"{jar} is no jar that can be read. Name another with --jar.")
    raise NotHereError(f"{jar} holds no mail library (javax.mail or jakarta.mail). Name another with --jar.")
