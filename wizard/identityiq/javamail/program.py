"""The Java to run, and the probe compiled for it and the mail library. Must not know what the probe tells.

The probe is shipped as source: a class file would fit one Java and one library only. Without a compiler nothing is run.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from wizard import safefile
from wizard.identityiq.installation import Installation, JavaRuntime, MailLibrary
from wizard.identityiq.javamail.library import NotHereError, package_of
from wizard.identityiq.starting import nobody_elses, open_to_all
from wizard.memory.place import state_file

DEADLINE = 60.0  # seconds for the compiler; it takes one or two
# What a child needs of this process's surroundings; the variables that Java reads options from are left out.
ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
_SOURCES = ("Probe.java", "Watched.java")
_JVM_FOLDERS = (Path("/usr/lib/jvm"), Path("/usr/java"), Path("/opt/java"))
_OLDEST = 7  # Java; what the source is written for
_TARGET = 8  # what later compilers still make


class Program(NamedTuple):
    """All that is needed to start the probe. ``temporary`` is to be removed afterwards, None where it is kept."""

    runtime: JavaRuntime
    library: MailLibrary
    classes: Path
    temporary: Path | None = None

    @property
    def class_path(self) -> str:
        """For ``java -cp``."""
        return os.pathsep.join(str(place) for place in (self.classes, self.library.jar, *self.library.more))


def runtime_of(installation: Installation | None, home: Path | None = None) -> JavaRuntime:
    """Return the Java to use: the one named, the one that runs IdentityIQ, the one in PATH. Raises NotHereError."""
    if home is not None:
        found = JavaRuntime(_home_of(home), source="named with --java")
        if not found.java.is_file():
            raise NotHereError(f"There is no bin/java below {home}. Name the folder of a Java with --java.")
        return found
    for known in (installation.jvm, installation.path_jvm) if installation else ():
        if known and known.java.is_file():
            return _startable(known)
    return _runtime_here()


def _startable(known: JavaRuntime) -> JavaRuntime:
    """A process says itself which Java it is: one that somebody else can have put there is not run unasked."""
    if nobody_elses(known.java):
        return known
    raise NotHereError(
        f"The Java at {known.home} ({known.source}) belongs to another user, or others may change it, so it is not run as you, "
        "and the library is foretold. Run smtp-wizard as the user that runs IdentityIQ, or name a Java with --java."
    )


def _runtime_here() -> JavaRuntime:
    named = os.environ.get("JAVA_HOME", "")
    if named and (Path(named) / "bin" / "java").is_file():
        return JavaRuntime(Path(named), source="named by JAVA_HOME")
    in_path = shutil.which("java")
    if in_path:
        return JavaRuntime(Path(in_path).resolve().parent.parent, source="in PATH")
    for home in _homes():
        if (home / "bin" / "java").is_file():
            return JavaRuntime(home, source=f"found at {home}")
    raise NotHereError("No Java was found on this host. Name one with --java, or install one (on Debian: default-jdk-headless).")


def _home_of(place: Path) -> Path:
    """Take the folder of a Java, its bin folder, or the program itself."""
    if place.name == "java" and place.parent.name == "bin":
        return place.parent.parent
    return place.parent if place.name == "bin" else place


def _homes() -> Iterator[Path]:
    for folder in _JVM_FOLDERS:
        if folder.is_dir():
            yield from sorted(folder.iterdir(), reverse=True)


# -- the compiler ------------------------------------------------------------------------------------------------------


def compiler_for(runtime: JavaRuntime) -> Path:
    """Return a javac: that Java's own, or any other, whose classes run on it all the same. Raises NotHereError."""
    own = (runtime.home, runtime.home.parent, Path(os.environ.get("JAVA_HOME") or "/nonexistent"))
    places = [home / "bin" / "javac" for home in own]
    places += [Path(found) for found in (shutil.which("javac"),) if found]
    places += [home / "bin" / "javac" for home in _homes()]
    for place in places:
        if place.is_file():
            return place
    raise NotHereError(
        f"The Java at {runtime.home} has no compiler (javac), and no other was found, so the library is not run but foretold. "
        "A JDK of any version on this host is enough (on Debian: default-jdk-headless)."
    )


