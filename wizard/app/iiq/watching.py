"""Watch: IdentityIQ's mail as it leaves, through a relay on this host, until the sign-off mail is seen; then all is put back.

Shows what will happen first; nothing listens and nothing is changed before Enter. Must not know SMTP or the console.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from wizard.app import consent
from wizard.app.iiq import means
from wizard.app.iiq.console import ConsolePage
from wizard.app.iiq.mails import NO_MAIL, entry_of, mail_text, plan_notes, rows_of, words_of
from wizard.app.iiq.told import Told
from wizard.app.verdict import Note, Tone
from wizard.app.widgets.finding import Notes
from wizard.app.widgets.menu import Entry, Menu
from wizard.app.widgets.stages import StageList
from wizard.profile import Profile

if TYPE_CHECKING:
    from wizard.identityiq.installation import Installation
    from wizard.identityiq.watch.steps import State
    from wizard.identityiq.watch.watch import Seen, Watch, WatchEvent

MINUTES = 30
_PLAN_KEYS = (("Enter", "Begin"), ("m", "Hold or send on"), ("b", "By hand or not"), ("Esc", "Back"), ("F1", "Help"))
_RUN_KEYS = (("Tab", "Scroll above"), ("x", "End and restore"), ("F1", "Help"))
_MAIL_KEYS = (("Enter", "Read"), ("y", "Sign-off mail"))
_END_KEYS = (("r", "Begin again"), ("Esc", "Back"), ("F1", "Help"))


class WatchPage(ConsolePage[None]):
    """Steps above, mails below. ``mails`` are those seen, by number."""

    HEADING = "Watch IdentityIQ's mail"
    HELP = (
        "A relay listens on this host, on loopback only. IdentityIQ is pointed at it for at most 30 minutes, through its "
        "console or by your hand, and every mail it sends is shown as it passes: encryption, sign-in, sender, recipients, "
        "subject, text, and which template it looks like.\n\n"
        "Mails are held, so that nobody gets them, or sent on to the real server with this profile's settings.\n\n"
        "Create a certification in IdentityIQ and sign it off. When its mail comes, the step is ticked. Where its wording is "
        "your own, put the sign on the mail and press y.\n\n"
        "x ends the watch. The settings from before are put back and compared, whatever ends it: you, the time, or the line.\n\n"
        "Held mails lie in files only you can read; where, is said at the end.\n\n"
        "Without a screen: smtp-wizard iiq watch"
    )
    KEYS = _PLAN_KEYS
    BINDINGS: ClassVar = [
        Binding("enter,r", "go", "Begin", show=False),
        Binding("m", "mode", "Hold or send on", show=False),
        Binding("b", "by_hand", "By hand", show=False),
        Binding("y", "confirm", "Sign-off mail", show=False),
        Binding("x", "end", "End", show=False),
    ]

    def __init__(self, profile: Profile) -> None:
        super().__init__()
        self.profile = profile
        self.installation: Installation | None = None
        self.by_hand = False
        self.send_on = False
        self.watched: Watch | None = None
        self.busy = False
        self.ending = False
        self.mails: dict[int, Seen] = {}
        self.fates: dict[int, str] = {}
        self.steps: tuple[State, ...] = ()
        self.told = Told()

    def body(self) -> ComposeResult:
        """Steps, words, mails."""
        with Vertical(id="course", classes="panel") as course:
            course.border_title = "Until the sign-off mail is seen"
            yield StageList(id="stages", name_width=43)
            yield Notes(id="told")
        with Vertical(id="mails", classes="panel") as mails:
            mails.border_title = "Mails"
            yield Menu(id="mail-list")

    def on_mount(self) -> None:
        """Find the installation, and say what will happen."""
        self.query_one("#mails").display = False
        self.query_one("#told").focus()
        self.run_worker(self._look(), group="look")

    async def _look(self) -> None:
        self.say((Note("Looking for IdentityIQ on this host ...", wide=True),))
        self.installation = await self.find_installation(self.profile)
        self.by_hand = self.installation is None
        self._plan()

    # --- the plan ----------------------------------------------------------------------------------------------------

    def _plan(self, *more: Note) -> None:
        if self.watched is None and not self.busy:
            self.say((*more, *plan_notes(self.profile, self.installation, by_hand=self.by_hand, send_on=self.send_on)))
            has = {"m": bool(self.profile.endpoint.host), "b": self.installation is not None}
            self.show_keys(*(key for key in _PLAN_KEYS if has.get(key[0], True)))

    def action_mode(self) -> None:
        """Switch between holding mails and sending them on, where there is a server to send with."""
        if self.profile.endpoint.host and self.watched is None and not self.busy:
            self.send_on = not self.send_on
            self._plan()

    def action_by_hand(self) -> None:
        """Switch between the console and your own hand, where there is a console."""
        if self.watched is None and not self.busy and self.installation is not None:
            self.by_hand = not self.by_hand
            self._plan()

    def action_go(self) -> None:
        """Begin, with the password where mails are to be sent on."""
        if self.watched is not None or self.busy:
            return
        if self.send_on:
            wizard, profile = self.wizard, self.profile
            consent.with_password(wizard, profile, lambda: consent.once_more(wizard, profile, self._start))
        else:
            self._start()

    def _start(self) -> None:
        self.busy = True
        self.told = Told()
        self.mails.clear()  # the next relay numbers its mails from one again
        self.fates.clear()
        self.show_keys(("", "IdentityIQ is being pointed at the relay; x ends and puts everything back"))
        self.wizard.guard(self._watch(), self._end_now)

    # --- the watch ---------------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Watch to the end, restoring included; runs beside the page, which may go."""
        from wizard import safefile
        from wizard.identityiq.console.session import Trouble
        from wizard.identityiq.watch.pointing import NotPointedError
        from wizard.identityiq.watch.watch import Settings, Watch
        from wizard.keychain import SecretUnavailable
        from wizard.memory import place

        watch: Watch | None = None
        try:
            folder = place.state_file("watch")
            upstream = await means.upstream(self.wizard, self.profile) if self.send_on else None
            settings = Settings(folder, upstream=upstream, send_on=self.send_on, seconds=MINUTES * 60.0)
            pointer = means.pointer(
                None if self.by_hand else self.installation, self.login, self._progress, sends_on=self.send_on
            )
            watch = Watch(self._heard, settings, pointer, templates=await means.templates(self.installation))
            async with watch:
                self.watched = watch
                self._begun(watch)
                if not self.ending:
                    await watch.over()
                self.told.over()
                self.show_keys(("", "Putting IdentityIQ's settings back ..."))
            self._ended(watch)
        except asyncio.CancelledError:  # ended while IdentityIQ was being pointed at it, or the wizard is left
            self._failed((watch.problem if watch else "") or "Ended. IdentityIQ's mail settings are as they were.")
            raise
        except NotPointedError as problem:
            self._failed(str(problem))
            if problem.trouble in (Trouble.LOGIN_REQUIRED, Trouble.LOGIN_REFUSED) and self.is_attached:
                self.ask_login(str(problem), self._start, self._plan)
        except SecretUnavailable as problem:
            self._failed(str(problem))
        except (OSError, ValueError) as problem:
            why = safefile.reason(problem) if isinstance(problem, OSError) and problem.errno else str(problem)
            self._failed(f"The relay could not be opened: {why}. IdentityIQ's settings are as they were.")
        finally:
            self.busy = False
            self.watched = None

    def _progress(self, words: str) -> None:
        self.say((Note(words, wide=True, tone=Tone.CALM),))

    def _begun(self, watch: Watch) -> None:
        self.told.begun(watch, by_hand=self.by_hand)
        for mails in self.query("#mails"):
            mails.display = True
            self.query_one(Menu).focus()
        self._draw()

    def _heard(self, event: WatchEvent) -> None:
        from wizard.identityiq.watch.watch import Note as Said
        from wizard.identityiq.watch.watch import Seen, Stepped
        from wizard.practice.relay_events import Fated, Holding

        match event:
            case Stepped(steps=steps):
                self.steps = steps
            case Seen(mail=mail):
                self.mails[mail.number] = event
            case Holding():
                consent.count_refusal(self.wizard, self.profile)
                self.told.heard.append(words_of(event))
            case Fated(number=number, fate=fate):
                self.fates[number] = str(fate)
            case _:
                self.told.heard.append(words_of(event))
                if isinstance(event, Said) and event.wrong:
                    self.wizard.last_words.append(event.text)
        self._draw()

    def _draw(self) -> None:
        if not self.is_attached or not self.query(StageList):
            return
        self.set_class(bool(self.steps), "-begun")
        self.query_one(StageList).show_rows(rows_of(self.steps), 7)
        shown = [entry_of(seen, self.fates) for seen in self.mails.values()]
        self.query_one("#mails").border_title = f"Mails: {len(shown)}" if shown else "Mails"
        self.query_one(Menu).show(shown or (NO_MAIL,), keep_place=True)
        if self.watched and not self.told.is_over:
            self.say(self.told.running(self.steps, mails=bool(self.mails)))
            self.show_keys(*(_MAIL_KEYS if self.mails else ()), *_RUN_KEYS)

    def _ended(self, watch: Watch) -> None:
        self.watched = None
        self.steps = watch.steps
        self._draw()
        notes = self.told.ended(watch, self.profile, by_hand=self.by_hand)
        if self.wizard.ending:
            self.wizard.last_words += [note.text for note in notes if note.label not in ("next", "!")]
        self.say(notes)
        self.show_keys(*((("Enter", "Read"), ("Tab", "Scroll above")) if self.mails else ()), *_END_KEYS)

    def _failed(self, why: str) -> None:
        self.busy = False
        self.watched = None
        self.steps = ()
        self.set_class(False, "-begun")
        for stages in self.query(StageList):
            stages.show_rows(())
        if self.is_attached:
            self._plan(Note(why, wide=True, tone=Tone.BAD))

    # --- keys --------------------------------------------------------------------------------------------------------

    @on(Menu.Chosen)
    def _read_mail(self, event: Menu.Chosen) -> None:
        from wizard.app.dialog import Note as Window

        seen = self.mails[int(event.entry.id)]
        self.app.push_screen(Window(f"Mail {seen.mail.number}", mail_text(seen, self.fates.get(seen.mail.number, ""))))

    def action_confirm(self) -> None:
        """The mail under the sign is the sign-off mail."""
        here: Entry | None = self.query_one(Menu).here
        if self.watched is not None and here is not None and not here.idle:
            self.watched.confirm_sign_off(int(here.id))

    def _end_now(self) -> None:
        """The wizard ends: so does the watch, also while it only begins."""
        self.ending = True
        self.action_end()

    def action_end(self) -> None:
        """End the watch, also while IdentityIQ is still being pointed at it; restoring follows."""
        if self.watched is not None:
            self.watched.stop()
        elif self.busy and self.wizard.guarded:
            self.wizard.guarded.cancel()

    def action_back(self) -> None:
        """Leave the page when the watch is over; before, the watch is ended first."""
        if self.watched is not None:
            self.action_end()
        elif not self.busy:
            super().action_back()
