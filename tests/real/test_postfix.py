"""A whole check against Postfix with Dovecot behind its sign-in: what succeeds, what each mistake is called, what cures it."""

from __future__ import annotations

import json
import os
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE

import pytest

from tests.line import line_to
from tests.loopback import Loopback, profile_for
from tests.real.arrivals import arrivals_at
from tests.real.server import ELSEWHERE, HOST, PASSWORD, RECIPIENT, USER, Server
from wizard.draft import Change, Draft, Field
from wizard.profile import Mechanism, Password, Security
from wizard.report import Report
from wizard.smtp.check import check
from wizard.smtp.observation import Stage

ENCRYPTED = (Security.STARTTLS, Security.TLS)


def draft_for(server: Server, security: Security, *changes: Change) -> Draft:
    """The settings that are right for one of the three ports, as an administrator would type them, with changes."""
    right = Draft(
        host=HOST,
        port=str(security.usual_port),
        security=security.value,
        username=USER if security is not Security.NONE else "",
        sender=USER,
        recipient=RECIPIENT,
        ca_file=str(server.ca_file),
        timeout="10",
    )
    return right.with_changes(*changes)


async def climb(
    server: Server, draft: Draft, *, password: str = PASSWORD, deliver: bool = False, port: int | None = None
) -> Report:
    """Check once, with mail.test:25, 465 and 587 leading to the server; ``port`` puts another one behind the draft's own."""
    network = Loopback({security.usual_port: real for security, real in server.ports.items()})
    if port:
        network.ports[int(draft.port)] = port
    profile = profile_for(draft)
    report = Report(profile)

    def fold(event: object) -> None:
        nonlocal report
        report = report.add(event)

    await check(profile, Password(password) if profile.login else None, fold, deliver=deliver, network=network)
    return report


def said(report: Report) -> list[str]:
    """The first word of every line the client said."""
    return [line.text.split(" ")[0] for line in report.transcript if line.sender == "C"]


@pytest.mark.parametrize("security", Security)
async def test_a_delivery_is_accepted_under_a_queue_id_and_arrives(server: Server, security: Security) -> None:
    async with arrivals_at(server.arrivals) as arrivals:
        report = await climb(server, draft_for(server, security), deliver=True)
        assert report.finding == "ok", report.error
        assert report.accepted is not None
        message = await arrivals.next()

    assert message["X-SMTP-Wizard-Token"] == report.accepted.token
    assert f" id {report.accepted.queue_id} " in " ".join(message["Received"].split())
    assert "ä ö ü ß € 中文" in message.get_body(("plain",)).get_content()


@pytest.mark.parametrize("security", ENCRYPTED)
async def test_without_delivery_no_message_is_sent(server: Server, security: Security) -> None:
    report = await climb(server, draft_for(server, security))

    assert report.ok
    assert report.accepted is None
    assert "DATA" not in said(report)


@pytest.mark.parametrize(
    "mechanism", [Mechanism.SCRAM_SHA_256, Mechanism.SCRAM_SHA_1, Mechanism.CRAM_MD5, Mechanism.PLAIN, Mechanism.LOGIN]
)
async def test_dovecot_takes_the_sign_in_by_every_mechanism_it_offers(server: Server, mechanism: Mechanism) -> None:
    report = await climb(server, draft_for(server, Security.TLS, Change(Field.MECHANISM, mechanism.value)))

    assert report.finding == "ok", report.error
    assert report.context.mechanism is not None
    assert report.context.mechanism.lower() == mechanism.value


async def test_the_best_mechanism_on_offer_is_taken(server: Server) -> None:
    report = await climb(server, draft_for(server, Security.STARTTLS))

    assert report.context.mechanism is not None
    assert report.context.mechanism.lower() == Mechanism.SCRAM_SHA_256


@pytest.mark.parametrize("mechanism", [Mechanism.AUTO, Mechanism.PLAIN])
@pytest.mark.parametrize("security", ENCRYPTED)
async def test_a_wrong_password_is_named_after_one_attempt(server: Server, security: Security, mechanism: Mechanism) -> None:
    draft = draft_for(server, security, Change(Field.MECHANISM, mechanism.value))
    report = await climb(server, draft, password="not this one")

    assert report.finding == "auth-bad-credentials"
    assert report.failed is not None
    assert report.failed.stage is Stage.AUTH
    assert said(report).count("AUTH") == 1