async def prepare(runtime: JavaRuntime, library: MailLibrary) -> Program:
    """Return the probe, compiled for this library, from the state folder where it was compiled before. Raises NotHereError."""
    _refuse_open(library)
    package = package_of(library.jar)
    release = min(runtime.major, _TARGET) if runtime.major >= _OLDEST else _TARGET
    sources = {name: _source(name, package) for name in _SOURCES}
    text = "".join(sources.values()) + str(release)
    kept = _kept(hashlib.sha256(text.encode()).hexdigest()[:16])
    if kept is not None and _ours(kept) and (kept / "Probe.class").is_file():
        return Program(runtime, library, kept)
    compiler = compiler_for(runtime)
    folder = _workplace(kept)
    for name, source in sources.items():
        (folder / name).write_text(source, "utf-8")
    problem = await _compile(compiler, release, library, folder)
    if problem:
        shutil.rmtree(folder, ignore_errors=True)
        raise NotHereError(f"The probe could not be compiled with {compiler}, so the library is not run but foretold: {problem}")
    return _moved(Program(runtime, library, folder, folder), kept)


def _refuse_open(library: MailLibrary) -> None:
    """What is in the jars is run. Raises NotHereError for root where everybody may change one of them."""
    places = [place for jar in (library.jar, *library.more) if (place := open_to_all(jar))] if os.geteuid() == 0 else []
    if places:
        raise NotHereError(
            f"Everybody on this host may change {places[0]}, and you are root: what is in it would run as you. The library is "
            f"not run but foretold. Take that right away first (chmod o-w {places[0]}), or run smtp-wizard as the user that runs "
            "IdentityIQ."
        )


def _source(name: str, package: str) -> str:
    text = Path(__file__).with_name(name).read_text("utf-8")
    return text.replace("import javax.mail.", f"import {package}.mail.")


def _kept(key: str) -> Path | None:
    try:
        return state_file("javamail") / key
    except OSError:
        return None


def _ours(folder: Path) -> bool:
    """Whether nobody else can have put the classes there: what lies there is run."""
    return all(_private(one) for one in (folder, folder.parent))


def _private(folder: Path) -> bool:
    try:
        seen = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.getuid() and not seen.st_mode & 0o022


def _workplace(kept: Path | None) -> Path:
    """Return a new folder of our own (0700), beside where the classes are kept so that they can be moved there in one step."""
    if kept is not None:
        with suppress(OSError):
            safefile.make_folder(kept.parent)
            if _private(kept.parent):
                return Path(tempfile.mkdtemp(prefix=".new-", dir=kept.parent))
    return Path(tempfile.mkdtemp(prefix="smtp-wizard-java-"))


def _moved(program: Program, kept: Path | None) -> Program:
    """Keep the classes for the next time; where that cannot be, they are removed after this one."""
    made = program.temporary
    if kept is None or made is None or made.parent != kept.parent:
        return program
    if not (_ours(kept) and (kept / "Probe.class").is_file()):
        shutil.rmtree(kept, ignore_errors=True)
    with suppress(OSError):  # another run was quicker: its classes are in use, ours serve this run alone
        made.rename(kept)
        return program._replace(classes=kept, temporary=None)
    return program


async def _compile(compiler: Path, release: int, library: MailLibrary, folder: Path) -> str:
    """Compile, and return the compiler's first complaint, or nothing. Only old compilers lack ``--release`` (JDK 9)."""
    names = [str(folder / name) for name in _SOURCES]
    rest = ["-nowarn", "-proc:none", "-d", str(folder), "-cp", str(library.jar), *names]
    said = await _javac(compiler, ["--release", str(release), *rest])
    if "--release" in said and "invalid flag" in said:
        said = await _javac(compiler, ["-source", str(release), "-target", str(release), *rest])
    return said


async def _javac(compiler: Path, words: list[str]) -> str:
    try:
        process = await asyncio.create_subprocess_exec(
            str(compiler),
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
        )
    except OSError as problem:
        return f"it could not be started ({problem.strerror})"
    try:
        async with asyncio.timeout(DEADLINE):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return f"it did not end within {DEADLINE:g} seconds"
    if process.returncode == 0:
        return ""
    lines = [line for line in said.decode("utf-8", "replace").splitlines() if line and not line.startswith("warning:")]
    return lines[0][:300] if lines else f"it ended with exit code {process.returncode}"
