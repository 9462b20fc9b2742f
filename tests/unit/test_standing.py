"""The words of the Test step, without a screen: plan, cause, proof, keys, questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests import scenes
from wizard.app import run, verdict
from wizard.app.equivalent import about_the_password, as_shell, command
from wizard.app.facts import rows
from wizard.app.standing import TALK_KEYS, Moment, Standing
from wizard.draft import Change, Draft, Field
from wizard.profile import Profile, SecretKind, parse
from wizard.report import Report
from wizard.smtp.events import Event, RunEnded
from wizard.smtp.observation import Kind, Stage


def profile(draft: Draft = scenes.PROD) -> Profile:
    """Return a profile that parsed."""
    parsed = parse(draft, "prod")
    assert isinstance(parsed, Profile)
    return parsed


def told(events: tuple[Event, ...], draft: Draft = scenes.PROD) -> Report:
    """Fold the events of a run."""
    report = Report(profile(draft))
    for event in events:
        report = report.add(event)
    return report


def stopped(stage: Stage) -> Report:
    """A run the user stopped in a stage."""
    story = scenes.Story(scenes.PROD)
    story.stage(Stage.RESOLVE, 0.001)
    story.stage(stage, 0.5, kind=Kind.STOPPED)
    return told((*story.events, RunEnded(0.5)))


def standings() -> Iterator[Standing]:
    """Every moment the step can be in, with all there is to say."""
    before = {"before": scenes.WRONG_MODE, "changed": scenes.WRONG_MODE.changes_to(scenes.PROD)}
    plain = Standing(profile(), secret="with the password you typed")
    yield Standing(parse(scenes.PROD.with_changes(Change(Field.PORT, "abc"))))
    for deliver in (True, False):
        yield replace(plain, deliver=deliver)
    yield replace(plain, **before, failures=2)
    yield replace(plain, report=told(scenes.running()), running=True)
    for events in (scenes.refused(), scenes.wrong_mode(), scenes.passing(), scenes.sent(), scenes.expiring()):
        for saved in (True, False):
            yield replace(plain, report=told(events), **before, saved=saved)
    for stage in (Stage.GREETING, Stage.DATA):
        yield replace(plain, report=stopped(stage), **before)


@pytest.mark.parametrize("standing", list(standings()), ids=lambda standing: standing.moment)
def test_keys_fit_one_row_of_eighty_columns(standing: Standing) -> None:
    for keys in (standing.keys, TALK_KEYS):
        assert len(" " + "   ".join(f"{key} {what}" for key, what in keys)) <= 80


@pytest.mark.parametrize("standing", list(standings()), ids=lambda standing: standing.moment)
def test_words_are_calm_and_claim_no_delivery(standing: Standing) -> None:
    words = " ".join([standing.title, standing.heading, standing.leaving, *(note.text for note in standing.notes)])
    assert "delivered" not in words
    assert "!" not in words


def test_every_moment_is_reached() -> None:
    assert {standing.moment for standing in standings()} == set(Moment)


def test_a_stop_before_the_message_sent_nothing_and_one_within_it_is_not_sure() -> None:
    assert any("No message was sent" in note.text for note in verdict.stopped(stopped(Stage.GREETING)))
    assert any("may or may not have taken it" in note.text for note in verdict.stopped(stopped(Stage.DATA)))


def test_only_the_first_fix_is_under_enter() -> None:
    notes = verdict.failed(told(scenes.wrong_mode(), scenes.WRONG_MODE))
    assert [note.label for note in notes if note.key][:1] == ["Enter"]
    assert sum(note.label == "Enter" for note in notes) == 1


def test_a_running_stage_shows_its_deadline_and_nothing_that_moves() -> None:
    last = rows(told(scenes.running()))[-1]
    assert (last.mark, last.name, last.time) == ("...", "Sign in", "<= 15 s")


@pytest.mark.parametrize("kind", SecretKind)
def test_every_place_of_a_password_has_words(kind: SecretKind) -> None:
    place = f"{kind}:x" if kind not in (SecretKind.KEYRING, SecretKind.ASK) else str(kind)
    words = run.secret_words(profile(scenes.PROD.with_changes(Change(Field.PASSWORD, place))), typed=False)
    assert words.startswith("with ")


def test_a_command_is_broken_between_flags_and_never_inside_one() -> None:
    text = as_shell(command(scenes.PROD, deliver=True), width=40)
    assert all(len(line) <= 40 for line in text.splitlines())
    assert text.replace(" \\\n ", "").endswith("--to admin@example.com --deliver")


def test_a_saved_profile_is_named_and_only_what_differs_is_added() -> None:
    now = scenes.PROD.with_changes(Change(Field.PORT, "2525"))
    assert as_shell(command(now, saved=scenes.PROD, name="prod")) == "smtp-wizard check prod --set port=2525"


def test_a_command_says_where_its_password_comes_from() -> None:
    assert "--password-stdin" in about_the_password(scenes.LOCAL)
    assert "where it is kept" in about_the_password(scenes.PROD)
    assert about_the_password(Draft(host="x")) == ""
