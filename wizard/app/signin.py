"""One sign-in, tried because a key was pressed. Must not know any screen; nothing is sent beyond the sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.app import run
from wizard.profile import Profile, parse
from wizard.smtp.observation import Stage

if TYPE_CHECKING:
    from wizard.app.app import WizardApp
    from wizard.diagnosis.model import Finding
    from wizard.smtp.events import Event


async def try_once(app: WizardApp) -> tuple[str, Finding | None]:
    """Climb to the sign-in and no further. Returns a few words, and the finding when it failed; a refusal is counted."""
    from wizard.keychain import SecretUnavailable
    from wizard.report import Report
    from wizard.smtp.check import check

    profile = parse(app.draft, app.profile_name)
    assert isinstance(profile, Profile)
    try:
        secret = await run.password_for(profile, app.password)
    except SecretUnavailable as problem:
        return str(problem), None
    # Without sender and recipient the ladder ends after the sign-in.
    profile = profile._replace(sender="", recipient="")
    report = Report(profile)

    def emit(event: Event) -> None:
        nonlocal report
        report = report.add(event)

    await check(profile, secret, emit, network=app.network)
    run.count(app.signin_failures, report)
    if not app.on_practice():
        from wizard.memory import signins

        signins.note(report)
    if report.failed is None:
        return "accepted", None
    if report.failed.stage is not Stage.AUTH:
        return "not reached, see below", report.error
    count = app.failures()
    return f"refused, {count} so far" if count else "not possible, see below", report.error
