"""A report as text for a person, and as the command line to run again; what hostile words cannot do to either."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

import pytest

from tests.unit.canned import (
    COMMAND,
    DELIVERED,
    DRAFT,
    FAILED,
    passed,
    report,
)
from wizard.commands import setup
from wizard.diagnosis.model import Finding, Severity
from wizard.draft import Change, Draft, Field
from wizard.render import markdown, nagios, text
from wizard.render.command import FLAGS, SWITCHES, CommandLine, set_flags
from wizard.render.stages import ENDINGS, NAMES, duration, ending
from wizard.render.style import Style, safe
from wizard.report import StageResult
from wizard.smtp.observation import (
    Kind,
    Observation,
    Reply,
    Stage,
)

# --- text ------------------------------------------------------------------------------------------------------------


def test_text_of_a_failure_says_what_why_and_what_to_do() -> None:
    shown = text.render(FAILED, COMMAND)
    for words in (
        "X   Sign in           535 5.7.8 no such user",
        "X User name or password is not accepted  [auth-bad-credentials]",
        "The server said: 535 5.7.8 no such user",
        "It could also be a locked or limited account [auth-account-limited]: it",
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


def test_the_command_line_of_a_draft_gives_the_same_draft_back(tmp_path: Path) -> None:
    authorities = tmp_path / "a path.pem"
    authorities.write_text("-----BEGIN CERTIFICATE-----\n")
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
        ca_file=str(authorities),
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


@pytest.mark.parametrize("field", [field for field in Field if field not in SWITCHES])
def test_every_field_can_be_said_on_the_command_line(field: Field) -> None:
    value = {Field.PORT: "465", Field.PASSWORD: "env:NAME"}.get(field, "word")
    words = " ".join(word for group in CommandLine(Draft().with_changes(Change(field, value))).groups() for word in group)

    assert value in words
    assert FLAGS.get(field, f"--set {field}=") in words


def test_a_saved_profile_is_named_with_only_what_differs() -> None:
    command = CommandLine(DRAFT, "prod", DRAFT, (("--deliver",),))
    assert command.text() == "smtp-wizard check prod --deliver"
    assert command.text(Change(Field.PORT, "465")) == "smtp-wizard check prod --set port=465 --deliver"


def test_changes_are_quoted_for_a_shell() -> None:
    assert set_flags((Change(Field.SENDER, "a b@c"),)) == "--set 'sender=a b@c'"


def test_safe_keeps_ordinary_words() -> None:
    assert safe("Grüße, 日本 🙂") == "Grüße, 日本 🙂"
