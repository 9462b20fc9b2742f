"""IdentityIQ's settings, read from a file, a paste or this host, with what is wrong with them; Enter takes them into the form.

Must not know XML or the console.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding

from wizard.app.iiq.console import ConsolePage
from wizard.app.iiq.words import flaw_notes, settings_notes, summary
from wizard.app.verdict import Note, Tone
from wizard.app.widgets.finding import Notes
from wizard.draft import Change, Field

if TYPE_CHECKING:
    from wizard.identityiq.installation import Installation
    from wizard.identityiq.settings import Settings

TAKE_KEYS = (("Enter", "Take into the form"), ("↑↓", "Scroll"), ("Esc", "Back"), ("F1", "Help"))


class Taken(NamedTuple):
    """What was read and is wanted: the changes it stands for, the settings themselves, what was cured, where it comes from."""

    changes: tuple[Change, ...]
    settings: Settings
    cured: frozenset[Field]
    installation: Installation | None = None


class Reading(ConsolePage[Taken]):
    """Shows what was read; ``take`` is what Enter gives back, once there is something."""

    BINDINGS: ClassVar = [Binding("enter", "take", "Take", show=False)]

    def __init__(self) -> None:
        super().__init__()
        self.taken: Taken | None = None

    def show_settings(self, settings: Settings | None, source: str, installation: Installation | None = None) -> None:
        """Show settings and flaws; None where the text holds no configuration."""
        from wizard.identityiq.lint import lint
        from wizard.identityiq.translate import changes

        if settings is None:
            self.taken = None
            self.refuse(f"{source} holds no SystemConfiguration, so there are no mail settings in it.")
            return
        flaws = lint(settings)
        cured = frozenset(change.field for flaw in flaws for remedy in flaw.finding.remedies for change in remedy.changes)
        self.taken = Taken(_with_folder(changes(settings), installation), settings, cured, installation)
        has = Note("What IdentityIQ has", wide=True, tone=Tone.CALM)
        gap = (Note("", wide=True),) if flaws else ()
        self.say(
            (summary(flaws), *flaw_notes(flaws, lines=installation is None), *gap, has, *settings_notes(settings)),
            title="What was read",
        )
        self.show_keys(*TAKE_KEYS)

    @property
    def has_read(self) -> bool:
        """Whether there is something to take."""
        return self.taken is not None

    def enter_goes_on(self) -> bool:
        """Enter on what was read leads to the form: a second Enter is not meant for the list of sources between."""
        return self.has_read and isinstance(self.focused, Notes)

    def refuse(self, why: str, *more: Note) -> None:
        """Say why nothing could be read."""
        self.say((Note(f"{why.rstrip('.')}.", wide=True, tone=Tone.BAD), *more))
        self.show_keys(*self.KEYS)

    def action_take(self) -> None:
        """Give back what was read."""
        if self.taken:
            self.dismiss(self.taken)


def _with_folder(changes: tuple[Change, ...], installation: Installation | None) -> tuple[Change, ...]:
    return (*changes, Change(Field.IIQ_FOLDER, str(installation.folder))) if installation else changes
