"""Whether a port waits for a PROXY line, as behind a load balancer: it then takes connections from that one only.

``PROXY UNKNOWN`` claims nothing about anybody: the receiver is told to go by the connection itself (PROXY protocol 2.1). Must not
know rules or words.
"""

from __future__ import annotations

import asyncio

from wizard.profile import Security
from wizard.smtp.handshakes import Way
from wizard.smtp.observation import Kind, Observation, Stage
from wizard.smtp.session import Session
from wizard.smtp.tls import client_context
from wizard.smtp.wire import WireError

# HAProxy, The PROXY protocol, version 1: one line before anything else on the connection.
_LINE = "PROXY UNKNOWN"
_OUT_OF_ORDER = 503  # what some servers answer to everything after the line has failed to come


def tells_more(observation: Observation, security: Security) -> bool:
    """Return whether the port did as one does that waits for a PROXY line: no word, and an end or silence."""
    if observation.raw or observation.partial:
        return False
    if observation.stage is Stage.EHLO:
        return observation.reply is not None and observation.reply.code == _OUT_OF_ORDER
    first = Stage.TLS if security is Security.TLS else Stage.GREETING
    return observation.stage is first and observation.kind in (Kind.CLOSED, Kind.RESET, Kind.TIMEOUT)


async def wants_proxy_line(way: Way, timeout: float) -> bool:
    """Return whether the port greets, or begins TLS, after a PROXY line, within ``timeout`` seconds. Nothing else is said."""
    session = Session(lambda sender, text: None)
    try:
        async with asyncio.timeout(timeout):
            await session.attach(await way.network.connect(way.address, way.port))
            session.send(_LINE)
            if way.security is Security.TLS:
                await session.secure(client_context(None, verify=False), way.host, timeout)
            return (await session.greeting()).code == 220
    except (OSError, WireError):  # ssl.SSLError and TimeoutError are OSErrors
        return False
    finally:
        session.abort()
