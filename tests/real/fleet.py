"""Every real server the tests know, each started once, when the first test needs it. Must not know what they are asked.

A new server is a module with ``DIFFERS``, ``missing`` and ``running``, and one entry in ``SERVERS``.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from typing import Protocol

from tests.real import exim, opensmtpd, postfix, submission
from tests.real.server import Server


class Kind(Protocol):
    """What a server's module offers. ``DIFFERS`` maps a row's name to the finding that is right for this server."""

    DIFFERS: Mapping[str, str]
    TLS_WORKS: bool

    def missing(self) -> str:
        """Return what must be installed first, or nothing."""

    def running(self) -> AbstractContextManager[Server]:
        """Start it for the length of a block."""


SERVERS: dict[str, Kind] = {"postfix": postfix, "exim": exim, "submission": submission, "opensmtpd": opensmtpd}


@dataclass(frozen=True)
class Fleet:
    """The servers that run so far: each is started by the first test that needs it, and one for all tests."""

    running: dict[str, tuple[ExitStack, Server]] = field(default_factory=dict)

    def get(self, name: str) -> Server:
        """Return the running server; the test fails with what to install where it cannot be started."""
        if name not in self.running:
            why = SERVERS[name].missing()
            assert not why, f"{name} cannot be tested: {why}"
            stack = ExitStack()
            self.running[name] = (stack, stack.enter_context(SERVERS[name].running()))
        return self.running[name][1]

    def stop(self) -> None:
        """Stop all at once, because each takes seconds; one that fails to stop keeps no other from it."""
        with ThreadPoolExecutor() as pool:
            stopped = [pool.submit(stack.close) for stack, _server in self.running.values()]
        for done in stopped:
            done.result()
