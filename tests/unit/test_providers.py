"""The table of providers: every entry whole and sourced, and what it does to a draft."""

from __future__ import annotations

import datetime
import tomllib
from pathlib import Path

import pytest

import wizard
from wizard import values
from wizard.diagnosis import diagnose
from wizard.diagnosis.hosts import Family, called, greets_like, whose
from wizard.diagnosis.offers import limits_of
from wizard.draft import Change, Draft, Field
from wizard.packaged import entries, parsed
from wizard.profile import Endpoint, Mechanism, Profile, Security, parse
from wizard.providers import (
    Note,
    Provider,
    SignIn,
    by_id,
    for_domain,
    for_host,
    for_mx,
    serving,
    sign_in_limit,
    table,
)
from wizard.smtp.observation import Certificate, Context, Kind, Observation, Reply, Stage, TlsFacts

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


def test_entries_read_one_by_one_are_the_whole_tables() -> None:
    folder = Path(wizard.__file__).parent
    for table_name, header in (("providers", "provider"), ("servers", "server"), ("refusals", "refusal")):
        whole = tomllib.loads((folder / f"{table_name}.toml").read_text("utf-8"))
        assert [parsed(entry) for entry in entries(table_name, header)] == whole[header]
        assert set(whole) == {header}


@EVERY
def test_a_provider_is_known_by_its_own_hosts_and_belongs_to_a_family(provider: Provider) -> None:
    assert Family(provider.family) is not Family.OTHER
    assert provider.called
    for host in provider.hosts():
        assert serving(host) == (() if provider.local else (provider,))
        assert provider.local or greets_like(Family(provider.family), f"{host} ESMTP")


def test_every_family_has_a_provider() -> None:
    assert {provider.family for provider in table()} == set(Family) - {Family.OTHER}


@EVERY
def test_a_limit_says_something_and_where_it_was_read(provider: Provider) -> None:
    for limit in provider.limits:
        assert limit.source.startswith("https://")
        assert any(isinstance(value, int) for value in limit)


@pytest.mark.parametrize(
    ("host", "families"),
    [
        ("AM0PR01CA0001.outlook.office365.com", {"microsoft365"}),
        ("smtp.office365.us", {"microsoft365"}),
        ("email-smtp.af-south-1.amazonaws.com", {"ses"}),
        ("ec2-203-0-113-7.compute-1.amazonaws.com", set()),
        ("smtp.exmail.qq.com", {"qq"}),
        ("vps-7.vps.ovh.net", set()),
        ("127.0.0.1", set()),
        ("notgmail.com", set()),
    ],
)
def test_a_name_below_a_providers_own_is_its_server_and_a_customers_machine_is_not(host: str, families: set[str]) -> None:
    assert {provider.id for provider in serving(host)} == families


@pytest.mark.parametrize(
    ("called_so", "ids"),
    [
        ("Microsoft 365", {"microsoft365"}),
        ("Microsoft", {"microsoft365", "outlook"}),
        ("Outlook (receiving)", {"microsoft365"}),
        ("Gmail", {"gmail"}),
        ("Google Workspace SMTP relay", {"google-relay"}),
        ("NetEase 163", {"163"}),
        ("self-hosted", set()),
        ("", set()),
    ],
)
def test_what_people_call_a_provider_finds_it(called_so: str, ids: set[str]) -> None:
    assert {provider.id for provider in called(called_so)} == ids


NOTHING = Context()
EXIM = Reply(220, None, ("mail.example.com ESMTP Exim 4.96",))
STALWART = Reply(250, None, ("mail.example.com you had me at EHLO",))
GODADDY = Certificate("CN=smtpout.secureserver.net", "", ("smtpout.secureserver.net",), "", "", "")


@pytest.mark.parametrize(
    ("host", "context", "told", "ids", "evidence"),
    [
        ("smtp.fastmail.com", NOTHING, "", ("fastmail",), "the name of the host"),
        ("mail.example.com", Context(greeting=EXIM), "", ("exim",), "its greeting"),
        ("mail.example.com", Context(ehlo=STALWART), "", ("stalwart",), "its answer to EHLO"),
        ("mail.example.com", Context(capabilities={"X-ANONYMOUSTLS": ""}), "", ("exchange",), "its answer to EHLO"),
        ("mail.example.com", Context(tls=TlsFacts("", "", False, GODADDY)), "", ("godaddy",), "its certificate"),
        ("", NOTHING, "Haraka/WildDuck", ("haraka",), "the name you gave"),
        ("mail.example.com", NOTHING, "", (), ""),
    ],
)
def test_whose_server_it_is_rests_on_the_evidence_it_names(
    host: str, context: Context, told: str, ids: tuple[str, ...], evidence: str
) -> None:
    found = whose(host, context, told=told)

    assert found.ids == ids
    assert found.because == ((evidence,) if evidence else ())


def test_where_the_domains_mail_goes_tells_when_nothing_else_does() -> None:
    found = whose("mail.example.com", NOTHING, mx=("contoso-com.mail.protection.outlook.com",))

    assert found.ids == ("microsoft365",)
    assert found.because == ("where the domain's mail goes",)


def test_a_strangers_greeting_under_a_providers_name_is_told_by_its_program_alone() -> None:
    found = whose("smtp.gmail.com", Context(greeting=EXIM))

    assert found.stranger
    assert found.ids == ("exim",)
    assert found.name == "Exim"


def test_a_relay_that_passes_on_a_providers_words_is_no_stranger() -> None:
    passed_on = Reply(550, "5.4.5", ("Daily user sending limit exceeded. - gsmtp",))

    found = whose("mail.example.com", Context(greeting=EXIM), reply=passed_on)

    assert found.ids == ("gmail", "exim")
    assert not found.stranger


def test_a_refusal_in_place_of_a_greeting_makes_no_stranger() -> None:
    assert not whose("smtp.gmail.com", Context(greeting=Reply(421, None, ("too many connections",)))).stranger


def test_what_is_known_of_lock_outs_is_one_sentence_and_silence_elsewhere() -> None:
    assert sign_in_limit("smtp.office365.com") == "Microsoft 365 locks an account for a minute after 10 wrong passwords."
    assert sign_in_limit("smtp.example.com") is None
    assert sign_in_limit("smtp.gmail.com") is None


def test_limits_are_said_in_a_sentence() -> None:
    assert limits_of(one("microsoft365")) == (
        "Known limits of Microsoft 365: 30 messages a minute, 10,000 recipients a day and 3 connections at once."
    )
    assert limits_of(one("fastmail")) == ""


@pytest.mark.parametrize("stage", [Stage.CONNECT, Stage.TLS, Stage.GREETING])
def test_a_port_the_provider_does_not_offer_is_named_where_nothing_came_of_it(stage: Stage) -> None:
    profile = Profile(Endpoint("smtp.office365.com", 465, Security.TLS))
    kind = Kind.TLS_FAILED if stage is Stage.TLS else Kind.TIMEOUT

    (found,) = diagnose(Observation(stage, kind), profile, today=TODAY)

    assert "Microsoft 365 does not offer port 465: it takes mail on port 587 with STARTTLS." in found.meaning


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (datetime.date(2026, 12, 30), "from 2026-12-31, in 1 day"),
        (datetime.date(2026, 12, 31), "from 2026-12-31, which is today"),
        (datetime.date(2027, 1, 1), "since 2026-12-31"),
    ],
)
def test_a_note_says_how_far_its_day_is(today: datetime.date, words: str) -> None:
    end = one("microsoft365").password_end()
    assert end is not None
    assert end.when(today) == words
