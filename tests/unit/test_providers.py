"""The table of providers: every entry whole and sourced, and what it does to a draft."""

from __future__ import annotations

import datetime

import pytest

from wizard import values
from wizard.draft import Change, Draft, Field
from wizard.profile import Mechanism, Profile, Security, parse
from wizard.providers import Note, Provider, SignIn, by_id, for_domain, for_host, for_mx, table

TODAY = datetime.date(2026, 11, 24)
EVERY = pytest.mark.parametrize("provider", table(), ids=lambda provider: provider.id)


def one(name: str) -> Provider:
    """The provider with this id."""
    found = by_id(name)
    assert found, name
    return found


@EVERY
def test_an_entry_is_whole_and_says_where_it_was_read(provider: Provider) -> None:
    assert provider.name
    assert provider.secret
    assert provider.ports
    assert provider.link.startswith("http")
    assert provider.source.startswith("http")
    assert provider.checked <= datetime.date(2026, 12, 31)
    assert not {port.port for port in provider.ports} & set(provider.not_offered)
    assert all(values.host(host) == host for host in provider.hosts())


@EVERY
def test_no_entry_ever_suggests_clear_text(provider: Provider) -> None:
    assert all(port.security is not Security.NONE for port in provider.ports)


@EVERY
def test_changes_make_a_draft_that_parses(provider: Provider) -> None:
    draft = Draft(username="left-over", mechanism="plain").with_changes(*provider.changes("iiq@example.com"))
    profile = parse(draft)
    assert isinstance(profile, Profile)
    assert profile.endpoint.host == provider.host
    assert profile.sender == "iiq@example.com"
    assert draft.username != "left-over"


def test_ids_are_unique() -> None:
    assert len({provider.id for provider in table()}) == len(table())


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("gmail.com", ["gmail"]),
        ("GMAIL.com", ["gmail"]),
        ("contoso.onmicrosoft.com", ["microsoft365"]),
        ("hotmail.co.uk", ["outlook"]),
        ("notgmail.com", []),
        ("example.com", []),
    ],
)
def test_a_mail_domain_finds_its_provider(domain: str, expected: list[str]) -> None:
    assert [match.provider.id for match in for_domain(domain)] == expected


@pytest.mark.parametrize(
    ("mx", "expected"),
    [
        ("contoso-com.mail.protection.outlook.com.", [("microsoft365", "")]),
        ("eur.olc.protection.outlook.com", [("outlook", "")]),
        ("ASPMX.L.GOOGLE.COM", [("gmail", ""), ("google-relay", "")]),
        ("mx2.zoho.eu", [("zoho", "pro-eu")]),
        ("mx00.kundenserver.de", [("ionos", "de")]),
        ("in1-smtp.messagingengine.com", [("fastmail", "")]),
        ("mail.example.com", []),
    ],
)
def test_an_mx_name_finds_provider_and_region(mx: str, expected: list[tuple[str, str]]) -> None:
    assert [(match.provider.id, match.region) for match in for_mx(mx)] == expected


def test_a_typed_host_finds_its_notes_in_any_region() -> None:
    assert for_host("email-smtp.eu-west-1.amazonaws.com") is one("ses")
    assert for_host("SMTP.Office365.com.") is one("microsoft365")
    assert for_host("smtp.example.com") is None


def test_a_region_has_its_own_host() -> None:
    changes = one("ses").changes("iiq@example.com", "eu-central-1")
    assert Change(Field.HOST, "email-smtp.eu-central-1.amazonaws.com") in changes
    with pytest.raises(KeyError):
        one("ses").changes("iiq@example.com", "moon-1")


def test_a_key_goes_with_its_fixed_user_name() -> None:
    sendgrid = one("sendgrid")
    assert sendgrid.sign_in is SignIn.API_KEY
    assert Change(Field.USERNAME, "apikey") in sendgrid.changes("iiq@example.com")


def test_where_only_a_token_is_accepted_the_mechanism_says_so() -> None:
    assert Change(Field.MECHANISM, Mechanism.XOAUTH2.value) in one("outlook").changes("someone@outlook.com")


def test_without_an_address_the_sender_is_left_alone() -> None:
    assert all(change.field is not Field.SENDER for change in one("microsoft365").changes())


def test_the_end_of_password_sign_in_is_counted_in_days() -> None:
    (note,) = (note for note in one("microsoft365").notes if note.ends_password_sign_in)
    assert note.days_left(TODAY) == 37
    assert Note("no date").days_left(TODAY) is None
