"""What is known of providers and of names: DKIM keys, who may send, MX records that name no host, names of customers' lines."""

from __future__ import annotations

import pytest

from tests.unit.test_domain import EXIT, GOOD, M365, SENDER, but, examined, only, published
from wizard.diagnosis.model import Severity
from wizard.domain import FINDINGS
from wizard.domain.dkim_record import is_key, parse
from wizard.domain.examining import contacts
from wizard.domain.generic import looks_generic
from wizard.domain.habits import Senders, table
from wizard.providers import by_id

KEY = "v=DKIM1; k=rsa; p=" + "MIGf" * 54
FIRST, SECOND = (f"TXT selector{number}._domainkey.example.test" for number in (1, 2))
COVERED = "v=spf1 include:spf.protection.outlook.com -all"


def keys(**records: str | None) -> dict[str, str | list[str]]:
    """The good zone behind Microsoft 365, with these DKIM records; None takes one away."""
    return dict(but(spf=COVERED, **{{"first": FIRST, "second": SECOND}[name]: text for name, text in records.items()}))


# --- DKIM ----------------------------------------------------------------------------------------------------------


async def test_a_key_under_a_known_providers_usual_name_is_seen() -> None:
    found = await examined(keys(first=KEY), **M365)

    assert found.findings == ()
    assert {fact.name: fact.value for fact in found.facts}["DKIM"] == "selector1._domainkey.example.test: a key"


async def test_no_key_where_the_provider_usually_has_it_is_information_for_it_may_be_elsewhere() -> None:
    found = await examined(keys(first=None), **M365)

    assert (only(found).id, only(found).severity) == ("dkim-not-found", Severity.INFO)
    assert "selector1._domainkey.example.test, selector2._domainkey.example.test" in only(found).evidence.text
    assert any(sentence.startswith("DKIM") for sentence in found.unknown)


async def test_a_key_taken_back_is_a_fault_unless_another_one_serves() -> None:
    revoked = await examined(keys(first="v=DKIM1; p="), **M365)
    rotated = await examined(keys(first="v=DKIM1; p=", second=KEY), **M365)

    assert (only(revoked).id, only(revoked).severity) == ("dkim-revoked", Severity.WARNING)
    assert rotated.findings == ()


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ("v=DKIM1; k=rsa; p=MIGf" + "A", "cut short"),
        ("v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4", "cut short"),
        ("v=DKIM1; k=rsa; p=" + "MFww" * 31, "fewer than 1024 bits"),
        ("v=DKIM1; k=dsa; p=" + "MIGf" * 54, "no kind of key 'dsa'"),
        ("v=DKIM1; k=rsa", "the key, is missing"),
        ("v=DKIM2; p=" + "MIGf" * 54, "version"),
    ],
)
async def test_a_key_that_cannot_be_used_is_a_fault_that_says_why(record: str, why: str) -> None:
    assert why in parse(record).problem

    if is_key(record):
        found = await examined(keys(first=record), **M365)
        assert (only(found).id, only(found).severity) == ("dkim-invalid", Severity.WARNING)
        assert why in only(found).meaning.lower() or why in only(found).meaning


async def test_a_key_marked_as_a_test_is_shown_as_one() -> None:
    found = await examined(keys(first=f"{KEY}; t=s:y"), **M365)

    assert any("marked as a test" in fact.value for fact in found.facts)


async def test_a_resolver_that_fails_leaves_the_key_unknown_and_not_missing() -> None:
    found = await examined(keys(), broken=("_domainkey.example.test",), **M365)

    assert found.findings == ()
    assert any(sentence.startswith("Whether example.test has a DKIM key") for sentence in found.unknown)


async def test_keys_are_not_guessed_for_a_server_nobody_knows_nor_for_a_providers_own_domain() -> None:
    assert not any("_domainkey" in line for line in contacts(SENDER, host="smtp.example.test"))
    assert not any("_domainkey" in line for line in contacts("you@gmail.com", host="smtp.gmail.com"))
    assert any("selector2._domainkey.example.test" in line for line in contacts(SENDER, host="smtp.office365.com"))


# --- the right to send ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "user", "severity", "says"),
    [
        ("smtp.office365.com", "svc@example.test", Severity.WARNING, "unless that was given the right"),
        ("smtp.mail.me.com", "you@icloud.com", Severity.WARNING, "one of its aliases"),
        ("smtp.ionos.com", "svc@elsewhere.test", Severity.WARNING, "same contract"),
        ("smtp.ionos.com", "svc@example.test", Severity.INFO, "same contract"),
        ("smtp.gmail.com", "svc@example.test", Severity.INFO, "puts the address that signs in in place"),
        ("smtp.example.test", "svc@example.test", Severity.INFO, "The server decides"),
    ],
)
async def test_a_difference_a_provider_is_known_to_refuse_is_a_warning(
    host: str, user: str, severity: Severity, says: str
) -> None:
    found = await examined(GOOD, host=host, username=user)
    (finding,) = (one for one in found.findings if one.id == "sender-differs-from-user")

    assert finding.severity is severity
    assert says in finding.meaning
    assert user in finding.evidence.text


