"""A report folded from events: what every face reads - status, finding, exit code - is decided here and nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from wizard.draft import Change, Field
from wizard.practice import PracticeServer
from wizard.profile import Profile, Security, parse
from wizard.report import ExitCode, Report
from wizard.smtp.check import check
from wizard.smtp.events import Event, Line, RunEnded, StageEnded, StageSkipped, StageStarted, Why
from wizard.smtp.observation import Kind, Observation, Stage


@pytest.fixture
async def server() -> AsyncIterator[PracticeServer]:
    async with PracticeServer() as running:
        yield running


async def reports(server: PracticeServer, *changes: Change, deliver: bool = False) -> list[Report]:
    """Every report of one run: the empty one, then one per event."""
    profile = parse(server.draft(Security.STARTTLS).with_changes(*changes))
    assert isinstance(profile, Profile), profile
    seen = [Report(profile)]
    await check(profile, server.password, lambda event: seen.append(seen[-1].add(event)), deliver=deliver)
    return seen


async def test_a_passed_run_is_ok_only_when_it_is_over(server: PracticeServer) -> None:
    seen = await reports(server, deliver=True)
    assert [report.ok for report in seen[:-1]] == [False] * (len(seen) - 1)
    last = seen[-1]
    assert (last.ok, last.finding, last.exit_code, last.failed) == (True, "ok", ExitCode.OK, None)
    assert last.accepted is not None
    assert last.accepted.queue_id
    assert [result.stage for result in last.stages].count(Stage.EHLO) == 2  # once in clear, once under TLS


async def test_a_failed_stage_gives_one_cause_and_leaves_the_rest_out(server: PracticeServer) -> None:
    last = (await reports(server, Change(Field.CA_FILE, "")))[-1]
    assert last.failed is not None
    assert (last.failed.stage, last.exit_code) == (Stage.TLS, ExitCode.FAILED)
    assert last.finding == last.findings[0].id == "cert-untrusted-issuer"
    assert all(result.skipped is Why.NOT_REACHED for result in last.stages if result.status == "skipped")


async def test_earlier_reports_do_not_change_when_later_events_are_added(server: PracticeServer) -> None:
    seen = await reports(server)
    lengths = [len(report.stages) for report in seen]
    assert lengths == sorted(lengths)
    assert seen[0].stages == ()


def stopped(profile: Profile) -> Report:
    events: list[Event] = [
        StageStarted(Stage.RESOLVE, 5.0),
        Line("C", "EHLO me", 0.1),
        StageEnded(Observation(Stage.RESOLVE, Kind.STOPPED)),
        StageSkipped(Stage.CONNECT, Why.STOPPED),
        RunEnded(0.2),
    ]
    report = Report(profile)
    for event in events:
        report = report.add(event)
    return report


async def test_a_stopped_run_is_neither_passed_nor_blamed_on_the_server(server: PracticeServer) -> None:
    profile = parse(server.draft(Security.TLS))
    assert isinstance(profile, Profile)
    report = stopped(profile)
    assert (report.stopped, report.ok, report.exit_code) == (True, False, ExitCode.INTERRUPTED)
    assert report.findings == ()


async def test_a_warning_stands_beside_a_passed_run(server: PracticeServer) -> None:
    last = (await reports(server, Change(Field.CA_FILE, ""), Change(Field.ACCEPT_UNVERIFIED_TLS, "true")))[-1]
    assert last.ok
    assert last.finding == "ok"
    assert "tls-not-verified" in {finding.id for finding in last.warnings}
