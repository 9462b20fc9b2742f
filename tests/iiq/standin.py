"""A stand-in installation of IdentityIQ in a folder of the test's own, with a console that runs. No IdentityIQ can be had here.

Its console is standin_console.py. What it keeps - SystemConfiguration, the RequestDefinition, the waiting mails - is XML
in ``WEB-INF/standin/state.xml``: ``settings_of`` and ``waiting_in`` read it from outside the console.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from wizard.identityiq.installation import Installation

SOURCE = Path(__file__).with_name("standin_console.py")
DEBIAN_JARS = tuple(Path("/usr/share/java") / name for name in ("javax.mail.jar", "javax.activation.jar"))
ENTRIES: Mapping[str, str] = {
    "emailNotifierType": "smtp",
    "defaultEmailHost": "mail.old.example",
    "defaultEmailPort": "25",
    "defaultEmailFromAddress": "iiq@old.example",
    "smtp_encryptionType": "NONE",
    "suppressDuplicateEmails": "true",
    "serverRootPath": "https://iiq.example/identityiq",
    "loginErrorStyle": "simple",  # no business of mail's: a merge must leave it alone
}
TYPES = {"smtp_encryptionType": "SmtpEncryptionType", "suppressDuplicateEmails": "Boolean"}


class Fault(StrEnum):
    """What the stand-in console does wrong, at the command named by ``at`` where it is about one."""

    NONE = ""
    HANG = "hang"  # at a command; at="console" hangs at the start, at="quit" at the end
    START_ERROR = "start-error"  # a stack trace instead of a prompt, and exit code 0
    IMPORT_ERROR = "import-error"  # nothing is changed
    PARTIAL_IMPORT = "partial-import"  # half of the keys are changed, then a stack trace
    DIES = "dies"  # kill -9 in the middle of an answer; nothing is changed
    DIES_HALF_APPLIED = "dies-half-applied"  # half of the keys are changed, then kill -9
    GARBAGE = "garbage"  # bytes that mean nothing
    ENORMOUS = "enormous"  # 64 MB of output
    NOT_UTF8 = "not-utf8"  # a line in Latin-1 before the answer


def standin(
    folder: Path,
    *,
    fault: Fault = Fault.NONE,
    at: str = "import",
    entries: Mapping[str, str] = ENTRIES,
    login: tuple[str, str] | None = None,
    start: float = 0.0,
    waiting: int = 0,
    retry_max: int = 20,
    version: str = "8.4",
    prompt: bool = True,
    echo: bool = False,
    site_key: bool = False,
) -> Installation:
    """Write a stand-in into a folder and return what finding it would give, without Java.

    ``start`` is the seconds until its console asks for anything; ``waiting`` the mails in its queue; ``login`` the user name and
    password that its console wants first; without ``prompt`` it prints none; with ``echo`` it repeats what it is told.
    """
    web = folder / "WEB-INF"
    for name in ("bin", "lib", "config", "standin"):
        (web / name).mkdir(parents=True)
    plan = {
        "fault": fault,
        "at": at,
        "login": login,
        "start": start,
        "version": version,
        "prompt": prompt,
        "echo": echo,
        "site_key": site_key,
    }
    (web / "standin" / "standin.json").write_text(json.dumps(plan))
    (web / "standin" / "state.xml").write_text(_state(entries, waiting, retry_max), encoding="utf-8")
    _launcher(web / "bin" / "iiq")
    _jar(web / "lib" / "identityiq.jar", version)
    for jar in DEBIAN_JARS:
        if jar.exists():
            (web / "lib" / jar.name).symlink_to(jar)
    return Installation(folder, version=version, found_by="a stand-in")


def settings_of(installation: Installation) -> dict[str, str]:
    """Return the entries of the stand-in's SystemConfiguration as they are now."""
    found = _kept(installation).iterfind("Configuration[@name='SystemConfiguration']//entry")
    return {entry.get("key", ""): entry.get("value") or "".join(entry.itertext()).strip() for entry in found}


def waiting_in(installation: Installation) -> int:
    """Return how many mails wait in the stand-in's queue."""
    return len(_kept(installation).findall("Request"))


def commands_of(installation: Installation) -> list[str]:
    """Return the first word of every command that the stand-in's console was given."""
    record = _home(installation) / "commands"
    return record.read_text().split() if record.exists() else []


def sign_ins_of(installation: Installation) -> list[str]:
    """Return the user name of every sign-in that was tried at the stand-in's console."""
    record = _home(installation) / "sign-ins"
    return record.read_text().splitlines() if record.exists() else []


def process_of(installation: Installation) -> tuple[int, str]:
    """Return the process id of the console that was started last, and its arguments and environment as one text."""
    text = (_home(installation) / "arguments").read_text()
    return int(json.loads(text)["pid"]), text


def _kept(installation: Installation) -> ET.Element:
    return ET.parse(_home(installation) / "state.xml").getroot()  # noqa: S314 - the stand-in's own file


def _home(installation: Installation) -> Path:
    return installation.folder / "WEB-INF" / "standin"


def _launcher(path: Path) -> None:
    path.write_text(f"#!{sys.executable} -IS\n{SOURCE.read_text(encoding='utf-8')}", encoding="utf-8")
    path.chmod(0o755)


def _jar(path: Path, version: str) -> None:
    manifest = "Manifest-Version: 1.0\r\nImplementation-Title: a stand-in\r\n"
    manifest += f"Implementation-Version: {version}\r\n" if version else ""
    with zipfile.ZipFile(path, "w") as jar:
        jar.writestr("META-INF/MANIFEST.MF", manifest + "\r\n")


def _entry(key: str, value: str) -> str:
    if key in TYPES:
        return f"<entry key={quoteattr(key)}><value><{TYPES[key]}>{value}</{TYPES[key]}></value></entry>"
    return f"<entry key={quoteattr(key)} value={quoteattr(value)}/>"


def _state(entries: Mapping[str, str], waiting: int, retry_max: int) -> str:
    requests = "".join(
        f'<Request id="8a{number:06x}" name="Email to user{number}@example.com">'
        '<RequestDefinitionRef><Reference class="sailpoint.object.RequestDefinition" name="Email Request"/>'
        "</RequestDefinitionRef></Request>\n"
        for number in range(waiting)
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n<sailpoint>\n"
        '<Configuration id="8a01" name="SystemConfiguration"><Attributes><Map>\n'
        + "\n".join(_entry(*entry) for entry in entries.items())
        + "\n</Map></Attributes></Configuration>\n"
        '<Configuration id="8a02" name="WebResource"><Attributes><Map><entry key="a" value="b"/></Map></Attributes>'
        "</Configuration>\n"
        f'<RequestDefinition id="8a03" name="Email Request" retryMax="{retry_max}"/>\n{requests}</sailpoint>\n'
    )
