"""The same matrix on every real server: each mistake gets its finding, each success is seen to arrive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Protocol

import pytest

from tests.real import exim, opensmtpd, postfix, submission
from tests.real.arrivals import arrivals_at
from tests.real.matrix import CURABLE, ROWS, SIGNED_IN, Row
from tests.real.server import Server


class Kind(Protocol):
    """What a server's module offers. ``DIFFERS`` maps a row's name to the finding that is right for this server."""

    DIFFERS: Mapping[str, str]

    def missing(self) -> str:
        """Return what must be installed first, or nothing."""

    def running(self) -> AbstractContextManager[Server]:
        """Start it for the length of a block."""


SERVERS: dict[str, Kind] = {"postfix": postfix, "exim": exim, "submission": submission, "opensmtpd": opensmtpd}


@dataclass
class Started:
    """The servers that run so far: each is started by the first row that needs it, and one for all rows."""

    stack: ExitStack
    servers: dict[str, Server]

    def get(self, name: str) -> Server:
        """Return the running server; the test fails with what to install where it cannot be started."""
        if name not in self.servers:
            why = SERVERS[name].missing()
            assert not why, f"{name} cannot be tested: {why}"
            self.servers[name] = self.stack.enter_context(SERVERS[name].running())
        return self.servers[name]


@pytest.fixture(scope="module")
def started() -> Iterator[Started]:
    """All servers of this module; they stop when its last test is over, whatever happened."""
    with ExitStack() as stack:
        yield Started(stack, {})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
@pytest.mark.parametrize("name", SERVERS)
async def test_a_real_server_gets_the_right_finding(started: Started, name: str, row: Row) -> None:
    server = started.get(name)
    finding = SERVERS[name].DIFFERS.get(row.name, row.finding)

    async with arrivals_at(server.arrivals) as arrivals:
        report = await row.run(server)
        transcript = "\n".join(f"{line.sender}: {line.text}" for line in report.transcript)
        assert report.finding == finding, f"{report.error}\n{transcript}"
        if row.deliver and finding == "ok":
            assert report.accepted is not None
            message = await arrivals.next()
            assert message["X-SMTP-Wizard-Token"] == report.accepted.token


@pytest.mark.parametrize("row", CURABLE, ids=lambda row: row.name)
@pytest.mark.parametrize("name", [name for name in SERVERS if name != "opensmtpd"])  # its TLS works in no mode
async def test_the_first_cure_for_the_wrong_encryption_works(started: Started, name: str, row: Row) -> None:
    server = started.get(name)

    report = await row.run(server, SIGNED_IN)
    assert report.error is not None
    cure = next(remedy for remedy in report.error.remedies if remedy.changes)
    again = await row.run(server, SIGNED_IN, *cure.changes)

    assert again.ok, f"after {cure.label}: {again.error}"


async def test_a_server_whose_tls_is_broken_gets_no_cure_that_was_never_seen_to_work(started: Started) -> None:
    server = started.get("opensmtpd")

    for row in CURABLE:
        report = await row.run(server, SIGNED_IN)
        assert report.error is not None
        assert not any(remedy.proven for remedy in report.error.remedies), row.name


@pytest.mark.parametrize("name", SERVERS)
def test_every_difference_of_a_server_names_a_row(name: str) -> None:
    assert set(SERVERS[name].DIFFERS) <= {row.name for row in ROWS}
