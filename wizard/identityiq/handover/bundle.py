"""The files of one hand-over by hand: the merge file, its rollback and its properties; what to know of them; and writing them.

The rollback file is written first and never over an older one. Must not know arguments or streams.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from wizard import safefile
from wizard.diagnosis.model import Severity
from wizard.identityiq.handover.difference import Difference, difference, leftovers
from wizard.identityiq.handover.examine import examine
from wizard.identityiq.handover.merge import merge_xml
from wizard.identityiq.handover.rollback import NothingToRestoreError, about_not_restored, rollback_xml
from wizard.identityiq.handover.tokens import PASSWORD_TOKEN, properties, tokenised
from wizard.identityiq.handover.wanted import by_hand, comment_for, proposes_redirect, side_of, wanted
from wizard.identityiq.settings import SECRET_KEYS, Entry, Settings
from wizard.iiqside import Environment
from wizard.profile import Password, Profile

PRIVATE = 0o600
OPEN = 0o644


class RollbackExistsError(Exception):
    """There is an older rollback file. The text is the user's sentence."""


class Bundle(NamedTuple):
    """What was made for one profile; ``document`` and ``rollback_text`` may hold a password.

    ``changes`` is None where nobody said what stands now. ``secret`` says that a password is in the document, in any form.
    ``file``, ``rollback`` and ``properties`` are where they were written, None where they were not.
    """

    profile: Profile
    entries: tuple[Entry, ...]
    document: str
    secret: bool = False
    tokens: bool = False
    changes: tuple[Difference, ...] | None = None
    notes: tuple[str, ...] = ()
    rollback_text: str = ""
    rollback_secret: bool = False
    properties_text: str = ""
    file: Path | None = None
    rollback: Path | None = None
    properties: Path | None = None

    def __repr__(self) -> str:
        return f"Bundle({self.profile.name!r}, {len(self.entries)} entries)"


def bundle(
    profile: Profile,
    before: Settings | None,
    *,
    tokens: bool = False,
    with_password: bool = False,
    password: Password | None = None,
) -> Bundle:
    """Make everything for a profile. ``password`` is the text to store; with ``tokens`` a placeholder stands for it.

    Raises ByHandError, UnwritableError.
    """
    entries = wanted(profile, with_password=with_password)
    written = tokenised(entries) if tokens else entries
    stored = PASSWORD_TOKEN if tokens and with_password else password
    comment = comment_for(profile)
    document = merge_xml(written, comment=comment, password=stored)
    secret = bool(stored) and not tokens
    made = Bundle(profile, entries, document, secret, tokens, notes=_notes(profile, document))
    if tokens:
        made = made._replace(properties_text=properties(entries, comment=comment))
    return _against(made, before) if before else made


def _notes(profile: Profile, document: str) -> tuple[str, ...]:
    environment = side_of(profile).environment
    production = None if environment is None else environment is Environment.PRODUCTION
    flaws = [one.finding for one in examine(document, production=production) if one.finding.severity is not Severity.INFO]
    return (*_said(proposes_redirect(profile)), *by_hand(profile), *(f"{flaw.title}. {flaw.meaning}" for flaw in flaws))


def _against(made: Bundle, before: Settings) -> Bundle:
    named = {entry.key for entry in made.entries}
    try:
        rollback = rollback_xml(before, made.entries)
        notes = (*made.notes, *leftovers(before, made.entries), *_said(about_not_restored(before, made.entries)))
    except NothingToRestoreError as problem:
        rollback, notes = "", (*made.notes, *leftovers(before, made.entries), str(problem))
    return made._replace(
        changes=difference(before, made.entries),
        notes=notes,
        rollback_text=rollback,
        rollback_secret=bool(named & SECRET_KEYS and before.password),
    )


def _said(sentence: str) -> tuple[str, ...]:
    return (sentence,) if sentence else ()


def write(made: Bundle, out: Path, rollback: Path | None = None) -> Bundle:
    """Write the files, the one that takes back first, and return where they are. Beside ``out`` unless ``rollback`` says more.

    Files that hold a password in any form are for their owner alone. Raises OSError, RollbackExistsError.
    """
    taken_back = None
    if made.rollback_text:
        taken_back = rollback or out.with_name(f"{out.stem}.rollback.xml")
        _write_rollback(taken_back, made)
    listed = None
    if made.properties_text:
        listed = out.with_suffix(".properties")
        safefile.write_atomic(listed, made.properties_text.encode("ascii"), OPEN)
    safefile.write_atomic(out, made.document.encode(), PRIVATE if made.secret else OPEN)
    return made._replace(file=out, rollback=taken_back, properties=listed)


def _write_rollback(path: Path, made: Bundle) -> None:
    data = made.rollback_text.encode()
    try:
        older = safefile.read_bounded(path)
    except FileNotFoundError:
        older = data
    if older != data:
        raise RollbackExistsError(
            f"There is another rollback file already, and it is not overwritten: {path}. Move it away, or name another place "
            "with --rollback FILE. Nothing was written."
        )
    safefile.write_atomic(path, data, PRIVATE if made.rollback_secret else OPEN)
