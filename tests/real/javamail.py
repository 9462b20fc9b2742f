"""The real JavaMail in one Java process, given jobs one by one. Must not know what the wizard expects of it."""

from __future__ import annotations

import os
import shutil
from asyncio import create_subprocess_exec
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

_SOURCE = Path(__file__).with_name("JavaMail.java")
_JARS = tuple(Path("/usr/share/java") / name for name in ("javax.mail.jar", "javax.activation.jar"))
_STORE_PASSWORD = "changeit"  # what every Java trust store has, and JavaMail.java expects
_QUICK = "-XX:TieredStopAtLevel=1"


def missing() -> str:
    """Return why JavaMail cannot be run here, or nothing when it can."""
    absent = [program for program in ("java", "javac", "keytool") if not shutil.which(program)]
    absent += [str(jar) for jar in _JARS if not jar.exists()]
    found = f"not installed: {', '.join(absent)} (on Debian: apt-get install default-jdk-headless libmail-java)"
    return found if absent else ""


@dataclass(frozen=True)
class JavaMail:
    """A running JavaMail."""

    process: Process

    async def send(self, job: Mapping[str, str]) -> str:
        """Send one mail; return ``sent``, or the exceptions as a log shows them. The job travels on standard input only."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        lines = "".join(f"{name} {value}\n" for name, value in job.items())
        self.process.stdin.write(f"{lines}\n".encode())
        answer = await self.process.stdout.readuntil(b"\n\n")
        return answer.decode().strip()


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[JavaMail]:
    """Start the process, and end it with the block. It knows the names in a file of ``folder`` only, and asks no name server."""
    hosts = folder / "hosts"
    hosts.write_text("127.0.0.1 localhost iiq.example.com\n")
    names = f"-Djdk.net.hosts.file={hosts}"
    process = await create_subprocess_exec(
        *("java", _QUICK, names, "-cp", os.pathsep.join(map(str, _JARS)), str(_SOURCE)), stdin=PIPE, stdout=PIPE
    )
    try:
        yield JavaMail(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def truststore(folder: Path, ca_file: Path) -> Path:
    """Put an authority into a new trust store, as an administrator does for the JVM of an application server."""
    store = folder / "trusted.p12"
    known = ("-alias", "mail-ca", "-file", str(ca_file), "-keystore", str(store), "-storepass", _STORE_PASSWORD)
    command = ("keytool", f"-J{_QUICK}", "-importcert", "-noprompt", *known)
    keytool = await create_subprocess_exec(*command, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)
    assert await keytool.wait() == 0, "keytool did not take the certificate"
    return store
