"""The text for the person who can help: made from real runs, and a decision for each cause whether there is one."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.loopback import HOST, Gone, Loopback, at_usual_port, profile_for
from tests.unit.cli import flags_for, run_beside, settle
from wizard.diagnosis.model import Severity
from wizard.draft import Change, Draft, Field
from wizard.practice import PracticeServer
from wizard.profile import Security
from wizard.render.requests import REQUESTS, YOUR_OWN
from wizard.render.ticket import Ticket, ticket
from wizard.report import Report
from wizard.smtp.check import check
from wizard.smtp.events import Event
from wizard.smtp.here import Here

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
HERE = Here("iiq01.example.com", "10.0.0.5")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and an environment of the test's own."""
    return settle(tmp_path, monkeypatch)


async def told(draft: Draft, network: Loopback, server: PracticeServer | None = None) -> Ticket:
    """Run a check and return its ticket."""
    profile = profile_for(draft)
    report = Report(profile)

    def add(event: Event) -> None:
        nonlocal report
        report = report.add(event)

    await check(profile, server.password if server else None, add, network=network)
    found = ticket(report, NOW, place=HERE)
    assert found is not None, report.finding
    return found


@pytest.mark.parametrize(
    ("gone", "seen"),
    [(Gone.REFUSED, "refused the connection"), (Gone.SILENT, "did not answer"), (Gone.UNREACHABLE, "no route from here")],
)
async def test_a_shut_port_becomes_a_request_to_the_firewall_team(gone: Gone, seen: str) -> None:
    async with PracticeServer() as server:
        network = Loopback.to(server)
        network.ports[587] = gone
        draft = at_usual_port(server.draft(), Security.STARTTLS).with_changes(Change(Field.TIMEOUT, "1"))
        found = await told(draft, network, server)
    assert "network" in found.whom
    assert HOST in found.subject
    assert "iiq01.example.com, 10.0.0.5" in found.body
    assert f"To:          {HOST}, TCP port 587, STARTTLS" in found.body
    assert "(IPv4)" in found.body
    assert seen in found.body
    assert "24 November 2026 09:30:00 +0000" in found.body
    assert "port 465 (TLS) of the same host answers" in found.body
    assert "smtp-wizard" in found.body.splitlines()[-1]


async def test_a_certificate_is_named_by_fingerprint_and_dates() -> None:
    async with PracticeServer("expired-certificate") as server:
        found = await told(at_usual_port(server.draft(), Security.STARTTLS), Loopback.to(server), server)
    assert re.search(r"SHA-256 [0-9a-f]{64}", found.body)
    assert re.search(r"valid \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d", found.body)


async def test_the_command_adds_it_when_asked_and_json_always_has_it(home: Path) -> None:
    ran = await run_beside("check", "--host", "localhost", "--port", "1", "--ticket")
    assert "For the network or firewall team" in ran.out
    assert "Subject: Allow TCP port 1 from " in ran.out
    assert ran.out.splitlines()[-1].startswith("  smtp-wizard check")
    found = json.loads((await run_beside("check", "--host", "localhost", "--port", "1", "--json")).out)["ticket"]
    assert set(found) == {"whom", "subject", "body"}


async def test_what_is_in_your_own_hands_has_none(practice: PracticeServer) -> None:
    ran = await run_beside("check", *flags_for(practice.draft()), "--password-stdin", "--json", stdin=b"wrong\n")
    assert json.loads(ran.out)["ticket"] is None


def test_every_cause_is_decided() -> None:
    """A cause has a text for somebody else, or is in your own hands: one of the two, for each id that stops a run."""
    from wizard.diagnosis.handbook import RULES, UNKNOWN

    stopping = {rule.id for rule in (*RULES, UNKNOWN) if rule.severity is Severity.ERROR}
    assert set(REQUESTS) | YOUR_OWN == stopping
    assert not set(REQUESTS) & YOUR_OWN


@pytest.mark.parametrize("name", REQUESTS)
def test_a_text_speaks_calmly(name: str) -> None:
    request = REQUESTS[name]
    assert "!" not in request.ask + request.subject
    assert request.ask.startswith("Please")
