"""From an address to servers: which source says what, in which order, and that no host is ever made up."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import json

import pytest

from tests.loopback import Gone, Loopback
from tests.unit.cli import run
from wizard.commands import discover as discover_command
from wizard.discover import Discovery, ResolverFailed, Service, Source, contacts, discover, read
from wizard.draft import Draft
from wizard.looked import look_at
from wizard.practice import PracticeServer
from wizard.profile import Security


class Records:
    """A resolver with the records a test gives it; a name it does not know has none."""

    def __init__(self, srv: dict[str, list[Service]] | None = None, mx: dict[str, list[str]] | None = None) -> None:
        self.srv = srv or {}
        self.mx = mx or {}
        self.asked: list[str] = []

    async def services(self, name: str) -> list[Service]:
        """The SRV records given."""
        self.asked.append(name)
        return self.srv.get(name, [])

    async def exchanges(self, domain: str) -> list[str]:
        """The MX hosts given."""
        self.asked.append(domain)
        return self.mx.get(domain, [])


class Broken:
    """A resolver that fails."""

    async def services(self, name: str) -> list[Service]:
        """Fail."""
        raise ResolverFailed(name)

    async def exchanges(self, domain: str) -> list[str]:
        """Fail."""
        raise ResolverFailed(domain)


class Silent:
    """A resolver that never answers."""

    async def services(self, name: str) -> list[Service]:
        """Wait for ever."""
        await asyncio.get_running_loop().create_future()
        return []

    async def exchanges(self, domain: str) -> list[str]:
        """Wait for ever."""
        await asyncio.get_running_loop().create_future()
        return []


def nobody() -> Loopback:
    """A network in which no name exists."""
    return Loopback({}, names={})


def brief(found: Discovery) -> list[tuple[str, int, Source]]:
    """What is compared: host, port and source."""
    return [(candidate.host, candidate.port, candidate.source) for candidate in found.candidates]


async def test_a_well_known_domain_is_answered_without_asking_anybody() -> None:
    resolver, network = Records(), nobody()
    found = await discover("someone@gmail.com", network=network, resolver=resolver)
    assert brief(found) == [("smtp.gmail.com", 465, Source.TABLE)]
    assert resolver.asked == []
    assert network.connections == []
    assert contacts("gmail.com") == ()


async def test_a_published_server_comes_first_and_implicit_tls_is_told_from_starttls() -> None:
    resolver = Records(
        srv={
            "_submissions._tcp.example.com": [Service(0, 1, 465, "smtp.example.com.")],
            "_submission._tcp.example.com": [Service(10, 1, 587, "b.example.com."), Service(0, 1, 587, "a.example.com.")],
        },
        mx={"example.com": ["example-com.mail.protection.outlook.com."]},
    )
    found = await discover("iiq@example.com", network=nobody(), resolver=resolver)
    assert brief(found) == [
        ("smtp.example.com", 465, Source.SRV),
        ("a.example.com", 587, Source.SRV),
        ("b.example.com", 587, Source.SRV),
        ("smtp.office365.com", 587, Source.MX),
    ]
    assert found.candidates[0].security is Security.TLS
    assert found.candidates[1].security is Security.STARTTLS


async def test_a_service_declared_absent_is_no_candidate() -> None:
    resolver = Records(srv={"_submission._tcp.example.com": [Service(0, 0, 0, ".")]})
    found = await discover("example.com", network=nobody(), resolver=resolver)
    assert found.candidates == ()
    assert not found.problem


async def test_a_published_name_outside_the_domain_is_marked_unless_it_is_a_known_provider() -> None:
    resolver = Records(
        srv={
            "_submissions._tcp.example.com": [Service(0, 0, 465, "smtp.fastmail.com.")],
            "_submission._tcp.example.com": [Service(0, 0, 587, "smtp.somewhere.test.")],
        }
    )
    known, stranger = (await discover("example.com", network=nobody(), resolver=resolver)).candidates
    assert (known.host, known.foreign) == ("smtp.fastmail.com", False)
    assert (stranger.host, stranger.foreign) == ("smtp.somewhere.test", True)


async def test_mx_leads_to_the_providers_server_for_sending() -> None:
    resolver = Records(mx={"example.com": ["aspmx.l.google.com.", "alt1.aspmx.l.google.com."]})
    found = await discover("iiq@example.com", network=nobody(), resolver=resolver)
    assert brief(found) == [("smtp.gmail.com", 465, Source.MX), ("smtp-relay.gmail.com", 587, Source.MX)]
    draft = Draft().with_changes(*found.candidates[0].changes)
    assert (draft.host, draft.port, draft.security, draft.username) == ("smtp.gmail.com", "465", "tls", "iiq@example.com")


async def test_a_guess_counts_only_when_a_mail_server_with_encryption_answers(practice: PracticeServer) -> None:
    network = Loopback.to(practice)
    network.names = {"smtp.example.com": ("127.0.0.1",)}  # mail.example.com does not exist
    found = await discover("iiq@example.com", network=network, resolver=Records())
    assert brief(found) == [("smtp.example.com", 465, Source.ANSWERED)]
    assert not found.candidates[0].verified  # the practice certificate is not for this name
    network.ports = {465: Gone.REFUSED, 587: Gone.REFUSED}
    assert (await discover("iiq@example.com", network=network, resolver=Records())).candidates == ()


async def test_a_server_in_clear_is_no_candidate(practice: PracticeServer) -> None:
    network = Loopback({587: practice.ports[Security.NONE]}, names={"mail.example.com": ("127.0.0.1",)})
    assert (await discover("example.com", network=network, resolver=Records())).candidates == ()


async def test_the_domains_own_mail_server_is_asked_too(practice: PracticeServer) -> None:
    network = Loopback.to(practice)
    network.names = {"mx1.example.com": ("127.0.0.1",)}
    found = await discover("example.com", network=network, resolver=Records(mx={"example.com": ["mx1.example.com."]}))
    assert brief(found) == [("mx1.example.com", 465, Source.ANSWERED)]


async def test_a_guess_that_answered_in_part_is_kept_when_the_time_is_up(practice: PracticeServer) -> None:
    network = Loopback.to(practice)
    network.names = {"smtp.example.com": ("127.0.0.1",)}
    network.ports[465] = Gone.SILENT
    found = await discover("example.com", network=network, resolver=Records(), deadline=1.0)
    assert brief(found) == [("smtp.example.com", 587, Source.ANSWERED)]


async def test_a_domain_that_takes_no_mail_is_told_as_such() -> None:
    found = await discover("example.com", network=nobody(), resolver=Records(mx={"example.com": ["."]}))
    assert found.no_mail
    assert found.candidates == ()


@pytest.mark.parametrize("resolver", [Broken(), Silent()], ids=["fails", "silent"])
async def test_a_resolver_in_trouble_is_told_from_a_domain_without_servers(resolver: Broken | Silent) -> None:
    found = await discover("example.com", network=nobody(), resolver=resolver, deadline=0.1)
    assert found.problem
    assert found.candidates == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("iiq@example.com", ("iiq@example.com", "example.com")),
        (" IIQ <iiq@Example.COM> ", ("iiq@Example.COM", "example.com")),
        ("mailto:iiq@example.com", ("iiq@example.com", "example.com")),
        ("example.com", ("", "example.com")),
        ("iiq@bücher.example", ("iiq@bücher.example", "xn--bcher-kva.example")),
    ],
)
def test_what_is_read(text: str, expected: tuple[str, str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text", ["", "localhost", "192.0.2.1", "a@b@", "a b@example.com", "https://example.com", "a@[192.0.2.1]"]
)
def test_what_is_no_address_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"example|keep"):
        read(text)


async def test_a_candidate_without_provider_takes_the_whole_address_as_user_name() -> None:
    resolver = Records(srv={"_submission._tcp.example.com": [Service(0, 0, 587, "smtp.example.com.")]})
    (named,) = await discover("iiq@example.com", network=nobody(), resolver=resolver)
    draft = Draft().with_changes(*named.changes)
    assert (draft.username, draft.sender) == ("iiq@example.com", "iiq@example.com")
    (bare,) = await discover("example.com", network=nobody(), resolver=resolver)
    assert Draft().with_changes(*bare.changes).username == ""


async def test_every_candidate_says_where_it_comes_from() -> None:
    resolver = Records(
        srv={"_submission._tcp.example.com": [Service(0, 0, 587, "smtp.somewhere.test.")]},
        mx={"example.com": ["mx01.mail.icloud.com."]},
    )
    published, received = await discover("example.com", network=nobody(), resolver=resolver)
    assert "_submission._tcp.example.com" in published.why
    assert "outside the domain" in published.why
    assert "iCloud Mail" in received.why
    assert "mx01.mail.icloud.com" in received.why


def test_the_command_prints_reason_and_the_check_to_try() -> None:
    ran = run("discover", "svc@contoso.onmicrosoft.com", "--no-probe")
    assert ran.code == 0
    assert "belongs to Microsoft 365" in ran.out
    assert "smtp-wizard check --host smtp.office365.com --port 587 --security starttls" in ran.out
    assert ran.err == ""  # nothing was contacted, so nothing is announced


def test_the_command_gives_json_whose_changes_are_fields() -> None:
    ran = run("discover", "svc@gmail.com", "--json", "--no-probe")
    found = json.loads(ran.out)
    assert found["schema"] == 1
    assert found["candidates"][0]["changes"]["host"] == "smtp.gmail.com"
    assert found["candidates"][0]["source"] == "table"


# --- what a look at each server says ---------------------------------------------------------------------------------


async def test_each_server_found_says_what_a_probe_of_it_showed() -> None:
    async with PracticeServer() as server:
        network = Loopback.to(server)
        network.names["gone.mail.test"] = ("127.0.0.1",)
        records = Records(
            srv={
                "_submission._tcp.mail.test": [Service(10, 0, 587, "mail.test."), Service(20, 0, 2525, "mail.test.")],
                "_submissions._tcp.mail.test": [Service(10, 0, 465, "nowhere.mail.test.")],
            }
        )
        found = await look_at(await discover("mail.test", network=network, resolver=records), seconds=3, network=network)
    said = {f"{each.host}:{each.port}": each.look for each in found.candidates}
    assert said["mail.test:587"] is not None
    assert said["mail.test:587"].answers
    assert "sign-in by PLAIN LOGIN" in said["mail.test:587"].said
    assert said["mail.test:2525"] is not None
    assert said["mail.test:2525"].said == "refuses the connection just now"
    assert said["nowhere.mail.test:465"] is not None
    assert not said["nowhere.mail.test:465"].answers
    assert found.candidates[0].port == 587, "of one source, what answers comes first"


async def test_the_command_says_whom_it_looks_at_and_what_was_seen() -> None:
    async with PracticeServer() as server:
        network = Loopback.to(server)
        network.names["smtp.gmail.com"] = ("127.0.0.1",)
        args = argparse.Namespace(address="svc@gmail.com", timeout="3", json=True, no_probe=False)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = await asyncio.to_thread(discover_command.run, args, network)
    assert code == 0
    assert "smtp.gmail.com port 465" in err.getvalue()
    probe = json.loads(out.getvalue())["candidates"][0]["probe"]
    assert probe["answers"] is True
    assert "certificate not verified" in probe["said"], "the practice server's certificate is not Google's"


@pytest.mark.parametrize("word", ["nonsense", "a@b@c", "http://example.com"])
def test_the_command_refuses_what_is_no_address(word: str) -> None:
    ran = run("discover", word)
    assert ran.code == 2
    assert ran.out == ""
    assert word in ran.err
