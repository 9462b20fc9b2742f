"""Application servers by their process: which one it is, and the folders in which it keeps web applications.

Known are Tomcat, WebSphere, Liberty, JBoss and WildFly, by what they put on Java's command line. Must not know IdentityIQ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from wizard.identityiq.host import tomcat
from wizard.identityiq.host.java import properties
from wizard.identityiq.host.processes import Running

TOMCAT, WEBSPHERE, LIBERTY, JBOSS = "Tomcat", "WebSphere", "Liberty", "JBoss"
_WEBSPHERE_MAIN = "com.ibm.ws.runtime.WsServer"
_MOST = 2000  # folders of one server that are looked at


class Place(NamedTuple):
    """An application server's place. ``applications`` are folders that may be a web application each; ``packed`` are archives
    of which no folder is beside them. ``libraries`` are the folders of jars it shares with all of them.
    """

    server: str
    applications: tuple[Path, ...] = ()
    packed: tuple[Path, ...] = ()
    libraries: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()


def place_of(process: Running) -> Place | None:
    """Return what a process serves from; None for a Java that is no application server known here."""
    defined = properties(process.words)
    if "catalina.base" in defined or "catalina.home" in defined:
        return _tomcat(process, defined)
    if "jboss.home.dir" in defined or "jboss.server.base.dir" in defined:
        return _jboss(process, defined)
    if _WEBSPHERE_MAIN in process.words or "was.install.root" in defined:
        return _websphere(process, defined)
    if any(Path(word).name == "ws-server.jar" for word in process.words):
        return _liberty(process)
    return None


def _tomcat(process: Running, defined: Mapping[str, str]) -> Place:
    home = _folder(process, defined.get("catalina.home") or defined["catalina.base"])
    base = _folder(process, defined.get("catalina.base") or str(home))
    found = tomcat.applications(base, {**defined, "catalina.base": str(base), "catalina.home": str(home)})
    return Place(TOMCAT, found.folders, found.packed, (base / "lib", home / "lib"), found.notes)


def _jboss(process: Running, defined: Mapping[str, str]) -> Place:
    home = _folder(process, defined.get("jboss.home.dir", ""))
    base = _folder(process, defined.get("jboss.server.base.dir") or str(home / "standalone"))
    folders, packed = _children([base / "deployments"])
    inside = [child for folder in folders if folder.suffix == ".ear" for child in listed(folder)]
    return Place(JBOSS, tuple(folders + inside), tuple(packed), (home / "modules/system/layers/base/javax/mail/api/main",))


def _websphere(process: Running, defined: Mapping[str, str]) -> Place:
    profile = defined.get("user.install.root") or defined.get("server.root", "")
    cells = listed(_folder(process, profile) / "installedApps") if profile else []
    archives = [ear for cell in cells for ear in listed(cell)]
    note = (
        "WebSphere keeps its own trust store (NodeDefaultTrustStore or CellDefaultTrustStore), and it is expected to be used for "
        "mail instead of Java's own file: compare both in its console, Security > SSL certificate and key management."
    )
    return Place(WEBSPHERE, tuple(_wars(archives)), notes=(note,))


def _liberty(process: Running) -> Place:
    jar = next(Path(word) for word in process.words if Path(word).name == "ws-server.jar")
    servers = _folder(process, str(jar.parent.parent.parent)) / "usr" / "servers"
    named = [servers / word for word in process.words[process.words.index(str(jar)) + 1 :] if not word.startswith("-")]
    folders, packed = _children([server / part for server in named for part in ("apps", "apps/expanded", "dropins")])
    return Place(LIBERTY, tuple(folders), tuple(packed))


def _wars(archives: list[Path]) -> Iterator[Path]:
    for archive in archives[:_MOST]:
        yield archive
        yield from listed(archive)


def _children(folders: list[Path]) -> tuple[list[Path], list[Path]]:
    """Return the folders in some folders, and the archives beside which no unpacked folder stands."""
    children = [child for folder in folders for child in listed(folder)]
    unpacked = [child for child in children if is_folder(child)]
    names = {folder.name for folder in unpacked}
    archives = [child for child in children if child.suffix in (".war", ".ear") and child not in unpacked]
    packed = [archive for archive in archives if archive.stem not in names]
    return unpacked, packed


def _folder(process: Running, named: str) -> Path:
    return (process.folder or Path("/")) / named


def listed(folder: Path) -> list[Path]:
    """Return what is in a folder, in order; nothing where it is none or may not be looked into."""
    try:
        return sorted(folder.iterdir())[:_MOST]
    except OSError:
        return []


def is_folder(path: Path) -> bool:
    """Say whether a path is a folder that can be seen."""
    try:
        return path.is_dir()
    except OSError:
        return False
