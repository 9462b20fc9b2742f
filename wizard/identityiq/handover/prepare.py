"""Plans are made by asking one IdentityIQ what stands: for a profile's settings, or for a file that takes a change back.

Reads only; nothing is changed over there, and nothing is written here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from wizard import safefile
from wizard.diagnosis.model import Severity
from wizard.identityiq.console.session import (
    RETRIES,
    SETTINGS,
    ConsoleLogin,
    Patience,
    Session,
    command,
    encrypt_in,
    encryptable,
    export_of,
    open_session,
)
from wizard.identityiq.handover.difference import leftovers
from wizard.identityiq.handover.examine import examine
from wizard.identityiq.handover.foreign import foreign
from wizard.identityiq.handover.merge import merge_xml
from wizard.identityiq.handover.plan import Plan
from wizard.identityiq.handover.rollback import about_not_restored
from wizard.identityiq.handover.scan import scan
from wizard.identityiq.handover.wanted import by_hand, comment_for, proposes_redirect, wanted
from wizard.identityiq.handover.words import label
from wizard.identityiq.installation import Installation
from wizard.identityiq.reading import XmlProblem, read_text
from wizard.identityiq.settings import Entry, Key, Settings
from wizard.profile import Password, Profile

LARGEST = 16 * 1024 * 1024  # bytes of a file that takes a change back
_WAITING = command("count", "Request")
_NUMBER = re.compile(r"^\s*(?:>\s*)?([0-9]{1,9})\s*$", re.MULTILINE)


class UnfitError(ValueError):
    """A file cannot be used to take a change back. Its text is the user's sentence."""


class Secret(NamedTuple):
    """A password to hand over. ``in_clear``: as it is, because its owner said so; otherwise the console encrypts it first."""

    password: Password
    in_clear: bool = False


class _Read(NamedTuple):
    settings: Settings
    waiting: int | None


def _silent(words: str) -> None:
    """Say nothing."""


async def plan_apply(
    installation: Installation,
    profile: Profile,
    *,
    secret: Secret | None = None,
    login: ConsoleLogin | None = None,
    deadline: float = 180.0,
    say: Callable[[str], None] = _silent,
    patience: Patience | None = None,
) -> Plan:
    """Return what handing a profile over would change. Raises ConsoleProblem, ByHandError, UnwritableError."""
    entries = wanted(profile, with_password=secret is not None)
    hidden = secret if secret and any(entry.key == Key.PASSWORD for entry in entries) else None
    if hidden and not hidden.in_clear:
        encryptable(hidden.password)
    waits = patience or Patience()
    async with open_session(installation, login=login, deadline=deadline, say=say, patience=waits) as session:
        read = await _read(session, installation)
        stored = await _stored(session, hidden)
    document = merge_xml(entries, comment=comment_for(profile), password=stored)
    notes = (
        *leftovers(read.settings, entries),
        *by_hand(profile, read.settings.retry_max),
        *(said for said in (proposes_redirect(profile), about_not_restored(read.settings, entries)) if said),
    )
    return Plan(installation, read.settings, entries, document, stored, waiting=read.waiting, notes=notes)


async def plan_undo(
    installation: Installation,
    path: Path,
    *,
    login: ConsoleLogin | None = None,
    deadline: float = 180.0,
    say: Callable[[str], None] = _silent,
    patience: Patience | None = None,
) -> Plan:
    """Return what importing a rollback file would change. Raises ConsoleProblem, and UnfitError for a file that is none."""
    document = _text_of(path)
    found, whole = _settings_in(document, path)
    _refuse_foreign(document, path)
    waits = patience or Patience()
    async with open_session(installation, login=login, deadline=deadline, say=say, patience=waits) as session:
        read = await _read(session, installation)
    entries = _with_value(found)
    notes = () if whole else _left_alone(path, read.settings, entries)
    return Plan(installation, read.settings, entries, document, found.password, whole, read.waiting, notes)


