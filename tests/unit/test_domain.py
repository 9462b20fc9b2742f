"""The examination of a domain against a name server on loopback: what is found, what is to be published, what is not known."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.unit.nameserver import NameServer, Zone, serving
from wizard.diagnosis.model import Finding, Severity
from wizard.dnstypes import ResolverFailed
from wizard.domain.dmarc_record import parse
from wizard.domain.dmarc_tree import names
from wizard.domain.examining import contacts, examine
from wizard.domain.model import Examination
from wizard.domain.relays import table
from wizard.domain.table import ENTRIES
from wizard.providers import by_id
from wizard.records import HostResolver
from wizard.smtp.here import Here

SENDER = "iiq@example.test"
EXIT = "203.0.113.7"
GOOD: Zone = {
    "MX example.test": "10 mx.example.test.",
    "A mx.example.test": "203.0.113.10",
    "TXT example.test": ["some other text", "v=spf1 mx ip4:203.0.113.7 -all"],
    "TXT _dmarc.example.test": "v=DMARC1; p=quarantine; rua=mailto:dmarc@example.test",
    "PTR 7.113.0.203.in-addr.arpa": "host.example.test.",
    "A host.example.test": EXIT,
    "TXT selector1._domainkey.example.test": "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    "TXT spf.protection.outlook.com": "v=spf1 ip4:198.51.100.0/24 ip4:198.51.101.0/24 -all",
    "TXT amazonses.com": "v=spf1 ip4:198.51.102.0/24 -all",
}


@pytest.fixture(autouse=True)
def inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """This host stands in a private network, wherever the test runs."""
    monkeypatch.setattr("wizard.smtp.here.here", lambda towards="": Here("host", "10.0.0.5"))


def but(**changes: str | list[str] | None) -> Zone:
    """The good zone with other records; keys are ``KIND_name`` with underscores for blank and dots, None takes one away."""
    zone = dict(GOOD)
    for key, value in changes.items():
        name = {"mx": "MX example.test", "spf": "TXT example.test", "dmarc": "TXT _dmarc.example.test"}.get(key, key)
        name = {"ptr": "PTR 7.113.0.203.in-addr.arpa", "host": "A host.example.test", "mx_host": "A mx.example.test"}.get(
            key, name
        )
        if value is None:
            zone.pop(name)
        else:
            zone[name] = value
    return zone


async def examined(
    zone: Zone, sender: str = SENDER, *, broken: tuple[str, ...] = (), silent: tuple[str, ...] = (), **more: Any
) -> Examination:
    """The examination of a sender whose mail leaves from EXIT, unless told otherwise."""
    told = {"exit_address": EXIT, "ehlo_name": "host.example.test", "deadline": 2.0, **more}
    async with serving(NameServer(zone, broken, silent)) as server:
        return await examine(sender, resolver=HostResolver(told["deadline"], server.resolver), **told)


def only(found: Examination) -> Finding:
    """The one finding there is."""
    (finding,) = found.findings
    return finding


def published(found: Examination) -> list[str]:
    """The records to publish, as zone lines."""
    return [record.zone_line for record in found.records]


async def test_a_domain_in_order_has_no_findings_and_says_what_it_saw() -> None:
    found = await examined(GOOD)

    assert found.findings == ()
    assert not found.warns
    facts = {fact.name: fact.value for fact in found.facts}
    assert facts["MX"] == "mx.example.test"
    assert facts["SPF of this mail"].startswith("pass: 203.0.113.7")
    assert "quarantine" in facts["DMARC"]
    assert "leads back" in facts["Reverse DNS"]


async def test_what_cannot_be_known_is_said_even_when_all_is_well() -> None:
    found = await examined(GOOD)

    assert any(sentence.startswith("DKIM") for sentence in found.unknown)
    assert any("company network" in sentence for sentence in found.unknown)


@pytest.mark.parametrize(
    ("changes", "finding_id", "record"),
    [
        ({"mx": "0 ."}, "mx-null", None),
        ({"mx_host": None}, "mx-unresolvable", None),
        ({"spf": None}, "spf-missing", 'example.test. TXT "v=spf1 ip4:203.0.113.7 ~all"'),
        ({"spf": "v=spf1 mx -all"}, "spf-not-covering", 'example.test. TXT "v=spf1 mx ip4:203.0.113.7 -all"'),
        ({"spf": ["v=spf1 mx -all", "v=spf1 a ~all"]}, "spf-invalid", 'example.test. TXT "v=spf1 a mx ip4:203.0.113.7 ~all"'),
        ({"spf": "v=spf1 mx ipv4:9.9.9.9 -all"}, "spf-invalid", 'example.test. TXT "v=spf1 mx ip4:203.0.113.7 -all"'),
        ({"spf": "v=spf1 include:gone.test -all"}, "spf-invalid", None),
        ({"spf": "v=spf1 include:example.test -all"}, "spf-invalid", None),
        ({"spf": "v=spf1 a:a.test a:b.test a:c.test -all"}, "spf-too-many-lookups", None),
        ({"spf": "v=spf1 mx +all"}, "spf-allows-everyone", 'example.test. TXT "v=spf1 mx ~all"'),
        ({"dmarc": None}, "dmarc-missing", '_dmarc.example.test. TXT "v=DMARC1; p=none; rua=mailto:postmaster@example.test"'),
        ({"dmarc": "v=DMARC1; p=rejected; sp=none"}, "dmarc-invalid", '_dmarc.example.test. TXT "v=DMARC1; p=none; sp=none"'),
        ({"dmarc": "v=dmarc1; p=reject"}, "dmarc-invalid", '_dmarc.example.test. TXT "v=DMARC1; p=reject"'),
        (
            {"dmarc": ["v=DMARC1; p=reject", "v=DMARC1; p=none"]},
            "dmarc-invalid",
            '_dmarc.example.test. TXT "v=DMARC1; p=none"',
        ),
        ({"ptr": None}, "reverse-dns-missing", "7.113.0.203.in-addr.arpa. PTR host.example.test."),
        ({"ptr": "other.test."}, "reverse-dns-mismatch", "other.test. A 203.0.113.7"),
    ],
)
async def test_each_fault_has_its_finding_and_the_record_to_publish(
    changes: dict[str, Any], finding_id: str, record: str | None
) -> None:
    found = await examined(but(**changes))
    finding = only(found)

    assert (finding.id, finding.severity) == (finding_id, Severity.WARNING)
    assert finding.evidence.text
    assert finding.link == ENTRIES[finding_id].link
    assert finding.remedies
    assert published(found) == ([record] if record else [])
    if record:
        assert any(remedy.label.endswith(record) for remedy in finding.remedies)


async def test_a_domain_without_any_record_takes_no_mail() -> None:
    found = await examined({}, ehlo_name="")

    assert [finding.id for finding in found.findings] == ["mx-missing", "spf-missing", "reverse-dns-missing", "dmarc-missing"]


async def test_without_mx_the_domains_own_address_takes_the_mail() -> None:
    found = await examined(but(mx=None) | {"AAAA example.test": "2001:db8::1"})

    assert found.findings == ()


async def test_eleven_terms_are_too_many_even_where_an_early_one_matches() -> None:
    includes = " ".join(f"include:i{n}.test" for n in range(11))
    zone = but(spf=f"v=spf1 ip4:203.0.113.7 {includes} -all") | {f"TXT i{n}.test": "v=spf1 -all" for n in range(11)}
    finding = only(await examined(zone))

    assert finding.id == "spf-too-many-lookups"
    assert "i0.test 1" in finding.evidence.text


# --- through a known provider ----------------------------------------------------------------------------------------

M365 = {"host": "smtp.office365.com", "username": SENDER, "exit_address": None, "ehlo_name": ""}


async def test_a_known_providers_include_is_enough() -> None:
    found = await examined(
        but(spf="v=spf1 include:in.test -all", **{"TXT in.test": "v=spf1 include:spf.protection.outlook.com ~all"}), **M365
    )

    assert found.findings == ()


async def test_a_missing_include_is_merged_into_the_record_that_is_there() -> None:
    found = await examined(but(spf="v=spf1 mx -all"), **M365)

    assert only(found).id == "spf-not-covering"
    assert published(found) == ['example.test. TXT "v=spf1 mx include:spf.protection.outlook.com -all"']
    assert found.records[0].replaces == ("v=spf1 mx -all",)


async def test_a_providers_addresses_copied_into_the_record_cover_it_too() -> None:
    found = await examined(but(spf="v=spf1 ip4:198.51.100.0/23 -all"), **M365)

    assert found.findings == ()


async def test_an_include_that_does_not_exist_today_is_not_offered() -> None:
    found = await examined(but(spf="v=spf1 mx -all", **{"TXT spf.protection.outlook.com": None}), **M365)

    assert only(found).id == "spf-not-covering"
    assert found.records == ()
    assert "https://" in only(found).remedies[0].label


async def test_a_provider_with_an_envelope_of_its_own_needs_dkim_not_spf() -> None:
    found = await examined(but(spf="v=spf1 mx -all"), host="email-smtp.eu-west-1.amazonaws.com", exit_address=None, ehlo_name="")

    assert {finding.id: finding.severity for finding in found.findings} == {
        "spf-not-covering": Severity.INFO,
        "dmarc-not-aligned": Severity.INFO,
    }
    assert not found.warns


async def test_the_first_record_names_whoever_keeps_the_mailboxes_too() -> None:
    zone = but(spf=None, mx="0 example-test.mail.protection.outlook.com.") | {
        "A example-test.mail.protection.outlook.com": "198.51.100.1"
    }

    assert published(await examined(zone)) == [
        'example.test. TXT "v=spf1 include:spf.protection.outlook.com ip4:203.0.113.7 ~all"'
    ]


async def test_nobody_is_told_to_publish_a_record_for_a_providers_own_domain() -> None:
    found = await examined(
        {"MX gmail.com": "5 mx.gmail.com.", "A mx.gmail.com": "192.0.2.1"}, "you@gmail.com", host="smtp.example.test"
    )

    assert {"spf-not-covering", "dmarc-missing"} <= {finding.id for finding in found.findings}
    assert not [record for record in found.records if record.kind == "TXT"]
    known = await examined(
        {"MX gmail.com": "5 mx.gmail.com.", "A mx.gmail.com": "192.0.2.1"}, "you@gmail.com", host="smtp.gmail.com"
    )
    assert "spf-not-covering" not in {finding.id for finding in known.findings}


def test_every_relay_is_a_provider_and_says_where_its_name_is_known_from() -> None:
    assert len(table()) >= 20
    for name, relay in table().items():
        assert by_id(name) is relay.provider
        assert relay.source.startswith("https://")
        assert relay.include == relay.include.lower()


# --- where mail leaves ------------------------------------------------------------------------------------------------


async def test_the_address_the_server_repeats_is_used_where_it_is_public() -> None:
    heard: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    heard.set_result("8.8.4.4")
    found = await examined(but(spf="v=spf1 mx -all"), exit_address=None, ehlo_name="", heard=heard)
    inside: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    inside.set_result("10.0.0.9")
    unknown = await examined(GOOD, exit_address=None, ehlo_name="", heard=inside)

    assert 'example.test. TXT "v=spf1 mx ip4:8.8.4.4 -all"' in published(found)
    assert any("public address" in sentence for sentence in unknown.unknown)
    assert unknown.findings == ()


async def test_a_mail_server_that_never_speaks_takes_no_time_from_the_rest() -> None:
    never: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    found = await examined(but(spf="v=spf1 mx +all"), exit_address=None, ehlo_name="", heard=never, deadline=1.0)

    assert only(found).id == "spf-allows-everyone"
    assert any("public address" in sentence for sentence in found.unknown)


async def test_this_hosts_own_address_is_used_where_it_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.smtp.here.here", lambda towards="": Here("host", "8.8.4.4"))
    found = await examined(but(spf="v=spf1 mx -all"), exit_address=None, ehlo_name="")

    assert 'example.test. TXT "v=spf1 mx ip4:8.8.4.4 -all"' in published(found)
    assert "8.8.4.4, this host's own" in [fact.value for fact in found.facts]


async def test_a_mail_server_of_ones_own_that_is_covered_is_enough() -> None:
    zone = but(spf="v=spf1 ip4:8.8.8.8 -all") | {"A smtp.example.test": "8.8.8.8"}
    covered = await examined(zone, host="smtp.example.test")
    other = await examined(zone | {"TXT example.test": "v=spf1 mx -all"}, host="smtp.example.test")

    assert covered.findings == ()
    assert published(other) == ['example.test. TXT "v=spf1 mx a:smtp.example.test -all"']


async def test_an_ehlo_name_is_followed() -> None:
    gone = await examined(GOOD, ehlo_name="gone.example.test")
    other = await examined(GOOD, ehlo_name="mx.example.test")
    literal = await examined(GOOD, ehlo_name="[203.0.113.7]")

    assert only(gone).id == "ehlo-name-unresolvable"
    assert published(gone) == ["gone.example.test. A 203.0.113.7"]
    assert (only(other).id, only(other).severity) == ("ehlo-name-mismatch", Severity.INFO)
    assert literal.findings == ()


async def test_behind_a_sign_in_the_name_of_this_host_is_only_information() -> None:
    found = await examined(but(ptr=None), username=SENDER)

    assert (only(found).id, only(found).severity) == ("reverse-dns-missing", Severity.INFO)


# --- DMARC -------------------------------------------------------------------------------------------------------------


async def test_a_subdomain_is_governed_by_the_organisations_policy() -> None:
    zone = {key.replace("example.test", "mail.example.test") if "dmarc" not in key else key: value for key, value in GOOD.items()}
    zone["TXT _dmarc.example.test"] = "v=DMARC1; p=reject; sp=none"
    found = await examined(zone, "iiq@mail.example.test", ehlo_name="")
    told = next(fact.value for fact in found.facts if fact.name == "DMARC")

    assert "dmarc-missing" not in {finding.id for finding in found.findings}
    assert "at _dmarc.example.test" in told
    assert "only report" in told


@pytest.mark.parametrize(
    ("policy", "envelope", "aligned"),
    [
        ("v=DMARC1; p=none", "bounce@mail.example.test", True),
        ("v=DMARC1; p=none; aspf=s", "bounce@mail.example.test", False),
        ("v=DMARC1; p=none; aspf=s", "bounce@example.test", True),
        ("v=DMARC1; p=none", "bounce@other.test", False),
    ],
)
async def test_spf_counts_for_dmarc_where_both_addresses_belong_together(policy: str, envelope: str, aligned: bool) -> None:
    records: dict[str, str | list[str]] = {
        "TXT mail.example.test": "v=spf1 ip4:203.0.113.7 -all",
        "A mail.example.test": "192.0.2.1",
    }
    records |= {"TXT other.test": "v=spf1 ip4:203.0.113.7 -all", "A other.test": "192.0.2.1"}
    found = await examined(but(dmarc=policy) | records, envelope=envelope)

    assert ("dmarc-not-aligned" not in {finding.id for finding in found.findings}) is aligned


async def test_a_public_suffix_that_says_so_is_no_organisation() -> None:
    zone = but(dmarc=None) | {"TXT _dmarc.test": "v=DMARC1; p=none; psd=y", "A other.test": "192.0.2.1"}
    zone = {**zone, "TXT other.test": "v=spf1 ip4:203.0.113.7 -all"}
    found = await examined(zone, envelope="bounce@other.test")

    assert "dmarc-not-aligned" in {finding.id for finding in found.findings}
    assert "dmarc-missing" not in {finding.id for finding in found.findings}


def test_the_walk_up_asks_eight_names_at_most() -> None:
    assert names("a.b.example.com") == ["a.b.example.com", "b.example.com", "example.com", "com"]
    deep = names("a.b.c.d.e.f.g.h.i.example.com")
    assert deep[0] == "a.b.c.d.e.f.g.h.i.example.com"
    assert deep[1] == "e.f.g.h.i.example.com"
    assert len(deep) == 8


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("v=DMARC1", "p, the policy, is missing"),
        ("v=DMARC1; p=none; p=reject", "twice"),
        ("v=DMARC1; p=none; pct=101", "0 to 100"),
        ("v=DMARC1; p=none; adkim=x", "r or s"),
        ("v=DMARC1; p=none; rua=dmarc@example.test", "mailto:"),
        ("v=DMARC1; p=none, sp=none", "it can be"),
        ("v=DMARC1; p=none; reject", "no tag and value"),
    ],
)
def test_each_broken_tag_of_dmarc_is_named_and_mended(text: str, problem: str) -> None:
    record = parse(text)

    assert any(problem in one for one in record.problems)
    assert parse(record.mended).problems == ()


# --- the right to send --------------------------------------------------------------------------------------------------


async def test_who_signs_in_and_who_sends_are_compared_as_information() -> None:
    found = await examined(GOOD, username="svc@example.test")
    same = await examined(GOOD, username="IIQ@example.test")
    key = await examined(GOOD, username="apikey")

    assert (only(found).id, only(found).severity) == ("sender-differs-from-user", Severity.INFO)
    assert "svc@example.test" in only(found).evidence.text
    assert not found.warns
    assert same.findings == key.findings == ()


# --- a resolver that fails, and hostile answers -------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["broken", "silent"])
async def test_a_resolver_that_fails_leaves_everything_unknown_and_nothing_missing(how: str) -> None:
    found = await examined(GOOD, **{how: ("test", "arpa")}, deadline=0.3)

    assert found.findings == ()
    told = " ".join(found.unknown)
    for word in ("MX", "SPF", "DMARC", "PTR", "EHLO"):
        assert word in told


@pytest.mark.parametrize(
    ("broken", "word"), [("mx.example.test", "mail server"), ("_dmarc.example.test", "DMARC"), ("in-addr.arpa", "PTR")]
)
async def test_one_answer_that_fails_leaves_the_others_standing(broken: str, word: str) -> None:
    found = await examined(but(spf="v=spf1 ip4:203.0.113.7 -all"), broken=(broken,))

    assert found.findings == ()
    assert any(word in sentence for sentence in found.unknown)
    assert any(fact.name == "SPF of this mail" for fact in found.facts)


async def test_everything_ends_by_the_deadline_however_long_the_chain_of_silence() -> None:
    zone = but(spf="v=spf1 include:quiet.test -all")
    found = await asyncio.wait_for(examined(zone, silent=("quiet.test",), deadline=0.3), 5)

    assert "spf-not-covering" not in {finding.id for finding in found.findings}
    assert any("SPF record" in sentence for sentence in found.unknown)


async def test_an_answer_too_long_for_udp_is_read_over_tcp() -> None:
    long = "v=spf1 " + " ".join(f"ip4:192.0.2.{n}" for n in range(200)) + " ip4:203.0.113.7 -all"
    async with serving(NameServer(but(spf=long))) as server:
        found = await examine(SENDER, exit_address=EXIT, resolver=HostResolver(2.0, server.resolver))

    assert server.over_tcp > 0
    assert found.findings == ()


async def test_a_long_record_is_published_in_strings_a_zone_file_takes() -> None:
    long = "v=spf1 " + " ".join(f"ip4:192.0.2.{n}" for n in range(40)) + " -all"
    line = published(await examined(but(spf=long)))[0]

    assert all(len(piece) <= 255 for piece in line.partition(" TXT ")[2].strip('"').split('" "'))
    assert line.count('" "') == 2


@pytest.mark.parametrize(
    "text",
    [
        "v=spf1 " + "x" * 40000,
        "v=spf1 include:exämple.test a:\u202eevil -all",
        'v=spf1 "; ip4:1 \\ \x00\x1b[31m -all',
        "v=spf1 " + " ".join(f"include:i{n}.test" for n in range(500)) + " -all",
        "v=spf1 exists:%{s99999999999}.%{d0}.%{" + " -all",
    ],
    ids=["endless word", "other alphabets", "control characters", "five hundred includes", "broken macros"],
)
async def test_a_hostile_record_is_a_finding_and_nothing_worse(text: str) -> None:
    finding = only(await examined(but(spf=text)))

    assert finding.id in ("spf-invalid", "spf-too-many-lookups")
    assert len(finding.evidence.text) < 1000
    assert len(finding.meaning) < 1000


async def test_three_hundred_records_are_one_finding_without_an_endless_cure() -> None:
    finding = only(await examined(but(spf=[f"v=spf1 include:i{n}.example.test -all" for n in range(300)])))

    assert finding.id == "spf-invalid"
    assert "300 SPF records" in finding.title
    assert sum(len(remedy.label) for remedy in finding.remedies) < 3000


async def test_each_question_is_asked_once() -> None:
    async with serving(NameServer(GOOD)) as server:
        await examine(SENDER, exit_address=EXIT, ehlo_name="host.example.test", resolver=HostResolver(2.0, server.resolver))

    assert server.asked.most_common(1)[0][1] == 1


async def test_what_will_be_asked_is_told_before() -> None:
    lines = " ".join(contacts(SENDER, host="smtp.example.test", ehlo_name="host.example.test"))

    for name in ("example.test", "_dmarc.example.test", "smtp.example.test", "host.example.test"):
        assert name in lines
    assert "spf.protection.outlook.com" in " ".join(contacts(SENDER, host="smtp.office365.com"))


@pytest.mark.parametrize("sender", ["", "nobody", "a@b@", "iiq@[203.0.113.7]"])
async def test_what_is_no_sender_is_said(sender: str) -> None:
    with pytest.raises(ValueError, match=r"type|not"):
        await examine(sender, resolver=HostResolver(1.0))


async def test_the_resolver_alone_tells_absence_from_failure() -> None:
    async with serving(NameServer(GOOD, broken=("broken.test",))) as server:
        resolver = HostResolver(2.0, server.resolver)

        assert sorted(await resolver.texts("example.test")) == ["some other text", "v=spf1 mx ip4:203.0.113.7 -all"]
        assert await resolver.addresses("host.example.test", 4) == [EXIT]
        assert await resolver.addresses("host.example.test", 6) == []
        assert await resolver.names(EXIT) == ["host.example.test"]
        assert await resolver.texts("nowhere.test") == []
        for ask in (resolver.texts("broken.test"), resolver.addresses("broken.test", 6)):
            with pytest.raises(ResolverFailed):
                await ask
