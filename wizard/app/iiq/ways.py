"""What each way of handing over would do, as notes. Must not know Textual, nor how it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.app.iiq.words import row
from wizard.app.verdict import Note, Tone
from wizard.identityiq.handover.difference import Difference, difference, leftovers, unchanged
from wizard.identityiq.handover.rollback import about_not_restored
from wizard.identityiq.handover.wanted import ByHandError, wanted
from wizard.identityiq.handover.words import label, shown_value

if TYPE_CHECKING:
    from wizard.app.iiq.reading import Taken
    from wizard.profile import Profile

Shown = tuple[str, tuple[Note, ...]]


def preview(way: str, profile: Profile, taken: Taken | None) -> Shown:
    """Return a title and what a way would do."""
    match way:
        case "card":
            return "What to type", _card(profile)
        case "file" | "apply":
            title = "What is to stand there" if taken is None else "What would change"
            return title, (*_change(way, profile, taken), *_redirect(profile))
        case "watch":
            return "What happens", _WATCH
        case "templates":
            return "What is shown", _TEMPLATES
        case _:
            return "What is told", _PROOF


_WATCH = (
    Note("A relay on this host, which IdentityIQ is pointed to for a while, shows every mail as it passes.", wide=True),
    Note("held here, or sent on to the real server, as you choose", "mails"),
    Note("on loopback only, for 30 minutes at most", "listens"),
    Note("its settings from before are put back", "at the end"),
    Note("create a certification and sign it off, until its mail is seen", "you"),
)
_TEMPLATES = (
    Note("The templates of IdentityIQ, rendered with sample arguments, as text at 80 columns.", wide=True),
    Note("unknown arguments, unresolved references, Velocity errors, a From the server will refuse", "names"),
    Note("can send one of them as the test message", "you"),
)
_PROOF = (
    Note("Where IdentityIQ itself shows that a mail was sent, and what each state there means.", wide=True),
    Note("audit actions emailSent and emailFailure", "audit"),
    Note("the requests page, monitor/requests/requests.jsf behind your IdentityIQ's address", "queue"),
)


def _redirect(profile: Profile) -> tuple[Note, ...]:
    """Return whether this mail goes to real people, before it is handed over."""
    from wizard.diagnosis.model import Severity
    from wizard.diagnosis.redirect import about

    return tuple(
        Note(f"{one.title.rstrip('.')}. {one.meaning}", "!" if one.severity is Severity.WARNING else "note", Tone.WARN)
        for one in about(profile)
    )


def _card(profile: Profile) -> tuple[Note, ...]:
    from wizard.identityiq.screen import fields

    rows = fields(profile)
    width = max(len(one.label) for one in rows) + 2
    return tuple(row(one.label, one.value or _unsaid(one.label, profile), width) for one in rows)


def _unsaid(label: str, profile: Profile) -> str:
    secret = (profile.login and "Password" in label) or "Secret" in label
    return "typed, not shown here" if secret else "leave it empty"


def _change(way: str, profile: Profile, taken: Taken | None) -> tuple[Note, ...]:
    try:
        entries = wanted(profile)
    except ByHandError as problem:
        return (Note(str(problem), wide=True, tone=Tone.WARN), Note("opens the card with the values to type", "Enter", key=True))
    if taken is None:
        lead = _UNREAD_APPLY if way == "apply" else _UNREAD_FILE
        gap = Note("", wide=True)
        return (Note(lead, wide=True), gap, *(row(label(one.key), shown_value(one), _LABEL) for one in entries))
    changes = difference(taken.settings, entries)
    same = len(unchanged(taken.settings, entries))
    notes = [note for one in changes for note in _changed(one)]
    if not changes:
        notes.append(Note("Nothing: IdentityIQ has these settings already.", wide=True, tone=Tone.GOOD))
    elif same:
        notes.append(Note(f"{same} more stand as wanted already", "same", Tone.QUIET))
    notes += [Note(text, "!", Tone.WARN) for text in leftovers(taken.settings, entries)]
    back = about_not_restored(taken.settings, tuple(one.after for one in changes))
    return (*notes, *((Note(back, "back", Tone.QUIET),) if back else ()))


def _changed(one: Difference) -> tuple[Note, ...]:
    """Return before and after in one row, or in two where they do not fit."""
    both = f"{one.old}  ->  {one.new}"
    if len(both) <= 50:
        return (row(one.label, both, _LABEL),)
    return row(one.label, one.old, _LABEL), row("", f"->  {one.new}", _LABEL)


_LABEL = 27  # columns; the list above has its second column there too
_UNREAD_FILE = "IdentityIQ's own settings were not read, so what changes is not known, and no file can take it back."
_UNREAD_APPLY = "IdentityIQ's settings are read first; then what would change is shown, and you are asked."


def proof_text() -> str:
    """Return how IdentityIQ itself shows that mail was sent."""
    from wizard.identityiq.watch.proof import text

    return text(width=70)
