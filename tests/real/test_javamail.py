"""What IdentityIQ's log is expected to show, held against what the real JavaMail prints for the same server and settings.

The Encryption settings are given to JavaMail as they are expected to be meant; IdentityIQ itself is not here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.loopback import Loopback, profile_for
from tests.real import javamail
from wizard.draft import Change, Draft, Field
from wizard.identityiq.javamail.job import job_of
from wizard.identityiq.javamail.outcome import End
from wizard.identityiq.javamail.process import Java, Patience
from wizard.identityiq.javamail.sending import session
from wizard.practice import PracticeServer
from wizard.profile import Security
from wizard.report import Report
from wizard.smtp.check import check

NO_SUCH_HOST = "no-such-host.test"
_NOT_SHOWN = "nothing"  # how a log line begins when the log is expected to stay empty


# One JVM for all rows, and so one loop: a process can only be talked to from the loop that started it.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Row:
    """A fault of the practice server, the finding it leads to, and changes to the settings both sides are given."""

    fault: str
    finding: str
    changes: tuple[Change, ...] = ()
    trusted: bool = True


async def printed(java: Java, server: PracticeServer, draft: Draft, store: Path | None, password: bool = True) -> str:
    """Return what JavaMail prints for these settings, with a trust store or with the JVM's own list; nothing where it waits."""
    job = job_of(profile_for(draft), deliver=True, token="JavaMail row")._replace(guarded=False, truststore=store)
    outcome = await session(java, job, server.password if password else None, patience=Patience(1.5, 3.0))
    return "sent" if outcome.end is End.SENT else "\n".join(line.strip() for line in outcome.logged)


async def found(server: PracticeServer, draft: Draft, password: bool = True) -> Report:
    """Run the wizard's own check with these settings."""
    profile = profile_for(draft)
    report = Report(profile)

    def fold(event: object) -> None:
        nonlocal report
        report = report.add(event)

    secret = server.password if profile.login and password else None
    await check(profile, secret, fold, deliver=True, network=Loopback.to(server))
    return report


def expected(log_line: str, text: str) -> bool:
    """Whether one of a log line's alternatives is in the text, all parts of it."""
    alternatives = re.split(r", or: |; older[^:]*: ", log_line)
    said = on_one_line(text)
    return any(all(part in said for part in alternative.split("; ")) for alternative in alternatives)


def on_one_line(text: str) -> str:
    """Join the lines, and those of a reply without the codes they repeat, as the wizard quotes it."""
    joined = re.sub(r"\n\d{3}[ -](?:\d\.\d+\.\d+ )? *", " ", text)
    return re.sub(r"\b(\d{3})-(?=\d\.)", r"\1 ", " ".join(joined.split()))


def settings(server: PracticeServer, row: Row | None = None) -> Draft:
    """The practice server's settings, with the name that JavaMail introduces itself with, and little patience."""
    always = (Change(Field.EHLO_NAME, "iiq.example.com"), Change(Field.TIMEOUT, "1"), Change(Field.TOTAL_TIMEOUT, "10"))
    return server.draft().with_changes(*always, *(row.changes if row else ()))


async def test_tls_with_the_authority_in_the_trust_store_is_sent_and_arrives(java: Java, tmp_path: Path) -> None:
    async with PracticeServer() as server:
        store = javamail.trust(tmp_path / "trusted.p12", server.ca_file)
        assert await printed(java, server, settings(server), store) == "sent"
        (message,) = server.mailbox.messages

    assert message.subject == "SMTP Wizard test JavaMail row, sent by JavaMail"
    assert message.tls
    assert message.username == server.username


