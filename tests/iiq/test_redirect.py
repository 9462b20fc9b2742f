"""A profile whose IdentityIQ redirects its mail: wrong in production, right outside it, and said beside a run that passed."""

from __future__ import annotations

from datetime import date

import pytest

from tests.loopback import Loopback, at_usual_port, profile_for
from wizard.diagnosis import diagnose
from wizard.diagnosis.model import Finding, Severity
from wizard.diagnosis.redirect import about
from wizard.diagnosis.warnings import WARNINGS
from wizard.draft import Change, Draft, Field
from wizard.practice import PracticeServer
from wizard.profile import Password, Profile, Security, parse
from wizard.providers import by_id
from wizard.report import Report
from wizard.smtp.check import check
from wizard.smtp.observation import Context, Kind, Observation, Stage

TO_EMAIL = (Change(Field.IIQ_TYPE, "redirectToEmail"), Change(Field.IIQ_REDIRECT_ADDRESS, "iiq-test@example.com"))
TO_FILE = (Change(Field.IIQ_TYPE, "redirectToFile"), Change(Field.IIQ_REDIRECT_FILE, "/var/tmp/iiq-mail.txt"))
PRODUCTION = Change(Field.IIQ_ENVIRONMENT, "production")
ELSEWHERE = Change(Field.IIQ_ENVIRONMENT, "non-production")
DRAFT = Draft(host="smtp.example.com", recipient="admin@example.com")


def found(*changes: Change, draft: Draft = DRAFT) -> tuple[Finding, ...]:
    """What is said of a profile."""
    return about(profile_for(draft, *changes))


@pytest.mark.parametrize(
    ("changes", "ids", "severity", "words"),
    [
        ((*TO_EMAIL, PRODUCTION), ["redirect-active"], Severity.WARNING, "iiq-test@example.com"),
        ((*TO_FILE, PRODUCTION), ["redirect-active"], Severity.WARNING, "/var/tmp/iiq-mail.txt"),
        ((*TO_EMAIL, ELSEWHERE), ["redirect-active"], Severity.INFO, "right outside production"),
        (TO_EMAIL, ["redirect-active"], Severity.WARNING, "does not say which"),
        ((ELSEWHERE,), ["iiq-redirect-first"], Severity.INFO, "real addresses"),
        ((ELSEWHERE, Change(Field.IIQ_TYPE, "http")), ["iiq-redirect-first"], Severity.INFO, "real addresses"),
    ],
)
def test_a_redirect_is_judged_by_the_environment(
    changes: tuple[Change, ...], ids: list[str], severity: Severity, words: str
) -> None:
    findings = found(*changes)

    assert [one.id for one in findings] == ids
    assert findings[0].severity is severity
    assert words in f"{findings[0].title}. {findings[0].meaning}"


@pytest.mark.parametrize("changes", [(), (PRODUCTION,), (Change(Field.IIQ_RETRIES, "3"),)])
def test_where_mail_goes_to_people_on_purpose_or_nothing_is_known_nothing_is_said(changes: tuple[Change, ...]) -> None:
    assert found(*changes) == ()


def test_one_key_ends_a_redirect_in_production() -> None:
    draft = DRAFT.with_changes(*TO_EMAIL, PRODUCTION)
    (finding,) = found(draft=draft)

    cured = draft.with_changes(*finding.remedies[0].changes)

    assert found(draft=cured) == ()


def test_one_key_redirects_to_the_test_recipient_first() -> None:
    draft = DRAFT.with_changes(ELSEWHERE)
    (finding,) = found(draft=draft)

    cured = draft.with_changes(*finding.remedies[0].changes)

    assert cured.iiq_redirect_address == "admin@example.com"
    assert [one.severity for one in found(draft=cured)] == [Severity.INFO]
    assert isinstance(parse(cured), Profile)


def test_without_a_test_recipient_the_advice_stands_alone() -> None:
    (finding,) = found(ELSEWHERE, draft=DRAFT._replace(recipient=""))

    assert [remedy.changes for remedy in finding.remedies] == [()]


def test_saying_that_it_is_production_leads_to_the_people_and_saying_that_it_is_not_keeps_the_redirect() -> None:
    draft = DRAFT.with_changes(*TO_EMAIL)
    (finding,) = found(draft=draft)
    keep, change = (remedy.changes for remedy in finding.remedies if remedy.changes)

    assert [one.severity for one in found(draft=draft.with_changes(*keep))] == [Severity.INFO]
    assert found(draft=draft.with_changes(*change)) == ()


def test_a_profile_for_http_goes_back_to_http() -> None:
    over_http = Draft(iiq_email_endpoint="https://graph.microsoft.com/v1.0/users/iiq@example.com/sendMail")
    (finding,) = found(*TO_FILE, PRODUCTION, draft=over_http)

    assert finding.remedies[0].changes == (Change(Field.IIQ_TYPE, "http"),)


async def test_it_stands_once_beside_a_check_that_passed(practice: PracticeServer, loopback: Loopback) -> None:
    draft = at_usual_port(practice.draft(Security.STARTTLS), Security.STARTTLS)
    profile = profile_for(draft, *TO_EMAIL, PRODUCTION)
    report = Report(profile)

    def emit(event: object) -> None:
        nonlocal report
        report = report.add(event)  # type: ignore[arg-type]

    await check(profile, Password(practice.password.reveal()), emit, network=loopback)

    assert report.ok
    assert [one.id for one in report.warnings] == ["redirect-active"]


# -- the end of passwords: one table, every face --------------------------------------------------------------------------------


def signed_in(today: date) -> Finding:
    """What is said beside a sign-in with a password at Microsoft 365 on a day."""
    profile = profile_for(Draft(host="smtp.office365.com", username="iiq@example.com"))
    (one,) = diagnose(Observation(Stage.AUTH, Kind.PASSED, context=Context()), profile, today=today)[-1:]
    return one


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2026, 11, 24), "from 2026-12-31, in 37 days"),
        (date(2026, 12, 30), "from 2026-12-31, in 1 day"),
        (date(2026, 12, 31), "which is today"),
        (date(2027, 3, 1), "since 2026-12-31"),
    ],
)
def test_the_end_of_passwords_is_counted_from_today_and_both_ways_out_are_named(today: date, words: str) -> None:
    finding = signed_in(today)
    said = [remedy.label for remedy in finding.remedies]

    assert finding.id == "password-sign-in-ending"
    assert words in finding.meaning
    assert "second half of 2027" in finding.meaning
    assert "HTTP/OAuth" in said[0]
    assert "smtp-wizard iiq oauth" in said[0]
    assert "switch SMTP AUTH on again" in said[1]


def test_what_the_warning_says_is_what_the_table_of_providers_says() -> None:
    provider = by_id("microsoft365")
    end = provider.password_end() if provider else None
    assert end is not None

    finding = signed_in(date(2026, 11, 24))

    assert end.text.rstrip(".") in finding.meaning
    assert tuple(remedy.label for remedy in finding.remedies)[: len(end.ways_out)] == end.ways_out


def test_a_request_to_the_administrator_has_its_date_from_the_same_table() -> None:
    from wizard.render.provider_requests import AT_PROVIDER

    provider = by_id("microsoft365")
    end = provider.password_end() if provider else None
    assert end is not None

    asked = AT_PROVIDER["microsoft365", "auth-basic-disabled"].ask

    assert end.text in asked
    assert str(end.date) in asked


def test_no_module_names_the_date_beside_the_table() -> None:
    assert not any("2026" in f"{rule.meaning}{rule.advice}" for rule in WARNINGS)
