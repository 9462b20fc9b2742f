"""``domain`` and ``check --domain`` as they are typed: words, JSON, exit codes, and what is said before anybody is asked."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import dns.asyncresolver
import pytest

from tests.scripted import Peer, scripted
from tests.unit.cli import flags_for, run, run_beside, settle
from tests.unit.nameserver import NameServer, Zone, serving
from tests.unit.test_domain import EXIT, GOOD, SENDER, but
from wizard.domain.page import page
from wizard.domain.table import ENTRIES
from wizard.draft import Draft
from wizard.practice import PracticeServer
from wizard.profile import Security
from wizard.smtp.here import Here

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and an environment of the test's own, on a host in a private network."""
    monkeypatch.setattr("wizard.smtp.here.here", lambda towards="": Here("host", "10.0.0.5"))
    return settle(tmp_path, monkeypatch)


@asynccontextmanager
async def names(zone: Zone, monkeypatch: pytest.MonkeyPatch, broken: tuple[str, ...] = ()) -> AsyncIterator[NameServer]:
    """Let this host's own resolver be a name server on loopback."""
    async with serving(NameServer(zone, broken)) as server:
        resolver = server.resolver
        monkeypatch.setattr(dns.asyncresolver, "Resolver", lambda: resolver)
        yield server


WORDS = ("domain", SENDER, "--exit-address", EXIT, "--ehlo-name", "host.example.test")


async def test_a_domain_in_order_ends_with_0_and_says_what_stays_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    async with names(GOOD, monkeypatch):
        ran = await run_beside(*WORDS)

    assert ran.code == 0
    assert "ok Nothing wrong was found." in ran.out
    assert ran.out.index("Nothing wrong") < ran.out.index("What cannot be known from here") < ran.out.index("DKIM")
    assert "_dmarc.example.test" in ran.err


async def test_a_warning_ends_with_1_and_its_record_stands_on_a_line_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    async with names(but(spf="v=spf1 mx " + "ip4:192.0.2.1 " * 8 + "-all"), monkeypatch):
        ran = await run_beside(*WORDS)

    line = next(line for line in ran.out.splitlines() if " TXT " in line and "Seen" not in line)
    assert ran.code == 1
    assert "[spf-not-covering]" in ran.out
    assert line.strip().startswith('example.test. TXT "v=spf1 mx ip4:192.0.2.1')
    assert line.endswith('ip4:203.0.113.7 -all"')
    assert "in place of the one there now" in ran.out


async def test_json_holds_facts_findings_and_records(monkeypatch: pytest.MonkeyPatch) -> None:
    async with names(but(spf="v=spf1 mx -all"), monkeypatch):
        ran = await run_beside(*WORDS, "--json")
    told = json.loads(ran.out)

    assert (told["schema"], told["ok"], told["domain"]["name"]) == (1, False, "example.test")
    assert [finding["id"] for finding in told["domain"]["findings"]] == ["spf-not-covering"]
    assert told["domain"]["records"] == [
        {
            "finding": "spf-not-covering",
            "name": "example.test",
            "type": "TXT",
            "value": "v=spf1 mx ip4:203.0.113.7 -all",
            "replaces": ["v=spf1 mx -all"],
        }
    ]
    assert any(fact["name"] == "DMARC" for fact in told["domain"]["facts"])
    assert any("DKIM" in sentence for sentence in told["domain"]["unknown"])


async def test_information_alone_is_nothing_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    async with names(GOOD, monkeypatch):
        ran = await run_beside(*WORDS, "--username", "svc@example.test")

    assert ran.code == 0
    assert "- Who signs in and who sends are not the same" in ran.out


async def test_a_hostile_record_cannot_steer_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    async with names(but(spf="v=spf1 \x1b[31m\u202e -all"), monkeypatch):
        ran = await run_beside(*WORDS)

    assert ran.code == 1
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out


async def test_a_saved_profile_gives_sender_server_and_name(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "config.toml").write_text(
        'schema_version = 1\n[profiles.prod]\nhost = "smtp.office365.com"\nusername = "iiq@example.test"\n'
        'sender = "iiq@example.test"\nehlo_name = "host.example.test"\n'
    )
    async with names(but(spf="v=spf1 mx -all"), monkeypatch) as server:
        ran = await run_beside("domain", "--profile", "prod")

    assert "include:spf.protection.outlook.com" in ran.out
    assert server.asked["A host.example.test"]
    assert "smtp.office365.com" in ran.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "name the sender's address"),
        (["nobody"], "not a mail domain"),
        (["iiq@example.test", "--exit-address", "here"], "not an IP address"),
        (["iiq@example.test", "--host", "https://x"], "web address"),
        (["iiq@example.test", "--timeout", "soon"], "soon"),
        (["--profile", "gone"], "gone"),
    ],
)
def test_what_cannot_be_examined_is_a_usage_error(words: list[str], sentence: str) -> None:
    ran = run("domain", *words)

    assert ran.code == 2
    assert sentence in ran.err


