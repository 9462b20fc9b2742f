"""What a run tells while it happens. A report folds these; screens, text and JSON are drawn from the report."""

from enum import StrEnum
from typing import NamedTuple

from wizard.smtp.observation import Alternative, Observation, Stage


class Why(StrEnum):
    """Why a stage was left out."""

    NOT_REACHED = "not-reached"  # an earlier stage failed
    NOT_CONFIGURED = "not-configured"  # no user name, no sender, no recipient
    NOT_REQUESTED = "not-requested"  # nothing is sent without being asked
    STOPPED = "stopped"  # the user stopped the run


class StageStarted(NamedTuple):
    """A stage begins; it has ``deadline`` seconds. ``at`` is seconds since the run began."""

    stage: Stage
    deadline: float
    at: float = 0.0


class StageEnded(NamedTuple):
    """A stage is over, one way or the other; the observation says which."""

    observation: Observation

    @property
    def stage(self) -> Stage:
        """The stage that ended."""
        return self.observation.stage


class StageSkipped(NamedTuple):
    """A stage that will not happen."""

    stage: Stage
    why: Why


class Line(NamedTuple):
    """One line on the wire, already redacted. ``sender`` is ``S`` (server), ``C`` (client) or ``*`` (about the line itself).

    ``at`` is seconds since the run began; ``text`` shows bytes outside printable ASCII and UTF-8 as ``\\xNN``.
    """

    sender: str
    text: str
    at: float


class AlternativeTried(NamedTuple):
    """A neighbouring port or mode was tried while a stage was failing."""

    alternative: Alternative


class RecipientTried(NamedTuple):
    """One more recipient was named up to RCPT, because the user asked for it; nothing was sent to it.

    ``observation`` is of RCPT, or of MAIL where the sender was already refused for it; it changes no stage's outcome.
    """

    address: str
    observation: Observation


class RunEnded(NamedTuple):
    """Nothing more will come. ``seconds`` is the whole run."""

    seconds: float


Event = StageStarted | StageEnded | StageSkipped | Line | AlternativeTried | RecipientTried | RunEnded
