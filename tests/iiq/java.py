"""A real Java for the tests of trust: its handshakes, and trust stores made with its own keytool."""

from __future__ import annotations

import asyncio
import shutil
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.iiq.certificates import Made
from wizard.identityiq.installation import JavaRuntime, TrustStore

_SOURCE = Path(__file__).with_name("Handshake.java")
_QUICK = "-XX:TieredStopAtLevel=1"
USUAL = "changeit"


def missing() -> str:
    """Return why no Java can be run here, or nothing when it can."""
    absent = [program for program in ("java", "javac", "keytool") if not shutil.which(program)]
    return f"not installed: {', '.join(absent)} (on Debian: apt-get install default-jdk-headless)" if absent else ""


def home() -> Path:
    """Return the home of the Java in PATH."""
    found = shutil.which("java")
    assert found, missing()
    return Path(found).resolve().parent.parent


def runtime(store: TrustStore | None = None, properties: Mapping[str, str] | None = None) -> JavaRuntime:
    """Return the Java in PATH as if it ran IdentityIQ with this trust store and these settings."""
    return JavaRuntime(
        home(), "17.0.15", source="of the test", pid=4711, trust=store, properties=tuple((properties or {}).items())
    )


@dataclass(frozen=True)
class RealJava:
    """A Java that makes handshakes as they are asked for, one after another."""

    process: Process

    async def shakes(self, host: str, port: int, store: TrustStore | None) -> str:
        """Return ``accepts TLSv1.3``, or ``refuses`` and the exceptions."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        named = (str(store.path), store.type, store.password.reveal() if store.password else "") if store else ("", "", "")
        self.process.stdin.write(("\t".join((host, str(port), *named)) + "\n").encode())
        return (await self.process.stdout.readline()).decode().strip()


@asynccontextmanager
async def running(properties: Mapping[str, str] | None = None) -> AsyncIterator[RealJava]:
    """Start a Java with these ``-D`` settings, and end it with the block."""
    settings = [f"-D{name}={value}" for name, value in (properties or {}).items()]
    process = await asyncio.create_subprocess_exec(
        *(str(home() / "bin" / "java"), _QUICK, *settings, str(_SOURCE)), stdin=PIPE, stdout=PIPE
    )
    try:
        yield RealJava(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def store_of(path: Path, kind: str, anchors: Iterable[Made], password: str = USUAL) -> Path:
    """Make a trust store of this kind (JKS, PKCS12) with keytool; the password is one of a test and may stand in arguments."""
    for number, anchor in enumerate(anchors):
        pem = path.with_suffix(f".{number}.pem")
        pem.write_bytes(anchor.pem)
        known = (
            "-alias",
            f"anchor-{number}",
            "-file",
            str(pem),
            "-keystore",
            str(path),
            "-storetype",
            kind,
            "-storepass",
            password,
        )
        command = (str(home() / "bin" / "keytool"), f"-J{_QUICK}", "-importcert", "-noprompt", *known)
        keytool = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)
        assert await keytool.wait() == 0, "keytool did not take the certificate"
    return path
