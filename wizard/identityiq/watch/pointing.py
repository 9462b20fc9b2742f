"""How IdentityIQ is pointed at the relay and back: through its console, or by a person who types. Must not know the relay.

Through the console the rollback file is on the disk, and the restore written down as due, before anything is imported.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from wizard.identityiq.console.session import ConsoleLogin, ConsoleProblem, Patience, Trouble, read
from wizard.identityiq.handover.apply import StoppedError, apply
from wizard.identityiq.handover.kept import Kept, new_folder
from wizard.identityiq.handover.merge import merge_xml
from wizard.identityiq.handover.outcome import Status
from wizard.identityiq.handover.plan import Plan
from wizard.identityiq.handover.prepare import UnfitError, plan_undo
from wizard.identityiq.handover.rollback import not_restored
from wizard.identityiq.installation import Installation
from wizard.identityiq.settings import Entry, Key, NotificationType, Settings
from wizard.identityiq.watch import due
from wizard.identityiq.watch.words import NOBODY_GETS_IT, Where, notes_before, restore_failed

__all__ = ["ByConsole", "ByHand", "NotPointedError", "Pointer", "Where"]


class NotPointedError(Exception):
    """IdentityIQ could not be pointed at the relay. Its text is the user's sentence, and says what stands now.

    ``trouble`` is the console's, where that was the cause: a sign-in it wants, for one.
    """

    def __init__(self, sentence: str, trouble: Trouble | None = None) -> None:
        super().__init__(sentence)
        self.trouble = trouble


class NotRestoredError(Exception):
    """IdentityIQ did not get its settings back. Its text is the user's sentence and names the file and the command."""


class Pointer(Protocol):
    """Whoever points IdentityIQ somewhere for a while."""

    by_hand: bool

    async def point(self, where: Where) -> tuple[str, ...]:
        """Point IdentityIQ there; returns sentences to know. Raises NotPointedError."""

    def give_up(self) -> None:
        """Begin no change any more: the person wants to end while ``point`` is still at work."""

    async def restore(self) -> str:
        """Bring back what stood before; returns the sentence that says so. Harmless twice. Raises NotRestoredError."""


def entries_for(where: Where, before: Settings) -> tuple[Entry, ...]:
    """Return the entries that lead to the relay. User name and password stay: the relay takes any sign-in.

    Redirect to Email stays as it is, for its mail comes over SMTP as well; any other type becomes smtp.
    """
    kept = before.notification is NotificationType.REDIRECT_TO_EMAIL
    kind = () if kept else (Entry(Key.TYPE.value, NotificationType.SMTP.value),)
    return (
        *kind,
        Entry.of_encryption(where.encryption),
        Entry(Key.HOST.value, where.host),
        Entry(Key.PORT.value, str(where.port)),
    )


