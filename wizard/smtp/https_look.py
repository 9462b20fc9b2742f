"""The way to an HTTPS server: its name, a connection, TLS. Says what was seen of each and speaks no HTTP.

The same stages as a mail server's with implicit TLS, without the looks at neighbouring mail ports.
"""

from __future__ import annotations

from pathlib import Path

from wizard.profile import Endpoint, Profile, Security
from wizard.smtp import reaching
from wizard.smtp.network import Network
from wizard.smtp.observation import Observation, Stage
from wizard.smtp.run import Run

_WORK = {Stage.RESOLVE: reaching.resolve, Stage.CONNECT: reaching.connect, Stage.TLS: reaching.secure}


class HttpsLook:
    """One look at one host. Make the stages in order, each within ``timeout`` seconds, then ``close``."""

    def __init__(self, host: str, port: int, *, ca_file: Path | None, timeout: float, network: Network | None = None) -> None:
        self.profile = Profile(Endpoint(host, port, Security.TLS), ca_file=ca_file, timeout=timeout)
        self._timeout = timeout
        self._run = Run(self.profile, None, lambda _: None, network or Network(), deliver=False)

    async def stage(self, stage: Stage) -> Observation:
        """Make RESOLVE, CONNECT or TLS and return what was seen. Raises KeyError for another stage."""
        work = _WORK[stage]
        seen = await self._run.aside(stage, self._timeout, lambda: work(self._run))
        return seen._replace(context=self._run.context)

    def close(self) -> None:
        """Close the connection, if there is one."""
        self._run.session.abort()
        if self._run.resolution:
            self._run.resolution.cancel()
