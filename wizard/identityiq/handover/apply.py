"""A plan is carried out in IdentityIQ's console: backup, rollback files, import, read back. Must not know who agreed to it.

Nothing is imported before the backup is there and holds what the plan was made from. Whatever happens during the import, what is
said of the result comes from reading back.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from wizard import safefile
from wizard.identityiq.console.session import (
    CLEAN,
    SETTINGS,
    Answer,
    ConsoleLogin,
    ConsoleProblem,
    Patience,
    Session,
    Trouble,
    command,
    open_session,
    run,
)
from wizard.identityiq.handover.kept import Kept, names_in, read_backup, write_files
from wizard.identityiq.handover.merge import UnwritableError
from wizard.identityiq.handover.outcome import Applied, Standing, gist, judged, keys_of, standing
from wizard.identityiq.handover.plan import Plan
from wizard.identityiq.handover.words import label
from wizard.identityiq.reading import XmlProblem, read_text
from wizard.identityiq.settings import Key

if TYPE_CHECKING:
    from wizard.identityiq.installation import Installation
    from wizard.identityiq.settings import Settings

CLEAR_QUEUE = "clearEmailQueue"


class StoppedError(Exception):
    """The change was not begun: IdentityIQ is as it was. The text is the user's sentence."""


def _silent(words: str) -> None:
    """Say nothing."""


async def apply(
    plan: Plan,
    folder: Path,
    *,
    login: ConsoleLogin | None = None,
    deadline: float = 180.0,
    say: Callable[[str], None] = _silent,
    begun: Callable[[Kept], None] = lambda _: None,
    patience: Patience | None = None,
) -> Applied:
    """Carry a plan out; the files that are kept go into ``folder``, which is made. ``deadline`` is seconds for each command.

    ``begun`` is called when the rollback files are on the disk, right before the import. Raises StoppedError, and
    ConsoleProblem about the sign-in, while nothing is changed yet; never after that, but for being cancelled.
    """
    kept, before = names_in(folder), frozenset[str]()
    _make(kept.folder)
    waits = patience or Patience()
    begun_it, answer, after = False, None, None
    try:
        async with open_session(plan.installation, login=login, deadline=deadline, say=say, patience=waits) as session:
            kept, before = await _prepared(session, plan, kept)
            begun(kept)
            begun_it = True
            answer = await session.ask(command("import", kept.document))
            after = standing((await session.ask(SETTINGS),), plan.installation)
    except ConsoleProblem as problem:
        if not begun_it and problem.trouble in (Trouble.LOGIN_REQUIRED, Trouble.LOGIN_REFUSED):
            raise
        if not begun_it:
            raise StoppedError(f"{problem} Nothing was imported.") from None
        answer = answer or Answer("import", "", str(problem))
    if after is None:
        say("The console did not answer to the end. Reading back in a new session what stands now.")
        after = await _read_again(plan, login, deadline, say, waits)
    return judged(plan, kept, after, answer.problem if answer else "", before)


async def _read_again(
    plan: Plan, login: ConsoleLogin | None, deadline: float, say: Callable[[str], None], patience: Patience
) -> Standing | None:
    try:
        answers = await run(plan.installation, (SETTINGS,), login=login, deadline=deadline, say=say, patience=patience)
    except ConsoleProblem:
        return None
    return standing(answers, plan.installation)


def _make(folder: Path) -> None:
    try:
        safefile.make_folder(folder)
        seen = folder.lstat()
        # What lies there is imported a moment later: whoever owns the folder could put another file in its place.
        if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.geteuid():
            raise StoppedError(
                f"The folder {folder} for backup and rollback was made by somebody else, or is a link. Nothing was changed. "
                "Name another place: --keep DIR"
            )
        folder.chmod(0o700)
    except OSError as problem:
        raise StoppedError(
            f"The folder {folder} for backup and rollback cannot be used: {safefile.reason(problem)}. Nothing was changed."
        ) from None


# --- before the import --------------------------------------------------------------------------------------------------------


async def _prepared(session: Session, plan: Plan, kept: Kept) -> tuple[Kept, frozenset[str]]:
    """Have the backup made, look into it, and write the files. Raises StoppedError, ConsoleProblem."""
    answer = await session.ask(command("export", CLEAN, kept.backup, "Configuration"))
    if answer.problem:
        raise StoppedError(f"The backup export failed, so nothing was imported. {answer.problem}")
    try:
        text = read_backup(kept.backup)
    except (OSError, UnicodeDecodeError) as problem:
        why = safefile.reason(problem) if isinstance(problem, OSError) else "it is not UTF-8"
        raise StoppedError(
            f"The console said nothing against the backup export, and {kept.backup} cannot be read: {why}. Nothing was imported."
        ) from None
    _compare_backup(plan, text)
    try:
        kept = write_files(kept, plan, text)
    except OSError as problem:
        raise StoppedError(f"The rollback file could not be written: {safefile.reason(problem)}. Nothing was imported.") from None
    except (UnwritableError, ValueError) as problem:
        raise StoppedError(f"The rollback file could not be made: {problem} Nothing was imported.") from None
    return kept, keys_of(text)


def _compare_backup(plan: Plan, text: str) -> None:
    try:
        found = read_text(text, "the backup export").settings
    except XmlProblem as problem:
        raise StoppedError(f"The backup export cannot be read, so nothing was imported. {problem}") from None
    if found is None or found.merged:
        raise StoppedError("The backup export does not hold IdentityIQ's settings, so nothing was imported.")
    if gist(found) != gist(plan.before):
        raise StoppedError(
            f"IdentityIQ's settings changed while you looked at them ({_different(found, plan)}): somebody else is at work. "
            "Nothing was imported. Start again to see them as they are now."
        )


def _different(found: Settings, plan: Plan) -> str:
    now, before = gist(found)[0], gist(plan.before)[0]
    keys = [key for key in {**before, **now} if before.get(key) != now.get(key)]
    return ", ".join(map(label, keys or [Key.PASSWORD.value]))


async def clear_queue(
    installation: Installation,
    *,
    login: ConsoleLogin | None = None,
    deadline: float = 180.0,
    say: Callable[[str], None] = _silent,
    patience: Patience | None = None,
) -> Answer:
    """Delete all mail that was not sent yet; only ever after a person said so. Raises ConsoleProblem."""
    waits = patience or Patience()
    async with open_session(installation, login=login, deadline=deadline, say=say, patience=waits) as session:
        return await session.ask(CLEAR_QUEUE)
