"""What is foretold of the mail library, held against the library itself: on every fault of the practice server and real servers.

The library runs as ``iiq test`` runs it, all rows in one Java. Where the two differ, the table says why.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio

from tests.loopback import HOST, Loopback, at_usual_port, profile_for
from tests.real import javamail, matrix
from tests.real.server import Server
from tests.real.test_javamail import expected
from wizard.diagnosis.casebook import explain
from wizard.draft import Change, Field
from wizard.identityiq.javamail.job import job_of
from wizard.identityiq.javamail.outcome import Outcome
from wizard.identityiq.javamail.predicting import predict
from wizard.identityiq.javamail.process import Java, Patience
from wizard.identityiq.javamail.sending import session
from wizard.practice import FAULTS, PracticeServer
from wizard.profile import Password, Profile
from wizard.report import Report
from wizard.smtp.check import check

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = Change(Field.EHLO_NAME, "iiq.example.com")
# Seconds: what is silent stays so, and what is only slow, on a busy host, is not taken for it.
# Clearly less than the practice server waits for a PROXY line (3 seconds): at the same number chance decides who ends the line.
PATIENT = (Change(Field.TIMEOUT, "2"), Change(Field.TOTAL_TIMEOUT, "20"))
HEALTHY = "none"
AT_ONCE = 4  # rows: more would have them wait for one another on a small host

# Where the library does something else than foretold, and why that is right as it is.
DIFFERS = {
    "only-old-ciphers": "the library's Java takes the old cipher, as foretold; the practice server then says nothing more",
}


@dataclass(frozen=True)
class Row:
    """One server, as seen by our check, by the library, and as foretold."""

    report: Report
    real: Outcome
    foretold: Outcome
    port: str = ""


async def checked(profile: Profile, password: Password | None, network: Loopback) -> Report:
    """Run the wizard's own check, and send."""
    report = Report(profile)

    def fold(event: object) -> None:
        nonlocal report
        report = report.add(event)

    await check(profile, password, fold, deliver=True, network=network)
    return report


async def practised(java: Java, name: str, folder: Path) -> Row:
    """Meet one fault with both."""
    async with PracticeServer(None if name == HEALTHY else name) as server:
        draft = server.draft().with_changes(*(() if server.draft().ehlo_name else (NAME,)), *PATIENT)
        store = folder / f"{name}.p12"
        javamail.trust(store, server.ca_file)
        usual = profile_for(at_usual_port(draft, server.fault.security))
        report = await checked(usual, server.password if usual.login else None, Loopback.to(server))
        job = job_of(profile_for(draft), deliver=True, token="abcd1234")._replace(guarded=False, truststore=store)
        real = await session(java, job, server.password, patience=Patience(2.0, 4.0))
    return Row(report, real, predict(report, usual), draft.port)


@pytest_asyncio.fixture(scope="module", loop_scope="module", name="rows")
async def all_rows(java: Java, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Row]:
    """Every fault, a few at a time."""
    folder, places = tmp_path_factory.mktemp("trust"), asyncio.Semaphore(AT_ONCE)
    found: dict[str, Row] = {}

    async def meet(name: str) -> None:
        async with places:
            found[name] = await practised(java, name, folder)

    await asyncio.gather(*(meet(name) for name in (HEALTHY, *FAULTS)))
    return found


def told(outcome: Outcome) -> tuple[str, str, bool, str]:
    """What both sides must agree on: how it ended, where, whether under TLS, and what became of the sign-in."""
    return (outcome.end, outcome.stage or "", outcome.encrypted, outcome.sign_in)


@pytest.mark.parametrize("name", [HEALTHY, *FAULTS])
async def test_the_library_does_what_was_foretold(rows: dict[str, Row], name: str) -> None:
    row = rows[name]

    agree = told(row.real) == told(row.foretold)
    assert agree is (name not in DIFFERS), (
        f"real {told(row.real)} {row.real.logged}\nforetold {told(row.foretold)} {row.foretold.reasons}"
    )


# Rows of the matrix of real servers that say nothing here, and why.
_SMALL = "the library sends a small message of its own, whatever the profile's is"
NOT_ASKED = dict.fromkeys(("too large on 587", "too large on 465", "too large on 25"), _SMALL)
ASKED = tuple(row for row in matrix.ROWS if row.name not in NOT_ASKED)
# Where Postfix is told apart otherwise, and why.
POSTFIX_DIFFERS: dict[str, str] = {}


