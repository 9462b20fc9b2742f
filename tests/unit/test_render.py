"""A report in its four shapes: what other programs parse, what a person reads, and what hostile words cannot do to either."""

from __future__ import annotations

import argparse
import json as stdlib_json
import shlex
from datetime import UTC, datetime
from typing import Any

import pytest

from wizard.commands import setup
from wizard.diagnosis.model import Evidence, Finding, Possible, Remedy, Severity
from wizard.draft import Change, Draft, Field
from wizard.profile import Endpoint, Login, Profile, Security
from wizard.render import json, markdown, nagios, text
from wizard.render.command import FLAGS, SWITCHES, CommandLine, set_flags
from wizard.render.stages import ENDINGS, NAMES, duration, ending
from wizard.render.style import Style, safe
from wizard.report import Report, StageResult
from wizard.smtp.events import Line, Why
from wizard.smtp.observation import (
    AddressFate,
    Alternative,
    Certificate,
    Context,
    Fate,
    Kind,
    Observation,
    Reply,
    Stage,
    TlsFacts,
)

CERTIFICATE = Certificate("CN=mail.test", "CN=Test CA", ("mail.test",), "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "ab" * 32)
TLS = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", True, CERTIFICATE)
CONTEXT = Context(address="192.0.2.1", addresses=(AddressFate("192.0.2.1", "ipv4", Fate.CONNECTED, 0.01),), tls=TLS)
PROFILE = Profile(Endpoint("mail.test", 587, Security.STARTTLS), "prod", Login("svc@mail.test"), "a@mail.test", "b@mail.test")
FINDING = Finding(
    "auth-bad-credentials",
    Severity.ERROR,
    Stage.AUTH,
    "User name or password is not accepted",
    "The server knows no such pair.",
    Evidence(535, "5.7.8", "no such user"),
    (Possible("auth-account-limited", "it worked until today"),),
    (Remedy("Use port 465", (Change(Field.PORT, "465"), Change(Field.SECURITY, "tls")), proven=True), Remedy("Ask the owner")),
    "535 5.7.8",
    "https://example.com/help",
)
DRAFT = Draft(host="mail.test", port="587", username="svc@mail.test", password="file:/run/secret", sender="a@mail.test")
COMMAND = CommandLine(DRAFT)
TRANSCRIPT = (Line("S", "220 mail.test", 0.01), Line("C", "AUTH PLAIN ••••", 0.02))


def passed(stage: Stage, **facts: Any) -> StageResult:
    return StageResult(stage, Observation(stage, Kind.PASSED, 0.01, context=CONTEXT, **facts))


def report(*stages: StageResult, findings: tuple[Finding, ...] = (), ended: bool = True) -> Report:
    return Report(PROFILE, stages, findings, TRANSCRIPT, context=CONTEXT, seconds=0.5, ended=ended)


DELIVERED = report(
    passed(Stage.RESOLVE),
    passed(Stage.CONNECT),
    passed(Stage.TLS, tls=TLS),
    passed(Stage.DATA, reply=Reply(250, "2.0.0", ("queued as Q1",)), queue_id="Q1", token="t0"),
)
FAILED = report(
    passed(Stage.RESOLVE),
    StageResult(Stage.AUTH, Observation(Stage.AUTH, Kind.REPLY, 0.2, Reply(535, "5.7.8", ("no such user",)), CONTEXT)),
    StageResult(Stage.MAIL, skipped=Why.NOT_REACHED),
    findings=(FINDING,),
)
STOPPED = report(
    StageResult(Stage.RESOLVE, Observation(Stage.RESOLVE, Kind.STOPPED)), StageResult(Stage.CONNECT, skipped=Why.STOPPED)
)
NOT_BEGUN = Report(Profile(Endpoint("mail.test", 25, Security.NONE)))

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


# --- text ------------------------------------------------------------------------------------------------------------


def test_text_of_a_failure_says_what_why_and_what_to_do() -> None:
    shown = text.render(FAILED, COMMAND)
    for words in (
        "X   Sign in           535 5.7.8 no such user",
        "X User name or password is not accepted  [auth-bad-credentials]",
        "The server said: 535 5.7.8 no such user",
        "It could also be auth-account-limited: it worked until today",
        "1. Use port 465 (seen to work just now)",
        "--set port=465 --set security=tls",
        "IdentityIQ's log is expected to show:",
        "https://example.com/help",
    ):
        assert words in shown
    again = "smtp-wizard check --host mail.test --port 465 --security tls --username svc@mail.test --password-file /run/secret"
    assert again in shown


def test_text_says_accepted_and_never_delivered() -> None:
    shown = text.render(DELIVERED, COMMAND)
    assert "mail.test accepted the message as queue id Q1. Accepted does not mean arrived." in " ".join(shown.split())
    assert "delivered" not in shown


def test_text_names_the_second_hello() -> None:
    shown = text.render(report(passed(Stage.EHLO), passed(Stage.EHLO)), COMMAND)
    assert [line[4:20].strip() for line in shown.splitlines() if line.startswith("ok  ")] == ["Hello", "Hello again"]


@pytest.mark.parametrize("width", [40, 80, 100])
def test_text_stays_within_its_width(width: int) -> None:
    finding = Finding("x", Severity.WARNING, None, "Title", "word " * 60)
    shown = text.finding_lines(finding, None, Style(width=width))
    assert max(len(line) for line in shown) <= width


def test_state_is_said_without_colour() -> None:
    plain, coloured = text.render(FAILED, COMMAND), text.render(FAILED, COMMAND, Style(colour=True))
    assert "\x1b[" in coloured
    without = coloured
    for code in ("\x1b[1;31m", "\x1b[32m", "\x1b[33m", "\x1b[2m", "\x1b[1m", "\x1b[0m"):
        without = without.replace(code, "")
    assert without == plain


def test_a_servers_words_cannot_steer_the_terminal() -> None:
    evil = Reply(550, None, ("\x1b]0;owned\x07\x9b2J\u202eabc\r\nok  Sign in",))
    failed = StageResult(Stage.RCPT, Observation(Stage.RCPT, Kind.REPLY, 0.1, evil))
    shown = text.render(report(failed), COMMAND) + markdown.render(report(failed), COMMAND) + nagios.line(report(failed))
    assert not set(shown) & {"\x1b", "\x07", "\x9b", "\u202e", "\r"}
    assert "\nok  Sign in" not in shown
    assert "\\x1b]0;owned\\x07" in shown


def test_ascii_style_has_a_sign_for_everything() -> None:
    shown = text.render(DELIVERED, COMMAND, Style(ascii=True), transcript=True)
    assert shown.isascii()
    assert "AUTH PLAIN ****" in shown
    assert Style(ascii=True).plain("“grün” …") == '"gr\\xfcn" ...'


def test_every_stage_and_every_ending_has_words() -> None:
    assert set(NAMES) == set(Stage)
    assert set(ENDINGS) == set(Kind)
    assert all(ending(Observation(Stage.TLS, kind)) for kind in Kind)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.0, "0 ms"), (0.0034, "3 ms"), (0.9996, "1.0 s"), (1.23, "1.2 s"), (15.2, "15 s")]
)
def test_durations_read_as_people_say_them(seconds: float, words: str) -> None:
    assert duration(seconds) == words


