"""How well ``explain`` reads what real programs print, and that it stays quiet about everything else."""

from __future__ import annotations

import ast
import base64
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.explain.score import CASES, read, scored
from tests.unit.cli import run
from wizard.diagnosis import casebook, reader, reading
from wizard.diagnosis.casebook import cases, explain

FOREIGN = [json.loads(line) for line in CASES.with_name("foreign.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("beside", [True, False], ids=["with what is known", "the text alone"])
def test_most_of_what_real_programs_print_is_read_rightly(beside: bool) -> None:
    rows = list(scored(read(CASES), beside=beside))

    assert sum(row.exact for row in rows) / len(rows) >= 0.88
    assert sum(row.acceptable for row in rows) / len(rows) >= 0.95


def test_every_finding_of_the_handbook_that_text_can_show_has_a_case() -> None:
    from wizard.diagnosis.handbook import RULES

    beyond_text = {"password-missing", "ca-file-unusable", "unknown"}  # what only this program's own settings can lack
    labelled = {name for case in read(CASES) for name in (case["finding"], *case["also"])}

    assert {rule.id for rule in RULES} - beyond_text <= labelled


@pytest.mark.parametrize("text", [one["text"] for one in FOREIGN], ids=[one["name"] for one in FOREIGN])
def test_what_is_no_failure_of_mail_is_not_recognised(text: str) -> None:
    assert all(finding.id == "unknown" for finding in explain(text))


def test_bytes_that_are_no_text_are_not_recognised() -> None:
    assert run("explain", stdin=bytes(range(256)) * 400).code == 1


# -- long logs ------------------------------------------------------------------------------------------------------------------


def log(*rows: str) -> str:
    quiet = [f"Nov 24 08:00:{second:02} relay postfix/qmgr[9]: A{second}: removed" for second in range(20)]
    return "\n".join([*quiet, *rows]) + "\n"


REFUSED = "relay postfix/smtp[7]: connect to mx.birke.example[192.0.2.9]:25: Connection refused"
UNKNOWN_USER = (
    "relay postfix/smtp[7]: 4A: to=<{0}@ulmen.example>, dsn=5.1.1, status=bounced (host mx.ulmen.example[192.0.2.3] said: "
    "550 5.1.1 <{0}@ulmen.example>: User unknown (in reply to RCPT TO command))"
)


def test_a_log_gives_each_cause_once_newest_first_with_lines_count_and_time() -> None:
    text = log(
        f"Nov 24 09:00:01 {UNKNOWN_USER.format('ada')}",
        f"Nov 24 09:00:02 {REFUSED}",
        f"Nov 24 09:00:03 {UNKNOWN_USER.format('bo')}",
        f"Nov 24 09:00:04 {REFUSED}",
    )

    answer = json.loads(run("explain", "--json", stdin=text.encode()).out)

    assert [one["id"] for one in answer["findings"]] == ["connect-refused", "recipient-unknown"]
    newest = answer["findings"][0]
    assert (newest["lines"], newest["count"], newest["last"]) == ([22, 24], 2, "Nov 24 09:00:04")


def test_a_person_reads_where_in_the_log_and_how_often() -> None:
    ran = run("explain", stdin=log(f"Nov 24 09:00:02 {REFUSED}", f"Nov 24 09:00:04 {REFUSED}").encode())

    assert "Lines 21, 22; 2 times; last at Nov 24 09:00:04." in ran.out


def test_hosts_that_cannot_be_reached_are_cases_of_their_own() -> None:
    text = log(f"Nov 24 09:00:02 {REFUSED}", f"Nov 24 09:00:04 {REFUSED.replace('birke', 'eiche')}")

    assert [case.finding.id for case in cases(text.splitlines())] == ["connect-refused", "connect-refused"]


def test_a_log_of_mail_that_was_accepted_holds_no_case() -> None:
    sent = "Nov 24 09:00:01 relay postfix/smtp[7]: 4A: to=<a@ulmen.example>, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 9)"

    assert cases(log(sent, sent).splitlines()) == ()


def test_a_large_log_is_read_line_by_line_and_the_end_of_it_counts() -> None:
    def lines() -> object:
        for number in range(60_000):
            yield f"2026-11-24 09:00:00,{number % 1000:03} INFO [pool-{number % 8}] com.shop.Cart - order {number} taken"
        yield "2026-11-24 10:00:00,000 ERROR [mail] MailConnectException: Couldn't connect to host, port: mx.birke.example, 25"
        yield "Caused by: java.net.ConnectException: Connection refused"

    found = cases(lines())  # type: ignore[arg-type]

    assert [(case.finding.id, case.lines) for case in found] == [("connect-refused", (60_002,))]


# -- bounces --------------------------------------------------------------------------------------------------------------------

BOUNCE = """\
From: MAILER-DAEMON@relay.lindenhof.example
To: iiq@lindenhof.example
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

Your message could not be sent to two of its recipients.

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.lindenhof.example

Final-Recipient: rfc822; ada@ulmen.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.ulmen.example
Diagnostic-Code: smtp; 550 5.1.1 <ada@ulmen.example>: User
    unknown in virtual mailbox table

Final-Recipient: rfc822; bo@birke.example
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 mailbox full

Final-Recipient: rfc822; cy@birke.example
Action: relayed
Status: 2.0.0

--x--
"""


def test_a_bounce_says_for_whom() -> None:
    findings = json.loads(run("explain", "--json", stdin=BOUNCE.encode()).out)["findings"]

    assert [(one["id"], one["recipients"]) for one in findings] == [
        ("recipient-unknown", ["ada@ulmen.example"]),
        ("mailbox-full", ["bo@birke.example"]),
    ]
    assert "for ada@ulmen.example" in run("explain", stdin=BOUNCE.encode()).out


# -- secrets, hostile text, and no network --------------------------------------------------------------------------------------

SECRET = "Gr4uer-Dachs-77"


@pytest.mark.parametrize(
    "line",
    [
        f"password={SECRET} host=mail.lindenhof.example",
        f'"password": "{SECRET}",',
        f"mail.smtp.password: {SECRET}",
        f"pass => '{SECRET}'",
        f"smtp://iiq:{SECRET}@mail.lindenhof.example:587",
        f"Authorization: Bearer {SECRET * 3}",
        f"C: AUTH PLAIN {base64.b64encode(SECRET.encode()).decode()}",
        f"client_secret={SECRET}",
    ],
)
def test_a_secret_beside_the_error_is_not_repeated(line: str) -> None:
    text = f"{line}\n535 5.7.8 authentication failed ({line})\n{line}"

    for form in ((), ("--json",)):
        ran = run("explain", *form, stdin=text.encode())
        assert SECRET not in ran.out + ran.err
        assert base64.b64encode(SECRET.encode()).decode() not in ran.out


def modules() -> list[Path]:
    folder = Path(reader.__file__).parent
    return [Path(reading.__file__), Path(casebook.__file__), *folder.glob("*.py")]


def test_the_reader_cannot_reach_a_network() -> None:
    reaching = {"socket", "ssl", "asyncio", "http", "urllib", "smtplib", "aiosmtplib", "dns", "subprocess"}
    for module in modules():
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not reaching & {name.split(".")[0] for name in names}, f"{module.name} imports {names}"


def patterns() -> list[tuple[str, re.Pattern[str]]]:
    import importlib

    names = [
        f"wizard.diagnosis.reader.{path.stem}" for path in Path(reader.__file__).parent.glob("*.py") if path.stem != "__init__"
    ]
    found = []
    for name in (*names, reading.__name__, casebook.__name__):
        for key, value in vars(importlib.import_module(name)).items():
            if isinstance(value, re.Pattern):
                found.append((f"{name}.{key}", value))
    return found


HOSTILE = (
    "a",
    "A",
    ".",
    "a.",
    " ",
    "\t",
    "\n",
    "\n ",
    "<<< 250-",
    "535 ",
    "5.7.1 ",
    "eyJa.",
    "mail.",
    "password=",
    "at a.b(",
    "x@y ",
)


def searches(pattern: re.Pattern[str], text: str) -> float:
    from time import process_time

    started = process_time()
    for _ in pattern.finditer(text):
        pass
    return process_time() - started


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_pattern_takes_ever_longer_for_a_longer_text(piece: str) -> None:
    """Sixteen times the text may not take more than some sixty times the work: a quadratic pattern takes 256 times as much."""
    for name, pattern in patterns():
        short, long = (piece * 2_000)[:2_000], (piece * 32_000)[:32_000]
        least = max(min(searches(pattern, short) for _ in range(3)), 0.0005)
        assert min(searches(pattern, long) for _ in range(2)) < 64 * least, f"{name} on {piece!r}"


@given(
    st.lists(st.sampled_from((*HOSTILE, "550 ", "said: ", "status=deferred (", "Status: 5.1.1\n", "Caused by: ")), max_size=60)
)
@settings(max_examples=60, deadline=None)
def test_no_mixture_of_what_the_reader_looks_for_breaks_it(pieces: list[str]) -> None:
    explain("smtp " + "".join(pieces) * 20)


def test_a_log_names_everybody_whose_mailbox_is_missing() -> None:
    text = log(*(f"Nov 24 09:00:0{second} {UNKNOWN_USER.format(name)}" for second, name in enumerate(("ada", "bo", "ada"))))

    (only,) = json.loads(run("explain", "--json", stdin=text.encode()).out)["findings"]

    assert only["recipients"] == ["ada@ulmen.example", "bo@ulmen.example"]
    assert only["count"] == 3