@pytest.mark.parametrize("row", ASKED, ids=lambda row: row.name)
async def test_the_library_does_with_postfix_what_was_foretold(
    java: Java, server: Server, tmp_path: Path, row: matrix.Row
) -> None:
    store = tmp_path / "trust.p12"
    javamail.trust(store, server.ca_file)
    report = await replace(row, deliver=True).run(server, NAME)
    mode = row.port
    here = row.draft.with_changes(Change(Field.HOST, server.address), Change(Field.PORT, str(server.ports[mode])), NAME)
    job = job_of(profile_for(here), deliver=True, token="abcd1234")._replace(guarded=False, truststore=store)
    real = await session(java, job, Password(row.password), patience=Patience(3.0, 6.0))
    foretold = predict(report, report.profile)

    agree = told(real) == told(foretold)
    assert agree is (row.name not in POSTFIX_DIFFERS), (
        f"real {told(real)} {real.logged}\nforetold {told(foretold)} {foretold.reasons}"
    )


# The finding that a log of the library leads to where it is not the one our check has, and why.
_SKIPPED = "STARTTLS or the sign-in was left out without a word: the log shows what followed from it"
READ_OTHERWISE = {
    "ftp-server": ("connection-dropped", "the log shows no greeting, only that the line ended at EHLO"),
    "endless-line": ("", "the log speaks of the Java's memory, not of mail"),
    "no-codes": ("helo-rejected", "the exception at EHLO holds the server's words, which have no code, and nothing else"),
    "nul-bytes": ("", "the exception at EHLO holds nothing that can be read"),
    "not-extended": ("auth-required", _SKIPPED),
    "starttls-masked": ("auth-required", _SKIPPED),
    "starttls-missing": ("auth-required", _SKIPPED),
    "starttls-on-one-port": ("auth-required", _SKIPPED),
    "auth-not-offered": ("auth-required", _SKIPPED),
    "client-cert-tls12": ("tls-handshake-failed", "over TLS 1.2 the alert names no reason"),
    "self-signed": ("cert-untrusted-issuer", "Java says the same of both, and a log holds no certificate"),
}


LOGGED = "2026-11-24T09:12:44,321 ERROR RequestProcessor-3 example.mail.Sender:114 - The mail could not be sent"


@pytest.mark.parametrize("name", FAULTS)
async def test_what_the_library_logs_leads_back_to_the_finding(rows: dict[str, Row], name: str) -> None:
    row = rows[name]
    wanted = READ_OTHERWISE.get(name, (row.report.finding, ""))[0] if row.real.trace else ""

    for head in ((), (LOGGED,)):
        read = explain("\n".join((*head, *row.real.trace))) if row.real.trace else ()
        assert (read[0].id if read else "") == wanted, row.real.logged


# Where the log line of a finding is not what this library prints, and why.
_REFUSED_LATER = "the line says that the refusal comes at the sender: there it is in the server's own words"
LOGGED_OTHERWISE = {
    "wants-proxy-line": "our check's line ended when the server hung up; the library was not watched for so long",
    "ssh-server": "a dash as the fourth character is taken for the first of several lines, and the rest is waited for",
    "ftp-server": "this server hung up at EHLO, after words that the library took for a greeting",
    "endless-line": "the library keeps the endless line until its Java has no memory left",
    "no-codes": "the library quotes the last line it was sent, and our check the first",
    "nul-bytes": "the library quotes the bytes as they are",
    "not-extended": _REFUSED_LATER,
    "starttls-masked": _REFUSED_LATER,
    "starttls-missing": _REFUSED_LATER,
    "starttls-on-one-port": _REFUSED_LATER,
    "auth-not-offered": _REFUSED_LATER,
    "mechanism-not-offered": "the library takes LOGIN, whatever the profile names",
}


@pytest.mark.parametrize("name", FAULTS)
async def test_the_log_line_of_the_finding_is_what_the_library_logs(rows: dict[str, Row], name: str) -> None:
    row = rows[name]
    assert row.report.error is not None
    line = row.report.error.log_line.replace(f"port: {HOST}, {row.report.profile.endpoint.port}", f"port: localhost, {row.port}")
    line = line.replace(HOST, "localhost").replace(f"port: {row.report.profile.endpoint.port}", f"port: {row.port}")
    shown = expected(line, "\n".join(row.real.logged)) if row.real.logged else "nothing" in line

    assert shown is (name not in LOGGED_OTHERWISE), f"{line}\n{row.real.logged}"
