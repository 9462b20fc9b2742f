"""IdentityIQ's mail settings out of a file or a text, of any size and whatever stands around them. Must not know the network.

A file is read as it comes, a text (what a console printed, what was copied from a page) is searched for objects.
"""

import gzip
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple

from wizard import safefile
from wizard.identityiq.reading import encoding, gather, noise
from wizard.identityiq.reading.element import Element, XmlProblem
from wizard.identityiq.reading.stream import CHUNK, HEAD, XmlReader, read_with, stream
from wizard.identityiq.settings import Settings

__all__ = ["Element", "Export", "XmlProblem", "XmlReader", "read_bytes", "read_file", "read_source", "read_text", "stream"]

_ZIP = b"PK\x03\x04"
_GZIP = b"\x1f\x8b"
_MOST = 2 * 1024**3  # bytes of an unpacked export: what a small packed file may grow to
_OTHERS = (
    (_ZIP, "it is a zip archive. Unpack it first, and give the XML file that is in it"),
    (b"%PDF", "it is a PDF, not XML. Export the object from IdentityIQ, or copy it from the Debug page into a text file"),
    (b"\xd0\xcf\x11\xe0", "it is an Office document, not XML. Save the XML in it as plain text"),
    (b"BZh", "it is packed (bzip2). Unpack it first"),
    (b"\xfd7zXZ\x00", "it is packed (xz). Unpack it first"),
    (b"7z\xbc\xaf", "it is packed (7z). Unpack it first"),
    (b"\x7fELF", "it is a program, not XML"),
    (b"\xca\xfe\xba\xbe", "it is a Java class, not XML"),
)
HOW_TEMPLATES = (
    "Templates are objects EmailTemplate: in IdentityIQ's console, 'export FILE EmailTemplate' writes them, and those it came "
    "with are in WEB-INF/config"
)
HOW = (
    "In IdentityIQ's console, 'get Configuration SystemConfiguration' shows what is needed; in a browser, the Debug page does "
    "(object Configuration, SystemConfiguration)"
)


def _how(templates: bool) -> str:
    return HOW_TEMPLATES if templates else HOW


class Export(NamedTuple):
    """What one source holds. ``objects`` counts the objects of each class; ``queue`` is the number of mails expected to wait.

    ``settings`` is None where nothing about mail was found, ``queue`` where no Requests were; ``templates`` is filled only
    when asked for.
    """

    source: str
    settings: Settings | None = None
    templates: tuple[Element, ...] = ()
    objects: Mapping[str, int] = {}
    queue: int | None = None


def read_file(path: Path, *, templates: bool = False) -> Export:
    """Read a file: an export of any size, a merge file, saved console output, a copied page; packed with gzip too.

    Raises XmlProblem with the sentence to show when it cannot be opened or read.
    """
    name = str(path)
    try:
        if not path.is_file():
            raise XmlProblem(name, _no_file(path))
        with path.open("rb") as file:
            return read_source(file, name, templates=templates)
    except OSError as problem:
        raise XmlProblem(name, f"it cannot be read: {safefile.reason(problem)}") from None


def _no_file(path: Path) -> str:
    if path.is_dir():
        return "it is a folder. Name a file in it"
    if path.exists():
        return "it is not an ordinary file. Save what it holds into one"
    return "there is no such file. Check the path"


def read_source(file: BinaryIO, name: str, *, templates: bool = False) -> Export:
    """Read an open file that can go back to its start. Raises XmlProblem, and OSError from reading."""
    if file.read(2) != _GZIP:
        file.seek(0)
        return _read(file, name, templates=templates)
    file.seek(0)
    try:
        with gzip.open(file) as unpacked:
            return _read(_Bounded(unpacked, name), name, templates=templates)  # type: ignore[arg-type]  # read and seek suffice
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise XmlProblem(name, "the packed file is damaged or not complete. Copy it again") from None


def read_bytes(data: bytes, name: str, *, templates: bool = False) -> Export:
    """Read what came from standard input. Raises XmlProblem."""
    import io

    return read_source(io.BytesIO(data), name, templates=templates)


