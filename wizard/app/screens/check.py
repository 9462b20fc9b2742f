"""Step 3, Test: a run watched as it happens, its cause and cure, its proof. Draws reports; must not know SMTP."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical

from wizard.app import run, verdict
from wizard.app.dialog import Note as Window
from wizard.app.screens.beside import Beside
from wizard.app.standing import TALK_KEYS, Moment, Standing
from wizard.app.step import Command, StepName
from wizard.app.verdict import Note
from wizard.app.widgets.finding import Notes, plain
from wizard.app.widgets.stages import StageList
from wizard.app.widgets.transcript import Transcript
from wizard.profile import Invalid, Profile

if TYPE_CHECKING:
    pass


class CheckScreen(Beside):
    """The third step: everything on it is drawn from ``standing``."""

    step = StepName.TEST
    takes_what_was_typed_ahead = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 - as Textual declares it
    BINDINGS: ClassVar = [
        Binding("enter", "go", "Go", show=False),
        Binding("r", "again", "Run again", show=False),
        Binding("x", "stop", "Stop", show=False),
        Binding("m", "mode", "Send or not", show=False),
        Binding("t", "talk", "Conversation", show=False),
        Binding("d", "change", "Show the change", show=False),
        Binding("u", "undo", "Undo", show=False),
        Binding("s", "save", "Save", show=False),
        Binding("e", "export", "Export", show=False),
        Binding("c", "command", "Command line", show=False),
        Binding("p", "pass_on", "Pass on", show=False),
        Binding("h", "app.hand_over", "Hand over", show=False),
        Binding("a", "arrived", "Arrived?", show=False),
        Binding("i", "as_iiq", "As IdentityIQ", show=False),
        *(Binding(str(number), f"fix({number})", f"Fix {number}", show=False) for number in range(1, 10)),
    ]

    # --- what is shown ---------------------------------------------------------------------------------------------

    def body(self) -> ComposeResult:
        """Stages above, words below, the conversation beside them or in their place."""
        with Horizontal(id="test"):
            with Vertical(id="course", classes="panel"):
                yield StageList(id="stages")
                yield Notes(id="verdict")
            yield Transcript(id="talk", classes="panel")

    def on_mount(self) -> None:
        """Show the plan; nothing is contacted before Enter."""
        self.letter = self.wizard.letter
        self.deliver = self.practising or self.letter is not None
        self.go_on_from_fixes()
        self.query_one("#talk").border_title = "Conversation"
        self.query_one("#verdict").focus()
        self.draw()

    def on_screen_resume(self) -> None:
        """Coming back from a page: what is sent may be another message now, of which the last run says nothing."""
        if not self.is_mounted or self.running:
            return
        if self.wizard.letter != self.letter:
            self.letter = self.wizard.letter
            self.deliver = self.deliver or self.letter is not None
            self.report = None
            self.notices = self.arrived = ()
        if self.report is None:
            self.draw()

    @property
    def standing(self) -> Standing:
        """How the step stands; all words and keys are read from it."""
        profile = self.profile
        known = profile if isinstance(profile, Profile) else None
        return Standing(
            profile=profile,
            report=self.report,
            running=self.running is not None,
            deliver=self.deliver,
            secret=run.secret_words(known, typed=bool(self.wizard.password), practice=self.practising) if known else "",
            failures=self.wizard.failures(),
            letter=self.wizard.letter.name if self.wizard.letter else "",
            since=self.since,
            saved=self.saved,
            before=self.chain_start,
            changed=self.chain_start.changes_to(self.wizard.draft) if self.chain_start else (),
            waiting=self.waiting,
            arrived=self.arrived,
            notices=self.notices,
        )

    @property
    def _left(self) -> bool:
        """Whether the wizard is being left: the widgets go first, and the last events have no place to stand."""
        return not (self.query("#course") and self.query("#verdict") and self.query(StageList) and self.query(Transcript))

    def draw(self) -> None:
        """Draw everything from the report; what did not change is not written again."""
        if self._left:
            return
        standing = self.standing
        self.query_one("#course").border_title = plain(standing.title)
        self.set_class(self.report is not None, "-begun")
        self.draw_progress()
        self.query_one("#verdict", Notes).show(standing.notes, title=standing.heading)
        covered = self.has_class("-talk") and self.has_class("-narrow")
        self.show_keys(TALK_KEYS if covered and self.running is None else standing.keys)

    def draw_progress(self) -> None:
        """Draw the stages, and the conversation while it is open."""
        if self._left:
            return
        self.query_one(StageList).show(self.report)
        if self.has_class("-talk"):
            self.query_one(Transcript).show(self.report.transcript if self.report else ())

    # --- what Enter does ---------------------------------------------------------------------------------------------------

    def action_go(self) -> None:
        """Do what Enter means now: start, fix and test again, save, or go back."""
        match self.standing.moment:
            case Moment.PLAN | Moment.STOPPED:
                self.start()
            case Moment.FAILED if verdict.fixes(self.report.error if self.report else None):
                self.action_fix(1)
            case Moment.FAILED | Moment.INVALID:
                self.action_back()
            case Moment.PASSED:
                self.action_save()
            case Moment.RUNNING:
                pass

    def action_again(self) -> None:
        """Run again with the same settings, further recipients included."""
        if self.report is not None:
            self.start(self.also_to)

    def action_back(self) -> None:
        """Stop a run, close the conversation where it covers the stages, or go back to Details; nothing is lost."""
        if self.running:
            self.action_stop()
        elif self.has_class("-talk"):
            self.action_talk()
        else:
            self.post_message(self.Moved(StepName.DETAILS))

    # --- windows ---------------------------------------------------------------------------------------------------

    def action_change(self) -> None:
        """Show what each fix would change, before and after, and what was changed so far."""
        cures = verdict.fixes(self.report.error if self.report else None)
        lines = [line for cure in cures for line in (cure.label, *verdict.difference(self.wizard.draft, cure.changes), "")]
        if self.chain_start is not None:
            made = self.chain_start.changes_to(self.wizard.draft)
            lines += ["Changed so far; u takes it back:", *verdict.difference(self.chain_start, made)]
        if lines:
            self.app.push_screen(Window("What would change" if cures else "What changed", "\n".join(lines).rstrip()))

    def action_talk(self) -> None:
        """Open or close the conversation: beside the stages where there is room, else in their place."""
        self.toggle_class("-talk")
        opened = self.has_class("-talk")
        if opened:
            self.query_one(Transcript).show(self.report.transcript if self.report else ())
        self.query_one("#talk" if opened else "#verdict").focus()
        self.draw()

    def action_save(self) -> None:
        """Ask for the profile's name and the password's place, and save."""
        if self.running or isinstance(self.profile, Invalid):
            return
        from wizard.app.screens.save_profile import SaveProfile

        self.app.push_screen(SaveProfile(), self._saved)

    def _saved(self, told: tuple[Note, ...] | None) -> None:
        if told:
            self.saved = True
            self.wizard.saved()
            self.notices = told
            self.refresh_heading()
            self.draw()

    def action_export(self) -> None:
        """Ask for a file and write the report."""
        if self.running or self.report is None:
            return
        from wizard.app.screens.export import ExportReport

        self.app.push_screen(ExportReport(self.report, self._command()), self._exported)

    def _exported(self, told: Note | None) -> None:
        if told:
            self.notices = (told,)
            self.draw()

    # --- what the shell asks ---------------------------------------------------------------------------------------

    def commands(self) -> Iterable[Command]:
        """What the palette offers here and now."""
        if self.running:
            yield Command("Stop the test", "at once, and close the connection", self.action_stop)
        else:
            yield Command("Run the test", "one run, from the start", self.start)
            yield Command("Send a test message or not", "switch, and see the plan", self.action_mode)
            if isinstance(self.profile, Profile) and self.profile.sender:
                yield Command(
                    "One more recipient", "asks whether the server takes mail for it; sends nothing", self.action_recipient
                )
                yield Command("The sender's domain", "SPF, DMARC, MX and reverse DNS, and what to publish", self.action_domain)
            yield Command("Hand over to IdentityIQ", "a card, a file to import, or applied here", self.wizard.action_hand_over)
            yield Command("As IdentityIQ will", "its Java, its mail library, beside what was seen here", self.action_as_iiq)
            yield Command("Save the profile", "and the password where you choose", self.action_save)
        if verdict.fixes(self.report.error if self.report else None):
            yield Command("Apply the first fix", "and run again from the start", lambda: self.action_fix(1))
            yield Command("Show the change", "before and after of each fix", self.action_change)
        if self.chain_start is not None:
            yield Command("Undo the fixes", "back to what you typed", self.action_undo)
        if self.standing.can_pass_on:
            yield Command("Pass on", "a text for the person who can help, without secrets", self.action_pass_on)
        if self.report is not None and self.report.accepted:
            yield Command("Has it arrived?", "the message's code, its headers, or a look into the mailbox", self.action_arrived)
        if self.report is not None:
            yield Command("Conversation", "what was said, line by line", self.action_talk)
            yield Command("Export the report", "text, Markdown or JSON, without secrets", self.action_export)

    def leaving(self) -> str:
        """The question before the wizard ends with a running or failed test."""
        return self.standing.leaving

    def help_topic(self) -> str:
        """One text for the whole step."""
        return self.step