def _left_alone(path: Path, now: Settings, entries: tuple[Entry, ...]) -> tuple[str, ...]:
    """A merge takes nothing out: name what the change added, where the file of the change lies beside its rollback."""
    named = {entry.key for entry in entries}
    added = [entry.key for entry in now.entries if entry.key in _changed_by(path) - named]
    if not added:
        return ()
    return (
        f"Added by the change, and left there by this file: {', '.join(map(label, added))}. The whole object takes them out.",
    )


def _changed_by(path: Path) -> frozenset[str]:
    """Return the keys of the file that a rollback belongs to: ``merge.xml`` beside it, or ``x.xml`` beside ``x.rollback.xml``."""
    name = path.name.removesuffix(".rollback.xml")
    beside = path.with_name("merge.xml" if name == path.name else f"{name}.xml")
    if beside == path:
        return frozenset()
    try:
        settings, _ = _settings_in(_text_of(beside), beside)
    except UnfitError:
        return frozenset()
    return frozenset(entry.key for entry in settings.entries)


async def _read(session: Session, installation: Installation) -> _Read:
    for words in (SETTINGS, RETRIES, _WAITING):
        await session.ask(words)
    settings = export_of(session.answers, installation).settings
    assert settings is not None  # export_of raises where there are none
    counted = next((answer for answer in session.answers if answer.command == _WAITING and not answer.problem), None)
    number = _NUMBER.search(counted.output) if counted else None
    return _Read(settings, int(number[1]) if number else None)


async def _stored(session: Session, secret: Secret | None) -> Password | None:
    if secret is None or secret.in_clear:
        return secret.password if secret else None
    return Password(await encrypt_in(session, secret.password))


def _text_of(path: Path) -> str:
    try:
        return safefile.read_bounded(path, LARGEST).decode("utf-8-sig")
    except FileNotFoundError:
        raise UnfitError(f"There is no file {path}.") from None
    except UnicodeDecodeError:
        raise UnfitError(f"{path} is not in UTF-8, as a rollback file is.") from None
    except OSError as problem:
        raise UnfitError(f"{path} cannot be read: {safefile.reason(problem)}.") from None


def _settings_in(document: str, path: Path) -> tuple[Settings, bool]:
    """Return what a file would set, and whether it replaces the whole object. What the linter calls an error keeps it out."""
    flaws = [flaw for flaw in examine(document) if flaw.finding.severity is Severity.ERROR]
    wrong = next((flaw for flaw in flaws if _about_form(flaw.finding.id)), None)
    if wrong:
        raise UnfitError(
            f"{path} is not fit to be imported: {wrong.finding.title[0].lower()}{wrong.finding.title[1:]} (line {wrong.line}). "
            f"More: smtp-wizard iiq check-file {path}"
        )
    try:
        settings = read_text(document, str(path)).settings
    except XmlProblem as problem:
        raise UnfitError(str(problem)) from None
    if settings is None or not _with_value(settings):
        raise UnfitError(f"{path} holds no mail settings of IdentityIQ.")
    merges = any(one.attributes.get("name") == "merge" for one in scan(document).root.all("ImportAction"))
    return settings, not merges


def _refuse_foreign(document: str, path: Path) -> None:
    """What is shown before an import is mail's settings: nothing else may go with them, whoever wrote the file."""
    found = foreign(scan(document))
    if found:
        raise UnfitError(
            f"{path} would change more than IdentityIQ's mail settings: it holds {found}. Such a file is not imported from here. "
            "If you know where it is from and want all of it, import it yourself in IdentityIQ, under Import from File."
        )


def _about_form(ident: str) -> bool:
    """The old values may be wrong in themselves, and are put back all the same; a whole object is no merge on purpose."""
    return ident.startswith("iiq-file-") and ident != "iiq-file-no-import-action"


def _with_value(settings: Settings) -> tuple[Entry, ...]:
    """Return the entries of a file that set something; doubled ones once, as the last says."""
    last = {entry.key: entry for entry in settings.entries}
    return tuple(entry for key, entry in last.items() if entry.value or (key == Key.PASSWORD and settings.password))