async def test_a_recipient_elsewhere_is_relay_denied(server: Server) -> None:
    report = await climb(server, draft_for(server, Security.NONE, Change(Field.RECIPIENT, ELSEWHERE)))

    assert report.finding == "relay-denied"


@pytest.mark.parametrize("security", Security)
async def test_a_mailbox_that_is_not_there_is_an_unknown_recipient(server: Server, security: Security) -> None:
    report = await climb(server, draft_for(server, security, Change(Field.RECIPIENT, "nobody@mail.test")))

    assert report.finding == "recipient-unknown"


async def test_a_sender_the_account_does_not_own_is_rejected(server: Server) -> None:
    report = await climb(server, draft_for(server, Security.TLS, Change(Field.SENDER, RECIPIENT), Change(Field.RECIPIENT, USER)))

    assert report.finding == "sender-rejected"


async def test_a_submission_port_without_encryption_is_told_to_encrypt_and_the_cure_works(server: Server) -> None:
    draft = draft_for(server, Security.STARTTLS, Change(Field.SECURITY, "none"), Change(Field.USERNAME, ""))
    report = await climb(server, draft)

    assert report.finding == "starttls-required"
    await expect_cured(server, draft.with_changes(Change(Field.USERNAME, USER)), report)


@pytest.mark.parametrize(
    ("port", "wrong", "finding"),
    [
        (Security.STARTTLS, Security.TLS, "port-speaks-plain"),
        (Security.NONE, Security.TLS, "port-speaks-plain"),
        (Security.TLS, Security.STARTTLS, "port-speaks-tls"),
        (Security.TLS, Security.NONE, "port-speaks-tls"),
    ],
)
async def test_the_wrong_encryption_on_a_port_is_named_and_its_cure_works(
    server: Server, port: Security, wrong: Security, finding: str
) -> None:
    draft = draft_for(server, port, Change(Field.SECURITY, wrong.value), Change(Field.USERNAME, USER))
    report = await climb(server, draft)

    assert report.finding == finding
    await expect_cured(server, draft, report)


async def expect_cured(server: Server, draft: Draft, report: Report) -> None:
    """Apply the first remedy with changes, run again from the start, and expect every stage to pass."""
    assert report.error is not None
    cure = next(remedy for remedy in report.error.remedies if remedy.changes)
    again = await climb(server, draft.with_changes(*cure.changes))
    assert again.ok, f"after {cure.label}: {again.error}"


async def test_postfix_takes_sender_recipient_and_data_in_one_group(server: Server) -> None:
    async with arrivals_at(server.arrivals) as arrivals, line_to(server.ports[Security.NONE]) as line:
        report = await climb(server, draft_for(server, Security.NONE), deliver=True, port=line.port)
        assert report.ok, report.error
        await arrivals.next()

    hello, group, message = [data for who, data in line.bursts if who == "C"]
    assert hello.startswith(b"EHLO")
    assert [row.split(b":")[0] for row in group.split(b"\r\n")] == [b"MAIL FROM", b"RCPT TO", b"DATA", b""]
    assert message.endswith(b"\r\n.\r\nQUIT\r\n")


async def test_the_command_line_delivers_and_reports_as_json(server: Server) -> None:
    flags = {
        "--host": "localhost",
        "--port": str(server.ports[Security.STARTTLS]),
        "--security": "starttls",
        "--username": USER,
        "--from": USER,
        "--to": RECIPIENT,
        "--ca-file": str(server.ca_file),
    }
    command = [sys.executable, "-m", "wizard", "check", *(word for flag in flags.items() for word in flag), "--json", "--deliver"]
    async with arrivals_at(server.arrivals) as arrivals:
        program = await create_subprocess_exec(
            *command, "--no-input", stdin=PIPE, stdout=PIPE, stderr=PIPE, env={**os.environ, "SMTP_WIZARD_PASSWORD": PASSWORD}
        )
        out, err = await program.communicate()
        assert program.returncode == 0, out + err
        message = await arrivals.next()

    told = json.loads(out)
    assert told["finding"] == "ok"
    assert told["accepted"]["queue_id"] in message["Received"]
    assert told["tls"]["verified"] is True
    assert str(message["To"]) == RECIPIENT
    assert PASSWORD.encode() not in out + err
