"""A report in the shapes other programs read: JSON as the contract has it, Markdown for tickets, the line for monitoring."""

from __future__ import annotations

import json as stdlib_json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.canned import (
    COMMAND,
    DELIVERED,
    FAILED,
    NOT_BEGUN,
    STOPPED,
    passed,
    report,
)
from wizard.diagnosis.model import Finding, Severity
from wizard.profile import Endpoint, Profile, Security
from wizard.render import json, markdown, nagios
from wizard.report import Report, StageResult
from wizard.smtp.events import Line
from wizard.smtp.observation import (
    Alternative,
    Kind,
    LaxTls,
    Observation,
    Reply,
    Stage,
    Weak,
)

# The contract's shape: types by key; a tuple allows several, a list holds the shape of each entry.
NONE = type(None)
TLS_SHAPE = {
    "version": str,
    "cipher": str,
    "verified": bool,
    "certificate": ({"subject": str, "issuer": str, "names": [str], "not_before": str, "not_after": str, "sha256": str}, NONE),
}
FINDING_SHAPE = {
    "id": str,
    "severity": str,
    "stage": (str, NONE),
    "title": str,
    "meaning": str,
    "evidence": {"code": (int, NONE), "enhanced": (str, NONE), "text": str},
    "also_possible": [{"id": str, "tell_apart": str}],
    "remedies": [{"label": str, "changes": dict}],
    "link": (str, NONE),
}
SHAPE = {
    "schema": int,
    "profile": (str, NONE),
    "endpoint": {"host": str, "port": int, "security": str, "address": (str, NONE)},
    "ok": bool,
    "failed_stage": (str, NONE),
    "finding": (str, NONE),
    "findings": [FINDING_SHAPE],
    "stages": [{"stage": str, "status": str, "seconds": (float, NONE), "detail": dict}],
    "tls": (TLS_SHAPE, NONE),
    "accepted": ({"queue_id": (str, NONE), "reply": (str, NONE)}, NONE),
    "recipients": [{"address": str, "accepted": bool, "stage": str, "reply": (str, NONE), "finding": (str, NONE)}],
    "seconds": float,
    "transcript": ([str], NONE),
}


def differences(value: Any, shape: Any, where: str = "") -> list[str]:
    """Where a value departs from a shape, in words; nothing missing, nothing beside it."""
    if isinstance(shape, tuple):
        found = [differences(value, one, where) for one in shape]
        return [] if [] in found else min(found, key=len)
    if isinstance(shape, dict):
        if not isinstance(value, dict) or value.keys() != shape.keys():
            return [f"{where}: {value!r} has other keys than {list(shape)}"]
        return [line for key in shape for line in differences(value[key], shape[key], f"{where}.{key}")]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{where}: {value!r} is no list"]
        return [line for number, one in enumerate(value) for line in differences(one, shape[0], f"{where}[{number}]")]
    return [] if type(value) is shape else [f"{where}: {value!r} is no {shape.__name__}"]


@pytest.mark.parametrize("shown", [DELIVERED, FAILED, STOPPED, NOT_BEGUN], ids=["delivered", "failed", "stopped", "not begun"])
@pytest.mark.parametrize("transcript", [True, False])
def test_json_has_the_shape_of_the_contract_however_the_run_ended(shown: Report, transcript: bool) -> None:
    found = stdlib_json.loads(json.render(shown, transcript=transcript))
    assert differences(found, SHAPE) == []
    assert {stage["status"] for stage in found["stages"]} <= {"passed", "failed", "skipped"}
    assert (found["transcript"] is not None) is transcript


def test_json_of_a_delivery() -> None:
    found = json.as_object(DELIVERED)
    assert (found["ok"], found["finding"], found["failed_stage"]) == (True, "ok", None)
    assert found["accepted"] == {"queue_id": "Q1", "reply": "250 2.0.0 queued as Q1"}
    assert found["endpoint"] == {"host": "mail.test", "port": 587, "security": "starttls", "address": "192.0.2.1"}
    assert found["tls"]["certificate"]["names"] == ["mail.test"]


def test_json_of_a_failure_carries_what_is_needed_to_act() -> None:
    found = json.as_object(FAILED, transcript=True)
    assert (found["ok"], found["finding"], found["failed_stage"]) == (False, "auth-bad-credentials", "auth")
    assert found["findings"][0]["remedies"][0]["changes"] == {"port": "465", "security": "tls"}
    assert found["findings"][0]["remedies"][1]["changes"] == {}
    assert found["stages"][2] == {"stage": "mail", "status": "skipped", "seconds": None, "detail": {"why": "not-reached"}}
    assert found["transcript"] == ["S: 220 mail.test", "C: AUTH PLAIN ••••"]


def test_a_stopped_run_is_neither_ok_nor_a_finding() -> None:
    found = json.as_object(STOPPED)
    assert (found["ok"], found["finding"], found["failed_stage"]) == (False, None, "resolve")


