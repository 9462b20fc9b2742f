"""Profiles in a TOML file: read with tomllib, written with tomlkit so that comments survive. Must not know secrets or screens."""

from __future__ import annotations

from wizard.config.literals import as_toml, values_of
from wizard.config.model import Config, ConfigError, config_path, profile_name
from wizard.config.reading import load
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