# --- beside a check -------------------------------------------------------------------------------------------------


def practice_zone(sender: str) -> Zone:
    """A domain in order but for its DMARC policy, under the practice server's sender."""
    domain = sender.rpartition("@")[2]
    return {f"MX {domain}": f"10 mx.{domain}.", f"A mx.{domain}": "192.0.2.1", f"TXT {domain}": "v=spf1 ip4:203.0.113.7 -all"}


async def test_a_check_examines_the_domain_beside_it(practice: PracticeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = practice.draft(Security.NONE)
    words = ["check", *flags_for(draft), "--no-memory", "--domain", "--exit-address", EXIT]
    async with names(practice_zone(draft.sender), monkeypatch):
        shown = await run_beside(*words)
        told = json.loads((await run_beside(*words, "--json")).out)

    assert shown.code == 0  # the check's own
    assert shown.out.index("Every stage passed") < shown.out.index("[dmarc-missing]")
    assert "resolver" in shown.err
    assert told["ok"] is True
    assert "dmarc-missing" in [finding["id"] for finding in told["domain"]["findings"]]
    assert "dmarc-missing" not in [finding["id"] for finding in told["findings"]]


async def test_a_check_that_is_not_asked_leaves_the_domain_alone(
    practice: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with names({}, monkeypatch) as server:
        ran = await run_beside("check", *flags_for(practice.draft(Security.NONE)), "--no-memory", "--json")

    assert json.loads(ran.out)["domain"] is None
    assert not server.asked


async def test_the_address_the_mail_server_repeats_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(peer: Peer) -> None:
        await peer.say("220 mail.test ESMTP")
        await peer.hear()
        await peer.say("250 mail.test Hello host [8.8.4.4]")
        while not peer.reader.at_eof():
            line = await peer.hear()
            await peer.say("221 2.0.0 Bye" if line.upper().startswith(b"QUIT") else "250 2.0.0 Ok")

    async with names(but(spf="v=spf1 mx -all"), monkeypatch), scripted(talk) as server:
        draft = Draft(host="127.0.0.1", port=str(server.port), security="none", sender=SENDER, recipient="you@example.test")
        ran = await run_beside("check", *flags_for(draft), "--no-memory", "--domain", "--json")

    records = [record["value"] for record in json.loads(ran.out)["domain"]["records"]]
    assert "v=spf1 mx ip4:8.8.4.4 -all" in records


async def test_a_check_that_fails_early_still_tells_of_the_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(peer: Peer) -> None:
        await peer.say("554 5.7.1 No service for you")

    async with names(GOOD, monkeypatch, broken=("_dmarc.example.test",)), scripted(talk) as server:
        draft = Draft(host="127.0.0.1", port=str(server.port), security="none", sender=SENDER, recipient="you@example.test")
        ran = await run_beside("check", *flags_for(draft), "--no-memory", "--domain", "--json")
    told = json.loads(ran.out)

    assert (ran.code, told["ok"]) == (1, False)
    assert any("DMARC" in sentence for sentence in told["domain"]["unknown"])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--domain"], "add --from"),
        (["--from", SENDER, "--exit-address", EXIT], "belongs to --domain"),
        (["--from", SENDER, "--domain", "--exit-address", "x"], "not an IP address"),
    ],
)
def test_what_cannot_stand_beside_a_check_is_a_usage_error(words: list[str], sentence: str) -> None:
    ran = run("check", "--host", "smtp.example.test", *words)

    assert ran.code == 2
    assert sentence in ran.err


# --- the page --------------------------------------------------------------------------------------------------------


def test_the_page_is_made_from_the_findings() -> None:
    made = subprocess.run([sys.executable, "-m", "wizard.domain"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert made == page() == (ROOT / "docs" / "domain.md").read_text(), "run: python -m wizard.domain > docs/domain.md"
    assert all(f"| `{name}` |" in made for name in ENTRIES)


def test_every_finding_of_the_table_is_made_somewhere_and_none_besides() -> None:
    sources = {path: path.read_text() for path in (ROOT / "wizard" / "domain").glob("*.py") if path.name != "table.py"}
    made = {name for name in ENTRIES if any(f'"{name}"' in text for text in sources.values())}
    tests = "".join(path.read_text() for path in (ROOT / "tests" / "unit").glob("test_domain*.py"))

    assert made == set(ENTRIES)
    assert [name for name in ENTRIES if name not in tests] == []
