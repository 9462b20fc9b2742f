"""A session with IdentityIQ's console, from its start to its end: commands in, judged answers out.

Everything that is known of the console's habits is in talk.py; what a process does in process.py.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from wizard.identityiq.console.process import Process
from wizard.identityiq.console.talk import Patience, Session
from wizard.identityiq.console.words import (
    Answer,
    ConsoleLogin,
    ConsoleProblem,
    Trouble,
    command,
    encryptable,
    refuse_control,
)
from wizard.identityiq.installation import Installation
from wizard.identityiq.starting import nobody_elses
from wizard.profile import Password

if TYPE_CHECKING:
    from wizard.identityiq.reading import Export

__all__ = [
    "Answer",
    "ConsoleLogin",
    "ConsoleProblem",
    "Patience",
    "Session",
    "Trouble",
    "command",
    "encrypt",
    "encrypt_in",
    "encryptable",
    "open_session",
    "read",
    "run",
]

SETTINGS = command("get", "Configuration", "SystemConfiguration")
RETRIES = command("get", "RequestDefinition", "Email Request")
CLEAN = "-clean=id,created,modified"
_PATIENT = Patience()
# 1:ACP:... with the key every installation shares, 2: and up with the site's own.
_ENCRYPTED = re.compile(r"^(?:>\s*)?(\d+:[\w+/=:.-]{4,})\s*$", re.MULTILINE)


def _silent(words: str) -> None:
    """Say nothing."""


@asynccontextmanager
async def open_session(
    installation: Installation,
    *,
    login: ConsoleLogin | None = None,
    deadline: float = 180.0,
    say: Callable[[str], None] = _silent,
    patience: Patience = _PATIENT,
) -> AsyncIterator[Session]:
    """Start the console, give the session that is ready, and quit it.

    ``deadline`` is for the start and for each command, in seconds; ``say`` is given the progress. The console and all it started
    are ended in any case. Raises ConsoleProblem.
    """
    if login:
        refuse_control(login.username, "The user name")
        refuse_control(login.password.reveal(), "The password")
    # The launcher runs the java in PATH. Where there is none, the one that runs IdentityIQ is the right one.
    jvm = installation.jvm if not installation.path_jvm else None
    java = jvm.home if jvm and nobody_elses(jvm.java) else None
    process = await Process.start(installation.console, java)
    session = Session(process, deadline, say, patience)
    try:
        await session.begin(login)
        try:
            yield session
        finally:
            if session.ready:  # it is told to quit whatever the caller ran into; in the middle of a command it would not hear it
                await session.quit()
    finally:
        await process.end()


async def run(
    installation: Installation,
    commands: Sequence[str],
    *,
    login: ConsoleLogin | None = None,
    deadline: float = 180.0,
    say: Callable[[str], None] = _silent,
    go_on: bool = False,
    patience: Patience = _PATIENT,
) -> tuple[Answer, ...]:
    """Run commands in one session and return their answers, in order.

    It stops after the first answer with a problem, so that nothing is imported whose backup failed: the answers are then fewer
    than the commands. ``go_on`` asks on regardless. Raises ConsoleProblem with the answers that came before.
    """
    for line in commands:
        refuse_control(line, "The command")
    async with open_session(installation, login=login, deadline=deadline, say=say, patience=patience) as session:
        for line in commands:
            answer = await session.ask(line)
            if answer.problem and not go_on:
                break
    return session.answers


async def read(
    installation: Installation,
    *,
    login: ConsoleLogin | None = None,
    deadline: float = 180.0,
    say: Callable[[str], None] = _silent,
    senders: bool = False,
    patience: Patience = _PATIENT,
) -> Export:
    """Return the mail settings and retries as IdentityIQ has them now. Changes nothing. Raises ConsoleProblem.

    With ``senders`` the From of its templates is read too, where the console exports them: into a file that is gone afterwards.
    """
    with TemporaryDirectory(prefix="smtp-wizard-") as folder:  # for its owner alone
        file = Path(folder) / "templates.xml"
        asked = (SETTINGS, RETRIES, *((command("export", CLEAN, str(file), "EmailTemplate"),) if senders else ()))
        try:
            answers = await run(installation, asked, login=login, deadline=deadline, say=say, go_on=True, patience=patience)
        except ConsoleProblem as problem:
            if len(problem.answers) <= len((SETTINGS, RETRIES)):
                raise
            answers = problem.answers  # the settings were told; it is only the templates that were not
        export = export_of(answers, installation)
        return _with_senders(export, file) if senders and file.exists() else export


def _with_senders(export: Export, file: Path) -> Export:
    from wizard.identityiq.reading import XmlProblem, read_file
    from wizard.identityiq.reading.gather import sender_of

    try:
        templates = read_file(file, templates=True).templates
    except XmlProblem:
        return export
    found = tuple(one._replace(line=0) for one in map(sender_of, templates) if one)  # a line of a file that is gone says nothing
    return export._replace(settings=export.settings._replace(senders=found)) if export.settings else export


def export_of(answers: tuple[Answer, ...], installation: Installation) -> Export:
    """Return what the answers to SETTINGS and RETRIES say, the second one optional. Raises ConsoleProblem (``garbage``)."""
    from wizard.identityiq.reading import XmlProblem, read_text

    first = next((answer for answer in answers if answer.command == SETTINGS), Answer(SETTINGS, "", "It was not asked."))
    if first.problem:
        raise ConsoleProblem(Trouble.GARBAGE, f"IdentityIQ's settings could not be read. {first.problem}", answers)
    source = f"IdentityIQ in {installation.folder}"
    retries = next((answer.output for answer in answers if answer.command == RETRIES and not answer.problem), "")
    try:
        export = read_text(f"{first.output}\n{retries}", source)
    except XmlProblem as problem:
        words = f"What IdentityIQ's console gave as its settings cannot be read. {problem}"
        raise ConsoleProblem(Trouble.GARBAGE, words, answers) from None
    if export.settings is None:
        words = "IdentityIQ's console answered, and the answer holds no settings. Export them to a file and read that instead."
        raise ConsoleProblem(Trouble.GARBAGE, words, answers)
    return export


async def encrypt(
    installation: Installation,
    password: Password,
    *,
    login: ConsoleLogin | None = None,
    deadline: float = 180.0,
    say: Callable[[str], None] = _silent,
    patience: Patience = _PATIENT,
) -> str:
    """Return a password as IdentityIQ encrypts it (``1:...`` or ``2:...``). Raises ConsoleProblem.

    The secret goes over the console's standard input alone. One that the console might misread is refused before anything starts.
    """
    encryptable(password)
    async with open_session(installation, login=login, deadline=deadline, say=say, patience=patience) as session:
        return await encrypt_in(session, password)


async def encrypt_in(session: Session, password: Password) -> str:
    """Do the same in a session that is open. Raises ConsoleProblem; check with ``encryptable`` before it is opened."""
    encryptable(password)
    answer = await session.ask("encrypt", secret=password)
    found = {match[1] for match in _ENCRYPTED.finditer(answer.output)}
    if answer.problem or len(found) != 1:
        why = answer.problem or "Its answer does not look like an encrypted password."
        raise ConsoleProblem(
            Trouble.GARBAGE,
            f"IdentityIQ's console did not encrypt the password. {why} Type the password on IdentityIQ's own screen, which "
            "encrypts it as well.",
            session.answers,
        )
    return found.pop()
