"""Step 2, Details: the form, with what can be seen of the server beside it. Must not know SMTP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from wizard import values
from wizard.app import run
from wizard.app.advice import Advice, advise
from wizard.app.sight import Sight, Target, look, target_of
from wizard.app.step import Command, Step, StepName
from wizard.app.widgets.form import Form
from wizard.app.widgets.ports import Live
from wizard.draft import Change, Field
from wizard.profile import Invalid, SecretKind, Security, parse

if TYPE_CHECKING:
    from wizard.diagnosis.model import Finding

PAUSE_BEFORE_LOOKING = 0.4  # seconds of peace after the last key before the network is asked


class DetailsScreen(Step):
    """Form, Live panel and what both mean. Nothing is sent from here but by ^t, and that only signs in."""

    step = StepName.DETAILS
    KEYS: ClassVar = (
        ("Enter", "Test"),
        ("Esc", "Back"),
        ("^t", "Try sign-in"),
        ("F1", "Help"),
        ("^p", "Commands"),
    )
    BINDINGS: ClassVar = [
        Binding("enter", "next", "Test", show=False),
        Binding("ctrl+t", "try_signin", "Try the sign-in once", show=False),
        Binding("ctrl+o", "take_offer", "Take the offer", show=False),
        Binding("pageup", "scroll_means(-1)", "Up", show=False),
        Binding("pagedown", "scroll_means(1)", "Down", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.sight = Sight()
        self.finding: Finding | None = None
        self.advice: list[Advice] = []
        self._pause: Timer | None = None
        self._target: Target | None = None

    def body(self) -> ComposeResult:
        """Form and Live side by side, what they mean beneath."""
        app = self.wizard
        if not app.draft.security:
            app.apply(Change(Field.SECURITY, Security.STARTTLS.value))
        if not app.draft.port:
            app.apply(Change(Field.PORT, str(_security(app.draft.security).usual_port)))
        with Horizontal(id="work"):
            form = Form(app.draft, typed=bool(app.password), id="form")
            form.border_title = "Details"
            yield form
            live = Live(id="live")
            live.border_title = "Live"
            live.add_class("panel")
            yield live
        with VerticalScroll(id="means", classes="panel", can_focus=False) as means:
            means.border_title = "What this means"
            yield Static(id="meaning")

    def on_mount(self) -> None:
        """Mark what was changed for the user, put the cursor where something is missing, begin to look."""
        self.form.mark(self.wizard.marked)
        self._first_empty().focus()
        self._show_signin()
        self._look_now()
        self.run_worker(self._ladder(), group="ladder")

    @property
    def form(self) -> Form:
        """The form."""
        return self.query_one(Form)

    def _first_empty(self) -> Input:
        draft = self.wizard.draft
        wanted = next((field for field in (Field.HOST, Field.USERNAME, Field.SENDER) if not draft.get(field)), Field.HOST)
        if wanted is Field.USERNAME and draft.sender:
            wanted = Field.HOST
        return self.query_one(f"#{wanted}", Input)

    async def _ladder(self) -> None:
        """Ask, after the first paint, where a password could be kept on this host."""
        from wizard.keychain import default_file

        reasons = {
            rung.kind: rung.why for rung in await self.wizard.rungs() if not rung.available and rung.kind is not SecretKind.ASK
        }
        own_file = default_file(self.wizard.profile_name or "new", self.wizard.memory.path)
        self.form.secret.set_reasons(reasons, str(own_file))
        if not self.wizard.draft.password:
            kept = SecretKind.ASK if SecretKind.KEYRING in reasons else SecretKind.KEYRING
            self._edit(Change(Field.PASSWORD, kept.value))

    # --- editing -----------------------------------------------------------------------------------------------------

    def _edit(self, *changes: Change, mark: bool = False) -> None:
        self.wizard.apply(*changes, mark=mark)
        self.form.show(self.wizard.draft)
        self.form.mark(self.wizard.marked)

    @on(Form.Edited)
    def _edited(self, event: Form.Edited) -> None:
        self._edit(*event.changes)
        self._look_soon()

    @on(Form.SecretTyped)
    def _secret_typed(self, event: Form.SecretTyped) -> None:
        self.wizard.password = event.password or None
        self.finding = None
        self.form.row(Field.PASSWORD).error("")

    @on(Form.HostLeft)
    def _tidy(self) -> None:
        draft = self.wizard.draft
        changes = [change for change in values.tidy_host(draft.host) if change.value != draft.get(change.field)]
        if changes:
            self._edit(*changes)
            self._look_soon()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_next()

    def action_next(self) -> None:
        """Go on to the test, or say under each field what is wrong with it."""
        self._tidy()
        self.run_worker(self._next(), exclusive=True, group="next")

    async def _next(self) -> None:
        parsed = parse(self.wizard.draft)
        errors = parsed.errors if isinstance(parsed, Invalid) else {}
        await self.form.show_errors(errors)
        if not errors:
            self.move(StepName.TEST)

    def _show_errors(self, errors: Mapping[Field, str]) -> None:
        self.run_worker(self.form.show_errors(errors), exclusive=True, group="next")

    # --- looking -----------------------------------------------------------------------------------------------------

    def _look_soon(self) -> None:
        """Wait until the typing rests; nothing is drawn meanwhile, so a typed character stays a few bytes."""
        if self._pause:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE_BEFORE_LOOKING, self._look_now)

    def _look_now(self) -> None:
        target = target_of(self.wizard.draft, self.wizard.only_ports())
        if target == self._target:
            self._seen(self.sight)
            return
        self._target = target
        self.finding = None
        if target is None:
            self.workers.cancel_group(self, "look")
            self._seen(Sight())
            return
        # Exclusive: the look at what was typed before is cancelled, its sockets with it.
        self.run_worker(look(target, self.wizard.network, self._seen), exclusive=True, group="look")

    def _seen(self, sight: Sight) -> None:
        self.sight = sight
        try:
            port = values.port(self.wizard.draft.port.strip()) or 0
        except ValueError:
            port = 0
        self.query_one(Live).show(sight=sight, port=port)
        self._advise()

    def _advise(self) -> None:
        app = self.wizard
        advice = advise(app.draft, self.sight, failures=app.failures(), finding=self.finding, practice=app.on_practice())
        if advice != self.advice:
            self.advice = advice
            self.query_one("#meaning", Static).update(self._meaning(advice))
            offer = (("^o", "Take offer"),) if any(entry.changes for entry in advice) else ()
            self.show_keys((*self.KEYS[:3], *offer, *self.KEYS[3:]))

    def _meaning(self, advice: list[Advice]) -> Content:
        lines = []
        offered = False
        for entry in advice:
            line = Content.assemble((f"{entry.mark} ", "bold $warning" if entry.mark == "!" else "$muted"), entry.text)
            if entry.changes and not offered:
                offered = True
                line = Content.assemble(line, "  ", ("^o", "bold $primary"), f" {entry.offer}")
            lines.append(line)
        return Content("\n").join(lines)

    def action_take_offer(self) -> None:
        """Apply the changes of the first advice that has some."""
        offer = next((entry for entry in self.advice if entry.changes), None)
        if offer:
            self._edit(*offer.changes, mark=True)
            self._look_now()

    def action_scroll_means(self, by: int) -> None:
        """Scroll the box below."""
        self.query_one("#means").scroll_relative(y=3 * by, animate=False)

    # --- trying the sign-in ------------------------------------------------------------------------------------------

    def action_try_signin(self) -> None:
        """Sign in once, and only because the key was pressed; warn before an account may lock."""
        self._tidy()
        profile = parse(self.wizard.draft)
        if isinstance(profile, Invalid):
            self._show_errors(profile.errors)
            return
        if profile.login is None:
            self.query_one(Live).show(signin="no user name, no sign-in")
            return
        if run.must_ask(profile, self.wizard.password):
            self._show_errors({Field.PASSWORD: "type the password to try it, or choose where it is kept"})
            return
        if self.wizard.failures() >= run.LOCK_OUT - 1:
            from wizard.app.dialog import Ask

            question = (
                f"{self.wizard.failures()} sign-ins of {profile.login.username} were refused. Another one may lock the account."
            )
            self.app.push_screen(Ask(question, yes="try once more", no="check the password first"), self._answered)
            return
        self._begin_signin()

    def _answered(self, yes: bool | None) -> None:
        if yes:
            self._begin_signin()

    def _begin_signin(self) -> None:
        if any(worker.group == "signin" and not worker.is_finished for worker in self.workers):
            return
        self.query_one(Live).show(signin="trying once ...")
        self.run_worker(self._signin(), group="signin")

    async def _signin(self) -> None:
        from wizard.app.signin import try_once

        words, self.finding = await try_once(self.wizard)
        self.query_one(Live).show(signin=words)
        self._advise()

    def _show_signin(self) -> None:
        count = self.wizard.failures()
        if count:
            self.query_one(Live).show(signin=f"refused {count} times for this user")

    def commands(self) -> Iterable[Command]:
        """What the palette offers here."""
        yield Command("Test these settings", "go on to the test", self.action_next)
        yield Command("Try the sign-in once", "signs in and stops; sends no message", self.action_try_signin)
        yield Command("Take the offer", "apply what the box below proposes", self.action_take_offer)
        yield Command("More settings", "mechanism, CA file, EHLO name, time limits", lambda: self.run_worker(self.form.unfold()))
        yield Command("Back to Access", "where the settings come from", self.action_back)


def _security(text: str) -> Security:
    try:
        return Security(text.lower())
    except ValueError:
        return Security.STARTTLS
