"""The stages that name and send a message: MAIL, RCPT, DATA, QUIT. In groups where the server takes them (RFC 2920)."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress

from wizard.smtp.message import compose, new_token, queue_id
from wizard.smtp.observation import Kind, Observation, Reply, Stage
from wizard.smtp.run import Run
from wizard.smtp.wire import WireError
from wizard.values import to_ascii

# Nothing hangs on the goodbye: how long it may take, in seconds.
_GOODBYE = 3.0


async def mail(run: Run) -> Observation:
    """Name the sender, with what the message needs and the server offers: SIZE, 8BITMIME, SMTPUTF8."""
    offered = run.context.capabilities
    utf8 = "SMTPUTF8" in offered
    sender, recipient = mail_path(run.profile.sender, utf8), mail_path(run.profile.recipient, utf8)
    if sender is None or recipient is None:
        return run.seen(Stage.MAIL, Kind.NEEDS_UTF8, reply=run.context.ehlo)
    speaks_utf8 = not (sender.isascii() and recipient.isascii())
    if run.deliver and recipient:
        run.token = new_token()
        run.message = compose(run.profile, run.token, eight_bit="8BITMIME" in offered, utf8=speaks_utf8, letter=run.letter)
        if 0 < size_limit(offered.get("SIZE", "")) < len(run.message):
            return run.seen(Stage.MAIL, Kind.TOO_LARGE, reply=run.context.ehlo)
    words = [f"MAIL FROM:<{sender}>"]
    if run.message and "SIZE" in offered:
        words.append(f"SIZE={len(run.message)}")
    if run.message and "8BITMIME" in offered:
        words.append("BODY=8BITMIME")
    if speaks_utf8:
        words.append("SMTPUTF8")
    run.pipelined = "PIPELINING" in offered
    run.commands = [" ".join(words), *([f"RCPT TO:<{recipient}>"] if recipient else []), *_behind_recipient(run)]
    if run.pipelined:
        run.session.send(*run.commands)
    reply = await _next(run)
    if reply.code // 100 == 2:
        return run.seen(Stage.MAIL, reply=reply)
    await _drain(run)
    return run.seen(Stage.MAIL, Kind.REPLY, reply=reply)


def _behind_recipient(run: Run) -> list[str]:
    """Return what follows the recipient in the same group; more recipients come before the goodbye."""
    if run.message:
        return ["DATA"]
    return [] if run.also_to else ["RSET", "QUIT"]


def size_limit(parameter: str) -> int:
    """Return the SIZE limit in bytes, 0 when none is told. RFC 1870 3 grants it twenty ASCII digits; anything else is none."""
    return int(parameter) if re.fullmatch(r"[0-9]{1,20}", parameter) else 0


async def _next(run: Run) -> Reply:
    """Return the reply to the next command; the command is sent now, where it did not travel with a group."""
    command = run.commands.pop(0)
    if not run.pipelined:
        run.session.send(command)
    return await run.session.wire.reply()


async def _drain(run: Run) -> None:
    """After a refusal, read what the rest of the group brings; a DATA let through is ended by a lone dot (RFC 2920 3.1)."""
    if not run.pipelined:
        return
    with suppress(WireError, TimeoutError):
        async with asyncio.timeout(run.patience(_GOODBYE)):
            while run.commands:
                reply = await _next(run)
                if reply.code == 354:
                    await run.session.say(".")


def mail_path(address: str, utf8: bool) -> str | None:
    """Return the address as the server can take it, None when it cannot.

    Other alphabets need SMTPUTF8 (RFC 6531), ``utf8``; a domain alone can go as IDNA.
    """
    if address.isascii() or utf8:
        return address
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{to_ascii(domain)}" if local.isascii() else None


async def rcpt(run: Run) -> Observation:
    """Name the recipient. 250 and 251 (will forward, RFC 5321 3.4) let the session go on."""
    reply = await _next(run)
    if reply.code // 100 == 2:
        return run.seen(Stage.RCPT, reply=reply)
    await _drain(run)
    return run.seen(Stage.RCPT, Kind.REPLY, reply=reply)


async def data(run: Run) -> Observation:
    """Send the message; the reply to its final dot says whether the server has taken it."""
    reply = await _next(run)
    if reply.code != 354:
        return run.seen(Stage.DATA, Kind.REPLY, reply=reply)
    # QUIT may stand behind the final dot in the same group (RFC 2920 3.1): one round trip less.
    run.commands, run.pipelined = ["QUIT"], run.pipelined and not run.also_to
    run.session.send_message(run.message, *(run.commands if run.pipelined else ()))
    reply = await run.session.wire.reply()
    if reply.code // 100 != 2:
        return run.seen(Stage.DATA, Kind.REPLY, reply=reply)
    return run.seen(Stage.DATA, reply=reply, queue_id=queue_id(reply), token=run.token)


async def leave(run: Run) -> Observation:
    """Say goodbye. Whatever the server makes of it, what was accepted stays accepted: this stage does not fail."""
    reply, error = None, ""
    try:
        async with asyncio.timeout(run.patience(_GOODBYE)):
            while run.commands:
                reply = await _next(run)
    except (WireError, TimeoutError) as problem:
        error = f"{type(problem).__name__}: {problem}"
    return run.seen(Stage.QUIT, reply=reply, error=error)
