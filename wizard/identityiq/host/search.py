"""Finds IdentityIQ on this host: by the processes that run it, by $SPHOME, and in the folders application servers usually have.

It reads, starts nothing but a ``java`` that cannot say its version otherwise, and changes nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from wizard.identityiq.host import jars, java, servers, tomcat
from wizard.identityiq.host.processes import Look, Running, running
from wizard.identityiq.installation import Installation, JavaRuntime
from wizard.identityiq.starting import open_to_all, stranger

JAR = Path("WEB-INF/lib/identityiq.jar")
_ENOUGH = 3.0  # seconds after which no further usual folder is looked at: a network file system may be slow
USUAL = (
    "opt/webapps/*", "opt/*/webapps/*", "opt/*/*/webapps/*", "opt/*/*/*/webapps/*", "usr/local/*/webapps/*",
    "var/lib/tomcat*/webapps/*", "usr/share/tomcat*/webapps/*", "srv/*/webapps/*", "app/*/webapps/*", "apps/*/webapps/*",
    "u01/*/webapps/*", "data/*/webapps/*", "home/*/tomcat*/webapps/*", "home/*/apache-tomcat*/webapps/*",
    "opt/*/standalone/deployments/*", "opt/*/*/standalone/deployments/*", "opt/*/standalone/deployments/*.ear/*",
    "opt/IBM/WebSphere/*/profiles/*/installedApps/*/*/*", "opt/ibm/wlp/usr/servers/*/apps/*",
    "opt/ibm/wlp/usr/servers/*/apps/expanded/*",
)  # fmt: skip


class Found(NamedTuple):
    """What is on this host. ``notes`` are sentences about what could not be looked at."""

    installations: tuple[Installation, ...] = ()
    path_jvm: JavaRuntime | None = None
    notes: tuple[str, ...] = ()


class _Candidate(NamedTuple):
    folder: Path
    found_by: str
    process: Running | None = None
    place: servers.Place | None = None


def look(*, root: Path = Path("/"), environ: Mapping[str, str] = os.environ, processes: Look = running) -> Found:
    """Find every IdentityIQ on this host, those that run now first, and say what could not be looked at.

    ``root`` stands before the usual folders, ``environ`` holds SPHOME and PATH, ``processes`` gives the Java processes.
    """
    notes: list[str] = []
    path_jvm = java.in_path(environ)
    found: dict[str, Installation] = {}
    for candidate in _candidates(root, environ, processes, notes):
        real = os.path.realpath(candidate.folder)
        if real not in found and _is_one(candidate.folder):
            found[real] = _installation(candidate, path_jvm)
    return Found(tuple(found.values()), path_jvm, tuple(dict.fromkeys(notes)))


def find(
    *, root: Path = Path("/"), environ: Mapping[str, str] = os.environ, processes: Look = running
) -> tuple[Installation, ...]:
    """Return every IdentityIQ on this host, those that run now first. See ``look`` for the arguments."""
    return look(root=root, environ=environ, processes=processes).installations


def at(folder: Path, *, environ: Mapping[str, str] = os.environ, processes: Look = running) -> Installation | None:
    """Return the IdentityIQ in a folder that was named, with the process that runs it; None where the folder holds none.

    The folder may be the one with WEB-INF, or WEB-INF itself.
    """
    folder = folder.parent if folder.name == "WEB-INF" else folder
    if not _is_one(folder):
        return None
    real = os.path.realpath(folder)
    for candidate in _of_processes(processes, []):
        if os.path.realpath(candidate.folder) == real:
            return _installation(candidate, java.in_path(environ))
    return _installation(_Candidate(folder, "the folder that was named"), java.in_path(environ))


def owner_of(found: Installation) -> str:
    """Return who an installation's programs belong to where that is neither root nor this user; empty otherwise.

    They would run as this user, and any user of a host can lay out something that looks like an IdentityIQ.
    """
    return stranger(found.console) or (stranger(found.mail.jar) if found.mail else "")


def _candidates(root: Path, environ: Mapping[str, str], processes: Look, notes: list[str]) -> Iterator[_Candidate]:
    yield from _of_processes(processes, notes)
    named = environ.get("SPHOME", "")
    if named:
        yield _Candidate(Path(named), "$SPHOME")
        if not _is_one(Path(named)):
            notes.append(f"SPHOME names {named}, and there is no IdentityIQ that can be read: {JAR} is missing there.")
    begun = time.monotonic()
    for pattern in USUAL:
        if time.monotonic() - begun > _ENOUGH:
            notes.append("Some usual folders were not looked at, because reading them took too long.")
            return
        yield from (_Candidate(path, "a usual folder") for path in _globbed(root, pattern))


def _of_processes(processes: Look, notes: list[str]) -> Iterator[_Candidate]:
    for process in processes():
        who = f"process {process.pid}" + (f" of {process.user}" if process.user else "")
        if process.boxed:
            notes.append(f"The Java of {who} runs in a container. Run smtp-wizard inside of it to see what it serves.")
            continue
        if not process.words:
            notes.append(f"The Java of {who} cannot be looked at by this user. Run smtp-wizard with sudo to see what it serves.")
            continue
        place = servers.place_of(process)
        if place is None:
            continue
        notes += [note for note in place.notes if place.server == servers.TOMCAT]
        found_by = f"runs {place.server}, process {process.pid}"
        yield from (_Candidate(folder, found_by, process, place) for folder in place.applications)
        notes += [
            f"{archive} is served packed by {place.server}. IdentityIQ's console needs it unpacked."
            for archive in place.packed
            if "identityiq" in archive.name.lower() or "iiq" in archive.name.lower()
        ]


def _globbed(root: Path, pattern: str) -> list[Path]:
    try:
        return sorted(root.glob(pattern))
    except OSError:
        return []


def _is_one(folder: Path) -> bool:
    try:
        return (folder / JAR).is_file()
    except OSError:
        return False


def _installation(candidate: _Candidate, path_jvm: JavaRuntime | None) -> Installation:
    process, place, folder = candidate.process, candidate.place, candidate.folder
    notes: list[str] = list(place.notes) if place and place.server != servers.TOMCAT else []
    jvm = _running_jvm(process, place, notes) if process and place else _would_run(folder, path_jvm, notes)
    libraries = (folder / "WEB-INF" / "lib", *(place.libraries if place else ()))
    mail = jars.mail_library(libraries)
    if mail is None:
        notes.append(f"No mail library was found in {libraries[0]}.")
    _about_console(folder, process.user if process else "", notes)
    return Installation(
        folder,
        jars.version(folder / JAR),
        place.server if place else "",
        process.pid if process else None,
        process.user if process else "",
        candidate.found_by,
        jvm,
        path_jvm,
        mail,
        tuple(notes),
    )


def _running_jvm(process: Running, place: servers.Place, notes: list[str]) -> JavaRuntime | None:
    """Return the Java of a process: by the file it runs, else by its command line, else by its JAVA_HOME."""
    source = f"runs {place.server}, process {process.pid}"
    words = (*process.options, *process.words)
    programs = [process.program, Path(process.words[0]) if process.words[0].startswith("/") else None]
    homes = [java.home_of(program) for program in programs if program]
    homes += [Path(said) if said else None for said in (_of_jsvc(process), process.home)]
    home = next((home for home in homes if home), None)
    if process.replaced:
        notes.append(
            f"The Java that {source} was replaced or removed since it started: what is said of it may be about the new one. "
            f"Restart {place.server} to be sure."
        )
    if home is None:
        notes.append(f"This user may not see which Java {source}. Run smtp-wizard with sudo.")
        return None
    if process.program is None:
        notes.append(f"The Java that {source} is known from its command line only. Run smtp-wizard with sudo to be sure.")
    return java.runtime(home, source=source, pid=process.pid, options=words, folder=process.folder)


def _of_jsvc(process: Running) -> str:
    """Return the Java's home that jsvc (Apache Commons Daemon), which is no ``java``, was told."""
    for word, value in zip(process.words, process.words[1:], strict=False):
        if word in ("-home", "-java-home"):
            return value
    return ""


