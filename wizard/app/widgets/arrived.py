"""The proof: the test message as it lies in the practice mailbox. Must not know how it was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.app.verdict import Note, Tone
from wizard.report import Report

if TYPE_CHECKING:
    from wizard.practice import PracticeServer
    from wizard.practice.mailbox import Message

_WAIT = 5.0


async def proof(practice: PracticeServer, report: Report) -> tuple[Note, ...]:
    """Wait (at most 5 seconds) for the message of a run and return what arrived; a sentence when nothing did."""
    accepted = report.accepted
    if accepted is None or accepted.token is None:
        return ()
    try:
        message = await practice.mailbox.wait_for(accepted.token, _WAIT)
    except TimeoutError:
        return (Note("The server accepted the message, but it is not in the mailbox.", wide=True, tone=Tone.BAD),)
    return arrived(message, accepted.token, report.profile.endpoint.host)


def arrived(message: Message, token: str, host: str) -> tuple[Note, ...]:
    """Return the notes of a message that arrived: envelope, subject, the token found again, and its text."""
    return (
        Note("The message arrived.", tone=Tone.GOOD, wide=True),
        Note(f"by {host} as {message.queue_id}", "accepted"),
        Note(message.sender or "(empty)", "from"),
        Note(", ".join(message.recipients), "to"),
        Note(message.subject or "(none)", "subject"),
        Note(f"{token}, the same that was sent", "token"),
        Note(_body(message.text), "text", Tone.QUIET),
    )


def _body(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "\n".join(lines[:20]) or "(empty)"
