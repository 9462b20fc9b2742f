"""What the relay tells while it runs: mails that passed, what became of them, and who was turned away. Must not know words."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from wizard.smtp.observation import Observation


class Fate(StrEnum):
    """What became of a mail that the relay accepted."""

    HELD = "held"  # kept on disk, as was asked for
    WAITING = "waiting"  # to be sent on, or tried again
    SENT_ON = "sent-on"  # the real server accepted it for all recipients
    PARTLY = "partly"  # accepted for some recipients; kept on disk for the others
    KEPT = "kept"  # could not be sent on: kept on disk
    UNSURE = "unsure"  # the line was lost after the last byte: the server may have it; kept on disk, not sent again


class TriedSignIn(NamedTuple):
    """A sign-in that was tried and accepted unseen; never the secret."""

    mechanism: str
    username: str


class Mail(NamedTuple):
    """One mail the relay accepted.

    ``number`` counts from 1; ``at`` is UTC; ``encryption`` is ``TLSv1.3`` and the like, empty in clear; ``body`` is readable
    text of at most 80 columns, ``html`` says that it was made from HTML; ``size`` is bytes; ``token`` and ``queue_id`` are the
    test message's token (empty without) and the id this relay gave the mail; ``file`` is where it lies, while it lies there.
    """

    number: int
    at: datetime
    peer: str
    hello: str
    encryption: str
    sign_in: TriedSignIn | None
    sender: str
    recipients: tuple[str, ...]
    header_from: str
    subject: str
    body: str
    html: bool
    size: int
    token: str
    queue_id: str
    file: Path
    fate: Fate = Fate.HELD


class Fated(NamedTuple):
    """What became of mail ``number``. ``observation`` is the real server's last word, None where none was asked.

    ``left`` are the recipients it was not sent on to.
    """

    number: int
    fate: Fate
    left: tuple[str, ...] = ()
    observation: Observation | None = None


class TurnedAway(NamedTuple):
    """Somebody who is not on the list, or a mail for which there was no room; ``reply`` is what was answered."""

    peer: str
    reply: str
    at: datetime


class Holding(NamedTuple):
    """Nothing is sent on any more: the real server refused the sign-in, ``observation`` says how. Mail is held from here on."""

    observation: Observation


RelayEvent = Mail | Fated | TurnedAway | Holding
