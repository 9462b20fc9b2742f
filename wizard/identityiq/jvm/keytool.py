"""A trust store read with a Java's own keytool, as that Java would read it. Must not know servers or what certificates are for.

The password goes in on standard input. Without one the store is opened as a Java without ``trustStorePassword`` opens it: a JKS
gives its certificates then, an encrypted PKCS12 gives none.
"""

import asyncio
import base64
import binascii
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from wizard.identityiq.installation import JavaRuntime, TrustStore
from wizard.identityiq.jvm.trusted import Entry, Trouble, Trusted
from wizard.identityiq.starting import nobody_elses
from wizard.profile import Password

DEADLINE = 30.0  # seconds for one keytool; a cold JVM on a busy host needs some
_LARGEST = 32 * 1024 * 1024  # bytes of output; the list every Java brings has a quarter of a million
_USUAL = Password("changeit")
_NOTHING = Password("")
# All a keytool needs to know of this process: no secret is passed on, and no JAVA_TOOL_OPTIONS.
_ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH")
_ENGLISH = ("-J-Duser.language=en", "-J-Duser.country=US", "-J-Dfile.encoding=UTF-8", "-J-Dstdout.encoding=UTF-8")
_JKS, _JCEKS = b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"


async def trusted(store: TrustStore, runtime: JavaRuntime, *, deadline: float = DEADLINE) -> Trusted:
    """Return the certificates of ``store`` as ``runtime`` sees them, within ``deadline`` seconds. What went wrong is in it."""
    trouble = _before_opening(store.path)
    if trouble is not None:
        return Trusted(store, trouble=trouble)
    program = keytool_of(runtime)
    if program is None:
        return Trusted(store, trouble=Trouble.NO_KEYTOOL)
    try:
        async with asyncio.timeout(deadline):
            return await _opened(store, program)
    except TimeoutError:
        return Trusted(store, trouble=Trouble.TIMEOUT)
    except OSError as problem:
        return Trusted(store, trouble=Trouble.NO_KEYTOOL, detail=problem.strerror or "")


def keytool_of(runtime: JavaRuntime) -> Path | None:
    """Return this Java's keytool; where it has none (a JRE may lack it), the one of a JDK around it, of PATH, of another JDK.

    One that somebody else than root and this user could have put there is passed over: whoever looks at IdentityIQ may be root.
    """
    in_path = shutil.which("keytool")
    near = (runtime.keytool, runtime.home / "jre" / "bin" / "keytool", runtime.home.parent / "bin" / "keytool")
    return next((path for path in (*near, *((Path(in_path),) if in_path else ()), *_others()) if _may_run(path)), None)


def _others() -> list[Path]:
    try:
        return sorted(Path("/usr/lib/jvm").glob("*/bin/keytool"))
    except OSError:
        return []


def _may_run(program: Path) -> bool:
    return nobody_elses(program) and os.access(program, os.X_OK)


def _before_opening(path: Path) -> Trouble | None:
    """Say what keeps the file from being read, before a keytool is asked about it."""
    try:
        if path.is_dir():
            return Trouble.NOT_A_STORE
        with path.open("rb") as opened:
            return None if _looks_like_one(opened.read(4)) else Trouble.NOT_A_STORE
    except FileNotFoundError:
        return Trouble.MISSING
    except OSError:
        return Trouble.UNREADABLE


def _looks_like_one(first: bytes) -> bool:
    """JKS and JCEKS have a mark of their own; PKCS12 is a DER sequence (RFC 7292), which PEM text and properties are not."""
    return first in (_JKS, _JCEKS) or first[:1] == b"\x30"


async def _opened(store: TrustStore, program: Path) -> Trusted:
    """Open it as the Java does. What only another password opens is told apart: that Java reads nothing in it."""
    told = store.password or _NOTHING
    code, text = await _asked(store, program, told)
    if code:
        return _refused(store, text)
    entries = tuple(_entries(text))
    if entries or store.password:
        return Trusted(store, entries, trouble=None if entries else Trouble.EMPTY)
    code, text = await _asked(store, program, _USUAL)
    hidden = () if code else tuple(_entries(text))
    locked = bool(hidden) or bool(code)
    return Trusted(store, trouble=Trouble.NO_PASSWORD if locked else Trouble.EMPTY, hidden=hidden)


def _refused(store: TrustStore, text: str) -> Trusted:
    """keytool ends with 1 and the exception on standard output; only the word password is the same in every release."""
    said = next((line for line in text.splitlines() if "xception" in line or "rror" in line), text.strip()[:200])
    wrong = "password" in text.lower()
    return Trusted(store, trouble=Trouble.WRONG_PASSWORD if wrong else Trouble.NOT_A_STORE, detail=said.strip())


async def _asked(store: TrustStore, program: Path, password: Password) -> tuple[int, str]:
    """Run ``keytool -list -rfc`` once; return its exit code and output. The password travels on standard input only."""
    kind = ("-storetype", store.type) if store.type else ()
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(str(program), *_ENGLISH, "-J-XX:TieredStopAtLevel=1", "-list", "-rfc", *kind, "-keystore", str(store.path)),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env=environment,
        start_new_session=True,
    )
    try:
        # Three lines: some releases ask again after an empty answer.
        return await _talk(process, password.reveal().encode() + b"\n\n\n")
    finally:
        _end(process)
        await process.wait()
        await _drained(process)


async def _drained(process: Process) -> None:
    """Read what is left of a process that has ended, so that its pipe is closed before the loop is."""
    assert process.stdout is not None
    with suppress(TimeoutError):
        async with asyncio.timeout(1.0):
            while await process.stdout.read(65536):
                pass


async def _talk(process: Process, said: bytes) -> tuple[int, str]:
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(ConnectionError):
        process.stdin.write(said)
        await process.stdin.drain()
        process.stdin.close()
    kept = bytearray()
    while chunk := await process.stdout.read(65536):
        kept += chunk
        if len(kept) > _LARGEST:
            return 1, "too much output"
    return await process.wait(), kept.decode("utf-8", "replace")


def _end(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _entries(text: str) -> Iterator[Entry]:
    """Read the listing: an alias, then its certificates. Of a key entry Java trusts the first certificate only."""
    alias, key_entry, taken = "", False, False
    pem: list[str] | None = None
    for line in text.splitlines():
        if line.startswith("-----BEGIN CERTIFICATE"):
            pem = []
        elif line.startswith("-----END CERTIFICATE") and pem is not None:
            der = _der("".join(pem))
            if der and not taken:
                yield Entry(alias, der, key_entry)
                taken = True
            pem = None
        elif pem is not None:
            pem.append(line.strip())
        elif line.startswith("Alias name: "):
            alias, key_entry, taken = line.removeprefix("Alias name: ").strip(), False, False
        elif line.startswith("Entry type: "):
            key_entry = "PrivateKey" in line or "keyEntry" in line


def _der(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""
