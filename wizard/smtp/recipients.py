"""More recipients, named up to RCPT on the session that stands, each in a transaction of its own; nothing is sent to them.

Must not know what an answer means, nor whether an address is inside or outside.
"""

from __future__ import annotations

from wizard.smtp.events import RecipientTried
from wizard.smtp.observation import Kind, Observation, Stage
from wizard.smtp.run import Run
from wizard.smtp.sending import mail_path

# RFC 5321 3.8: with this reply the server closes the session.
_LEAVING = 421


def still_open(observation: Observation) -> bool:
    """Return whether the session can go on after this end of RCPT or DATA: the server said no, and stays."""
    refused = observation.stage in (Stage.RCPT, Stage.DATA) and observation.kind is Kind.REPLY
    return refused and observation.reply is not None and observation.reply.code != _LEAVING


async def name_more(run: Run) -> None:
    """Name each of ``run.also_to`` and emit what was answered; leaves QUIT to be said.

    Each gets the profile's timeout, and all of them half of what is left of the run's time. A line that drops, or stays silent,
    ends it: the address that met it is emitted with that, the ones behind it are not tried.
    """
    if run.pipelined and run.commands:
        return  # an answer to what was said before is still to come: nothing could be told apart
    ends = run.at() + (run.profile.total_timeout - run.at()) / 2
    for address in run.also_to:
        seconds = min(run.profile.timeout, ends - run.at())
        if seconds <= 0:
            break
        seen = await run.aside(Stage.RCPT, seconds, lambda to=address: _named(run, to))  # type: ignore[misc]  # this round's
        run.emit(RecipientTried(address, seen))
        if not _goes_on(seen):
            break
    run.commands, run.pipelined = ["QUIT"], False


def _goes_on(seen: Observation) -> bool:
    if seen.kind is Kind.REPLY:
        return seen.reply is not None and seen.reply.code != _LEAVING
    return seen.kind in (Kind.PASSED, Kind.NEEDS_UTF8)


async def _named(run: Run, address: str) -> Observation:
    """Begin anew (RSET drops what was named before, RFC 5321 4.1.1.5), name the sender, name the recipient."""
    offered = run.context.capabilities
    utf8 = "SMTPUTF8" in offered
    sender, recipient = mail_path(run.profile.sender, utf8), mail_path(address, utf8)
    if sender is None or recipient is None:
        return run.seen(Stage.RCPT, Kind.NEEDS_UTF8, reply=run.context.ehlo)
    words = "" if sender.isascii() and recipient.isascii() else " SMTPUTF8"
    group = ("RSET", f"MAIL FROM:<{sender}>{words}", f"RCPT TO:<{recipient}>")
    if "PIPELINING" in offered:
        run.session.send(*group)
        await run.session.wire.reply()
        answers = [await run.session.wire.reply() for _ in group[1:]]
    else:
        await run.session.say(group[0])
        answers = [await run.session.say(group[1])]
        if answers[0].code // 100 == 2:
            answers.append(await run.session.say(group[2]))
    accepted = answers[0].code // 100 == 2
    stage, reply = (Stage.RCPT, answers[-1]) if accepted else (Stage.MAIL, answers[0])
    return run.seen(stage, Kind.PASSED if reply.code // 100 == 2 else Kind.REPLY, reply=reply)
