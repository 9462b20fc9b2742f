"""Apply on this host: what would change, a question, the change, what stands afterwards; and the way back with one key.

Must not know the console or XML. Deleting waiting mail is a question of its own and never part of the change.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from wizard.app.iiq.console import ConsolePage
from wizard.app.verdict import Note, Tone
from wizard.profile import Profile

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.identityiq.handover.kept import Kept
    from wizard.identityiq.handover.outcome import Applied
    from wizard.identityiq.handover.plan import Plan
    from wizard.identityiq.installation import Installation

_LAST_KEYS = (("↑↓", "Scroll"), ("Esc", "Back"), ("F1", "Help"))
_AGAIN_KEYS = (("r", "Plan again"), *_LAST_KEYS)


class ApplyPage(ConsolePage[None]):
    """First reads and shows the plan; Enter carries it out; ``u`` takes it back; ``q`` asks about waiting mail."""

    HEADING = "Apply on this host"
    HELP = (
        "IdentityIQ's settings are read through its console, and you see what would change. Nothing is changed before Enter.\n\n"
        "Then: a backup export of its configuration, the files that take the change back, the import, and everything is read "
        "back and compared. What is said of the result comes from reading back, not from what the console answered.\n\n"
        "u takes the change back, r plans again from what stands now. q asks whether mail that waits in IdentityIQ is to be "
        "deleted; that cannot be undone.\n\n"
        "The password is not handed over here: type it on IdentityIQ's page, or use smtp-wizard iiq apply --with-password.\n\n"
        "Without a screen: smtp-wizard iiq apply"
    )
    KEYS = _LAST_KEYS
    BINDINGS: ClassVar = [
        Binding("enter", "go", "Change it", show=False),
        Binding("r", "again", "Plan again", show=False),
        Binding("u", "undo", "Undo", show=False),
        Binding("q", "queue", "Waiting mail", show=False),
    ]

    def __init__(self, profile: Profile) -> None:
        super().__init__()
        self.profile = profile
        self.installation: Installation | None = None
        self.plan: Plan | None = None
        self.kept: Kept | None = None
        self.undoes = False  # the plan takes the last change back
        self.busy = False

    def on_mount(self) -> None:
        """Read what stands; nothing is changed."""
        self.query_one("#told").focus()
        self._begin(None)

    # --- reading -----------------------------------------------------------------------------------------------------

    def _begin(self, undo: Path | None) -> None:
        """Read and show the plan, for the profile or for the file that takes a change back."""
        self.plan = None
        self.busy = True
        self.undoes = undo is not None
        self.show_keys(("Esc", "Stop"), ("F1", "Help"))
        self.run_worker(self._read(undo), exclusive=True, group="iiq")

    def _progress(self, words: str) -> None:
        self.say((Note(words, wide=True, tone=Tone.CALM),), title="At work")

    async def _read(self, undo: Path | None) -> None:
        from wizard.identityiq.console.session import ConsoleProblem, Trouble
        from wizard.identityiq.handover.merge import UnwritableError
        from wizard.identityiq.handover.prepare import UnfitError, plan_apply, plan_undo
        from wizard.identityiq.handover.wanted import ByHandError

        self._progress("Looking for IdentityIQ on this host ...")
        try:
            self.installation = self.installation or await self.find_installation(self.profile)
            if self.installation is None:
                self._stop_at(_NOT_HERE)
                return
            self._progress("Starting IdentityIQ's console. It usually takes 10 to 20 seconds.")
            if undo is None:
                plan = await plan_apply(self.installation, self.profile, login=self.login, say=self._progress)
            else:
                plan = await plan_undo(self.installation, undo, login=self.login, say=self._progress)
        except ConsoleProblem as problem:
            if problem.trouble in (Trouble.LOGIN_REQUIRED, Trouble.LOGIN_REFUSED):
                self.ask_login(str(problem), lambda: self._begin(undo), self.action_back)
            else:
                self._stop_at(str(problem))
            return
        except (ByHandError, UnwritableError, UnfitError) as problem:
            self._stop_at(str(problem))
            return
        finally:
            self.busy = False
        self._show_plan(plan)

    def _stop_at(self, why: str) -> None:
        if self.wizard.ending:
            self.wizard.last_words.append(why)
        self.say((Note(why, wide=True, tone=Tone.BAD),), title="Nothing was changed")
        self._name_keys()

    def _show_plan(self, plan: Plan) -> None:
        from wizard.identityiq.handover.plan import backlog_lines, plan_lines

        self.plan = plan
        first, *rest = plan_lines(plan)
        lines = [Note(first, wide=True, tone=Tone.CALM), *_lines(rest)]
        nothing = not (plan.changes or plan.goes)
        if not nothing:
            lines.append(Note("", wide=True))
            lines.append(Note("backup, rollback files, import, read back, compare", "how"))
            lines += [Note(line, "mail") for line in (() if self.undoes else backlog_lines(plan))]
        self.say(lines, title="Nothing is taken back yet" if self.undoes else "Nothing is changed yet")
        if nothing:
            self._name_keys()
        else:
            self.show_keys(("Enter", "Take it back" if self.undoes else "Change it"), *_LAST_KEYS)

    def _name_keys(self, *more: tuple[str, str]) -> None:
        """Name the keys of a page that stands still: what was changed here can be taken back."""
        self.show_keys(*((("u", "Take it back"),) if self.kept else ()), *more, *_AGAIN_KEYS)

    def action_again(self) -> None:
        """Plan from what stands now."""
        if not self.busy:
            self._begin(None)

    # --- changing ----------------------------------------------------------------------------------------------------

    def action_go(self) -> None:
        """Change IdentityIQ, now that it was said what to."""
        plan = self.plan
        if self.busy or plan is None or not (plan.changes or plan.goes):
            return
        self.busy = True
        self.plan = None
        self.show_keys(("", "An import is not interrupted"))
        self.wizard.guard(self._change(plan))

    async def _change(self, plan: Plan) -> None:
        from wizard import safefile
        from wizard.identityiq.console.session import ConsoleProblem
        from wizard.identityiq.handover.apply import StoppedError, apply
        from wizard.identityiq.handover.kept import new_folder
        from wizard.memory import lastapply

        try:
            folder = new_folder(lastapply.folder(), datetime.now(), self.profile.name or "wizard")
            applied = await apply(plan, folder, login=self.login, say=self._progress, begun=lambda kept: self._begun(plan, kept))
        except (StoppedError, ConsoleProblem) as problem:
            self._stop_at(str(problem))
            return
        except OSError as problem:
            self._stop_at(f"There is no place for the rollback files: {safefile.reason(problem)}. Nothing was changed.")
            return
        finally:
            self.busy = False
        self._remember(plan, applied.kept, str(applied.status))
        if applied.status == "unchanged" or (self.undoes and applied.right):
            self.kept = None  # nothing to take back
        if applied.status == "done":
            self._stands(plan)
        self._show_outcome(applied)

    def _stands(self, plan: Plan) -> None:
        """What was read before is out of date: the pages beside this one compare with what stands now."""
        taken = self.wizard.taken
        if taken is not None:
            named = {entry.key for entry in plan.entries}
            kept = () if plan.whole else tuple(entry for entry in plan.before.entries if entry.key not in named)
            self.wizard.taken = taken._replace(settings=plan.before._replace(entries=(*kept, *plan.entries)))

    def _begun(self, plan: Plan, kept: Kept) -> None:
        if not self.undoes:
            self.kept = kept
        self._remember(plan, kept, "begun")

    def _remember(self, plan: Plan, kept: Kept, state: str) -> None:
        """Keep where the way back is; a state folder that cannot be written is no reason to stop."""
        from wizard.memory import lastapply

        rollback = str(kept.rollback) if kept.rollback else ""
        where = str(plan.installation.folder.resolve())
        change: lastapply.LastApply | None
        with suppress(OSError):
            if self.undoes:
                last = lastapply.recall(where)
                change = last._replace(state="undone") if last and state == "done" else None
            else:
                change = lastapply.LastApply(where, self.profile.name, lastapply.now(), rollback, str(kept.whole), state)
            if change:
                lastapply.remember(change)

    def _show_outcome(self, applied: Applied) -> None:
        from wizard.app.iiq.outcome import outcome_notes
        from wizard.identityiq.handover.told import outcome_lines

        if self.wizard.ending:
            self.wizard.last_words += outcome_lines(applied, str(self.installation.folder) if self.installation else "")
        self.say(outcome_notes(applied, self.profile, undone=self.undoes), title="Read back and compared")
        self._name_keys(*((("q", "Waiting mail"),) if applied.right and self.kept else ()))

    def action_undo(self) -> None:
        """Plan to take back what was changed here."""
        if not self.busy and self.kept is not None:
            self._begin(self.kept.rollback or self.kept.whole)

    # --- waiting mail ------------------------------------------------------------------------------------------------

    def action_queue(self) -> None:
        """Ask whether mail that waits is to be deleted; the safe answer is the near one."""
        from wizard.app.dialog import Ask
        from wizard.identityiq.handover.plan import CLEARING

        if self.busy or self.kept is None or self.installation is None:
            return
        question = Ask(CLEARING, yes="delete all waiting mail", no="keep it", title="Waiting mail", risky=True)
        self.app.push_screen(question, lambda yes: self._delete() if yes else None)

    def _delete(self) -> None:
        self.busy = True
        self.show_keys(("", "At work"))
        self.wizard.guard(self._cleared())

    async def _cleared(self) -> None:
        from wizard.identityiq.console.session import ConsoleProblem
        from wizard.identityiq.handover.apply import clear_queue

        assert self.installation is not None
        try:
            answer = await clear_queue(self.installation, login=self.login, say=self._progress)
            said = answer.problem or f"The console answered: {' '.join(answer.output.split()) or 'nothing'}"
            tone = Tone.BAD if answer.problem else Tone.CALM
        except ConsoleProblem as problem:
            said, tone = str(problem), Tone.BAD
        finally:
            self.busy = False
        self.say((Note(said, wide=True, tone=tone),), title="Waiting mail")
        self._name_keys()

    def action_back(self) -> None:
        """Stop reading, or go back; a change under way is waited for."""
        if self.busy and self.plan is None and self.wizard.guarded:
            return
        self.workers.cancel_group(self, "iiq")
        super().action_back()


_NOT_HERE = (
    "No IdentityIQ was found on this host, or more than one: name its folder in Details, under IdentityIQ. On the host it runs "
    "on you can apply; here a file to import does the same."
)


def _lines(lines: list[str] | tuple[str, ...]) -> list[Note]:
    """Return lines as notes, with a gap behind rows: those begin with two blanks."""
    shown: list[Note] = []
    for line in lines:
        if shown and shown[-1].text.startswith("  ") and not line.startswith("  "):
            shown.append(Note("", wide=True))
        shown.append(Note(line, wide=True))
    return shown
