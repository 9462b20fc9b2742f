"""Around a sign-in: a password where none is at hand, a question before one that may lock the account, a count of refusals.

Each question goes on with ``then`` when it was answered, or at once where there is nothing to ask. Must not know what signs in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from wizard.app import run

if TYPE_CHECKING:
    from wizard.app.app import WizardApp
    from wizard.profile import Password, Profile


def with_password(wizard: WizardApp, profile: Profile, then: Callable[[], None]) -> None:
    """Ask for the password where the profile keeps it nowhere and none was typed; without one nothing goes on."""
    if not run.must_ask(profile, wizard.password):
        then()
        return
    from wizard.app.screens.password import AskPassword

    def given(password: Password | None) -> None:
        if password:
            wizard.password = password
            then()

    who = profile.login.username if profile.login else ""
    wizard.push_screen(AskPassword(f"{who} at {profile.endpoint.host}"), given)


def once_more(wizard: WizardApp, profile: Profile, then: Callable[[], None], *, no: str = "do not") -> None:
    """Ask before a sign-in that could lock the account. ``no`` says what happens instead."""
    refused = wizard.failures()
    if refused < run.LOCK_OUT - 1:
        then()
        return
    from wizard.app.dialog import Ask

    question = Ask(run.another_try(refused, profile), yes="try once more", no=no)
    wizard.push_screen(question, lambda yes: then() if yes else None)


def count_refusal(wizard: WizardApp, profile: Profile) -> None:
    """A sign-in that no report of ours tells of was refused: it counts like any other: servers lock accounts over a few."""
    from wizard.memory.signins import note_refusal

    wizard.signin_failures[run.account(profile)] += 1
    note_refusal(profile)
