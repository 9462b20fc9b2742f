"""No command at all: the wizard on the screen, after a look at the terminal. Must not know what the wizard shows."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from wizard.commands.terminal import INSTEAD, UsageError, obstacle


def run(args: argparse.Namespace) -> int:
    """Open the wizard. Returns its exit code; raises UsageError where it cannot be drawn or the profile is not known."""
    hindrance = obstacle(os.environ)
    if hindrance:
        raise UsageError(hindrance, *INSTEAD)
    from wizard.draft import Draft

    name, draft = "", Draft()
    config = Path(args.config).expanduser() if args.config else None
    if args.profile:
        from wizard.commands.setup import saved_profile

        name, draft = saved_profile(args.profile, config)
    from wizard.app.app import WizardApp

    app = WizardApp(draft, profile_name=name, config_path=config)
    app.run()
    return app.return_code or 0
