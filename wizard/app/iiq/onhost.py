"""IdentityIQ's settings through the console of an installation on this host. Must not know the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.app.iiq.reading import Reading
from wizard.app.iiq.words import installation_notes
from wizard.app.verdict import Note, Tone

if TYPE_CHECKING:
    from wizard.identityiq.installation import Installation


class ReadHost(Reading):
    """Through the console of an installation on this host: what will happen, then what was read."""

    HEADING = "IdentityIQ on this host"
    HELP = (
        "The settings are read through IdentityIQ's own console, WEB-INF/bin/iiq console: one session that reads and then quits. "
        "Starting it takes 10 to 20 seconds, because it starts IdentityIQ's own code in a Java of its own. Nothing is "
        "changed.\n\n"
        "On an installation that is set up, the console may ask for an administrator's user name and password. They go to its "
        "input, never onto a command line, and are forgotten when you leave the wizard.\n\n"
        "Without a screen: smtp-wizard iiq read"
    )
    KEYS = (("Enter", "Read"), ("↑↓", "Scroll"), ("Esc", "Back"), ("F1", "Help"))

    def __init__(self, installation: Installation) -> None:
        super().__init__()
        self.installation = installation
        self.reading = False

    def on_mount(self) -> None:
        """Say what will happen; nothing is started before Enter."""
        self._plan()
        self.query_one("#told").focus()

    def _plan(self, *more: Note) -> None:
        self.say(
            (
                *more,
                Note("Enter reads the mail settings through IdentityIQ's console.", wide=True, tone=Tone.CALM),
                Note("It takes 10 to 20 seconds, changes nothing, and may ask who you are.", wide=True),
                *installation_notes(self.installation),
            ),
            title="Found",
        )
        self.show_keys(*self.KEYS)

    def action_take(self) -> None:
        """Read, or take what was read."""
        if self.taken:
            super().action_take()
        elif not self.reading:
            self._start()

    def _start(self) -> None:
        self.reading = True
        self.show_keys(("Esc", "Stop"), ("F1", "Help"))
        self.run_worker(self._read(), exclusive=True, group="read")

    def _progress(self, words: str) -> None:
        self.say((Note(words, wide=True, tone=Tone.CALM),), title="Reading")

    async def _read(self) -> None:
        from wizard.identityiq.console import session
        from wizard.identityiq.console.session import ConsoleProblem, Trouble
        from wizard.identityiq.reading import XmlProblem

        self._progress("Starting IdentityIQ's console ...")
        try:
            found = await session.read(self.installation, login=self.login, say=self._progress, senders=True)
        except ConsoleProblem as problem:
            if problem.trouble in (Trouble.LOGIN_REQUIRED, Trouble.LOGIN_REFUSED):
                self.ask_login(str(problem), self._start, self._plan)
            else:
                self._plan(Note(str(problem), wide=True, tone=Tone.BAD))
            return
        except XmlProblem as problem:
            self._plan(Note(str(problem), wide=True, tone=Tone.BAD))
            return
        finally:
            self.reading = False
        self.show_settings(found.settings, "What the console printed", self.installation)

    def action_back(self) -> None:
        """Stop reading, or go back."""
        if self.reading:
            self.workers.cancel_group(self, "read")
            self.reading = False
            self._plan(Note("Stopped: the console was ended.", wide=True, tone=Tone.WARN))
        else:
            super().action_back()
