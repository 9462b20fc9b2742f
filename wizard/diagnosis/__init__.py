"""The handbook: what an observation means and what cures it. Must not know sockets, async or screens."""

from __future__ import annotations

from wizard.diagnosis.model import Finding
from wizard.profile import Profile
from wizard.smtp.observation import Observation


def diagnose(observation: Observation, profile: Profile) -> tuple[Finding, ...]:
    """Return what an observation means: one error when the stage failed, warnings beside it; nothing for a plain pass."""
    raise NotImplementedError