async def test_an_envelope_sender_alone_says_nothing_about_a_sign_in() -> None:
    found = await examined(GOOD, envelope="bounce@example.test", host="smtp.office365.com")
    (finding,) = (one for one in found.findings if one.id == "sender-differs-from-user")

    assert finding.severity is Severity.INFO


def test_every_habit_is_a_providers_and_says_where_it_is_known_from() -> None:
    for name, habits in table().items():
        assert by_id(name) is habits.provider
        assert bool(habits.selectors) == bool(habits.selectors_source)
        assert (habits.senders is not Senders.ANY) == bool(habits.senders_source)
        assert habits.selectors or habits.senders
        assert habits.checked.year >= 2026


# --- MX records that name no host -------------------------------------------------------------------------------------


async def test_an_address_in_an_mx_record_is_replaced_by_a_name() -> None:
    found = await examined(but(mx="10 203.0.113.10.", spf="v=spf1 ip4:203.0.113.7 -all"))

    assert (only(found).id, only(found).severity) == ("mx-is-address", Severity.WARNING)
    assert published(found) == ["example.test. MX 10 mail.example.test.", "mail.example.test. A 203.0.113.10"]


async def test_an_alias_in_an_mx_record_is_replaced_by_the_host_itself() -> None:
    found = await examined(but(mx_host=None) | {"CNAME mx.example.test": "real.example.test.", "A real.example.test": EXIT})

    assert (only(found).id, only(found).severity) == ("mx-is-alias", Severity.INFO)
    assert published(found) == ["example.test. MX 10 real.example.test."]


async def test_an_alias_that_leads_nowhere_is_both() -> None:
    found = await examined(but(mx_host=None) | {"CNAME mx.example.test": "gone.example.test."})

    assert {finding.id for finding in found.findings} == {"mx-unresolvable", "mx-is-alias"}


# --- names of customers' lines ----------------------------------------------------------------------------------------


async def test_a_name_made_for_a_customers_line_is_a_fault_where_it_leads_back_too() -> None:
    line = "203-0-113-7.dsl.isp.test"
    found = await examined(but(ptr=f"{line}.", **{f"A {line}": EXIT}))

    assert (only(found).id, only(found).severity) == ("reverse-dns-generic", Severity.WARNING)
    assert published(found) == ["7.113.0.203.in-addr.arpa. PTR host.example.test."]
    assert found.records[0].replaces == (line,)


@pytest.mark.parametrize(
    ("name", "address", "generic"),
    [
        ("203-0-113-7.isp.test", "203.0.113.7", True),
        ("host7.113.0.203.isp.test", "203.0.113.7", True),
        ("ip203000113007.isp.test", "203.0.113.7", True),
        ("x.cb007107.isp.test", "203.0.113.7", True),
        ("p5.dyn.isp.test", "203.0.113.7", True),
        ("20010db8000000000000000000000005.v6.isp.test", "2001:db8::5", True),
        ("mail.example.test", "203.0.113.7", False),
        ("mx7.dsl.test", "203.0.113.7", False),
        ("mail203.example.test", "203.0.113.7", False),
        ("pooler.example.test", "203.0.113.7", False),
        ("mail.example.test", "2001:db8::5", False),
    ],
)
def test_names_a_network_makes_by_itself_are_told_from_names_people_give(name: str, address: str, generic: bool) -> None:
    assert bool(looks_generic(name, address)) is generic


# --- a resolver that knows its own network only -----------------------------------------------------------------------


async def test_a_resolver_that_knows_no_public_names_leaves_everything_unknown_and_nothing_missing() -> None:
    found = await examined({}, "iiq@example.com", **{**M365, "username": "iiq@example.com"})

    assert found.findings == found.records == ()
    assert "no names that end in .com" in found.unknown[0]


async def test_a_domain_nobody_has_is_told_from_a_resolver_that_sees_nothing() -> None:
    found = await examined({}, "iiq@mistyped.test")

    assert {"mx-missing", "spf-missing", "dmarc-missing"} <= {finding.id for finding in found.findings}


def test_the_findings_are_listed_for_documents() -> None:
    assert len(FINDINGS) == len({name for name, *_ in FINDINGS})
    assert all(all(parts) and len(parts) == 5 for parts in FINDINGS)
