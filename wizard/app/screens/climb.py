"""The running half of the Test step: one run per press, its password, its count of refusals, its proof. Must not know looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.worker import Worker

from wizard.app import consent, run, verdict
from wizard.app.step import Step
from wizard.app.verdict import Note, Tone
from wizard.app.widgets.arrived import proof
from wizard.draft import Draft
from wizard.profile import Invalid, Profile, parse
from wizard.report import Report
from wizard.smtp.events import Event

if TYPE_CHECKING:
    from wizard.memory.lastgood import Changed


class Climb(Step):
    """Makes runs and keeps what is known of them. ``report`` is the run so far, None before the first.

    Subclasses draw: all of it in ``draw``, one event's difference in ``draw_progress``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.report: Report | None = None
        self.deliver = False
        self.running: Worker[None] | None = None
        self.chain_start: Draft | None = None
        self.saved = False
        self.waiting = False
        self.also_to: tuple[str, ...] = ()
        self.since: Changed | None = None
        self.notices: tuple[Note, ...] = ()
        self.arrived: tuple[Note, ...] = ()

    def draw(self) -> None:
        """Draw everything."""
        raise NotImplementedError

    def draw_progress(self) -> None:
        """Draw what one event changed."""
        raise NotImplementedError

    @property
    def profile(self) -> Profile | Invalid:
        """The draft as it stands, parsed; a template that is sent brings the From that IdentityIQ is expected to use."""
        profile = parse(self.wizard.draft, self.wizard.profile_name)
        own = self.wizard.letter
        if own and own.sender and self.deliver and isinstance(profile, Profile):
            return profile._replace(sender=own.sender)
        return profile

    @property
    def practising(self) -> bool:
        """Whether a run goes to our own practice server."""
        profile = self.profile
        return isinstance(profile, Profile) and run.is_practice(profile, self.wizard.practice)

    def start(self, also_to: tuple[str, ...] = ()) -> None:
        """Begin one run, after a question where a third refused sign-in could lock the account.

        ``also_to`` are more recipients to name up to RCPT in this run.
        """
        self.also_to = also_to
        profile = self.profile
        if self.running or isinstance(profile, Invalid):
            self.draw()
            return
        consent.once_more(self.wizard, profile, lambda: consent.with_password(self.wizard, profile, lambda: self._run(profile)))

    def _run(self, profile: Profile) -> None:
        self.report = Report(profile)
        self.notices = self.arrived = ()
        self.since = None
        self.waiting = False
        self.running = self.run_worker(self._climb(profile), group="check", exclusive=True)
        self.draw()

    async def _climb(self, profile: Profile) -> None:
        from wizard.keychain import SecretUnavailable
        from wizard.smtp.check import check

        try:
            password = await run.password_for(profile, self.wizard.password)
            own = self.wizard.letter
            await check(
                profile,
                password,
                self._seen,
                deliver=self.deliver,
                also_to=self.also_to,
                letter=own.letter if own else None,
                network=self.wizard.network,
            )
        except SecretUnavailable as problem:
            self.report = None
            self.notices = (
                Note("The password could not be had, so nothing was contacted.", wide=True, tone=Tone.BAD),
                Note(str(problem), wide=True),
            )
        finally:
            self.running = None
            if self.report:
                run.count(self.wizard.signin_failures, self.report)
            self.draw()
        await self._remember()
        await self._look_into_mailbox()

    async def _remember(self) -> None:
        """Compare with the last good run, and keep what this one showed; beside the loop, for the disk may be slow."""
        report = self.report
        if report is None or not report.ended or report.stopped or self.practising:
            return
        from wizard.memory import lastgood, signins
        from wizard.smtp.network import in_daemon_thread

        def compared() -> Changed | None:
            found = lastgood.compare(report)
            lastgood.keep(report)
            signins.note(report)
            return found

        self.since = await in_daemon_thread(compared)
        self.draw()

    def _seen(self, event: Event) -> None:
        """Fold one event and draw what it changed."""
        assert self.report is not None
        self.report = self.report.add(event)
        self.draw_progress()

    async def _look_into_mailbox(self) -> None:
        practice, report = self.wizard.practice, self.report
        accepted = report.accepted if report else None
        if practice is None or report is None or accepted is None or not run.is_practice(report.profile, practice):
            return
        self.waiting = True
        self.draw()
        self.arrived = await proof(practice, report)
        self.waiting = False
        self.draw()

    def go_on_from_fixes(self) -> None:
        """After a look at Details the fixes can still be taken back; after an edit there they are part of what you typed."""
        fixed = self.wizard.fixed
        if fixed and fixed[1] == self.wizard.draft:
            self.chain_start = fixed[0]

    def action_stop(self) -> None:
        """Stop a run at once."""
        if self.running:
            self.running.cancel()

    # --- cures -----------------------------------------------------------------------------------------------------

    def action_fix(self, number: int) -> None:
        """Apply a remedy that has changes, mark the changed fields, and run again from the start."""
        cures = verdict.fixes(self.report.error if self.report else None)
        if self.running or number > len(cures):
            return
        self.chain_start = self.chain_start or self.wizard.draft
        self.wizard.apply(*cures[number - 1].changes, mark=True)
        self.wizard.fixed = (self.chain_start, self.wizard.draft)
        self.saved = False
        self.report = None
        self.start(self.also_to)
        self.draw()

    def action_undo(self) -> None:
        """Take back every fix since the first one of the chain; what was typed stands again."""
        if self.running or self.chain_start is None:
            return
        self.wizard.apply(*self.wizard.draft.changes_to(self.chain_start))
        self.wizard.marked = frozenset()
        self.chain_start = self.wizard.fixed = None
        self.saved = False
        self.report = None
        self.arrived = ()
        self.notices = (Note("Undone: the settings are as they were before the first fix.", wide=True, tone=Tone.CALM),)
        self.draw()

    def action_mode(self) -> None:
        """Switch between stopping after the recipient and sending a test message; the plan says which before anything is sent."""
        profile = self.profile
        if not self.running and isinstance(profile, Profile) and profile.sender and profile.recipient:
            self.deliver = not self.deliver
            self.report = None
            self.arrived = ()
            self.draw()
