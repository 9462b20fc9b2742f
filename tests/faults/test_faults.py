"""Each fault of the catalogue: run a check, expect its finding; where a remedy cures it: apply, run again, expect success."""

from __future__ import annotations

import asyncio

import pytest

from tests.faults.catalogue import CATALOGUE as NAMED
from tests.faults.catalogue import Case
from tests.faults.rarer import RARER
from wizard.diagnosis import handbook, refusals
from wizard.diagnosis.handbook import RULES, UNKNOWN
from wizard.diagnosis.model import Finding, Rule, Seen, Severity
from wizard.report import Report

CATALOGUE = (*NAMED, *RARER)
# What no server of a test can show in a session of this client, and where it is held instead.
HELD_ELSEWHERE = {
    "STARTTLS was asked on a line that is encrypted already": "never asked for here: pasted text, tests/explain/cases.jsonl",
    "The server accepted the password and could not prove that it knows it": "its own server: tests/unit/test_check.py",
    "A program between here and {host} opens the encryption": "needs a product's certificate: tests/unit/test_look_alikes.py",
    "The run took too long at {stage}": "the last resort behind the rules of every stage",
}


def by_name(case: Case) -> str:
    """How pytest calls a case."""
    return case.name


@pytest.mark.parametrize("case", CATALOGUE, ids=by_name)
async def test_a_fault_is_found_and_where_possible_cured(case: Case) -> None:
    async with case.open() as scene:
        report = await scene.run()

        assert report.finding == case.finding, told(report)
        assert report.failed is not None
        assert len([finding for finding in report.findings if finding.severity is Severity.ERROR]) == 1
        cure = first_cure(report)
        assert bool(cure) is case.cured, f"{case.name} offers {cure}: whatever is offered has to be seen to cure"
        if cure:
            again = await scene.run(*cure)
            assert again.ok, told(again)


def first_cure(report: Report) -> tuple[object, ...]:
    """The changes under Enter; none when nothing is offered."""
    assert report.error is not None
    return next((remedy.changes for remedy in report.error.remedies if remedy.changes), ())


def told(report: Report) -> str:
    """What the report knows, for a failing test's reader."""
    talk = "\n".join(f"{line.sender}: {line.text}" for line in report.transcript)
    seen = report.failed.observation if report.failed else None
    return f"found {report.finding}\n{talk}\n{seen}"


def test_every_cause_of_the_handbook_has_a_fault_that_shows_it() -> None:
    met = {case.finding for case in CATALOGUE}

    assert {rule.id for rule in (*RULES, UNKNOWN)} - met == set()


def test_every_kind_of_cure_has_a_fault_it_cures() -> None:
    cured = {case.finding for case in CATALOGUE if case.cured}
    advice_only = Rule("none", "", "").cures
    kinds: dict[object, set[str]] = {}
    for rule in RULES:
        if rule.cures is not advice_only:
            kinds.setdefault(rule.cures, set()).add(rule.id)

    assert [kind for kind, ids in kinds.items() if not ids & cured] == []


async def test_every_rule_has_a_fault_that_makes_it_speak(monkeypatch: pytest.MonkeyPatch) -> None:
    spoke: set[str] = set()
    places = asyncio.Semaphore(6)
    plain = handbook.finding

    def listening(rule: Rule, seen: Seen) -> Finding:
        spoke.add(rule.title)
        return plain(rule, seen)

    async def met(case: Case) -> None:
        async with places, case.open() as scene:
            await scene.run()

    monkeypatch.setattr(handbook, "finding", listening)
    monkeypatch.setattr(refusals, "finding", listening)  # a provider's own sentence takes its form from a rule
    await asyncio.gather(*(met(case) for case in CATALOGUE))

    assert {rule.title for rule in RULES} - spoke == set(HELD_ELSEWHERE)
