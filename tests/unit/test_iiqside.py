"""IdentityIQ's side of a draft: what is understood, and the sentence for what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard.draft import Draft, Field
from wizard.iiqside import Environment, IdentityIQ, NotificationType
from wizard.profile import Invalid, Profile, parse

SMTP = Draft(host="smtp.example.com")


def side(draft: Draft) -> IdentityIQ | None:
    profile = parse(draft)
    assert isinstance(profile, Profile), profile
    return profile.identityiq


def errors(draft: Draft) -> dict[Field, str]:
    invalid = parse(draft)
    assert isinstance(invalid, Invalid), invalid
    return dict(invalid.errors)


def test_a_profile_that_says_nothing_of_identityiq_has_no_side() -> None:
    assert side(SMTP) is None


def test_every_value_is_read_into_its_type() -> None:
    draft = SMTP._replace(
        iiq_type="redirectToEmail",
        iiq_redirect_address="test@example.com",
        iiq_environment="Non-Production",
        iiq_folder="/opt/tomcat/webapps/identityiq",
        iiq_suppress_duplicates="false",
        iiq_retries="5",
        iiq_server_root="https://iiq.example.com/identityiq",
        iiq_client_secret="env:SECRET",
    )

    assert side(draft) == IdentityIQ(
        type=NotificationType.REDIRECT_TO_EMAIL,
        redirect_address="test@example.com",
        environment=Environment.NON_PRODUCTION,
        folder=Path("/opt/tomcat/webapps/identityiq"),
        suppress_duplicates=False,
        retries=5,
        server_root="https://iiq.example.com/identityiq",
        client_secret="env:SECRET",
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("SMTP", NotificationType.SMTP),
        ("Redirect to Email", NotificationType.REDIRECT_TO_EMAIL),
        ("redirecttofile", NotificationType.REDIRECT_TO_FILE),
        ("HTTP / OAuth", NotificationType.HTTP),
    ],
)
def test_the_words_of_identityiqs_page_are_understood(typed: str, meant: NotificationType) -> None:
    draft = SMTP._replace(iiq_type=typed, iiq_redirect_address="a@example.com", iiq_redirect_file="/tmp/mail.txt")
    found = side(draft)
    assert found is not None
    assert found.type is meant


@pytest.mark.parametrize("kind", ["http", "redirectToFile"])
def test_a_type_that_speaks_no_smtp_needs_no_host(kind: str) -> None:
    assert side(Draft(iiq_type=kind, iiq_redirect_file="/var/tmp/mail.txt")) is not None
    assert Field.HOST in errors(Draft(iiq_type="redirectToEmail", iiq_redirect_address="a@example.com"))


@pytest.mark.parametrize(
    ("draft", "field", "named"),
    [
        (Draft(iiq_type="mail"), Field.IIQ_TYPE, "'mail'"),
        (Draft(iiq_type="redirectToEmail"), Field.IIQ_REDIRECT_ADDRESS, "needs the address"),
        (Draft(iiq_type="redirectToFile"), Field.IIQ_REDIRECT_FILE, "needs the file"),
        (Draft(iiq_redirect_address="nobody"), Field.IIQ_REDIRECT_ADDRESS, "'nobody'"),
        (Draft(iiq_environment="prod"), Field.IIQ_ENVIRONMENT, "'prod'"),
        (Draft(iiq_retries="-1"), Field.IIQ_RETRIES, "'-1'"),
        (Draft(iiq_suppress_duplicates="perhaps"), Field.IIQ_SUPPRESS_DUPLICATES, "'perhaps'"),
        (Draft(iiq_token_endpoint="login.example.com"), Field.IIQ_TOKEN_ENDPOINT, "'login.example.com'"),
        (Draft(iiq_client_secret="pa55"), Field.IIQ_CLIENT_SECRET, "keyring"),
    ],
)
def test_what_is_wrong_is_named_with_its_value_and_its_cure(draft: Draft, field: Field, named: str) -> None:
    found = errors(draft._replace(host="smtp.example.com"))
    assert list(found) == [field]
    assert named in found[field]


def test_a_client_secret_typed_into_the_field_is_never_repeated() -> None:
    assert "S3cret-value" not in str(errors(SMTP._replace(iiq_client_secret="S3cret-value")))
