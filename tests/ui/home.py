"""A home of its own for a test of the face: no settings, no theme, no colours forbidden, nothing of the real user's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from wizard.app.app import WizardApp

MakeApp = Callable[..., WizardApp]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder; settings are under ``config``, what is unfinished under ``state``."""
    for name in ("NO_COLOR", "SMTP_WIZARD_CONFIG", "DBUS_SESSION_BUS_ADDRESS", "SPHOME", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("wizard.app.host.find_identityiq", lambda: "")
    return tmp_path
