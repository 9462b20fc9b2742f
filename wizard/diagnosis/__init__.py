"""The handbook: what an observation means and what cures it. Must not know sockets, async or screens."""

from __future__ import annotations

from datetime import date

from wizard.diagnosis.model import Finding
from wizard.diagnosis.warnings import warn
from wizard.diagnosis.when import Seen, current_date
from wizard.profile import Profile
from wizard.smtp.observation import Kind, Observation


def diagnose(observation: Observation, profile: Profile, *, today: date | None = None) -> tuple[Finding, ...]:
    """Return what an observation means: one error when the stage failed, warnings beside it; nothing for a plain pass.

    What no rule knows is the finding ``unknown``, which quotes the server or the exception. A run the user stopped means
    nothing. ``today`` is the day certificates and announcements are counted from, by default the host's own, UTC.
    """
    if observation.kind is Kind.STOPPED:
        return ()
    seen = Seen(observation, profile, today or current_date())
    warnings = warn(seen)
    if observation.passed:
        return warnings
    from wizard.diagnosis.handbook import find, unknown  # all the rules: a run that passes needs none of them

    return (find(seen) or unknown(seen), *warnings)
