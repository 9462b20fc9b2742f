"""An IdentityIQ on this host: folder, Java, mail library. Values only; finds nothing itself."""

from pathlib import Path
from typing import NamedTuple

from wizard.profile import Password


class TrustStore(NamedTuple):
    """The file a JVM checks certificates against. ``type`` is JKS, PKCS12 or empty; ``own`` says that a setting names it.

    ``password`` is what ``-Djavax.net.ssl.trustStorePassword`` says, never shown; None means the usual ``changeit``.
    """

    path: Path
    type: str = ""
    own: bool = False
    password: Password | None = None


class JavaRuntime(NamedTuple):
    """A Java. ``home`` holds ``bin/java``; ``version`` is like ``17.0.15``, empty where it could not be read.

    ``source`` says where it is known from in words ("runs Tomcat, process 4711", "in PATH"). ``properties`` are the
    ``-D`` settings of the running process that concern TLS, trust and mail, without passwords.
    """

    home: Path
    version: str = ""
    vendor: str = ""
    source: str = ""
    pid: int | None = None
    trust: TrustStore | None = None
    properties: tuple[tuple[str, str], ...] = ()

    @property
    def java(self) -> Path:
        """The program that runs classes."""
        return self.home / "bin" / "java"

    @property
    def keytool(self) -> Path:
        """The program that reads trust stores."""
        return self.home / "bin" / "keytool"

    @property
    def major(self) -> int:
        """8, 11, 17 ...; 0 where the version is not known. ``1.8.0_402`` is 8."""
        numbers = self.version.replace("_", ".").split(".")
        digits = numbers[1] if numbers[0] == "1" and len(numbers) > 1 else numbers[0]
        return int(digits) if digits.isdigit() else 0


class MailLibrary(NamedTuple):
    """The jar that speaks SMTP for IdentityIQ; ``version`` is its manifest's Implementation-Version, empty where absent."""

    jar: Path
    version: str = ""
    more: tuple[Path, ...] = ()  # jars it needs beside it (activation)


class Installation(NamedTuple):
    """An IdentityIQ found on this host. ``folder`` holds WEB-INF. ``version`` is empty where the jar's manifest does not say.

    ``server`` is the application server's name ("Tomcat", "WebSphere", "JBoss"), empty where none runs it now. ``jvm`` is the
    Java that runs it, None where none does; ``path_jvm`` is the ``java`` in PATH, which its console uses.
    """

    folder: Path
    version: str = ""
    server: str = ""
    pid: int | None = None
    user: str = ""
    found_by: str = ""
    jvm: JavaRuntime | None = None
    path_jvm: JavaRuntime | None = None
    mail: MailLibrary | None = None
    notes: tuple[str, ...] = ()

    @property
    def console(self) -> Path:
        """The launcher of IdentityIQ's console."""
        return self.folder / "WEB-INF" / "bin" / "iiq"
