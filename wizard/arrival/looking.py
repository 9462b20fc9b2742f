"""A look into a mailbox over IMAP: does the message lie there, in which folder. Read-only: nothing is marked, moved or deleted.

The session itself is in imap.py, in a thread with a deadline, because the standard library's client blocks. Must not know where
the password comes from.
"""

from __future__ import annotations

import asyncio
import re
import threading
from contextlib import suppress

from wizard.arrival.imap import Visit
from wizard.arrival.mailbox import Looked, Mailbox, MailboxError, Trouble
from wizard.profile import Password
from wizard.values import shown

DEADLINE = 30.0  # seconds for everything
_SOCKET = 15.0  # seconds for a single answer
_TOKEN = re.compile(r"[A-Za-z0-9-]{4,64}")


async def look(mailbox: Mailbox, password: Password, token: str, *, wait: float = 0.0, deadline: float = DEADLINE) -> Looked:
    """Look for the message with this token. Raises MailboxError.

    ``wait`` seconds it is looked for again and again on the same session, signed in once; ``deadline`` is for the rest.
    """
    if not _TOKEN.fullmatch(token):
        raise MailboxError(Trouble.LOST, f"'{shown(token)}' is no token: it is letters and digits, as the report shows it.")
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
