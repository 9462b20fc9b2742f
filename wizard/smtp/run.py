"""One run's state and how a stage is run: its deadline, its clock, its exceptions turned into observations.

Must not know which stages there are or in what order they come.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from wizard.profile import Password, Profile, Security
from wizard.smtp.events import AlternativeTried, Event, Line, StageEnded, StageStarted
from wizard.smtp.network import Network, Resolution
from wizard.smtp.observation import Alternative, Context, Kind, Observation, Stage
from wizard.smtp.session import Session
from wizard.smtp.tls import failure_of
from wizard.smtp.wire import LineClosed, WireError, shown

if TYPE_CHECKING:
    from wizard.smtp.letter import Letter

# Seconds of silence after which the neighbouring ports and modes are tried while the stage still waits.
SILENCE = 0.4
# How long a silent address is still waited for once a neighbour on the same host has answered, in seconds from the stage's start:
# long enough for the first repeated SYN (RFC 6298: after 1 s) to be answered, short enough not to be a wait.
CONNECT_PATIENCE = 1.7
# What the other neighbours get, in seconds, once the same port was seen to speak the other mode.
AFTERGLOW = 0.25

Work = Callable[[], Awaitable[Observation]]


class StageFailed(Exception):  # noqa: N818 - reads as what happened
    """The climb ends here; ``observation``, the only argument, has been emitted."""

    def __init__(self, observation: Observation) -> None:
        super().__init__(str(observation.kind))
        self.observation = observation


class Run:
    """What one climb has at hand: what was asked for, the session, and what it has shown so far."""

    def __init__(
        self,
        profile: Profile,
        password: Password | None,
        emit: Callable[[Event], None],
        network: Network,
        *,
        deliver: bool,
        also_to: tuple[str, ...] = (),
        held_back: int = 0,
        letter: Letter | None = None,
    ) -> None:
        self.profile = profile
        self.password = password
        self.emit = emit
        self.network = network
        self.deliver = deliver
        self.also_to = also_to
        self.held_back = held_back
        self.letter = letter
        self.loop = asyncio.get_running_loop()
        self.began = self.stage_began = self.stage_ends = self.loop.time()
        self.session = self.new_session()
        self.context = Context()
        self.resolution: Resolution | None = None
        self.alternatives: tuple[Alternative, ...] = ()
        self.looked = False
        self.token: str | None = None
        self.message = b""
        self.commands = ["QUIT"]  # what remains to be said or answered
        self.pipelined = False  # ... and whether it has been said already
        self.current: Stage | None = None
        self._same_port = asyncio.Event()

    def new_session(self) -> Session:
        """Return a session whose lines go into the transcript."""
        return Session(self.tell)

    def tell(self, sender: str, text: str) -> None:
        """Put one redacted line into the transcript."""
        self.emit(Line(sender, text, self.at()))

    def at(self) -> float:
        """Seconds since the run began."""
        return self.loop.time() - self.began

    def seen(self, stage: Stage, kind: Kind = Kind.PASSED, **facts: Any) -> Observation:
        """Return an observation of this moment."""
        return Observation(stage, kind, context=self.context, **facts)

    def learn(self, **facts: Any) -> None:
        """Add to what the session has shown."""
        self.context = self.context._replace(**facts)

    def patience(self, most: float) -> float:
        """Seconds to spend on what must not change a stage's outcome: at most ``most``, and over well before its deadline."""
        return max(0.0, min(most, (self.stage_ends - self.loop.time()) / 2))

    # One stage ---------------------------------------------------------------------------------------------------

    async def stage(self, stage: Stage, work: Work) -> None:
        """Run one stage within its deadline and emit how it went. Raises StageFailed when the climb ends here."""
        self.stage_began = started = self.loop.time()
        deadline = max(0.001, min(self.profile.timeout, self.profile.total_timeout - self.at()))
        self.stage_ends = started + deadline
        self.current = stage
        self.emit(StageStarted(stage, deadline, self.at()))
        try:
            async with asyncio.timeout(deadline):
                observation = await self._watched(stage, work)
        except TimeoutError as problem:
            observation = self._timed_out(stage, problem)
        seconds = self.loop.time() - started
        observation = observation._replace(seconds=seconds, context=self.context)
        if not observation.passed:
            observation = await self._looked_into(observation)
        self.current = None
        self.emit(StageEnded(observation))
        if not observation.passed:
            raise StageFailed(observation)

    async def aside(self, stage: Stage, seconds: float, work: Work) -> Observation:
        """Do something beside the ladder for at most ``seconds`` and return how it went; nothing is emitted."""
        began = self.loop.time()
        try:
            async with asyncio.timeout(seconds):
                seen = await self._guarded(stage, work)
        except TimeoutError as problem:
            seen = self._timed_out(stage, problem)
        return seen._replace(seconds=self.loop.time() - began)

    async def _watched(self, stage: Stage, work: Work) -> Observation:
        """Do the work; when a stage that shows a wrong mode stays silent, look at the neighbours meanwhile."""
        task = asyncio.ensure_future(self._guarded(stage, work))
        looking: asyncio.Task[None] | None = None
        try:
            if stage in (Stage.CONNECT, Stage.TLS, Stage.GREETING):
                done, _ = await asyncio.wait({task}, timeout=SILENCE)
                if not done:
                    looking = asyncio.create_task(self._look_around())
                    early = await self._evidence(stage, task, looking)
                    if early is not None:
                        return early
            return await task
        finally:
            task.cancel()
            if looking:
                looking.cancel()
            await asyncio.gather(task, *([looking] if looking else []), return_exceptions=True)

    async def _evidence(self, stage: Stage, task: asyncio.Future[Observation], looking: asyncio.Task[None]) -> Observation | None:
        """Wait for the stage and the neighbours; return an observation when the neighbours have shown the cause."""
        same_port = asyncio.create_task(self._same_port.wait())
        try:
            both: set[asyncio.Future[Any]] = {task, looking}
            await asyncio.wait({*both, same_port}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done() and same_port.done():
                await asyncio.wait(both, timeout=AFTERGLOW, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return None
            if self._same_port.is_set() and stage is not Stage.CONNECT:
                kind = Kind.TLS_PLAINTEXT if self.profile.endpoint.security is Security.TLS else Kind.SPEAKS_TLS
                return self.seen(stage, kind)
            if stage is Stage.CONNECT and any(other.works for other in self.alternatives):
                await asyncio.wait({task}, timeout=max(0.0, self.stage_began + CONNECT_PATIENCE - self.loop.time()))
                if not task.done():
                    return self.seen(stage, Kind.TIMEOUT, error="silent, while a neighbouring port of the same host answers")
            return None
        finally:
            same_port.cancel()

    async def _looked_into(self, observation: Observation) -> Observation:
        """Add what the looks after a failure show, all made at once and only where they may tell something."""
        from wizard.smtp import afterwards
        from wizard.smtp.worth import tells_apart, worth_looking

        around = []
        if worth_looking(observation, self.profile) and not self.looked:
            around.append(self._look_around(curious=tells_apart(observation)))
        more, *_ = await asyncio.gather(afterwards.facts(observation, self.profile, self.network), *around)
        observation = observation._replace(**more, alternatives=self.alternatives)
        if observation.kind is Kind.TLS_PLAINTEXT and not observation.raw:
            observation = observation._replace(raw=self._said_in_clear())
        return observation

    async def _look_around(self, *, curious: bool = False) -> None:
        """Try the neighbouring ports and modes; what is seen goes to the report at once."""
        from wizard.smtp.neighbours import try_neighbours

        await try_neighbours(self.profile, self._alternative, self.network, curious=curious)
        self.looked = True  # a look cut short by an answer leaves what it has seen, and may be made again after a failure

    def _said_in_clear(self) -> str:
        """Return what the same port said to a neighbour's look without TLS: the handshake itself swallowed those bytes."""
        port = self.profile.endpoint.port
        return next((other.greeting for other in self.alternatives if other.port == port and other.greeting), "")

    def _alternative(self, event: AlternativeTried) -> None:
        found = event.alternative
        others = tuple(one for one in self.alternatives if (one.port, one.security) != (found.port, found.security))
        self.alternatives = (*others, found)
        self.emit(event)
        if found.works and found.port == self.profile.endpoint.port:
            self._same_port.set()

    # Exceptions to observations ----------------------------------------------------------------------------------

    async def _guarded(self, stage: Stage, work: Work) -> Observation:
        try:
            return await work()
        except LineClosed as problem:
            return self._closed(stage, problem)
        except WireError as problem:
            return self.seen(stage, problem.kind, raw=shown(problem.raw))
        except (ssl.SSLError, OSError) as problem:
            if isinstance(problem, TimeoutError):
                raise
            return self._broken(stage, problem)

    def _closed(self, stage: Stage, problem: WireError) -> Observation:
        if problem.__cause__ is None:
            return self.seen(stage, problem.kind, raw=shown(problem.raw), partial=bool(problem.raw))
        return self._broken(stage, problem.__cause__, raw=shown(problem.raw))

    def _broken(self, stage: Stage, problem: BaseException, raw: str = "") -> Observation:
        failure = failure_of(problem)
        kind = failure.kind
        if kind is Kind.TLS_FAILED and not isinstance(problem, ssl.SSLError):
            kind = Kind.RESET  # any other error of a connected socket ends the line all the same
        return self.seen(
            stage,
            kind,
            error=failure.error,
            tls_reason=failure.reason,
            verify_code=failure.verify_code,
            verify_reason=failure.verify_reason,
            raw=raw,
        )

    def _timed_out(self, stage: Stage, problem: TimeoutError) -> Observation:
        partial = self.session.wire.partial if self.session.protocol is not None else b""
        if stage is Stage.RESOLVE:
            return self.seen(stage, Kind.RESOLVER_FAILED, error="the resolver did not answer in time")
        return self.seen(stage, Kind.TIMEOUT, raw=shown(partial), partial=bool(partial), error=str(problem))
