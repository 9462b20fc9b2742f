"""The relay's way on: takes kept mails to the real server one after the other, over one session that is signed in once.

A refused sign-in is never tried again: from then on mail is held. Must not know how mails come in.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from wizard.practice.relay_events import Fate, Fated, Holding, RelayEvent
from wizard.practice.relay_store import Store
from wizard.profile import Password, Profile
from wizard.smtp.network import Network
from wizard.smtp.observation import Kind, Observation, Stage
from wizard.smtp.passing import Handed, Letter, Passing

# Seconds to wait before the next try, one after the other; the last one stays. A mail is tried once more than there are pauses.
PAUSES = (5.0, 30.0, 120.0)
IDLE = 20.0  # seconds after which a session that carries nothing is ended


class Upstream(NamedTuple):
    """Where mail is sent on to. ``only_to`` are the only recipients it goes to; empty: all of them."""

    profile: Profile
    password: Password | None
    only_to: tuple[str, ...] = ()
    network: Network | None = None

    def may_get(self, recipient: str) -> bool:
        """Return whether mail may be sent on to a recipient."""
        return not self.only_to or recipient.lower() in {address.lower() for address in self.only_to}


class _Item(NamedTuple):
    number: int
    file: Path
    tries: int = 0


class Sender:
    """Sends kept mails on. ``add`` them; run ``work`` in a task; ``drained`` waits until nothing is left to do at once."""

    def __init__(
        self, upstream: Upstream, store: Store, tell: Callable[[RelayEvent], None], pauses: Sequence[float] = PAUSES
    ) -> None:
        self._upstream = upstream
        self._store = store
        self._tell = tell
        self._pauses = pauses or (0.0,)
        self._passing = Passing(upstream.profile, upstream.password, upstream.network)
        self._waiting: deque[_Item] = deque()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._failures = 0
        self.holding: Observation | None = None

    def add(self, number: int, file: Path) -> None:
        """Have a kept mail sent on."""
        self._queue(_Item(number, file))

    def _queue(self, item: _Item) -> None:
        self._waiting.append(item)
        self._idle.clear()
        self._wake.set()

    async def drained(self) -> None:
        """Return when no mail waits for its turn; those that wait for a later try are not waited for."""
        await self._idle.wait()

    async def work(self) -> None:
        """Send on until cancelled; the session is closed then, and what was not sent is still in its file."""
        try:
            while True:
                item = await self._next()
                await self._carry(item)
        finally:
            await self._passing.close()

    async def _next(self) -> _Item:
        while not self._waiting:
            self._idle.set()
            self._wake.clear()
            try:
                async with asyncio.timeout(IDLE if self._passing.is_open else None):
                    await self._wake.wait()
            except TimeoutError:
                await self._passing.close()
        return self._waiting.popleft()

    async def _carry(self, item: _Item) -> None:
        try:
            kept = await self._store.aside(lambda: self._store.read(item.file))
        except OSError:  # somebody has taken the file away
            self._tell(Fated(item.number, Fate.KEPT))
            return
        going = tuple(address for address in kept.recipients if self._upstream.may_get(address))
        barred = tuple(address for address in kept.recipients if address not in going)
        if not going:
            self._tell(Fated(item.number, Fate.HELD, barred))
            return
        if self.holding is not None:
            self._tell(Fated(item.number, Fate.KEPT, kept.recipients, self.holding))
            return
        letter = Letter(kept.sender, going, kept.content)
        try:
            handed = await self._handed(item, letter)
        except asyncio.CancelledError:
            self._tell(Fated(item.number, Fate.UNSURE if self._passing.in_doubt else Fate.KEPT, kept.recipients))
            raise
        if handed is not None:
            await self._settle(item, handed, barred)

    async def _handed(self, item: _Item, letter: Letter) -> Handed | None:
        """Hand the mail over, opening the session where it is not. None when there was no session to be had."""
        used = self._passing.is_open
        if not used and not await self._opened(item, letter.recipients):
            return None
        handed = await self._passing.hand(letter)
        if used and not handed.accepted and not handed.unsure and not self._passing.is_open:
            # Servers end sessions that were idle: not the mail's fault, and the sign-in is known to be good.
            if not await self._opened(item, letter.recipients):
                return None
            handed = await self._passing.hand(letter)
        return handed

    async def _opened(self, item: _Item, left: tuple[str, ...]) -> bool:
        seen = await self._passing.open()
        if seen.passed:
            self._failures = 0
            return True
        if seen.stage is Stage.AUTH:
            self.holding = seen
            self._tell(Holding(seen))
            self._tell(Fated(item.number, Fate.KEPT, left, seen))
            return False
        self._tell(Fated(item.number, Fate.WAITING, left, seen))
        pause = self._pauses[min(self._failures, len(self._pauses) - 1)]
        self._failures += 1
        # At the head again, and everybody behind waits: the server, not the mail, is the trouble.
        self._waiting.appendleft(item)
        self._idle.set()  # whoever waits for the end need not wait for this
        await asyncio.sleep(pause)
        return False

    async def _settle(self, item: _Item, handed: Handed, barred: tuple[str, ...]) -> None:
        """Keep on disk what was not accepted, and say what became of the mail."""
        seen, left = handed.observation, tuple(address for address, _ in handed.refused)
        if handed.accepted:
            with suppress(OSError):  # gone or not writable: it has been sent on all the same
                await self._store.aside(lambda: self._store.keep_for(item.file, (*left, *barred)))
        if handed.unsure:
            self._tell(Fated(item.number, Fate.UNSURE, left + barred, seen))
        elif not left:
            self._tell(Fated(item.number, Fate.PARTLY if barred else Fate.SENT_ON, barred, seen))
        elif all(_may_change(why) for _, why in handed.refused) and item.tries < len(self._pauses):
            self._tell(Fated(item.number, Fate.WAITING, left + barred, handed.refused[0][1]))
            pause = self._pauses[item.tries]
            asyncio.get_running_loop().call_later(pause, self._queue, item._replace(tries=item.tries + 1))
        else:
            fate = Fate.PARTLY if handed.accepted else Fate.KEPT
            self._tell(Fated(item.number, fate, left + barred, handed.refused[0][1]))


def _may_change(seen: Observation) -> bool:
    """Whether a later try may go better: a temporary refusal, or a line that was lost before the mail was on it."""
    if seen.kind is Kind.REPLY:
        return seen.reply is not None and seen.reply.code // 100 == 4
    return seen.kind in (Kind.TIMEOUT, Kind.CLOSED, Kind.RESET)