def test_json_is_ascii_and_survives_what_no_encoding_can_say() -> None:
    broken = Report(Profile(Endpoint("h", 25, Security.NONE), "n\udc80"), transcript=(Line("S", "ü\x9b\x00", 0.0),))
    shown = json.render(broken, transcript=True)
    assert shown.isascii()
    assert stdlib_json.loads(shown)["transcript"] == ["S: ü\x9b\x00"]


# --- Markdown --------------------------------------------------------------------------------------------------------


def test_markdown_holds_the_report_and_the_cure() -> None:
    shown = markdown.render(FAILED, COMMAND, transcript=True)
    assert shown.startswith("# Mail check: prod\n")
    assert "| X | Sign in | 535 5.7.8 no such user | 200 ms |" in shown
    assert "`--set port=465 --set security=tls`" in shown
    assert "C: AUTH PLAIN ••••" in shown


def test_markdown_takes_a_servers_words_for_words() -> None:
    reply = Reply(550, None, ("a|b <script> `x` [l](u)",))
    hostile = report(StageResult(Stage.RCPT, Observation(Stage.RCPT, Kind.REPLY, 0.1, reply)))
    row = next(line for line in markdown.render(hostile, COMMAND).splitlines() if line.startswith("| X"))
    assert row.replace("\\|", "").count("|") == 5
    assert "\\<script\\>" in row
    assert markdown.fenced("```\nout") == ["````text", "```", "out", "````"]
    assert markdown.code("a`b") == "``a`b``"


# --- monitoring ------------------------------------------------------------------------------------------------------

NOW = datetime(2026, 12, 2, tzinfo=UTC)
WARNING = Finding("cert-expiring", Severity.WARNING, Stage.TLS, "The certificate | ends soon", "m")


@pytest.mark.parametrize(
    ("shown", "state", "words"),
    [
        (DELIVERED, 0, "SMTP OK - mail.test:587 accepted the message in 500 ms |"),
        (
            report(passed(Stage.TLS), findings=(WARNING,)),
            1,
            "SMTP WARNING - mail.test:587 cert-expiring: The certificate / ends soon |",
        ),
        (FAILED, 2, "SMTP CRITICAL - mail.test:587 auth-bad-credentials: User name or password is not accepted |"),
        (STOPPED, 3, "SMTP UNKNOWN - mail.test:587 stopped before the end |"),
        (NOT_BEGUN, 3, "SMTP UNKNOWN - mail.test:25 stopped before the end |"),
    ],
)
def test_monitoring_reads_state_words_and_numbers(shown: Report, state: int, words: str) -> None:
    line = nagios.line(shown, NOW)
    assert nagios.state(shown) == state
    assert line.startswith(words)
    assert line.count("|") == 1
    assert "\n" not in line


def test_performance_data_has_times_and_the_certificates_days() -> None:
    pairs = nagios.line(DELIVERED, NOW).partition("| ")[2].split()
    assert pairs[:2] == ["time=0.500000s;;;0", "resolve=0.010000s;;;0"]
    assert [pair.partition("=")[0] for pair in pairs] == ["time", "resolve", "connect", "tls", "data", "certificate_days"]
    assert pairs[-1] == "certificate_days=30;;;"


def test_alternatives_seen_are_in_the_details() -> None:
    tried = Alternative(587, Security.STARTTLS, True, auth=("PLAIN",), starttls=True)
    seen = Observation(Stage.CONNECT, Kind.REFUSED, alternatives=(tried,))
    detail = json.as_object(report(StageResult(Stage.CONNECT, seen)))["stages"][0]["detail"]
    assert detail["kind"] == "refused"
    assert detail["alternatives"] == [{"port": 587, "security": "starttls", "works": True, "auth": ["PLAIN"], "starttls": True}]


def test_what_was_looked_at_after_a_failure_is_in_the_details_and_nothing_else() -> None:
    lax = LaxTls(Weak.VERSION, "TLSv1", "AES128-SHA", "RSA 2048", "sha256")
    other = Alternative(587, Security.STARTTLS, True, address="192.0.2.2")
    looked = Observation(Stage.EHLO, Kind.CLOSED, accepted_names=("[192.0.2.9]",), other_addresses=(other,), lax=lax)
    plain = Observation(Stage.EHLO, Kind.CLOSED)

    def detail(seen: Observation) -> object:
        return json.as_object(report(StageResult(Stage.EHLO, seen)))["stages"][0]["detail"]

    assert detail(looked) == {
        "kind": "closed",
        "capabilities": {},
        "accepted_names": ["[192.0.2.9]"],
        "other_addresses": [{"address": "192.0.2.2", "works": True}],
        "lax_tls": {"weak": "version", "version": "TLSv1", "cipher": "AES128-SHA", "key": "RSA 2048"},
    }
    assert detail(plain) == {"kind": "closed", "capabilities": {}}
