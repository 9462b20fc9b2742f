"""What a watch has said so far, and what of it is shown while it begins, while it runs and afterwards. Must not know Textual."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.app.host import short
from wizard.app.iiq.mails import next_notes
from wizard.app.verdict import Note, Tone

if TYPE_CHECKING:
    from wizard.identityiq.watch.steps import State
    from wizard.identityiq.watch.watch import Watch
    from wizard.profile import Profile

_NEWEST = 6  # of what was heard


class Told:
    """``heard`` are the watch's own words; those labelled ``!`` stay, the others are out of date when it is over."""

    def __init__(self) -> None:
        self.heard: list[Note] = []
        self.to_type: tuple[Note, ...] = ()
        self.is_over = False
        self._over = 0

    def begun(self, watch: Watch, *, by_hand: bool) -> None:
        """The relay listens: by hand, its values are to be typed first of all."""
        from wizard.identityiq.watch.words import type_this

        self.to_type = tuple(Note(line, wide=True) for line in type_this(watch.where)) if by_hand else ()

    def running(self, steps: tuple[State, ...], *, mails: bool) -> tuple[Note, ...]:
        """Return what to do now, and what was heard last."""
        if self.to_type and not mails:
            return (*self.to_type, Note("", wide=True), *next_notes(steps), *self.heard[-_NEWEST:])
        return (*next_notes(steps), *self.heard[-_NEWEST:])

    def over(self) -> None:
        """The watch is over: what is heard now is about putting things back."""
        self.is_over = True
        self._over = len(self.heard)

    def ended(self, watch: Watch, profile: Profile, *, by_hand: bool) -> tuple[Note, ...]:
        """Return how it ended: the mail, the settings, where mails lie, and what went wrong meanwhile."""
        from wizard.identityiq.watch.words import type_back

        seen = watch.sign_off_seen
        said = "The sign-off mail was seen." if seen else "The sign-off mail was not seen."
        lines = [Note(said, wide=True, tone=Tone.GOOD if seen else Tone.WARN)]
        if by_hand:
            lines += [Note(line, wide=True) for line in type_back(profile if profile.name else None, watch.where)]
        else:
            lines += self.heard[self._over :]
        left = watch.left()
        if left:
            lie = "1 mail lies" if len(left) == 1 else f"{len(left)} mails lie"
            lines.append(Note(f"{lie} in {short(left[0].parent)}, readable by you alone", "held"))
        if not seen:
            lines.append(Note("Esc, then IdentityIQ's own proof: where it shows what became of its mail", "next"))
        return (*lines, *(note for note in self.heard[: self._over] if note.label == "!"))
