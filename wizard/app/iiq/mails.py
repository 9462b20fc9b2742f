"""The words of a watch: what will happen, each mail on a line and in full, and what else was seen. Must not know Textual."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from wizard.app.facts import Mark, Row
from wizard.app.verdict import Note, Tone, dot, endpoint
from wizard.app.widgets.menu import Entry
from wizard.identityiq.watch.steps import State, Step

if TYPE_CHECKING:
    from wizard.identityiq.installation import Installation
    from wizard.identityiq.watch.watch import Seen, WatchEvent
    from wizard.profile import Profile

_SUBJECT = 32  # columns; whom it is for stands beside it
FATES = {
    "held": "held",
    "waiting": "being sent on",
    "sent-on": "accepted by the real server",
    "partly": "accepted for some recipients, kept here for the others",
    "kept": "could not be sent on, kept here",
    "unsure": "the line was lost at its end: the real server may have it; kept here",
}


def plan_notes(profile: Profile, installation: Installation | None, *, by_hand: bool, send_on: bool) -> tuple[Note, ...]:
    """Return what a watch will do, before anything listens or changes."""
    from wizard.app.host import short

    if by_hand:
        point = "by your hand: the values to type are shown, and typed back at the end"
    else:
        where = short(installation.folder) if installation else ""
        point = f"through the console of {where}; its settings are put back at the end"
    return (
        Note("Nothing listens yet, and nothing is changed. Enter begins:", wide=True, tone=Tone.CALM),
        Note("a relay on this host, on loopback only, for 30 minutes at most", "opens"),
        Note(point, "b", key=True) if installation else Note(point, "points"),
        Note(f"{dot(not send_on)} held here: nobody gets them", "mails"),
        *_sending_on(profile, send_on=send_on),
        Note("create a certification in IdentityIQ and sign it off", "you"),
        Note(
            "Only hosts that run IdentityIQ's Request service send mail: the relay sees it where that is this host. Mail that "
            "waits in IdentityIQ's queue may come too.",
            wide=True,
            tone=Tone.QUIET,
        ),
    )


def _sending_on(profile: Profile, *, send_on: bool) -> tuple[Note, ...]:
    """Return the other choice, where the form names a server that could send."""
    if not profile.endpoint.host:
        return ()
    return (Note(f"{dot(send_on)} sent on through {endpoint(profile)}, to the people they are for", "m", key=True),)


def rows_of(steps: tuple[State, ...]) -> tuple[Row, ...]:
    """Return the steps as rows; a step that is not ticked is still to come."""
    return tuple(Row(Mark.OK if step.done else Mark.SKIPPED, step.title, step.note or " ") for step in _settled(steps))


def _settled(steps: tuple[State, ...]) -> tuple[State, ...]:
    """What only you can know is done once something that follows from it was seen."""
    last = max((place for place, step in enumerate(steps) if step.done and step.step is not Step.RESTORE), default=0)
    return tuple(step._replace(done=True) if step.how and place < last else step for place, step in enumerate(steps))


def next_notes(steps: tuple[State, ...]) -> tuple[Note, ...]:
    """Return how the first step that is yours and not ticked is done."""
    if any(step.done and step.step is Step.SIGN_OFF_MAIL for step in steps):
        return _SEEN
    step = next((step for step in _settled(steps) if step.how and not step.done), None)
    return tuple(Note(line, "you") for line in step.how) if step else ()


_SEEN = (
    Note("The sign-off mail was seen: IdentityIQ sends it.", wide=True, tone=Tone.GOOD),
    Note("ends the watch and puts the settings from before back", "x", key=True),
)


def entry_of(seen: Seen, fates: Mapping[int, str]) -> Entry:
    """Return a mail on one line: number, time, subject, to whom, what it looks like."""
    mail = seen.mail
    to = mail.recipients[0] if len(mail.recipients) == 1 else f"{len(mail.recipients)} recipients"
    fate = fates.get(mail.number, str(mail.fate)).replace("-", " ")
    return Entry(str(mail.number), f"{mail.at.astimezone():%H:%M:%S} {_cut(mail.subject)}", f"{fate}, to {to}")


NO_MAIL = Entry("", "None yet", idle=True)


def _cut(text: str) -> str:
    clean = "".join(char if char.isprintable() else "?" for char in text) or "(no subject)"
    return clean if len(clean) <= _SUBJECT else f"{clean[: _SUBJECT - 1]}…"


def mail_text(seen: Seen, fate: str) -> str:
    """Return a mail in full: how it came, then its text."""
    mail = seen.mail
    sign_in = f"{mail.sign_in.mechanism} as {mail.sign_in.username}" if mail.sign_in else "none tried"
    rows = [
        ("Encryption", mail.encryption or "none, on this host's loopback"),
        ("Sign-in", sign_in),
        ("Sender", mail.sender or "(empty)"),
        ("From", mail.header_from),
        ("To", ", ".join(mail.recipients)),
        ("Subject", mail.subject),
        ("Looks like", seen.likeness.template or "no template known here"),
        ("State", FATES.get(fate or str(mail.fate), "")),
        ("File", str(mail.file)),
    ]
    return "\n".join([*(f"{label:<11} {text}" for label, text in rows), "", mail.body])


def words_of(event: WatchEvent) -> Note:
    """Return the words for what else was seen."""
    from wizard.identityiq.watch.watch import Note as Said
    from wizard.practice.relay_events import Holding, TurnedAway

    match event:
        case Said(text=text, wrong=wrong):
            return Note(text, "!" if wrong else "", Tone.BAD if wrong else Tone.TEXT, wide=not wrong)
        case TurnedAway(peer=peer, reply=reply):
            return Note(f"{peer} was turned away: {reply}", "!", Tone.WARN)
        case Holding():
            return Note("The real server refused the sign-in. Nothing more is sent on; mails are held.", "!", Tone.BAD)
        case _:
            return Note(str(event), wide=True)
