"""A trial: the library run beside our own check, or foretold, and whether it may sign in. Must not know screens.

Our own check comes first, always. The library is given the password only where that check signed in: a password is refused once,
not twice, and never goes over a line that the profile does not allow.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from wizard.identityiq.installation import Installation, JavaRuntime, MailLibrary, TrustStore
from wizard.identityiq.javamail.job import job_of
from wizard.identityiq.javamail.library import NotHereError, library_of
from wizard.identityiq.javamail.outcome import End, Outcome, SignIn
from wizard.identityiq.javamail.predicting import NO_FACTS, Facts, predict
from wizard.identityiq.javamail.process import Patience
from wizard.identityiq.javamail.program import runtime_of
from wizard.identityiq.javamail.sending import send
from wizard.profile import Mechanism, Password
from wizard.report import Report
from wizard.smtp.observation import Kind, Stage

_LONGEST_SILENCE = 15.0  # seconds; what is silent for so long is taken to be silent for ever


class Means(NamedTuple):
    """What the library can be run with; ``problem`` says what is missing, and then it is foretold."""

    runtime: JavaRuntime | None = None
    library: MailLibrary | None = None
    problem: str = ""

    @property
    def there(self) -> bool:
        """Whether the library can be run."""
        return self.runtime is not None and self.library is not None


def means(
    installation: Installation | None = None, java: Path | None = None, jar: Path | None = None, store: Path | None = None
) -> Means:
    """Return what there is: what was named, IdentityIQ's own, what this host has. ``store`` is a trust store to use instead."""
    try:
        runtime = runtime_of(installation, java)
    except NotHereError as problem:
        return Means(problem=str(problem))
    if store is not None:
        runtime = runtime._replace(trust=TrustStore(store, own=True, password=Password("changeit")))
    try:
        return Means(runtime, library_of(installation, jar))
    except NotHereError as problem:
        return Means(runtime, problem=str(problem))


def kept_back(report: Report, *, again: bool = False) -> str:
    """Return why the library is not given the password, or nothing when it is. ``again``: although ours was refused."""
    if report.profile.login is None:
        return ""
    seen = next((result.observation for result in report.stages if result.stage is Stage.AUTH and result.observation), None)
    if report.profile.login.mechanism is Mechanism.XOAUTH2:
        return "the profile signs in with a token, and this library would send it as a password"
    if seen is None:
        return "our own check did not come as far as the sign-in"
    if seen.passed or (seen.kind is Kind.REPLY and again):
        return ""
    if seen.kind is Kind.REPLY:
        return "our own sign-in was refused, and a second refusal brings a lock-out nearer"
    return "our own check did not send it either"


async def trial(
    report: Report,
    password: Password | None,
    tools: Means,
    *,
    deliver: bool = False,
    again: bool = False,
    only_foretell: bool = False,
    facts: Facts = NO_FACTS,
) -> Outcome:
    """Run the library against the server our check has just met, or foretell it. Signs in at most once.

    ``deliver`` sends a message of its own; ``facts`` hold what is known of the Java's trust, for the prediction alone.
    Raises NotHereError when the library turns out not to run here.
    """
    profile = report.profile
    foretold = predict(report, profile, facts._replace(runtime=tools.runtime, library=tools.library))
    if only_foretell or tools.runtime is None or tools.library is None:
        return foretold
    why = kept_back(report, again=again)
    secret = None if why else password
    token = report.accepted.token if report.accepted else ""
    job = job_of(profile, deliver=deliver and not why, token=token or "")
    if why:
        job = job._replace(username="")  # a user name without a password would end the library's session at once
    silence = min(profile.timeout, _LONGEST_SILENCE)
    real = await send(tools.runtime, tools.library, job, secret, patience=Patience(silence, silence * 4))
    return _with_the_rest(real, foretold, why) if why else real


def _with_the_rest(real: Outcome, foretold: Outcome, why: str) -> Outcome:
    """Add what is foretold from the sign-in on, where the library was not given the password."""
    reasons = (f"From the sign-in on this is foretold: {why}.", *foretold.reasons)
    if real.end is not End.CONNECTED or foretold.stage not in (None, Stage.AUTH, Stage.MAIL, Stage.RCPT, Stage.DATA):
        return real._replace(sign_in=SignIn.NOT_REACHED)
    later = tuple(
        step._replace(words=f"expected: {step.words}" if step.words not in ("", "expected") else "expected")
        for step in foretold.steps
        if step.stage in (Stage.AUTH, Stage.MAIL, Stage.RCPT, Stage.DATA)
    )
    return real._replace(
        end=foretold.end,
        stage=foretold.stage,
        steps=(*real.steps, *later),
        sign_in=SignIn.KEPT_BACK,
        logged=foretold.logged,
        reasons=reasons,
    )
