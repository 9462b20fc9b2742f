"""How the Test step stands: what its title, words and keys are at this moment. Must not know Textual."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from wizard.app import verdict
from wizard.app.verdict import FIELD_NAMES, Note, Tone
from wizard.draft import Change, Draft
from wizard.profile import Invalid, Profile
from wizard.render.stages import duration
from wizard.report import Report

if TYPE_CHECKING:
    from wizard.memory.lastgood import Changed

TALK_KEYS = (("t", "Close"), ("Up/Down PgUp/PgDn", "Scroll"), ("e", "Export"), ("F1", "Help"))
_WORK_KEYS = (("r", "Run again"), ("t", "Talk"), ("e", "Export"))


_ON_TO_IIQ = (("h", "Hand over"), ("i", "As IIQ"))
_COLUMNS = 80  # of the narrowest terminal
_CAN_WAIT = ("r", "e", "t", "i", "c")  # keys the palette and the help name too: first to go where the row is full


def _fitting(*keys: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the keys that fit into the last row of the narrowest terminal, in their order."""
    kept = keys
    for key in _CAN_WAIT:
        if 1 + sum(len(name) + len(what) + 4 for name, what in kept) - 3 > _COLUMNS:
            kept = tuple(each for each in kept if each[0] != key)
    return kept