class ByConsole:
    """Points one installation through its console. ``files`` is the folder below which backup and rollback files are kept.

    ``sends_to_all`` says that the relay sends on to whoever a mail is for. ``before`` are the settings where they were read
    already: should they have changed since, nothing is imported.
    """

    by_hand = False

    def __init__(
        self,
        installation: Installation,
        files: Path,
        *,
        login: ConsoleLogin | None = None,
        deadline: float = 180.0,
        say: Callable[[str], None] = lambda words: None,
        patience: Patience | None = None,
        sends_to_all: bool = False,
        before: Settings | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.installation = installation
        self.kept: Kept | None = None
        self._files = files
        self._login = login
        self._deadline = deadline
        self._say = say
        self._patience = patience or Patience()
        self._sends_to_all = sends_to_all
        self._before = before
        self._given_up = False
        self._clock = clock
        self._where = Where("", 0)
        self._rollback: Path | None = None  # set from the moment something may have changed

    async def point(self, where: Where) -> tuple[str, ...]:
        """Read what stands, keep a way back, import, read back. Raises NotPointedError."""
        self._where = where
        self._refuse_twice()
        try:
            before = self._before or await self._read()
            self._go_on()
            if self._sends_to_all and before.notification is NotificationType.REDIRECT_TO_FILE:
                raise NotPointedError(NOBODY_GETS_IT)
            plan = Plan(self.installation, before, entries_for(where, before), _document(where, before))
            notes = notes_before(before, sends_on=self._sends_to_all)
            folder = new_folder(self._files, self._clock(), "watch")
            done = await apply(
                plan,
                folder,
                login=self._login,
                deadline=self._deadline,
                say=self._say,
                begun=lambda kept: self._begun(kept, plan),
                patience=self._patience,
            )
        except (ConsoleProblem, StoppedError, OSError) as problem:
            trouble = problem.trouble if isinstance(problem, ConsoleProblem) else None
            raise NotPointedError(f"IdentityIQ was not pointed at the relay. {problem}", trouble) from None
        if done.status is Status.DONE:
            return notes
        why = done.problem or "What was read back is not what was wanted."
        if done.status is Status.UNCHANGED:
            self._settled()
            raise NotPointedError(f"IdentityIQ was not pointed at the relay, and its settings are as they were. {why}")
        try:
            back = await self.restore()
        except NotRestoredError as problem:
            raise NotPointedError(f"IdentityIQ could not be pointed at the relay. {why} {problem}") from None
        raise NotPointedError(f"IdentityIQ could not be pointed at the relay. {why} {back}")

    async def _read(self) -> Settings:
        export = await read(self.installation, login=self._login, deadline=self._deadline, say=self._say, patience=self._patience)
        assert export.settings is not None  # read raises where there are none
        return export.settings

    def give_up(self) -> None:
        """Import nothing any more; what was imported is for ``restore``."""
        self._given_up = True

    def _go_on(self) -> None:
        if self._given_up:
            raise StoppedError("You stopped before anything was changed.")

    def _refuse_twice(self) -> None:
        """What stands now may be an old relay: taken for the settings before, it would be all that is left of them."""
        still = next((one for one in due.pending() if one.folder == self.installation.folder), None)
        if still is not None:
            raise NotPointedError(still.sentence)

    def _begun(self, kept: Kept, plan: Plan) -> None:
        """Called when the rollback files are there and nothing is changed. Raises OSError, StoppedError: both stop the import."""
        self._go_on()
        self.kept = kept
        whole = kept.rollback is None or not_restored(plan.before, plan.entries)
        rollback = kept.whole if whole else kept.rollback
        assert rollback is not None
        moment = due.now_text(self._clock())
        due.remember(due.Due(self.installation.folder, rollback, self._where.host, self._where.port, moment, os.getpid()))
        self._rollback = rollback

    async def restore(self) -> str:
        """Import the rollback file, unless somebody else has pointed IdentityIQ elsewhere meanwhile. Raises NotRestoredError."""
        rollback = self._rollback
        if rollback is None:
            return "IdentityIQ's settings were not changed."
        try:
            plan = await plan_undo(
                self.installation, rollback, login=self._login, deadline=self._deadline, say=self._say, patience=self._patience
            )
            if not self._is_ours(plan.before):
                self._settled()
                return (
                    "Somebody has changed IdentityIQ's mail settings meanwhile: they no longer lead to the relay, and were left "
                    f"as they are. What stood before is in {rollback}"
                )
            done = await apply(
                plan,
                rollback.parent / "restored",
                login=self._login,
                deadline=self._deadline,
                say=self._say,
                patience=self._patience,
            )
        except (ConsoleProblem, StoppedError, UnfitError, OSError) as problem:
            raise NotRestoredError(restore_failed(rollback, str(problem))) from None
        if done.status is not Status.DONE:
            raise NotRestoredError(restore_failed(rollback, done.problem or "What was read back is not what stood before."))
        self._settled()
        return "IdentityIQ's mail settings are as they were: read back and compared."

    def _is_ours(self, stands: Settings) -> bool:
        """Whether what stands leads to the relay, as far as an import that failed half-way lets one see."""
        return stands.value(Key.HOST) == self._where.host or stands.value(Key.PORT) == str(self._where.port)

    def _settled(self) -> None:
        if self._rollback is not None:
            due.settle(self._rollback)
            self._rollback = None


def _document(where: Where, before: Settings) -> str:
    return merge_xml(entries_for(where, before), comment="Points IdentityIQ's mail at a relay of SMTP Wizard for a while")


class ByHand:
    """A person types the values, and types back what stood before."""

    by_hand = True

    async def point(self, where: Where) -> tuple[str, ...]:
        """Nothing is done: the card says what to type."""
        return ()

    def give_up(self) -> None:
        """Nothing is done."""

    async def restore(self) -> str:
        """Nothing is done."""
        return "Type the values back that stood in IdentityIQ before, and save the page: until then its mail fails."
