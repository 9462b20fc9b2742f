"""Which mailbox is looked into, what was found there, and what kept us from looking. Values only; must not know IMAP."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

TLS_PORT, STARTTLS_PORT = 993, 143


class Trouble(StrEnum):
    """What kept us from looking."""

    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    NOT_TLS = "not-tls"
    NOT_IMAP = "not-imap"
    REFUSED = "refused"  # the sign-in
    NO_WAY_IN = "no-way-in"  # no mechanism for a password
    NO_FOLDER = "no-folder"
    LOST = "lost"  # the line, or the time


class MailboxError(Exception):
    """The mailbox could not be looked into. Its text is the user's sentence; it holds no secret."""

    def __init__(self, trouble: Trouble, sentence: str) -> None:
        super().__init__(sentence)
        self.trouble = trouble


class Mailbox(NamedTuple):
    """Which mailbox to look into. ``folders`` empty: the inbox, and the folder for junk where the server names one."""

    host: str
    username: str
    port: int = TLS_PORT
    starttls: bool = False
    folders: tuple[str, ...] = ()
    ca_file: Path | None = None


class Found(NamedTuple):
    """The message as it lies there. ``junk`` says that the folder is the one for junk; ``headers`` is its header text."""

    folder: str
    junk: bool
    headers: str


class Looked(NamedTuple):
    """The outcome: ``found`` is None when the message was in none of the ``folders`` that were looked into."""

    folders: tuple[str, ...]
    found: Found | None = None
