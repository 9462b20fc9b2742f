"""IdentityIQ's own proof that mail was sent: its audit, its requests page, its log - each statement with its certainty.

From SailPoint's public help and white paper, and from administrators' guides; nobody here looked inside the product. Words only.
"""

from __future__ import annotations

from enum import StrEnum
from textwrap import wrap
from typing import NamedTuple


class Certainty(StrEnum):
    """How well a statement is founded."""

    KNOWN = "known"  # the vendor's page, or two independent sources
    REPORTED = "reported"  # one good source
    EXPECTED = "expected"  # inferred; look before you rely on it


class Statement(NamedTuple):
    """One statement about IdentityIQ."""

    text: str
    certainty: Certainty


class Chapter(NamedTuple):
    """Statements that belong together. ``id`` is the name in JSON."""

    id: str
    title: str
    statements: tuple[Statement, ...]


_K, _R, _E = Certainty.KNOWN, Certainty.REPORTED, Certainty.EXPECTED

CHAPTERS: tuple[Chapter, ...] = (
    Chapter(
        "audit",
        "The audit: emailSent and emailFailure",
        (
            Statement("IdentityIQ has two audit actions for mail: emailSent and emailFailure.", _K),
            Statement("Nothing is collected before the action is switched on: there is no record of earlier mail.", _K),
            Statement(
                "Switch them on: gear > Global Settings > Audit Configuration, tab General Actions; tick both and save. Only a System "
                "Administrator sees the page.",
                _E,
            ),
            Statement(
                "See them: Intelligence > Advanced Analytics, search type Audit, and search by the action (older releases: Analyze > "
                "Advanced Analytics).",
                _E,
            ),
            Statement(
                "Without the screens: in the console, 'get AuditConfig AuditConfig' shows whether the actions are enabled.",
                _E,
            ),
            Statement(
                "emailSent means that the mail server accepted the mail. It does not mean that it arrived anywhere: for that there is "
                "smtp-wizard iiq arrived.",
                _E,
            ),
            Statement("emailFailure means that this try failed; the same mail may be tried again and be sent later.", _E),
            Statement("With Redirect to File a mail that was written into the file may count as sent.", _E),
        ),
    ),
    Chapter(
        "requests",
        "The requests page: <base>/monitor/requests/requests.jsf",
        (
            Statement("Mail that waits is a request there, pending or complete; <base> is your IdentityIQ's own address.", _K),
            Statement("A mail that was sent is taken from the list at once: no line for it is the good sign.", _R),
            Statement("A mail that is not there and never came may not have been made at all: look at the event's template.", _E),
            Statement("A request without a next launch in the past or a host waits for the Request service to take it.", _E),
            Statement("A request that names a host and has begun is being sent. One that stays so hangs: a filtered port.", _E),
            Statement("A failed mail waits with its error until its next try: after 1 hour, then 2, 4, 8 hours.", _K),
            Statement(
                "The interval is the retryInterval of the RequestDefinition Email Request where it is set, in seconds.", _K
            ),
            Statement("After the last try (retryMax, 20 as shipped) it is given up and stays as completed with an error.", _E),
            Statement("If every request stays new, no host runs the Request service: look at the servers page.", _E),
        ),
    ),
    Chapter(
        "queue",
        "Emptying the queue: clearEmailQueue",
        (
            Statement("clearEmailQueue in the console deletes all mail that was not sent yet.", _K),
            Statement("It cannot be taken back, and approvals and reminders are among that mail.", _E),
            Statement("Repaired settings do not empty the queue at once: each mail goes at its own next try.", _K),
            Statement(
                "When it does, old mail goes to real people. Whether that is wanted is your decision, before you repair.", _K
            ),
        ),
    ),
    Chapter(
        "log",
        "The log",
        (
            Statement("A failure leaves a Java exception in IdentityIQ's log: paste it into smtp-wizard explain.", _K),
            Statement("A filtered port leaves nothing at all, because the mail library waits without end.", _K),
            Statement("The sending host's log is the one to read: it may not be the host you are on.", _R),
        ),
    ),
)
_MARKS = {
    Certainty.KNOWN: "",
    Certainty.REPORTED: "reported by administrators",
    Certainty.EXPECTED: "expected, not verified",
}


def lines(width: int = 80) -> tuple[str, ...]:
    """Return everything as lines of at most ``width`` columns; what is not known for sure says so."""
    found: list[str] = []
    for chapter in CHAPTERS:
        found += [*([""] if found else []), chapter.title]
        for statement in chapter.statements:
            mark = _MARKS[statement.certainty]
            words = f"{statement.text} ({mark})" if mark else statement.text
            found += wrap(words, width, initial_indent="  - ", subsequent_indent="    ", break_on_hyphens=False)
    return tuple(found)


def text(width: int = 80) -> str:
    """Return the same as one text."""
    return "\n".join(lines(width))
