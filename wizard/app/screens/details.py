"""Step 2, Details: the form, with what can be seen of the server beside it. Must not know SMTP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, Static

from wizard import values
from wizard.app.screens.live import MEANS, LiveStep
from wizard.app.step import Command, StepName
from wizard.app.widgets.fold import Fold
from wizard.app.widgets.form import Form
from wizard.app.widgets.ports import Live
from wizard.draft import Change, Field
from wizard.profile import Invalid, Profile, SecretKind, Security, parse


class DetailsScreen(LiveStep):
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
        # With priority: the field that has the cursor would take them for itself.
        Binding("pageup", "scroll_means(-1)", "Up", show=False, priority=True),
        Binding("pagedown", "scroll_means(1)", "Down", show=False, priority=True),
    ]

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
            means.border_title = MEANS
            yield Static(id="meaning")

    def on_mount(self) -> None:
        """Mark what was changed for the user, put the cursor where something is missing, begin to look."""
        self.form.mark(self.wizard.marked)
        self._first_empty().focus()
        self.show_signin()
        self.look_now()
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

        # Asking is always possible here: this is where one types.
        away = [rung for rung in await self.wizard.rungs() if not rung.available and rung.kind is not SecretKind.ASK]
        reasons: dict[SecretKind, str] = {rung.kind: rung.why for rung in away}
        own_file = default_file(self.wizard.profile_name or "new", self.wizard.memory.path)
        self.form.secret.set_reasons(reasons, str(own_file))
        # A saved profile that names no place means: ask. That is not changed behind its back.
        if not (self.wizard.draft.password or self.wizard.profile_name):
            kept = SecretKind.ASK if SecretKind.KEYRING in reasons else SecretKind.KEYRING
            self.edit(Change(Field.PASSWORD, kept.value))

    def enter_goes_on(self) -> bool:
        """Everywhere but on the fold, which it opens."""
        return not isinstance(self.focused, Fold)

    # --- editing -----------------------------------------------------------------------------------------------------

    def edit(self, *changes: Change, mark: bool = False) -> None:
        """Change the draft and show it in the form."""
        self.wizard.apply(*changes, mark=mark)
        self.form.show(self.wizard.draft, [change.field for change in changes])
        self.form.mark(self.wizard.marked)

    @on(Form.Edited)
    def _edited(self, event: Form.Edited) -> None:
        # The message may be older than what stands there now: an Enter right behind the letters tidies before it arrives.
        changes = event.changes
        if event.typed and event.typed is not Field.PASSWORD:
            changes = (Change(event.typed, self.form.query_one(f"#{event.typed}", Input).value),)
        self.wizard.apply(*changes)
        self.form.show(self.wizard.draft, [change.field for change in event.changes if change.field is not event.typed])
        self.form.mark(self.wizard.marked)
        self.look_soon()

    def settle(self) -> None:
        """Take over what stands in the form. Typing ends with a key of its own, which may overtake the letters before it."""
        self.wizard.apply(*self.form.standing())
        self.form.draft = self.wizard.draft
        if self.form.secret.typed:
            self.wizard.password = self.form.secret.typed

    def move(self, to: StepName) -> None:
        """Go to another step with all that was typed."""
        self.settle()
        super().move(to)

    @on(Form.SecretTyped)
    def _secret_typed(self, event: Form.SecretTyped) -> None:
        self.wizard.password = event.password or None
        self.finding = None
        self.form.row(Field.PASSWORD).error("")

    @on(Form.HostLeft)
    def tidy(self) -> None:
        """Understand what stands in the host field: host:port, a URL, stray blanks."""
        self.settle()
        draft = self.wizard.draft
        changes = [change for change in values.tidy_host(draft.host) if change.value != draft.get(change.field)]
        if changes:
            self.edit(*self.form.followed(changes))
            self.look_soon()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_next()

    def action_next(self) -> None:
        """Go on to the test, or say under each field what is wrong with it."""
        self.tidy()
        self.run_worker(self._next(), exclusive=True, group="next")

    async def _next(self) -> None:
        parsed = parse(self.wizard.draft)
        errors = parsed.errors if isinstance(parsed, Invalid) else {}
        await self.form.show_errors(errors)
        if errors:
            self.wizard.release_keys()
        elif isinstance(parsed, Profile) and not self._over_smtp(parsed):
            self.wizard.release_keys(replay=False)
        else:
            self.move(StepName.TEST)

    def _over_smtp(self, profile: Profile) -> bool:
        """Where IdentityIQ sends without SMTP, open what can be tried instead; return whether there is SMTP to test."""
        side = profile.identityiq
        if side is None or side.type.needs_host or (side.type.redirects and profile.endpoint.host):
            return True
        if side.type.redirects:
            self.wizard.action_hand_over()
            return False
        from wizard.app.iiq.oauth import OAuthPage

        self.app.push_screen(OAuthPage())
        return False

    def show_errors(self, errors: Mapping[Field, str]) -> None:
        """Show errors under their fields, the cursor on the first."""
        self.run_worker(self.form.show_errors(errors), exclusive=True, group="next")

    def action_identityiq(self) -> None:
        """Open the rows of IdentityIQ's side."""
        self.run_worker(self._unfold_identityiq())

    async def _unfold_identityiq(self) -> None:
        await self.form.unfold("iiq")
        self.query_one(f"#{Field.IIQ_TYPE}").focus()

    def commands(self) -> Iterable[Command]:
        """What the palette offers here."""
        yield Command("Test these settings", "go on to the test", self.action_next)
        yield Command("Try the sign-in once", "signs in and stops; sends no message", self.action_try_signin)
        yield Command("Take the offer", "apply what the box below proposes", self.action_take_offer)
        yield Command("More settings", "mechanism, CA file, EHLO name, time limits", lambda: self.run_worker(self.form.unfold()))
        yield Command(
            "Hand over to IdentityIQ", "a card to type from, a file to import, or applied here", self.wizard.action_hand_over
        )
        yield Command("IdentityIQ's own settings", "type, redirect, HTTP/OAuth, retries, duplicates", self.action_identityiq)
        yield Command("Back to Access", "where the settings come from", self.action_back)


def _security(text: str) -> Security:
    try:
        return Security(text.lower())
    except ValueError:
        return Security.STARTTLS
