"""A watch: IdentityIQ points at a relay for a while, every mail is shown and recognised, and its settings come back at the end.

Whatever ends it - the person, the time limit, a signal, a failure - the settings are restored first and the relay closed after
that. Must not know screens; sentences are in words.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from wizard.identityiq.settings import Encryption
from wizard.identityiq.watch.pointing import NotRestoredError, Pointer
from wizard.identityiq.watch.recognise import CERTIFICATION, Likeness, recognise
from wizard.identityiq.watch.steps import State, Step, first_steps, ticked
from wizard.identityiq.watch.words import Where
from wizard.practice.relay import Relay
from wizard.practice.relay_events import Fated, Holding, Mail, RelayEvent, TurnedAway
from wizard.practice.relay_sender import Upstream

if TYPE_CHECKING:
    from wizard.identityiq.templates.template import Template

SECONDS = 30 * 60.0


class Seen(NamedTuple):
    """A mail from IdentityIQ, and the template it looks like."""

    mail: Mail
    likeness: Likeness


class Stepped(NamedTuple):
    """All steps as they stand now, and the one that was ticked; None where it was more than one."""

    steps: tuple[State, ...]
    step: Step | None = None


class Note(NamedTuple):
    """A sentence to show. ``wrong`` says that there is something left to do."""

    text: str
    wrong: bool = False


WatchEvent = Seen | Fated | TurnedAway | Holding | Stepped | Note


class Settings(NamedTuple):
    """How to listen and what to do with mail. ``seconds`` is the time limit.

    ``seen_as`` is the name or address by which IdentityIQ reaches the relay; empty: the address that is listened on.
    """

    folder: Path
    bind: str = "127.0.0.1"
    port: int = 0
    allow: tuple[str, ...] = ()
    seen_as: str = ""
    upstream: Upstream | None = None
    send_on: bool = False
    seconds: float = SECONDS


class Watch:
    """``async with Watch(tell, settings, pointer) as watch: await watch.over()``.

    Entering opens the relay and points IdentityIQ at it; raises PortError, UnsafeBindError, OSError and NotPointedError.
    ``over`` returns at the time limit or after ``stop``. Leaving restores, also when it is cancelled: ``problem`` then holds the
    sentence of a restore that failed, empty when all is well. ``tell`` is given every event in the loop; ``steps`` is the state.
    """

    def __init__(
        self, tell: Callable[[WatchEvent], None], settings: Settings, pointer: Pointer, *, templates: Sequence[Template] = ()
    ) -> None:
        self.steps: tuple[State, ...] = first_steps(pointer.by_hand)
        self.problem = ""
        self.sign_off_seen = False
        self.count = 0
        self._tell = tell
        self._settings = settings
        self._pointer = pointer
        self._templates = tuple(templates)
        self._stopped = asyncio.Event()
        self._ends = 0.0
        self.relay = Relay(
            self._heard,
            folder=settings.folder,
            bind=settings.bind,
            port=settings.port,
            allow=settings.allow,
            upstream=settings.upstream,
            send_on=settings.send_on,
        )

    @property
    def where(self) -> Where:
        """The relay as IdentityIQ is to reach it. Without encryption: its Java does not trust the relay's certificate."""
        return Where(self._settings.seen_as or self.relay.bind, self.relay.port, Encryption.NONE)

    @property
    def seconds_left(self) -> float:
        """Seconds until the time limit."""
        return max(0.0, self._ends - asyncio.get_running_loop().time())

    async def __aenter__(self) -> Self:
        """Open the relay, then point IdentityIQ at it."""
        await self.relay.__aenter__()
        try:
            self._tick(Step.LISTEN, f"{self.relay.bind}, port {self.relay.port}")
            # In a task of its own, and waited for: an import that is stopped half-way leaves nobody knowing what stands.
            notes = await _to_the_end(self._pointer.point(self.where), self._pointer.give_up, self._restore)
            for note in notes:
                self._tell(Note(note))
            if not self._pointer.by_hand:
                self._tick(Step.POINT, f"{self.where.host}, port {self.where.port}")
        except BaseException:
            await self.relay.close()
            raise
        self._ends = asyncio.get_running_loop().time() + self._settings.seconds
        return self

    async def over(self) -> None:
        """Return when the time is up, or when ``stop`` was called."""
        try:
            async with asyncio.timeout(self.seconds_left):
                await self._stopped.wait()
        except TimeoutError:
            self._tell(Note("The time is up."))

    def stop(self) -> None:
        """End the watch."""
        self._stopped.set()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Restore, then close the relay; a cancellation waits until both are done."""
        await _to_the_end(self._finish())

    async def _finish(self) -> None:
        try:
            await self._restore()
        finally:
            await self.relay.close()

    async def _restore(self) -> None:
        try:
            said = await self._pointer.restore()
        except NotRestoredError as problem:
            self.problem = str(problem)
            self._tell(Note(self.problem, wrong=True))
            return
        if not self._pointer.by_hand:
            self._tick(Step.RESTORE)
        self._tell(Note(said))

    # -- what comes ----------------------------------------------------------------------------------------------------

    def _heard(self, event: RelayEvent) -> None:
        if not isinstance(event, Mail):
            self._tell(event)
            return
        self.count += 1
        likeness = recognise(event.subject, event.body, self._templates)
        self._tell(Seen(event, likeness))
        if self.count == 1:
            self._tick(Step.ANY_MAIL, f"mail {event.number}")
        if likeness.template == CERTIFICATION:
            self._tick(Step.CREATE, f"mail {event.number}")
        if likeness.sign_off and not self.sign_off_seen:
            self.sign_off_seen = True
            self._tick(Step.SIGN_OFF)
            self._tick(Step.SIGN_OFF_MAIL, f"mail {event.number}: {likeness.template}")

    def confirm_sign_off(self, number: int) -> None:
        """The person says that a mail is the sign-off mail, where its wording is not known here."""
        self.sign_off_seen = True
        self._tick(Step.SIGN_OFF_MAIL, f"mail {number}, as you said")

    def _tick(self, step: Step, note: str = "") -> None:
        self.steps = ticked(self.steps, step, note)
        self._tell(Stepped(self.steps, step))

    def left(self) -> tuple[Path, ...]:
        """Return the files of mails that were not sent on to everybody, oldest first."""
        return self.relay.left()


async def _to_the_end(
    work: Coroutine[Any, Any, Any],
    when_cancelled: Callable[[], None] = lambda: None,
    after_cancel: Callable[[], Coroutine[Any, Any, None]] | None = None,
) -> Any:
    """Do the work to its end although this task is cancelled meanwhile; the cancellation goes on afterwards.

    ``when_cancelled`` is called at once, ``after_cancel`` done once the work has ended well.
    """
    cancelled = False
    task = asyncio.ensure_future(work)
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.done() and task.cancelled():
                raise
            cancelled = True
            when_cancelled()
        except BaseException:
            if not task.done():
                raise
    if cancelled:
        if after_cancel is not None and task.exception() is None:
            await _to_the_end(after_cancel())
        raise asyncio.CancelledError
    return task.result()
