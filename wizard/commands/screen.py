"""No command at all: the wizard on the screen, after a look at the terminal. Must not know what the wizard shows."""

from __future__ import annotations

import gc
import os
from pathlib import Path

from wizard.commands.terminal import INSTEAD, UsageError, obstacle


def run(profile: str = "", config_file: str = "") -> int:
    """Open the wizard, with a saved profile or another settings file where they are named. Returns its exit code.

    Raises UsageError where the wizard cannot be drawn, or the profile is not known.
    """
    hindrance = obstacle(os.environ)
    if hindrance:
        raise UsageError(hindrance, *INSTEAD)
    # Until the first step stands on the screen there is hardly any garbage, and looking for it costs a twentieth of the start.
    gc.disable()
    from wizard.draft import Draft

    name, draft = "", Draft()
    config = Path(config_file).expanduser() if config_file else None
    if profile:
        from wizard.commands.setup import saved_profile

        name, draft = saved_profile(profile, config)
    from wizard.app.app import WizardApp

    app = WizardApp(draft, profile_name=name, config_path=config)
    app.run()
    if app.last_words:
        from wizard.commands.terminal import talk

        talk(*app.last_words)
    return app.return_code or 0
