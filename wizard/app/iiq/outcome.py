"""How a change on this host ended, and the way back, as notes for the page. Must not know Textual, consoles or XML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.app.host import short
from wizard.app.verdict import Note, Tone

if TYPE_CHECKING:
    from wizard.identityiq.handover.outcome import Applied
    from wizard.profile import Profile


def outcome_notes(applied: Applied, profile: Profile, *, undone: bool) -> tuple[Note, ...]:
    """Return what stands, the way back, where its files lie, and what comes next."""
    from wizard.identityiq.handover.told import what_stands

    first, *rest = what_stands(applied)
    lines = [Note(first, wide=True, tone=Tone.GOOD if applied.right else Tone.BAD), *(Note(line, wide=True) for line in rest)]
    gap = Note("", wide=True)
    return (*lines, gap, *_way_back(applied, undone=undone), *_files(applied), *_next(applied, profile, undone=undone))


def _way_back(applied: Applied, *, undone: bool) -> tuple[Note, ...]:
    if applied.status == "unchanged" or (undone and applied.right):
        return ()
    return (
        Note("takes it back, after showing how. Later: smtp-wizard iiq undo", "u", key=True),
        Note("smtp-wizard iiq undo --whole puts the whole object back, with all that was changed in it since", "or"),
    )


def _files(applied: Applied) -> tuple[Note, ...]:
    return (Note(f"backup and rollback files, readable by you alone, in {short(applied.kept.folder)}", "kept"),)


def _next(applied: Applied, profile: Profile, *, undone: bool) -> tuple[Note, ...]:
    if not applied.right:
        return (Note("r reads what stands and plans again", "next"),)
    if undone:
        return ()
    typed = (Note("type the password on IdentityIQ's page, twice: it was left out", "next"),) if profile.login else ()
    return (*typed, Note("Esc, then Watch its mail: see the sign-off mail of a certification leave IdentityIQ", "next"))
