"""The product's own probe of JavaMail for the tests: one Java for many rows. Must not know what the wizard expects of it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from wizard.identityiq.javamail import library, process, program

_JARS = tuple(Path("/usr/share/java") / name for name in ("javax.mail.jar", "javax.activation.jar"))
STORE_PASSWORD = b"changeit"  # what every Java trust store has unless told otherwise


def missing() -> str:
    """Return why JavaMail cannot be run here, or nothing when it can."""
    absent = [program for program in ("java", "javac", "keytool") if not shutil.which(program)]
    absent += [str(jar) for jar in _JARS if not jar.exists()]
    found = f"not installed: {', '.join(absent)} (on Debian: apt-get install default-jdk-headless libmail-java)"
    return found if absent else ""


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[process.Java]:
    """Compile the probe below ``folder`` and run it for the block. It knows the names in a file there and no others."""
    hosts = folder / "hosts"
    hosts.write_text("127.0.0.1 localhost iiq.example.com\n")
    runtime = program.runtime_of(None)._replace(properties=(("jdk.net.hosts.file", str(hosts)),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder))
        prepared = await program.prepare(runtime, library.library_of(None))
    async with process.running(prepared) as java:
        yield java


def trust(store: Path, ca_file: Path) -> Path:
    """Write a trust store (PKCS12) that holds the authorities of a PEM file, and return it."""
    known = x509.load_pem_x509_certificates(ca_file.read_bytes())
    entries = [pkcs12.PKCS12Certificate(one, f"ca-{number}".encode()) for number, one in enumerate(known)]
    store.write_bytes(pkcs12.serialize_java_truststore(entries, BestAvailableEncryption(STORE_PASSWORD)))
    return store