def _would_run(folder: Path, path_jvm: JavaRuntime | None, notes: list[str]) -> JavaRuntime | None:
    """Return the Java that would run a Tomcat that does not run now, where its own files say something about that."""
    notes.append("No application server that this user can see runs it now.")
    base = folder.parent.parent
    if folder.parent.name != "webapps":
        return None
    start = tomcat.started(base)
    home = java.home_of(Path(start.home) / "bin" / "java") if start.home else path_jvm.home if path_jvm else None
    if not start.source or home is None:
        return None
    source = f"would run Tomcat, from {start.source}"
    return java.runtime(home, source=source, options=start.options, folder=base)


def _about_console(folder: Path, user: str, notes: list[str]) -> None:
    console = folder / "WEB-INF" / "bin" / "iiq"
    try:
        if not console.is_file():
            notes.append(f"Its console is missing: there is no {console}.")
        elif not os.access(console, os.R_OK):
            notes.append("Its console may not be run by this user. Run smtp-wizard as the user that runs it, or with sudo.")
        elif open_place := open_to_all(console):
            notes.append(
                f"Everybody on this host may change {open_place}, and so what its console runs. Take that right away: "
                f"chmod o-w {open_place}"
            )
        elif os.geteuid() == 0 and user not in ("", "root"):
            notes.append(
                f"It runs as {user}: sudo -u {user} smtp-wizard keeps the files its console may write open to it (expected)."
            )
        elif owner := stranger(console):
            notes.append(f"Its console belongs to {owner}, and would run as you: be sure that this is your IdentityIQ.")
    except OSError:
        notes.append("Its console may not be looked at by this user. Run smtp-wizard with sudo.")
