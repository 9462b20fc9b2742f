"""A look into a mailbox over IMAP: does the message lie there, in which folder. Read-only: nothing is marked, moved or deleted.

The session itself is in imap.py, in a thread with a deadline, because the standard library's client blocks. Must not know where
the password comes from.
"""

from __future__ import annotations

import asyncio
import re
import threading
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from wizard.profile import Password
from wizard.values import shown

TLS_PORT, STARTTLS_PORT = 993, 143
DEADLINE = 30.0  # seconds for everything
_SOCKET = 15.0  # seconds for a single answer
_TOKEN = re.compile(r"[A-Za-z0-9-]{4,64}")


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


async def look(mailbox: Mailbox, password: Password, token: str, *, wait: float = 0.0, deadline: float = DEADLINE) -> Looked:
    """Look for the message with this token. Raises MailboxError.

    ``wait`` seconds it is looked for again and again on the same session, signed in once; ``deadline`` is for the rest.
    """
    if not _TOKEN.fullmatch(token):
        raise MailboxError(Trouble.LOST, f"'{shown(token)}' is no token: it is letters and digits, as the report shows it.")
    from wizard.arrival.imap import Visit

    visit = Visit(mailbox, password, token, wait, min(deadline, _SOCKET))
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[Looked] = loop.create_future()

    def settle(looked: Looked | None, problem: MailboxError | None) -> None:
        if outcome.done():
            return
        if looked is not None:
            outcome.set_result(looked)
        else:
            outcome.set_exception(problem or MailboxError(Trouble.LOST, "The mailbox could not be looked into."))

    def work() -> None:
        looked, problem = None, None
        try:
            looked = visit.look()
        except MailboxError as caught:
            problem = caught
        with suppress(RuntimeError):  # the loop has ended: nobody waits for it any more
            loop.call_soon_threadsafe(settle, looked, problem)

    threading.Thread(target=work, daemon=True, name="imap-look").start()
    try:
        async with asyncio.timeout(wait + deadline):
            return await outcome
    except TimeoutError:
        raise MailboxError(Trouble.LOST, f"{mailbox.host} did not answer within {deadline:g} seconds.") from None
    finally:
        visit.end()
