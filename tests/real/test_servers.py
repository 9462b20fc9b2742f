"""The same matrix on every real server: each mistake gets its finding, each success is seen to arrive."""

from __future__ import annotations

import pytest

from tests.real.arrivals import arrivals_at
from tests.real.fleet import SERVERS, Fleet
from tests.real.matrix import CURABLE, ROWS, SIGNED_IN, Row


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
@pytest.mark.parametrize("name", SERVERS)
async def test_a_real_server_gets_the_right_finding(fleet: Fleet, name: str, row: Row) -> None:
    server = fleet.get(name)
    finding = SERVERS[name].DIFFERS.get(row.name, row.finding)

    async with arrivals_at(server.arrivals) as arrivals:
        report = await row.run(server)
        transcript = "\n".join(f"{line.sender}: {line.text}" for line in report.transcript)
        assert report.finding == finding, f"{report.error}\n{transcript}"
        if row.deliver and finding == "ok":
            assert report.accepted is not None
            message = await arrivals.next()
            assert message["X-SMTP-Wizard-Token"] == report.accepted.token
    if report.error and not SERVERS[name].TLS_WORKS:
        assert not any(remedy.proven for remedy in report.error.remedies), "nothing that encrypts can have been seen to work"


@pytest.mark.parametrize("row", CURABLE, ids=lambda row: row.name)
@pytest.mark.parametrize("name", [name for name in SERVERS if SERVERS[name].TLS_WORKS])
async def test_the_first_cure_for_the_wrong_encryption_works(fleet: Fleet, name: str, row: Row) -> None:
    server = fleet.get(name)

    report = await row.run(server, SIGNED_IN)
    assert report.error is not None
    cure = next(remedy for remedy in report.error.remedies if remedy.changes)
    again = await row.run(server, SIGNED_IN, *cure.changes)

    assert again.ok, f"after {cure.label}: {again.error}"


@pytest.mark.parametrize("name", SERVERS)
def test_every_difference_of_a_server_names_a_row(name: str) -> None:
    assert set(SERVERS[name].DIFFERS) <= {row.name for row in ROWS}