# --- the command line ------------------------------------------------------------------------------------------------


def test_the_command_line_of_a_draft_gives_the_same_draft_back() -> None:
    draft = Draft(
        host="mail.test",
        port="465",
        security="tls",
        username="o'hara & co@mail.test",
        password="env:MAIL",
        mechanism="plain",
        sender="a@mail.test",
        recipient="b@mail.test",
        ehlo_name="me.test",
        ca_file="/a path/ca.pem",
        timeout="3",
        total_timeout="9",
        accept_cleartext_auth="true",
        accept_unverified_tls="true",
        message="- a 'word' $HOME",
    )
    words = shlex.split(CommandLine(draft).text())
    parser = argparse.ArgumentParser(allow_abbrev=False)
    setup.add_arguments(parser)
    again = setup.from_arguments(parser.parse_args(words[2:]))
    assert again.command.draft == draft


def test_every_field_can_be_said_on_the_command_line() -> None:
    assert set(FLAGS) | set(SWITCHES) | {Field.PASSWORD} == set(Field)


def test_a_saved_profile_is_named_with_only_what_differs() -> None:
    command = CommandLine(DRAFT, "prod", DRAFT, (("--deliver",),))
    assert command.text() == "smtp-wizard check prod --deliver"
    assert command.text(Change(Field.PORT, "465")) == "smtp-wizard check prod --set port=465 --deliver"


def test_changes_are_quoted_for_a_shell() -> None:
    assert set_flags((Change(Field.SENDER, "a b@c"),)) == "--set 'sender=a b@c'"


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
    seen = Observation(Stage.CONNECT, Kind.REFUSED, alternatives=(Alternative(587, Security.STARTTLS, True, auth=("PLAIN",)),))
    detail = json.as_object(report(StageResult(Stage.CONNECT, seen)))["stages"][0]["detail"]
    assert detail["kind"] == "refused"
    assert detail["alternatives"] == [{"port": 587, "security": "starttls", "works": True, "auth": ["PLAIN"]}]


def test_safe_keeps_ordinary_words() -> None:
    assert safe("Grüße, 日本 🙂") == "Grüße, 日本 🙂"