class Moment(StrEnum):
    """Where the step is."""

    INVALID = "invalid"
    PLAN = "plan"
    RUNNING = "running"
    STOPPED = "stopped"
    FAILED = "failed"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything the words of the step depend on. ``secret`` says where the password comes from."""

    profile: Profile | Invalid
    report: Report | None = None
    running: bool = False
    deliver: bool = False
    secret: str = ""
    failures: int = 0
    saved: bool = False
    changed: tuple[Change, ...] = ()
    before: Draft | None = None
    waiting: bool = False
    arrived: tuple[Note, ...] = ()
    notices: tuple[Note, ...] = ()
    letter: str = ""  # the template that is the test message
    since: Changed | None = None  # what is different from the last good run

    @property
    def moment(self) -> Moment:
        """Where the step is."""
        if self.running:
            return Moment.RUNNING
        if self.report is None:
            return Moment.INVALID if isinstance(self.profile, Invalid) else Moment.PLAN
        if self.report.ok:
            return Moment.PASSED
        return Moment.STOPPED if self.report.stopped else Moment.FAILED

    @property
    def title(self) -> str:
        """The box's title: which profile, which host and port."""
        profile = self.report.profile if self.report else self.profile
        if isinstance(profile, Invalid):
            return "Test"
        name = f"{profile.name}, " if profile.name else ""
        return f"Test: {name}{verdict.endpoint(profile)}"

    @property
    def heading(self) -> str:
        """The line between the stages and the words."""
        match self.moment:
            case Moment.INVALID | Moment.PLAN:
                return ""
            case Moment.RUNNING:
                return "Running"
            case Moment.STOPPED:
                return f"Stopped, after {self._took}"
            case Moment.FAILED:
                return f"What went wrong, after {self._took}"
            case Moment.PASSED:
                return f"It works, in {self._took}"
            case _:
                assert_never(self.moment)

    @property
    def _took(self) -> str:
        return duration(self.report.seconds) if self.report else ""

    @property
    def notes(self) -> tuple[Note, ...]:
        """The words under the stages."""
        return (*self.notices, *self._changed(), *self._notes())

    @property
    def can_pass_on(self) -> bool:
        """Whether somebody else can help, so that there is a text for them."""
        from wizard.render.requests import REQUESTS

        return self.moment is Moment.FAILED and self.report is not None and self.report.finding in REQUESTS

    @property
    def can_undo(self) -> bool:
        """Whether a fix was applied that can be taken back."""
        return self.before is not None

    def _changed(self) -> tuple[Note, ...]:
        """Return what the fixes changed so far, so that it stays in view until it is saved or taken back."""
        if self.before is None or self.running or self.saved:
            return ()
        words = ", ".join(" ".join(line.split()) for line in verdict.difference(self.before, self.changed))
        return (Note(f"{words}   (u takes it back)", "* changed", Tone.TEXT),)

    def _notes(self) -> tuple[Note, ...]:
        report = self.report
        if self.running or report is None:
            return self._before()
        match self.moment:
            case Moment.PASSED:
                passed = verdict.passed(report, waiting=self.waiting, arrived=bool(self.arrived))
                return (*self.arrived, *passed, *verdict.recipients(report))
            case Moment.STOPPED:
                return verdict.stopped(report)
            case _:
                return self._failed(report)

    def _failed(self, report: Report) -> tuple[Note, ...]:
        """Return the cause, the answer that was asked for, the cures, what changed; then what reads smaller."""
        told = verdict.failed(report)
        cause = next((place for place, note in enumerate(told) if not note.wide), len(told))
        cures = next((place for place, note in enumerate(told) if place >= cause and note.tone is not Tone.TEXT), len(told))
        return (*told[:cause], *verdict.recipients(report), *told[cause:cures], *self._since(), *told[cures:])

    def _since(self) -> tuple[Note, ...]:
        """Return what is different from the last good run, what you changed yourself first."""
        if self.since is None or not self.since.differences:
            return ()
        from wizard.memory.words import since_last_good

        heading, *lines = since_last_good(self.since, failed=True)
        return (Note(heading, "since then", Tone.WARN), *(Note(line, "since then", Tone.WARN) for line in lines))

    def _before(self) -> tuple[Note, ...]:
        if self.running:
            return (Note("x or Esc stops the test at once and closes the connection.", wide=True, tone=Tone.QUIET),)
        if isinstance(self.profile, Invalid):
            wrong = [Note(text, FIELD_NAMES[field], Tone.BAD) for field, text in self.profile.errors.items()]
            return (Note("These settings cannot be tried yet. Esc goes back to change them.", wide=True), *wrong)
        return verdict.plan(self.profile, deliver=self.deliver, secret=self.secret, failures=self.failures, letter=self.letter)

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """The keys that do something now, the likeliest first."""
        undo = (("u", "Undo"),) if self.can_undo else ()
        match self.moment:
            case Moment.INVALID:
                return (("Esc", "Back to Details"), ("F1", "Help"))
            case Moment.PLAN:
                other = "Send nothing" if self.deliver else "Send a message too"
                choice = (("m", other),) if self._can_send else ()
                return _fitting(
                    ("Enter", "Start"), *choice, *undo, *_ON_TO_IIQ, ("c", "Command"), ("Esc", "Back"), ("F1", "Help")
                )
            case Moment.RUNNING:
                return (("x", "Stop"), ("t", "Talk"), ("^p", "Commands"))
            case Moment.STOPPED:
                return (("Enter", "Run again"), *undo, ("t", "Talk"), ("e", "Export"), ("Esc", "Back"), ("F1", "Help"))
            case Moment.FAILED if verdict.fixes(self.report.error if self.report else None):
                fix = (("Enter", "Fix, test again"), ("d", "Change"))
                return _fitting(*fix, *undo, *self._pass_on, *_WORK_KEYS, ("Esc", "Back"))
            case Moment.FAILED:
                others = (*undo, *self._pass_on) or (("c", "Command"),)
                return _fitting(("Enter", "Back to Details"), *others, *_WORK_KEYS, ("F1", "Help"))
            case Moment.PASSED:
                save = () if self.saved else (("Enter", "Save"),)
                leave = (("^q", "Leave"),) if self.saved else ()
                return _fitting(
                    *save, *self._send_too, *self._ask_arrival, *undo, *_ON_TO_IIQ, *_WORK_KEYS, ("Esc", "Back"), *leave
                )
            case _:
                assert_never(self.moment)

    @property
    def _pass_on(self) -> tuple[tuple[str, str], ...]:
        return (("p", "Pass on"),) if self.can_pass_on else ()

    @property
    def _can_send(self) -> bool:
        return isinstance(self.profile, Profile) and bool(self.profile.sender and self.profile.recipient)

    @property
    def _send_too(self) -> tuple[tuple[str, str], ...]:
        accepted = self.report is not None and self.report.accepted is not None
        return () if accepted or self.deliver or not self._can_send else (("m", "Send one"),)

    @property
    def _ask_arrival(self) -> tuple[tuple[str, str], ...]:
        accepted = self.report is not None and self.report.accepted is not None
        return (("a", "Arrived?"),) if accepted and not self.arrived else ()

    @property
    def leaving(self) -> str:
        """The question before leaving, or nothing."""
        report = self.report
        if self.running:
            return "The test is still running. Leaving stops it at once and closes the connection."
        if report is None or report.ok:
            return ""
        if report.stopped or report.error is None:
            return (
                "You stopped the last test, so nothing is proven yet. Leave anyway? What you typed is kept, without the password."
            )
        return (
            f"The last test failed: {report.error.title.rstrip('.')}. Mail will not go out with these settings. "
            "Leave anyway? What you typed is kept, without the password."
        )
