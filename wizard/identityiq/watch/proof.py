"""IdentityIQ's own proof that mail was sent: its audit, its requests page, its log - each statement with its certainty.

From SailPoint's public help and white paper, and from administrators' guides; nobody here looked inside the product. Words only.
"""

from __future__ import annotations

from textwrap import wrap
from typing import NamedTuple

from wizard.identityiq.certainty import Certainty


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
            Statement("The page Audit Configuration says what is collected; mail is among its General Actions.", _K),
            Statement(
                "Switch them on: gear > Global Settings > Audit Configuration > General Actions, tick both, save. Only a System "
                "Administrator sees the page.",
                _E,
            ),
            Statement(
                "See them: Intelligence > Advanced Analytics, search type Audit, then the action (older releases: Analyze).",
                _E,
            ),
            Statement(
                "Without the screens: in the console, 'get AuditConfig AuditConfig' shows whether the actions are enabled.",
                _E,
            ),
            Statement(
                "emailSent means that the mail server accepted the mail, not that it arrived: for that there is smtp-wizard iiq "
                "arrived.",
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
            Statement("Gone from the list: it was sent. A mail that was sent is taken away at once.", _R),
            Statement("Never in the list, and no mail: it was not made. Look at the template chosen for the event.", _E),
            Statement("Pending, no error, next launch in the past: it waits for a host with the Request service to take it.", _E),
            Statement("Pending, with an error: a try failed. The next one is 1 hour later, then after 2, 4, 8 hours.", _K),
            Statement(
                "Launched, with a host's name: it is being sent. One that stays so for minutes hangs: a filtered port.", _E
            ),
            Statement(
                "Completed, with an error: the last try failed too (retryMax, 20 as shipped). It is not sent any more.", _E
            ),
            Statement(
                "The interval is the retryInterval of the RequestDefinition Email Request where it is set, in seconds.", _K
            ),
            Statement("If all stay pending without an error, no host runs the Request service.", _E),
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
    Certainty.STANDARD: "",
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
