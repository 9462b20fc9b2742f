"""What a configuration is once read: profiles by name, which one is meant, where it lives. Must not know TOML."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from wizard.draft import Draft
from wizard.values import shown

APP = "smtp-wizard"
SCHEMA_VERSION = 1
SYSTEM_CONFIG = Path("/etc/smtp-wizard/config.toml")
ENVIRONMENT = "SMTP_WIZARD_CONFIG"

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class ConfigError(Exception):
    """The configuration cannot be read or saved. Its text is the user's sentence: which file, where, why, what to do."""


@dataclass(frozen=True, slots=True)
class Config:
    """Every saved profile, as typed. ``path`` is the file that saving writes to; it need not exist yet.

    ``origins`` tells which file each profile was read from; ``notes`` are sentences worth showing that stop nothing.
    """

    path: Path
    profiles: Mapping[str, Draft] = field(default_factory=dict)
    default_profile: str = ""
    theme: str = ""
    origins: Mapping[str, Path] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def chosen(self, name: str = "") -> tuple[str, Draft]:
        """Return the named profile and its name; without a name the default one, or the only one there is.

        Raises ConfigError with a sentence that lists what is saved.
        """
        if name:
            if name in self.profiles:
                return name, self.profiles[name]
            raise ConfigError(f"There is no profile '{shown(name)}' in {self.path}. {self._what_is_saved()}")
        if self.default_profile in self.profiles:
            return self.default_profile, self.profiles[self.default_profile]
        if self.default_profile:
            raise ConfigError(
                f"default_profile in {self.path} names '{shown(self.default_profile)}', which is not saved. "
                f"{self._what_is_saved()}"
            )
        if len(self.profiles) == 1:
            return next(iter(self.profiles.items()))
        raise ConfigError(f"No profile is named, and {self.path} has no default_profile. {self._what_is_saved()}")

    def _what_is_saved(self) -> str:
        if not self.profiles:
            return "No profile is saved yet: run smtp-wizard to make one."
        names = list(self.profiles)
        more = f" and {len(names) - 8} more" if len(names) > 8 else ""
        return f"Saved are: {', '.join(names[:8])}{more}."


def config_path() -> Path:
    """Return the file to read and save: the one SMTP_WIZARD_CONFIG names, or config.toml in the user's config folder.

    A user without a home (a service account, a number in a container) has the host's file alone.
    """
    named = os.environ.get(ENVIRONMENT, "")
    if named:
        return Path(os.path.expanduser(named))
    from platformdirs import user_config_path  # imported late: not needed when a file is named

    try:
        return user_config_path(APP, appauthor=False) / "config.toml"
    except RuntimeError:
        return SYSTEM_CONFIG


def profile_name(text: str) -> str:
    """Read a profile's name: any printable text. Raises ConfigError with a sentence."""
    if not text.strip():
        raise ConfigError("A profile needs a name, for example prod.")
    if _UNPRINTABLE.search(text):
        raise ConfigError(f"The profile name '{shown(text)}' contains a control character. Use printable text, for example prod.")
    if text != text.strip():
        raise ConfigError(f"The profile name '{shown(text)}' begins or ends with a blank. Write it without.")
    if len(text) > 200:
        raise ConfigError("The profile name has more than 200 characters. Choose a shorter one, for example prod.")
    return text
