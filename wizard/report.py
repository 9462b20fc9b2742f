"""Everything known of a run so far: events fold into it, every face reads from it. Must not know screens or files."""

from enum import IntEnum
from typing import NamedTuple, assert_never

from wizard.diagnosis import diagnose
from wizard.diagnosis.model import Finding, Severity, merged
from wizard.profile import Profile
from wizard.smtp.events import (
    AlternativeTried,
    Event,
    Line,
    RecipientTried,
    RunEnded,
    StageEnded,
    StageSkipped,
    StageStarted,
    Why,
)
from wizard.smtp.observation import Alternative, Context, Kind, Observation, Stage


class ExitCode(IntEnum):
    """What the program ends with; other programs read these (see the contract in docs/configuration.md)."""

    OK = 0
    FAILED = 1
    USAGE = 2
    INTERRUPTED = 130


class StageResult(NamedTuple):
    """One stage as it stands: running while neither observation nor reason is there. ``deadline`` in seconds."""

    stage: Stage
    observation: Observation | None = None
    skipped: Why | None = None
    deadline: float = 0.0

    @property
    def status(self) -> str:
        """``running``, ``passed``, ``failed`` or ``skipped``."""
        if self.skipped is not None:
            return "skipped"
        if self.observation is None:
            return "running"
        return "passed" if self.observation.passed else "failed"


class Report(NamedTuple):
    """A run, folded from its events. Every value is final; ``add`` returns the next report.

    ``finding`` is ``ok``, or the id of the first error; ``findings`` hold errors first, then warnings, in order of appearance.
    """

    profile: Profile
    stages: tuple[StageResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    transcript: tuple[Line, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    recipients: tuple[RecipientTried, ...] = ()
    context: Context = Context()
    seconds: float = 0.0
    ended: bool = False

    def add(self, event: Event) -> "Report":
        """Fold one event of the engine."""
        match event:
            case StageStarted(stage=stage, deadline=deadline):
                return self._replace(stages=(*self.stages, StageResult(stage, deadline=deadline)))
            case StageEnded(observation=observation):
                return self._ended(observation)
            case StageSkipped(stage=stage, why=why):
                return self._replace(stages=(*self.stages, StageResult(stage, skipped=why)))
            case Line():
                return self._replace(transcript=(*self.transcript, event))
            case AlternativeTried(alternative=alternative):
                return self._replace(alternatives=(*self.alternatives, alternative))
            case RecipientTried():
                return self._replace(recipients=(*self.recipients, event))
            case RunEnded(seconds=seconds):
                return self._replace(seconds=seconds, ended=True)
            case _:
                assert_never(event)

    def _ended(self, observation: Observation) -> "Report":
        started = next(result for result in reversed(self.stages) if result.stage is observation.stage)
        stages = tuple(result._replace(observation=observation) if result is started else result for result in self.stages)
        return self._replace(stages=stages, context=observation.context).found(*diagnose(observation, self.profile))

    def found(self, *findings: Finding) -> "Report":
        """Return the report with findings added, each id once, errors first: of a stage, or of a look beside the run."""
        return self._replace(findings=merged(self.findings, findings))

    @property
    def failed(self) -> "StageResult | None":
        """The stage that failed, if one did."""
        return next((result for result in self.stages if result.status == "failed"), None)

    @property
    def stopped(self) -> bool:
        """Whether the user stopped the run, in a stage or between two."""
        if any(result.skipped is Why.STOPPED for result in self.stages):
            return True
        return self.failed is not None and self.failed.observation is not None and self.failed.observation.kind is Kind.STOPPED

    @property
    def ok(self) -> bool:
        """Whether the run is over and nothing failed."""
        return self.ended and self.failed is None and not self.stopped

    @property
    def finding(self) -> str:
        """The id of the cause: ``ok`` when every stage passed."""
        error = self.error
        return error.id if error else "ok"

    @property
    def error(self) -> Finding | None:
        """The first finding that is an error."""
        return next((finding for finding in self.findings if finding.severity is Severity.ERROR), None)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that stand beside a run without failing it."""
        return tuple(finding for finding in self.findings if finding.severity is not Severity.ERROR)

    @property
    def accepted(self) -> Observation | None:
        """The observation of DATA when the server took the message."""
        return next(
            (result.observation for result in self.stages if result.stage is Stage.DATA and result.status == "passed"), None
        )

    @property
    def exit_code(self) -> "ExitCode":
        """0 every stage passed, 1 a stage failed, 130 stopped."""
        if self.stopped:
            return ExitCode.INTERRUPTED
        return ExitCode.OK if self.ok else ExitCode.FAILED
