"""What a jar says about itself: its version, the classes it holds. Opens jars as archives, runs nothing in them."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path

from wizard.identityiq.installation import MailLibrary

_MANIFEST = "META-INF/MANIFEST.MF"
_LARGEST_MANIFEST = 1024 * 1024  # bytes
_LARGEST_INDEX = 32 * 1024 * 1024  # bytes
_END = struct.Struct("<4s4H2LH")  # the end of central directory record (APPNOTE 4.3.16)
# The class that speaks SMTP: JavaMail and Jakarta Mail to 2.0, then Angus Mail. The interfaces alone (mail-api) lack it.
_SPEAKERS = ("com/sun/mail/smtp/SMTPTransport.class", "org/eclipse/angus/mail/smtp/SMTPTransport.class")
_INTERFACES = ("javax/mail/Transport.class", "jakarta/mail/Transport.class")
_ACTIVATION = ("javax/activation/DataHandler.class", "jakarta/activation/DataHandler.class")


def version(jar: Path, names: Iterable[str] = ("Implementation-Version", "Specification-Version")) -> str:
    """Return the first of these entries that a jar's manifest has; empty for a jar that has none or cannot be read."""
    if not _is_file(jar):  # a pipe would not end
        return ""
    try:
        with zipfile.ZipFile(jar) as archive, archive.open(_MANIFEST) as file:
            text = file.read(_LARGEST_MANIFEST).decode("utf-8", "replace")
    except (OSError, KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError):
        return ""
    entries: dict[str, str] = {}
    unfolded = text.replace("\r\n", "\n").replace("\n ", "")  # a long line goes on after a blank (JAR specification)
    for line in unfolded.partition("\n\n")[0].splitlines():
        key, _, value = line.partition(":")
        entries[key.strip().lower()] = value.strip()
    return next((entries[name.lower()] for name in names if entries.get(name.lower())), "")


def mail_library(folders: Iterable[Path]) -> MailLibrary | None:
    """Return the jar that speaks SMTP in the first folder that has one, with the jars it needs beside it; None where none has."""
    for folder in folders:
        jars = _jars(folder)
        jar = _first(jars, "mail", _SPEAKERS)
        if jar is None:
            continue
        needed = []
        if not holds(jar, _INTERFACES):
            needed.append(_first([one for one in jars if one != jar], "mail", _INTERFACES))
        if not holds(jar, _ACTIVATION):
            needed.append(_first([one for one in jars if one != jar], "activation", _ACTIVATION))
        return MailLibrary(jar, version(jar, ("Implementation-Version",)), tuple(one for one in needed if one is not None))
    return None


def holds(jar: Path, names: Iterable[str]) -> bool:
    """Say whether a jar holds one of these classes, from the list at its end: for hundreds of jars that takes no time."""
    index = _index(jar)
    return any(name.encode() in index for name in names)


def _jars(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() == ".jar")
    except OSError:
        return []


def _first(jars: list[Path], hint: str, names: tuple[str, ...]) -> Path | None:
    """Look at the jars whose name says so before all others."""
    likely = [jar for jar in jars if hint in jar.name.lower()]
    return next((jar for jar in (*likely, *(jar for jar in jars if jar not in likely)) if holds(jar, names)), None)


def _index(jar: Path) -> bytes:
    """Return the raw central directory; nothing for what is no jar or cannot be read."""
    if not _is_file(jar):
        return b""
    try:
        with jar.open("rb") as file:
            end = file.seek(0, 2)
            file.seek(max(end - 65_557, 0))
            tail = file.read()
            at = tail.rfind(b"PK\x05\x06")
            if at < 0 or len(tail) - at < _END.size:
                return b""
            _, _, _, _, _, size, start, _ = _END.unpack_from(tail, at)
            file.seek(min(start, end))
            return file.read(min(size, _LARGEST_INDEX))
    except OSError:
        return b""


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False
