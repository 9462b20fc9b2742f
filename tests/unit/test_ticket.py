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
from wizard.profile import Profile, Security, parse
from wizard.providers import for_host
from wizard.render.provider_requests import AT_PROVIDER
from wizard.render.requests import REQUESTS, YOUR_OWN, Request
from wizard.render.ticket import Ticket, ticket
from wizard.report import Report
from wizard.smtp.check import check
from wizard.smtp.events import Event, RunEnded, StageEnded, StageStarted
from wizard.smtp.here import Here
from wizard.smtp.observation import Context, Kind, Observation, Reply, Stage

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


def refused(host: str, stage: Stage, reply: Reply, *, username: str = "svc-iiq@example.com", ehlo: str = "") -> Report:
    """A run that ended with a server's refusal."""
    profile = parse(Draft(host=host, username=username, sender="iiq@example.com", recipient="you@example.net"))
    assert isinstance(profile, Profile)
    context = Context(ehlo=Reply(250, None, (ehlo,)) if ehlo else None)
    seen = Observation(stage, Kind.REPLY, reply=reply, context=context)
    return Report(profile).add(StageStarted(stage, 1.0)).add(StageEnded(seen)).add(RunEnded(0.1))


SEND_AS = Reply(550, "5.7.60", ("SMTP; Client does not have permissions to send as this sender",))
NO_BASIC = Reply(535, "5.7.139", ("Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.",))
NO_RELAY = Reply(550, "5.7.64", ("TenantAttribution; Relay Access Denied",))
SANDBOX = Reply(554, None, ("Message rejected: Email address is not verified. The following identities failed the check",))


@pytest.mark.parametrize(
    ("host", "stage", "reply", "asked"),
    [
        (
            "smtp.office365.com",
            Stage.AUTH,
            NO_BASIC,
            "Set-CASMailbox -Identity 'svc-iiq@example.com' -SmtpClientAuthenticationDisabled $false",
        ),
        (
            "smtp.office365.com",
            Stage.DATA,
            SEND_AS,
            "Add-RecipientPermission -Identity 'iiq@example.com' -Trustee 'svc-iiq@example.com' -AccessRights SendAs",
        ),
        ("example-com.mail.protection.outlook.com", Stage.RCPT, NO_RELAY, "Mail flow, Connectors"),
        ("smtp-relay.gmail.com", Stage.RCPT, Reply(550, "5.7.1", ("Mail relay denied",)), "SMTP relay service"),
        ("email-smtp.eu-west-1.amazonaws.com", Stage.DATA, SANDBOX, "the SES console, in the region of email-smtp.eu-west-1"),
    ],
)
def test_a_provider_is_asked_in_its_own_terms(host: str, stage: Stage, reply: Reply, asked: str) -> None:
    report = refused(host, stage, reply)
    found = ticket(report, NOW, place=HERE)
    assert found is not None, report.finding
    assert asked in found.body, report.finding


def test_no_setting_is_asked_for_that_outlook_com_does_not_have() -> None:
    found = ticket(refused("smtp-mail.outlook.com", Stage.AUTH, NO_BASIC), NOW, place=HERE)
    assert found is not None
    assert "PowerShell" not in found.body
    assert "no setting of the account" in found.body


def test_a_name_with_a_quote_stays_one_word_of_the_command() -> None:
    found = ticket(refused("smtp.office365.com", Stage.AUTH, NO_BASIC, username="o'neil@example.com"), NOW, place=HERE)
    assert found is not None
    assert "-Identity 'o''neil@example.com'" in found.body


def test_the_address_the_server_sees_is_told_where_it_says_one() -> None:
    reply = Reply(554, "5.7.1", ("Relay access denied",))
    found = ticket(refused("mail.test", Stage.RCPT, reply, ehlo="mail.test Hello iiq01 [203.0.113.9]"), NOW, place=HERE)
    assert found is not None
    assert "iiq01.example.com, 10.0.0.5 (the server sees 203.0.113.9)" in found.body


def test_the_owner_of_the_dns_gets_the_record_or_how_to_see_it() -> None:
    report = refused("mail.test", Stage.DATA, Reply(550, "5.7.23", ("SPF validation failed",)))
    assert report.finding == "sender-unauthenticated-domain"
    record = 'example.com. TXT "v=spf1 ip4:203.0.113.9 -all"'
    known, unknown = ticket(report, NOW, place=HERE, records=(record,)), ticket(report, NOW, place=HERE)
    assert known is not None
    assert unknown is not None
    assert f"  {record}" in known.body.splitlines()
    assert "smtp-wizard domain iiq@example.com" in unknown.body


def test_a_known_provider_is_named_as_the_one_to_ask() -> None:
    found = ticket(refused("smtp.mailgun.org", Stage.EHLO, Reply(554, "5.7.1", ("Relay access denied",))), NOW, place=HERE)
    assert found is not None
    assert "Mailgun" in found.whom


def test_what_is_asked_of_a_provider_belongs_to_a_cause_and_a_provider_that_exist() -> None:
    from wizard.packaged import entries
    from wizard.providers import read

    known = {read(entry).id for entry in entries("providers", "provider")}
    assert {provider for provider, _ in AT_PROVIDER} <= known
    assert {name for _, name in AT_PROVIDER} <= set(REQUESTS)
    assert for_host("smtp.office365.com") is not None


def test_every_cause_is_decided() -> None:
    """A cause has a text for somebody else, or is in your own hands: one of the two, for each id that stops a run."""
    from wizard.diagnosis.handbook import RULES, UNKNOWN

    stopping = {rule.id for rule in (*RULES, UNKNOWN) if rule.severity is Severity.ERROR}
    assert set(REQUESTS) | YOUR_OWN == stopping
    assert not set(REQUESTS) & YOUR_OWN


@pytest.mark.parametrize("request_", [*REQUESTS.values(), *AT_PROVIDER.values()], ids=lambda request: request.subject)
def test_a_text_speaks_calmly(request_: Request) -> None:
    assert "!" not in request_.ask + request_.subject
    assert request_.ask.startswith("Please")
