"""The Java to run, and the probe compiled for it and the mail library. Must not know what the probe tells.

The probe is shipped as source: a class file would fit one Java and one library only. Without a compiler nothing is run.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from wizard.identityiq.installation import Installation, JavaRuntime, MailLibrary
from wizard.identityiq.javamail.library import NotHereError, package_of
from wizard.memory.place import state_file

DEADLINE = 60.0  # seconds for the compiler; it takes one or two
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
            return known
    return _runtime_here()


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
    package = package_of(library.jar)
    release = min(runtime.major, _TARGET) if runtime.major >= _OLDEST else _TARGET
    sources = {name: _source(name, package) for name in _SOURCES}
    text = "".join(sources.values()) + str(release)
    kept = _kept(hashlib.sha256(text.encode()).hexdigest()[:16])
    if kept is not None and _ours(kept) and (kept / "Probe.class").is_file():
        return Program(runtime, library, kept)
    compiler = compiler_for(runtime)
    folder = Path(tempfile.mkdtemp(prefix="smtp-wizard-java-"))  # 0700
    for name, source in sources.items():
        (folder / name).write_text(source, "utf-8")
    problem = await _compile(compiler, release, library, folder)
    if problem:
        shutil.rmtree(folder, ignore_errors=True)
        raise NotHereError(f"The probe could not be compiled with {compiler}, so the library is not run but foretold: {problem}")
    return _moved(Program(runtime, library, folder, folder), kept)


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
    try:
        seen = (folder.lstat(), folder.parent.lstat())
    except OSError:
        return False
    return all(one.st_uid == os.getuid() and not one.st_mode & 0o022 for one in seen) and not folder.is_symlink()


def _moved(program: Program, kept: Path | None) -> Program:
    """Keep the classes for the next time; where that cannot be, they are removed after this one."""
    if kept is None or program.temporary is None:
        return program
    try:
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(kept, ignore_errors=True)
        shutil.move(program.temporary, kept)
    except OSError:
        return program
    return program._replace(classes=kept, temporary=None)


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
