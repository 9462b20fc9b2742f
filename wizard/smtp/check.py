"""The climb: the stages of one SMTP session in order, each emitted as it happens. Knows no words for what it saw."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from wizard.profile import Password, Profile
from wizard.smtp import reaching, sending
from wizard.smtp.events import Event, RunEnded, StageEnded, StageSkipped, Why
from wizard.smtp.network import Network
from wizard.smtp.observation import LADDER, Kind, Observation, Stage
from wizard.smtp.run import Run, StageFailed

if TYPE_CHECKING:
    from wizard.smtp.letter import Letter

STEPS: dict[Stage, Callable[[Run], Awaitable[Observation]]] = {
    Stage.RESOLVE: reaching.resolve,
    Stage.CONNECT: reaching.connect,
    Stage.TLS: reaching.secure,
    Stage.GREETING: reaching.greeting,
    Stage.EHLO: reaching.ehlo,
    Stage.STARTTLS: reaching.starttls,
    Stage.AUTH: reaching.sign_in,
    Stage.MAIL: sending.mail,
    Stage.RCPT: sending.rcpt,
    Stage.DATA: sending.data,
    Stage.QUIT: sending.leave,
}


async def check(
    profile: Profile,
    password: Password | None,
    emit: Callable[[Event], None],
    *,
    deliver: bool = False,
    also_to: tuple[str, ...] = (),
    held_back: int = 0,
    network: Network | None = None,
    letter: Letter | None = None,
) -> None:
    """Climb the ladder once and emit what happens; returns when the run is over, whatever the outcome.

    ``password`` is the secret (a token for XOAUTH2), None when there is none. ``deliver`` sends one test message; without it
    nothing goes beyond RCPT. ``also_to`` are more recipients to name up to RCPT, after the profile's own one passed or was
    refused, each told by RecipientTried. ``held_back`` is how often this sign-in was refused before: above 0 the run ends at
    AUTH with HELD_BACK, before anything secret is sent. ``letter`` is sent in place of the test message's own words.
    Every stage ends within ``profile.timeout`` seconds and the run within ``profile.total_timeout``, plus the moment the
    neighbouring ports are looked at.

    Cancel the task to stop: the socket is closed at once, STOPPED and the skipped stages are emitted, CancelledError goes on.
    """
    network = network or Network()
    run = Run(profile, password, emit, network, deliver=deliver, also_to=also_to, held_back=held_back, letter=letter)
    left = list(LADDER[profile.endpoint.security])
    why = Why.STOPPED
    try:
        await _climb(run, left)
    except StageFailed:
        why = Why.NOT_REACHED
    finally:
        # Reached by a stop as well: nothing below waits.
        if run.current is not None:
            emit(StageEnded(run.seen(run.current, Kind.STOPPED)))
        for stage in left:
            emit(StageSkipped(stage, why))
        if why is Why.NOT_REACHED:
            run.session.leave()
        else:
            run.session.abort()
        if run.resolution:
            run.resolution.cancel()
        emit(RunEnded(run.at()))


async def _climb(run: Run, left: list[Stage]) -> None:
    while left:
        if run.also_to and left[0] is Stage.QUIT:
            await _more_recipients(run)
        stage = left.pop(0)
        reason = _left_out(run, stage)
        if reason is not None:
            run.emit(StageSkipped(stage, reason))
            continue
        step = STEPS[stage]
        try:
            await run.stage(stage, lambda step=step: step(run))  # type: ignore[misc]  # binds this round's step
        except StageFailed as failed:
            if run.also_to:
                await _more_recipients(run, failed.observation)
            raise


async def _more_recipients(run: Run, failed: Observation | None = None) -> None:
    """Name the further recipients, where the session still stands and there is a sender to name."""
    from wizard.smtp import recipients  # most runs have none

    if run.profile.sender and (failed is None or recipients.still_open(failed)):
        await recipients.name_more(run)


def _left_out(run: Run, stage: Stage) -> Why | None:
    """Return why a stage is not climbed, or None."""
    profile = run.profile
    match stage:
        case Stage.AUTH if profile.login is None:
            return Why.NOT_CONFIGURED
        case Stage.MAIL if not profile.sender:
            return Why.NOT_CONFIGURED
        case Stage.RCPT | Stage.DATA if not (profile.sender and profile.recipient):
            return Why.NOT_CONFIGURED
        case Stage.DATA if not run.deliver:
            return Why.NOT_REQUESTED
        case _:
            return None
