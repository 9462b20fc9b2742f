"""A check with delivery against the practice server, both in this process: what ``make run`` does without a terminal.

Must not know faults: it is handed the name of one.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.commands.check import Climb
    from wizard.commands.terminal import Output
    from wizard.practice import PracticeServer

ARRIVAL = 5.0  # seconds; the message is in the mailbox before the server says that it accepted it


def run(fault: str | None = None) -> int:
    """Open the practice server, deliver one message to it, print the report and what arrived. Returns the exit code of ``check``.

    Raises UnknownFaultError (a ValueError) for a fault that has no such name, and OSError when loopback has no port to give.
    """
    from wizard.commands.terminal import Output, talk

    output = Output(sys.stdout)
    try:
        code = asyncio.run(_practise(fault, output))
    except KeyboardInterrupt:
        talk("Stopped.")
        return 130
    if output.problem:
        talk(f"The report could not be written to standard output: {output.problem}.")
        return 2
    return code


async def _practise(fault: str | None, output: Output) -> int:
    from wizard.commands.check import Climb
    from wizard.commands.terminal import style_for
    from wizard.practice import PracticeServer
    from wizard.profile import Invalid, parse

    async with PracticeServer(fault) as server:
        profile = parse(server.draft(), "practice")
        if isinstance(profile, Invalid):
            raise ValueError(f"the practice server's own settings are not valid: {dict(profile.errors)}")
        climb = Climb(profile, None, output, style_for(sys.stdout, os.environ), live=True)
        try:
            await climb.climb(server.password, deliver=True)
        finally:
            climb.finish("text", transcript=False)
        await _arrival(climb, server, output)
        return climb.exit_code("text", interrupted=False)


async def _arrival(climb: Climb, server: PracticeServer, output: Output) -> None:
    accepted = climb.report.accepted
    if accepted is None or not accepted.token:
        return
    try:
        message = await server.mailbox.wait_for(accepted.token, ARRIVAL)
    except TimeoutError:
        output.write("\nThe message is not in the practice mailbox, although the server accepted it.\n")
        return
    facts = {"From": message.header("from"), "To": message.header("to"), "Subject": message.subject, "Queue id": message.queue_id}
    lines = [f"  {name:<9} {climb.style.plain(value)}" for name, value in facts.items()]
    output.write("\n".join(["", "The message arrived in the practice mailbox:", *lines]) + "\n")
