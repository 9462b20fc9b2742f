"""SPF: how a record is read, what its macros become, what a receiver's evaluation ends with, what is published instead."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.nameserver import NameServer, Zone, serving
from wizard.domain.asking import Asker
from wizard.domain.macros import Sending, expand
from wizard.domain.spf import Result, Verdict, evaluate
from wizard.domain.spf_publish import merged, with_terms
from wizard.domain.spf_record import is_spf, parse
from wizard.domain.spf_walk import walk
from wizard.records import HostResolver

ADDRESS = "203.0.113.7"


async def verdict(zone: Zone, address: str = ADDRESS, *, broken: tuple[str, ...] = ()) -> Verdict:
    """What a mail from iiq@example.test that comes from an address ends with."""
    async with serving(NameServer(zone, broken)) as server:
        asker = Asker(HostResolver(2.0, server.resolver), 2.0)
        sending = Sending(ip_address(address), "iiq", "example.test", "host.example.test")
        try:
            return await evaluate(asker, sending, "example.test")
        finally:
            await asker.close()


@pytest.mark.parametrize(
    ("term", "zone", "result"),
    [
        ("ip4:203.0.113.0/24", {}, "pass"),
        ("ip4:203.0.113.8", {}, "fail"),
        ("-ip4:203.0.113.7", {}, "fail"),
        ("~ip4:203.0.113.7", {}, "softfail"),
        ("?ip4:203.0.113.7", {}, "neutral"),
        ("ip6:2001:db8::/32", {}, "fail"),
        ("a", {"A example.test": ADDRESS}, "pass"),
        ("a/24", {"A example.test": "203.0.113.200"}, "pass"),
        ("a:mail.example.test", {"A mail.example.test": ["192.0.2.1", ADDRESS]}, "pass"),
        ("mx", {"MX example.test": "10 mx.example.test.", "A mx.example.test": ADDRESS}, "pass"),
        ("mx/28", {"MX example.test": "10 mx.example.test.", "A mx.example.test": "203.0.113.1"}, "pass"),
        ("include:in.test", {"TXT in.test": "v=spf1 ip4:203.0.113.7 -all"}, "pass"),
        ("include:in.test", {"TXT in.test": "v=spf1 -ip4:203.0.113.7"}, "fail"),  # an include that fails does not match
        ("exists:%{i}.list.test", {"A 203.0.113.7.list.test": "127.0.0.2"}, "pass"),
        ("exists:%{ir}.%{v}.list.test", {"A 7.113.0.203.in-addr.list.test": "127.0.0.2"}, "pass"),
        ("exists:%{l}.%{o}.%{h}.test", {"A iiq.example.test.host.example.test.test": "127.0.0.2"}, "pass"),
        ("ptr", {"PTR 7.113.0.203.in-addr.arpa": "a.example.test.", "A a.example.test": ADDRESS}, "pass"),
        ("ptr", {"PTR 7.113.0.203.in-addr.arpa": "a.example.test.", "A a.example.test": "192.0.2.1"}, "fail"),
        ("ptr:other.test", {"PTR 7.113.0.203.in-addr.arpa": "a.example.test.", "A a.example.test": ADDRESS}, "fail"),
    ],
)
async def test_each_mechanism_matches_what_it_names(term: str, zone: dict[str, str], result: str) -> None:
    assert (await verdict({"TXT example.test": f"v=spf1 {term} -all", **zone})).result == result


async def test_ipv6_addresses_are_judged_by_their_own_records() -> None:
    zone = {"TXT example.test": "v=spf1 a//64 -all", "A example.test": ADDRESS, "AAAA example.test": "2001:db8::1"}

    assert (await verdict(zone, "2001:db8::ffff")).result is Result.PASS
    assert (await verdict(zone, "2001:db8:1::1")).result is Result.FAIL


async def test_a_redirect_answers_for_the_domain_only_without_all() -> None:
    other = {"TXT other.test": "v=spf1 ip4:203.0.113.7 -all"}

    assert (await verdict({"TXT example.test": "v=spf1 redirect=other.test", **other})).result is Result.PASS
    assert (await verdict({"TXT example.test": "v=spf1 redirect=other.test ~all", **other})).result is Result.SOFTFAIL
    assert (await verdict({"TXT example.test": "v=spf1 redirect=gone.test"})).result is Result.PERMERROR


@pytest.mark.parametrize(
    ("zone", "why"),
    [
        ({"TXT example.test": ["v=spf1 -all", "v=spf1 ~all"]}, "2 SPF records"),
        ({"TXT example.test": "v=spf1 ipv4:203.0.113.7 -all"}, "ipv4"),
        ({"TXT example.test": "v=spf1 include:gone.test -all"}, "no SPF record"),
        ({"TXT example.test": "v=spf1 exists:%{q}.test -all"}, "exists"),
    ],
)
async def test_a_record_that_breaks_a_rule_is_an_error_that_says_which(zone: dict[str, str], why: str) -> None:
    ended = await verdict(zone)

    assert ended.result is Result.PERMERROR
    assert not ended.limit
    assert why in ended.why


@pytest.mark.parametrize(
    "zone",
    [
        {"TXT example.test": "v=spf1 " + " ".join(f"a:h{n}.test" for n in range(11)) + " -all"}
        | {f"A h{n}.test": "192.0.2.1" for n in range(11)},
        {"TXT example.test": "v=spf1 include:example.test -all"},
        {
            "TXT example.test": "v=spf1 include:a.test -all",
            "TXT a.test": "v=spf1 redirect=b.test",
            "TXT b.test": "v=spf1 include:a.test",
        },
        {"TXT example.test": "v=spf1 a:gone1.test a:gone2.test mx:gone3.test -all"},
        {"TXT example.test": "v=spf1 mx -all", "MX example.test": [f"{n} m{n}.test." for n in range(11)]},
        {"TXT example.test": "v=spf1 " + " ".join(f"include:i{n}.test" for n in range(500)) + " -all"}
        | {f"TXT i{n}.test": "v=spf1 ip4:192.0.2.1" for n in range(500)},
    ],
    ids=["eleven names", "itself", "in a circle", "three empty answers", "eleven mail servers", "five hundred includes"],
)
async def test_the_limits_of_an_evaluation_hold(zone: dict[str, str]) -> None:
    ended = await verdict(zone)

    assert ended.result is Result.PERMERROR
    assert ended.limit


async def test_ten_names_and_two_empty_answers_are_within_the_limits() -> None:
    terms = " ".join(["a:gone1.test", "a:gone2.test", *(f"a:h{n}.test" for n in range(8))])
    zone = {"TXT example.test": f"v=spf1 {terms} ~all", **{f"A h{n}.test": "192.0.2.1" for n in range(8)}}

    assert (await verdict(zone)).result is Result.SOFTFAIL


async def test_a_resolver_that_fails_is_no_verdict() -> None:
    assert (await verdict({}, broken=("example.test",))).result is Result.TEMPERROR
    zone = {"TXT example.test": "v=spf1 include:broken.test -all"}
    assert (await verdict(zone, broken=("broken.test",))).result is Result.TEMPERROR


async def test_no_record_is_none_and_a_record_without_an_end_is_neutral() -> None:
    assert (await verdict({"TXT example.test": ["v=spf10 -all", "hello", "v=spf2.0/pra -all"]})).result is Result.NONE
    assert (await verdict({"TXT example.test": "v=spf1"})).result is Result.NEUTRAL


@pytest.mark.parametrize(
    ("macro", "name"),  # the examples of RFC 7208 7.4
    [
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d3}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
        ("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
    ],
)
def test_macros_become_what_the_standard_shows(macro: str, name: str) -> None:
    sending = Sending(ip_address("192.0.2.3"), "strong-bad", "email.example.com", "mx.example.com")

    assert expand(macro, sending, "email.example.com") == name


def test_an_ipv6_address_becomes_its_digits_and_a_long_name_loses_its_left() -> None:
    sending = Sending(ip_address("2001:db8::cb01"), "x" * 300, "example.com", "")

    expected = "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.example.com"
    assert expand("%{ir}.%{v}.%{d}", sending, "example.com") == expected
    assert expand("%{l}.%{d}", sending, "example.com") == "example.com"


@pytest.mark.parametrize(
    "text",
    [
        "ip4:1.2.3",
        "ip4:203.0.113.7/33",
        "ip6:203.0.113.7",
        "a:",
        "a/33",
        "include:",
        "all:x",
        "include:local",
        "ptr/3",
        "+",
        "redirect=",
    ],
)
def test_a_broken_term_is_named(text: str) -> None:
    assert text[:4] in parse(f"v=spf1 {text} -all").problems[0]


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    record = parse(f"v=spf1 {text}")
    sending = Sending(ip_address(ADDRESS), "l", "example.test", "h")
    for term in record.terms:
        try:
            name = expand(term.domain, sending, "example.test") if term.domain else "x"
        except ValueError:
            continue
        assert name.isascii()
        assert len(name) > 0


@pytest.mark.parametrize(
    ("record", "terms", "published"),
    [
        ("v=spf1", ["ip4:203.0.113.7"], "v=spf1 ip4:203.0.113.7 ~all"),
        ("v=spf1 mx -all", ["include:a.test"], "v=spf1 mx include:a.test -all"),
        ("v=spf1 mx ?all", ["include:a.test"], "v=spf1 mx include:a.test ?all"),
        ("v=spf1 redirect=b.test", ["include:a.test"], "v=spf1 include:a.test redirect=b.test"),
        ("v=spf1 mx -all exp=e.test", ["a"], "v=spf1 mx a -all exp=e.test"),
        ("v=spf1 MX -all", ["mx"], "v=spf1 MX -all"),
        ("v=spf1 mx +all", [], "v=spf1 mx ~all"),
        ("v=spf1 mx", ["a"], "v=spf1 mx a ~all"),
    ],
)
def test_a_term_is_merged_where_it_counts(record: str, terms: list[str], published: str) -> None:
    assert with_terms(record, terms) == published
    assert parse(published).problems == ()


def test_several_records_become_one_and_lose_what_is_broken() -> None:
    one = merged(["v=spf1 mx include:a.test -all", "v=spf1 include:a.test ipv4:1 include:b.test redirect=c.test ~all"], ["a"])

    assert one == "v=spf1 mx include:a.test include:b.test a ~all"
    assert is_spf(one)


async def test_the_walk_counts_what_every_include_costs_and_stops_in_time() -> None:
    many = " ".join(f"include:i{n}.test" for n in range(500))
    zone = {"TXT i0.test": f"v=spf1 {many}", "TXT i1.test": "v=spf1 a mx -all", "TXT i2.test": "v=spf1 include:i1.test"}
    async with serving(NameServer(zone)) as server:
        asker = Asker(HostResolver(5.0, server.resolver), 5.0)
        walked = await walk(asker, "example.test", parse("v=spf1 include:i1.test include:i2.test include:i0.test -all"))
        await asker.close()

    assert dict(walked.costs) | {"i1.test": 3, "i2.test": 4} == dict(walked.costs)
    assert walked.asked > 500
    assert sum(server.asked.values()) <= 40
    assert any("leads back to itself" in problem for problem in walked.problems)
