"""Whether a server that refused this host's EHLO name, or hung up on it, takes another one that is this host's own as well.

Says EHLO and QUIT, each on a connection of its own. Must not know rules or words.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from wizard.profile import Security
from wizard.smtp.glance import Look, Target
from wizard.smtp.handshakes import Way
from wizard.smtp.network import in_daemon_thread
from wizard.smtp.observation import Context, Kind, Observation, Stage

# RFC 5321 4.2.2 and 4.3.2: replies with which a server can refuse a name; 500 and 502 are about the command itself.
_REFUSES = {501, 504, 550, 553, 554}
# Seconds the resolver gets for this host's own full name: one that does not know it can take long to say so.
_OWN_NAME = 0.5


def tells_more(observation: Observation) -> bool:
    """Return whether the name may be what the server did not like."""
    if observation.stage is not Stage.EHLO or not observation.context.ehlo_name:
        return False
    if observation.kind in (Kind.CLOSED, Kind.RESET):
        return True
    return observation.kind is Kind.REPLY and observation.reply is not None and observation.reply.code in _REFUSES


async def try_names(way: Way, observation: Observation, timeout: float) -> dict[str, Any]:
    """Return ``accepted_names`` and ``refused_names``, fields of the observation, after at most ``timeout`` seconds.

    The name that failed is said once more beside the others: where it is taken now, the name was not the cause, and nothing is
    returned.
    """
    began = asyncio.get_running_loop().time()
    failed = observation.context.ehlo_name
    others = await own_names(observation.context)
    left = timeout - (asyncio.get_running_loop().time() - began)
    first, *rest = await asyncio.gather(*(_accepts(way, name, left) for name in (failed, *others)))
    if first:
        return {}
    answered = dict(zip(others, rest, strict=True))
    return {
        "accepted_names": tuple(name for name, accepted in answered.items() if accepted),
        "refused_names": tuple(name for name, accepted in answered.items() if accepted is False),
    }


async def own_names(context: Context) -> tuple[str, ...]:
    """Return what this host may call itself besides the name that failed: its full names, its address (RFC 5321 4.1.4)."""
    names = [socket.gethostname()]
    try:
        async with asyncio.timeout(_OWN_NAME):
            names.append(await in_daemon_thread(socket.getfqdn))
    except (TimeoutError, OSError, UnicodeError):
        pass
    names = [name.rstrip(".") for name in names if _is_full(name)]
    address = context.local_address
    if address:
        names.append(f"[IPv6:{address}]" if ":" in address else f"[{address}]")
    return tuple(name for name in dict.fromkeys(names) if name.lower() != context.ehlo_name.lower())


def _is_full(name: str) -> bool:
    """A name with a domain that is not the one of every host."""
    return "." in name.strip(".") and name.isascii() and not name.lower().startswith("localhost.") and not name.endswith(".arpa")


async def _accepts(way: Way, name: str, timeout: float) -> bool | None:
    """Whether EHLO with this name was accepted; None when it did not come to an answer."""
    look = Look(Target.of(way.host, name, None), implicit=way.security is Security.TLS, verify=False)
    try:
        async with asyncio.timeout(max(0.001, timeout)):
            seen = await look.at(await way.network.connect(way.address, way.port), timeout)
    except OSError:
        return None
    if seen.said_hello or seen.hello_in_clear:
        return True
    refused = seen.ehlo is not None or (seen.greeting is not None and seen.kind in (Kind.CLOSED, Kind.RESET))
    return False if refused else None
