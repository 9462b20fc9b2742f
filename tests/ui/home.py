"""A home of its own for a test of the face: no settings, no theme, no colours forbidden, nothing of the real user's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import scenes
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
    monkeypatch.setattr("wizard.app.host.find_identityiq", lambda: ())
    return tmp_path


def keyless(folder: Path, patch: pytest.MonkeyPatch) -> Path:
    """Make a folder the home of a test, on a host without a keyring, as over SSH."""
    for name in ("SMTP_WIZARD_CONFIG", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "NO_COLOR"):
        patch.delenv(name, raising=False)
    patch.setenv("HOME", str(folder))
    patch.setattr("wizard.keychain.rungs", scenes.rungs)
    return folder
