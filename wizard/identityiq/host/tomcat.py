"""Where a Tomcat keeps its web applications, and how it is started: server.xml, context files, setenv.sh. Reads only.

The rules are Tomcat's own (Configuration Reference, "Context" and "Host"): ``appBase`` is webapps unless told, ``docBase`` may
lie anywhere, and a file in conf/ENGINE/HOST names one application.
"""

from __future__ import annotations

import io
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from wizard.identityiq.reading.element import Element, XmlProblem
from wizard.identityiq.reading.stream import stream

_LARGEST = 1024 * 1024  # bytes of a file
_MOST = 500  # files and folders of a kind
_VARIABLE = re.compile(r"\$\{([^}]+)\}")
_SHELL_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_ASSIGNED = re.compile(r"^\s*(?:export\s+)?(CATALINA_OPTS|JAVA_OPTS|JAVA_HOME|JRE_HOME)=(.*)$", re.MULTILINE)


class Applications(NamedTuple):
    """Folders that may hold a web application, archives that were not unpacked, and what could not be read."""

    folders: tuple[Path, ...] = ()
    packed: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()


class Start(NamedTuple):
    """How a Tomcat that does not run would be started, as far as ``source`` says: Java's home and words."""

    home: str = ""
    options: tuple[str, ...] = ()
    source: str = ""


def applications(base: Path, defined: Mapping[str, str]) -> Applications:
    """Return what the Tomcat in ``base`` may serve. ``defined`` are its ``-D`` settings, which its files may use."""
    notes: list[str] = []
    hosts, contexts = _server(base / "conf" / "server.xml", notes)
    app_bases = [_resolved(host.attributes.get("appBase", "webapps"), defined) for host in hosts]
    bases = [base / name for name in app_bases if name] or [base / "webapps"]
    for file in sorted(_some((base / "conf").glob("*/*/*.xml"))):
        contexts += [(element, bases[0]) for element in _elements(file, "Context", notes)]
    folders: list[Path] = []
    for one in dict.fromkeys(bases):
        try:
            folders += sorted(one.iterdir())[:_MOST]
        except PermissionError:
            notes.append(f"{one} cannot be read by this user. Run smtp-wizard as the user that runs Tomcat, or with sudo.")
        except OSError:
            continue
    for element, beside in contexts:
        named = _resolved(element.attributes.get("docBase", ""), defined)
        if named:
            folders.append(beside / named)
    unique = tuple(dict.fromkeys(folders))
    packed = tuple(path for path in unique if path.suffix == ".war" and path.with_suffix("") not in unique)
    return Applications(unique, packed, tuple(notes))


def started(base: Path) -> Start:
    """Return what bin/setenv.sh, or the file a Linux package keeps instead, says about the start of a Tomcat. Runs nothing."""
    known = {"CATALINA_BASE": str(base), "CATALINA_HOME": str(base)}
    for file in (base / "bin" / "setenv.sh", base / "conf" / "tomcat.conf"):
        text = _text(file)
        if not text:
            continue
        words: list[str] = []
        for name, value in _ASSIGNED.findall(text.replace("\\\n", " ")):
            said = _shell(value, known)
            known[name] = " ".join(shlex.quote(word) for word in said) if name.endswith("OPTS") else " ".join(said)
            words += said if name.endswith("OPTS") else []
        home = known.get("JAVA_HOME") or known.get("JRE_HOME") or ""
        return Start(home, tuple(dict.fromkeys(words)), str(file))
    return Start()


def _shell(value: str, known: Mapping[str, str]) -> list[str]:
    """Return an assignment's words, the known variables put in. What a shell would have to work out stays as it stands."""
    filled = _SHELL_VARIABLE.sub(lambda match: known.get(match[1] or match[2], ""), value)
    try:
        words = shlex.split(filled, comments=True)
    except ValueError:
        return []
    return [inner for word in words for inner in _inner(word)]


def _inner(word: str) -> list[str]:
    """A quoted value holds several words: CATALINA_OPTS="-Da=1 -Db=2"."""
    try:
        return shlex.split(word)
    except ValueError:
        return [word]


def _server(file: Path, notes: list[str]) -> tuple[list[Element], list[tuple[Element, Path]]]:
    """Return the hosts of server.xml, and its contexts with the folder that their docBase is relative to."""
    hosts = _elements(file, "Host", notes)
    base = file.parent.parent
    return hosts, [
        (element, base / host.attributes.get("appBase", "webapps"))
        for host in hosts
        for element in host.walk()
        if element.tag == "Context"
    ]


def _elements(file: Path, tag: str, notes: list[str]) -> list[Element]:
    text = _text(file)
    if not text:
        return []
    try:
        return list(stream(io.BytesIO(text.encode("utf-8")), (tag,), str(file)))[:_MOST]
    except XmlProblem as problem:
        notes.append(str(problem))
        return []


def _text(file: Path) -> str:
    try:
        if not file.is_file():  # a pipe would not end
            return ""
        with file.open("rb") as opened:
            return opened.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return ""


def _some(paths: object) -> list[Path]:
    found: list[Path] = []
    try:
        for path in paths:  # type: ignore[attr-defined]
            found.append(path)
            if len(found) >= _MOST:
                break
    except OSError:
        return found
    return found


def _resolved(value: str, defined: Mapping[str, str]) -> str:
    """Return a value with ``${name}`` put in; empty where a name is not known."""
    missing = [name for name in _VARIABLE.findall(value) if name not in defined]
    return "" if missing else _VARIABLE.sub(lambda match: defined[match[1]], value)