def read_text(text: str, source: str, *, templates: bool = False) -> Export:
    """Read what a console printed or a page showed: prompts and other lines around the objects do not matter.

    Raises XmlProblem when an object in it is damaged, or when it holds none.
    """
    if len(text) > noise.LONGEST:
        raise XmlProblem(source, "this is too much text to search. Give the export as a file")
    if not noise.looks_like_objects(text):
        raise XmlProblem(source, f"there is no object of IdentityIQ's in it. {_how(templates)}")
    gathering = gather.Gathering(source, templates=templates)
    for element in noise.objects(text, gather.WANTED, source, only=gather.only, bare=gather.BARE, count=gathering.count):
        gathering.take(element)
    return _export(gathering, source)


def _read(file: BinaryIO, name: str, *, templates: bool) -> Export:
    head = file.read(HEAD)
    other = next((sentence for mark, sentence in _OTHERS if head.startswith(mark)), "")
    if other:
        raise XmlProblem(name, other)
    if not head.strip():
        raise XmlProblem(name, f"it is empty. {_how(templates)}")
    if not _begins_as_xml(head):
        return read_text(_all_text(file, head, name), name, templates=templates)
    gathering = gather.Gathering(name, templates=templates)
    known = encoding.expat_encoding(head, name)
    reader = XmlReader(gather.WANTED, name, encoding=known, only=gather.only, bare=gather.BARE)
    try:
        for element in read_with(reader, file, head):
            gathering.take(element)
    except XmlProblem as problem:
        if not problem.outside:
            raise
        return _as_text(file, problem, name, templates=templates)
    for tag, number in reader.counts.items():
        gathering.count(tag, number)
    export = _export(gathering, name)
    return export if _is_known(export) else _out_of_a_page(file, export, name, templates=templates)


def _begins_as_xml(head: bytes) -> bool:
    text = encoding.decoded(head).lstrip()
    return text.startswith("<") and text[1:2].isalpha() | (text[1:2] in ("?", "!"))


def _as_text(file: BinaryIO, problem: XmlProblem, name: str, *, templates: bool) -> Export:
    """Several objects one after the other, or a prompt at the end, are no XML document: look for the objects one by one."""
    file.seek(0)
    text = _all_text(file, b"", name)
    if not noise.looks_like_objects(text):
        raise problem from None
    export = read_text(text, name, templates=templates)
    if not _is_known(export):
        raise problem
    return export


def _is_known(export: Export) -> bool:
    return export.settings is not None or any(tag in export.objects for tag in gather.WANTED)


def _out_of_a_page(file: BinaryIO, export: Export, name: str, *, templates: bool) -> Export:
    """A saved page shows its objects with &lt; for every <: well-formed, and yet none of it is an element."""
    file.seek(0)
    text = encoding.decoded(file.read(noise.LONGEST))
    return read_text(text, name, templates=templates) if noise.looks_like_objects(text) else export


def _all_text(file: BinaryIO, head: bytes, name: str) -> str:
    pieces, size = [head], len(head)
    while piece := file.read(CHUNK):
        pieces.append(piece)
        size += len(piece)
        if size > noise.LONGEST:
            raise XmlProblem(name, f"it does not begin with XML, and is too large to search. {HOW}")
    return encoding.decoded(b"".join(pieces))


class _Bounded:
    """A packed file as it unpacks, up to a size: a few megabytes can stand for any number of zeros."""

    def __init__(self, file: gzip.GzipFile, name: str) -> None:
        self._file, self._name, self._size = file, name, 0

    def read(self, size: int) -> bytes:
        piece = self._file.read(size)
        self._size += len(piece)
        if self._size > _MOST:
            raise XmlProblem(self._name, "it unpacks to more than 2 GB. Unpack it first, and give the XML file")
        return piece

    def seek(self, place: int) -> int:
        return self._file.seek(place)


def _export(gathering: gather.Gathering, source: str) -> Export:
    return Export(source, gathering.settings(), tuple(gathering.templates), gathering.objects, gathering.queue())
