"""Templates out of files, folders, installations and texts. Must not know what a template means."""

import os
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from wizard import safefile
from wizard.identityiq.reading import Export, XmlProblem, read_bytes, read_file
from wizard.identityiq.templates.template import Template, read

CONFIG = Path("WEB-INF") / "config"
_MOST_FILES = 5000  # in a folder; IdentityIQ's own config folder has some hundred
_MARK = b"EmailTemplate"
_CHUNK = 1024 * 1024  # bytes

# Our own samples, by the event they are for: for those who have no template at hand.
SAMPLES = {
    "certification": "certification.xml",
    "sign-off": "certification-sign-off-approval.xml",
    "approval": "access-request-approval.xml",
}


class Collection(NamedTuple):
    """What was found; ``notes`` are sentences about files that could not be read, ``sources`` what was looked into."""

    templates: tuple[Template, ...] = ()
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def named(self, name: str) -> tuple[Template, ...]:
        """Return the templates of this name; without any, those whose name begins with or holds it, whatever the case."""
        wanted = name.casefold().strip()
        exact = tuple(one for one in self.templates if one.name == name)
        same = exact or tuple(one for one in self.templates if one.name.casefold() == wanted)
        begin = same or tuple(one for one in self.templates if one.name.casefold().startswith(wanted))
        return begin or tuple(one for one in self.templates if wanted in one.name.casefold())


def collect(paths: Iterable[Path]) -> Collection:
    """Read files and folders. A folder with WEB-INF is an installation, of which WEB-INF/config is read.

    Raises XmlProblem for a file that was named itself and cannot be read; within a folder that becomes a note.
    """
    templates: list[Template] = []
    notes: list[str] = []
    sources: list[str] = []
    for path in paths:
        if path.is_dir():
            found = _folder(path)
            templates += found.templates
            notes += found.notes
            sources += found.sources
        else:
            templates += templates_of(read_file(path, templates=True))
            sources.append(str(path))
    return Collection(tuple(templates), tuple(notes), tuple(sources))


def collect_bytes(data: bytes, name: str = "standard input") -> Collection:
    """Read what came from standard input: a file's content, or what the console printed. Raises XmlProblem."""
    return Collection(tuple(templates_of(read_bytes(data, name, templates=True))), (), (name,))


def templates_of(export: Export) -> Iterator[Template]:
    """Return the templates of an export that was read with ``templates=True``."""
    return (read(element, export.source) for element in export.templates)


def samples() -> tuple[Template, ...]:
    """Return our own samples, in the order of SAMPLES."""
    return tuple(sample(event) for event in SAMPLES)


def sample(event: str) -> Template:
    """Return our own sample for an event of SAMPLES."""
    data = resources.files("wizard.identityiq.templates").joinpath("samples", SAMPLES[event]).read_bytes()
    (made,) = templates_of(read_bytes(data, f"sample '{event}'", templates=True))
    return made


def _folder(folder: Path) -> Collection:
    inside = folder / CONFIG
    top = inside if inside.is_dir() else folder
    templates: list[Template] = []
    notes = _closed(top)
    for number, path in enumerate(sorted(top.rglob("*.xml"))):
        if number >= _MOST_FILES:
            notes.append(f"{top}: only the first {_MOST_FILES} files were looked into")
            break
        try:
            if _holds_templates(path):
                templates += templates_of(read_file(path, templates=True))
        except XmlProblem as problem:
            notes.append(str(problem))
        except OSError as problem:
            notes.append(f"{path}: it cannot be read: {safefile.reason(problem)}")
    return Collection(tuple(templates), tuple(notes), (str(top),))


def _closed(folder: Path) -> list[str]:
    """Say it where a folder may not be looked into: the search itself passes over it without a word."""
    try:
        with os.scandir(folder):
            return []
    except OSError as problem:
        return [f"{folder}: it cannot be looked into: {safefile.reason(problem)}. Try as the user that runs IdentityIQ"]


def _holds_templates(path: Path) -> bool:
    """Look for the word before anything is parsed; a file in UTF-16 has it with gaps, and is read to be sure."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        tail = b""
        while piece := file.read(_CHUNK):
            if _MARK in tail + piece or piece[:2] in (b"\xff\xfe", b"\xfe\xff"):
                return True
            tail = piece[-len(_MARK) :]
    return False