ROWS = (
    Row("nobody-listens", "connect-refused"),
    Row("plain-on-the-tls-port", "port-speaks-plain"),
    Row("drop-greeting", "connection-dropped"),
    Row("drop-ehlo", "connection-dropped"),
    Row("service-refused", "service-unavailable"),
    Row("ip-blocked", "ip-blocked"),
    Row("busy", "server-busy"),
    Row("imap-server", "not-smtp"),
    Row("helo-rejected", "helo-rejected"),
    Row("starttls-required", "starttls-required"),
    Row("starttls-refused", "starttls-unavailable"),
    Row("unknown-ca", "cert-untrusted-issuer"),
    Row("none", "cert-untrusted-issuer", (Change(Field.CA_FILE, ""),), trusted=False),
    Row("self-signed", "cert-self-signed"),
    Row("expired-certificate", "cert-expired"),
    Row("tls-old", "tls-version"),
    Row("drop-tls", "connection-dropped"),
    Row("wrong-password", "auth-bad-credentials"),
    Row("app-password-required", "auth-app-password-required"),
    Row("basic-auth-off", "auth-basic-disabled"),
    Row("account-locked", "auth-account-limited"),
    Row("oauth-only", "auth-mechanism-unsupported"),
    Row("unknown-mechanism", "auth-mechanism-unsupported"),
    Row("auth-required", "auth-required"),
    Row("sender-not-owned", "sender-rejected"),
    Row("relay-denied", "relay-denied"),
    Row("unknown-recipient", "recipient-unknown"),
    Row("greylisting", "greylisted"),
    Row("mailbox-full", "mailbox-full"),
    Row("content-rejected", "content-rejected"),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.fault}-{row.finding}")
async def test_the_log_line_of_a_finding_is_what_javamail_prints(java: Java, tmp_path: Path, row: Row) -> None:
    async with PracticeServer(None if row.fault == "none" else row.fault) as server:
        draft = settings(server, row)
        encrypted = Security(draft.security) is not Security.NONE
        store = javamail.trust(tmp_path / "trusted.p12", server.ca_file) if row.trusted and encrypted else None
        text = await printed(java, server, draft, store)
        report = await found(server, draft)

    assert report.error is not None
    assert report.finding == row.finding
    assert report.error.log_line
    assert expected(report.error.log_line, text), f"expected: {report.error.log_line}\nprinted: {text}"


async def test_a_host_without_an_address_is_an_unknown_smtp_host(java: Java) -> None:
    async with PracticeServer() as server:
        draft = settings(server).with_changes(Change(Field.HOST, NO_SUCH_HOST))
        text = await printed(java, server, draft, None)
        report = await found(server, draft)

    assert report.finding == "dns-not-found"
    assert report.error is not None
    assert expected(report.error.log_line, text), text


async def test_a_user_name_without_a_password_is_no_password_specified(java: Java) -> None:
    async with PracticeServer() as server:
        draft = settings(server)
        text = await printed(java, server, draft, None, password=False)
        report = await found(server, draft, password=False)

    assert report.finding == "password-missing"
    assert report.error is not None
    assert expected(report.error.log_line, text), text


@pytest.mark.parametrize("fault", ["wrong-name-certificate", "sign-in-in-clear"])
async def test_what_javamail_does_without_a_word_is_said_to_leave_nothing_in_the_log(
    java: Java, tmp_path: Path, fault: str
) -> None:
    async with PracticeServer(fault) as server:
        draft = settings(server)
        text = await printed(java, server, draft, javamail.trust(tmp_path / "trusted.p12", server.ca_file))
        report = await found(server, draft)

    assert text == "sent"
    assert report.error is not None
    assert report.error.log_line.startswith("usually nothing")


@pytest.mark.parametrize("fault", ["starttls-missing", "auth-not-offered"])
async def test_what_the_server_does_not_offer_is_skipped_and_the_refusal_comes_at_the_sender(
    java: Java, tmp_path: Path, fault: str
) -> None:
    async with PracticeServer(fault) as server:
        draft = settings(server)
        text = await printed(java, server, draft, javamail.trust(tmp_path / "trusted.p12", server.ca_file))
        report = await found(server, draft)

    assert text.endswith("SMTPSendFailedException: 530 5.7.0 Authentication required")
    assert report.error is not None
    assert report.error.log_line.startswith(_NOT_SHOWN)
    assert "the refusal comes at the sender or recipient" in report.error.log_line


@pytest.mark.parametrize("fault", ["tls-on-the-starttls-port", "tls-on-the-plain-port", "silence"])
async def test_where_both_sides_wait_the_log_shows_nothing(java: Java, tmp_path: Path, fault: str) -> None:
    async with PracticeServer(fault) as server:
        draft = settings(server)
        text = await printed(java, server, draft, javamail.trust(tmp_path / "trusted.p12", server.ca_file))
        report = await found(server, draft)

    assert text == ""
    assert report.error is not None
    assert report.error.log_line.startswith(_NOT_SHOWN)
