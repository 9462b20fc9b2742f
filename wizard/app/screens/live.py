"""What Details does beside the form: looks at the server while you type, says what it means, tries the sign-in once.

Must not know the form's rows. The one thing sent from here is a sign-in, when its key is pressed.
"""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import TYPE_CHECKING

from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from wizard import values
from wizard.app import consent, run
from wizard.app.advice import Advice, advise
from wizard.app.sight import Sight, Target, look, target_of
from wizard.app.step import KeyLine, Step
from wizard.app.widgets.ports import Live
from wizard.draft import Change, Field
from wizard.profile import Invalid, parse

if TYPE_CHECKING:
    from wizard.diagnosis.model import Finding

MEANS = "What this means"
PAUSE_BEFORE_LOOKING = 0.4  # seconds of peace after the last key before the network is asked


class LiveStep(Step):
    """A step with a Live panel and a box ``#means``; its subclass has the form and changes the draft."""

    def __init__(self) -> None:
        super().__init__()
        self.sight = Sight()
        self.finding: Finding | None = None
        self.advice: list[Advice] = []
        self._wrapped_for = 0
        self._pause: Timer | None = None
        self._target: Target | None = None

    def edit(self, *changes: Change, mark: bool = False) -> None:
        """Change the draft and show it in the form."""
        raise NotImplementedError

    def tidy(self) -> None:
        """Understand what stands in the host field."""
        raise NotImplementedError

    def show_errors(self, errors: Mapping[Field, str]) -> None:
        """Show errors under their fields."""
        raise NotImplementedError

    # --- looking -----------------------------------------------------------------------------------------------------

    def look_soon(self) -> None:
        """Wait until the typing rests; nothing is drawn meanwhile, so a typed character stays a few bytes."""
        if self._pause:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE_BEFORE_LOOKING, self.look_now)

    def look_now(self) -> None:
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

    @property
    def _left(self) -> bool:
        """Whether the step is being left: its panels go first, and what is found out after that has no place to stand."""
        return not (self.query(Live) and self.query("#meaning") and self.query(KeyLine))

    def _seen(self, sight: Sight) -> None:
        if self._left:
            return
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
            self._say_meaning()
            offer = (("^o", "Take offer"),) if any(entry.changes for entry in advice) else ()
            self.show_keys((*self.KEYS[:3], *offer, *self.KEYS[3:]))

    def on_resize(self) -> None:
        """Wrap what things mean again, once the new width is known."""
        self.call_after_refresh(self._wrap_again)

    def _wrap_again(self) -> None:
        if self._room() != self._wrapped_for:
            self._say_meaning()

    def _say_meaning(self) -> None:
        self._wrapped_for = self._room()
        if self._wrapped_for > 0:  # not before the first layout: the box would keep the height of a narrow column
            self.query_one("#meaning", Static).update(self._meaning(self.advice, self._wrapped_for))
            self.call_after_refresh(self._say_whether_more)

    def _say_whether_more(self) -> None:
        """Name the keys that scroll the box, where it holds more than it shows."""
        for box in self.query("#means"):
            box.border_title = f"{MEANS} (PgUp/PgDn scrolls)" if box.max_scroll_y else MEANS

    def _room(self) -> int:
        return self.query_one("#means").content_size.width - 4

    def _meaning(self, advice: list[Advice], width: int) -> Content:
        lines = []
        offered = False
        for entry in advice:
            style = {"!": "bold $warning", "ok": "$success"}.get(entry.mark, "$muted")
            words = "\n   ".join(wrap(entry.text, width))
            line = Content.assemble((f"{entry.mark:<3}", style), words)
            if entry.changes and not offered:
                offered = True
                line = Content.assemble(line, "\n   ", ("^o", "bold $primary"), f" {entry.offer}")
            lines.append(line)
        return Content("\n").join(lines)

    def action_take_offer(self) -> None:
        """Apply the changes of the first advice that has some."""
        offer = next((entry for entry in self.advice if entry.changes), None)
        if offer:
            self.edit(*offer.changes, mark=True)
            self.look_now()

    def action_scroll_means(self, by: int) -> None:
        """Scroll the box below."""
        self.query_one("#means").scroll_relative(y=3 * by, animate=False)

    # --- trying the sign-in ------------------------------------------------------------------------------------------

    def action_try_signin(self) -> None:
        """Sign in once, and only because the key was pressed; warn before an account may lock."""
        self.tidy()
        profile = parse(self.wizard.draft)
        if isinstance(profile, Invalid):
            self.show_errors(profile.errors)
            return
        if profile.login is None:
            self.query_one(Live).show(signin="no user name, no sign-in")
            return
        if run.must_ask(profile, self.wizard.password):
            self.show_errors({Field.PASSWORD: "type the password to try it, or choose where it is kept"})
            return
        consent.once_more(self.wizard, profile, self._begin_signin, no="check the password first")

    def _begin_signin(self) -> None:
        if any(worker.group == "signin" and not worker.is_finished for worker in self.workers):
            return
        self.query_one(Live).show(signin="trying once ...")
        self.run_worker(self._signin(), group="signin")

    async def _signin(self) -> None:
        from wizard.app.signin import try_once

        words, self.finding = await try_once(self.wizard)
        if self._left:
            return
        self.query_one(Live).show(signin=words)
        self._advise()

    def show_signin(self) -> None:
        count = self.wizard.failures()
        if count:
            self.query_one(Live).show(signin=f"refused, {count} so far for this user")
