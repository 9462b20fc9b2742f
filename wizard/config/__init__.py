"""Profiles in a TOML file: read with tomllib, written with tomlkit so that comments survive. Must not know secrets or screens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.config.literals import as_toml, values_of
from wizard.config.model import Config, ConfigError, config_path, profile_name
from wizard.config.reading import load

if TYPE_CHECKING:
    from wizard.config.saving import copy_profile, remove_profile, rename_profile, save_default, save_profile, save_theme

__all__ = [
    "Config",
    "ConfigError",
    "as_toml",
    "config_path",
    "copy_profile",
    "load",
    "profile_name",
    "remove_profile",
    "rename_profile",
    "save_default",
    "save_profile",
    "save_theme",
    "values_of",
]


def __getattr__(name: str) -> Any:
    """Load what writes when it is first asked for: every start reads, few write."""
    if name not in __all__:
        raise AttributeError(name)
    from wizard.config import saving

    return getattr(saving, name)
