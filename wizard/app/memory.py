"""What the wizard knows from last time: saved profiles, theme, the unfinished form. Must not know Textual, nor any secret.

Reading never fails: what cannot be read is a sentence in ``problem``, and the wizard opens all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.config import Config, ConfigError, config_path, load
from wizard.draft import Draft, Field

if TYPE_CHECKING:
    from wizard.unfinished import Unfinished

# What a form holds before anybody typed into it; such a form is not worth keeping.
_GIVEN = (Field.SECURITY, Field.PORT, Field.PASSWORD)


class Memory:
    """Reads settings and unfinished form; keeps and forgets the latter; remembers the theme."""

    def __init__(self, path: Path | None = None) -> None:
        self._named = path
        self.path = path or config_path()
        self.profiles: Mapping[str, Draft] = {}
        self.default_profile = ""
        self.theme = ""
        self.problem = ""
        self.unfinished: Unfinished | None = None
        self.read()

    def read(self) -> None:
        """Read everything again."""
        from wizard.unfinished import load_unfinished

        try:
            config = load(self._named)
            self.problem = " ".join(config.notes)
        except ConfigError as problem:
            config = Config(self.path)
            self.problem = str(problem)
        self.path = config.path
        self.profiles = config.profiles
        self.default_profile = config.default_profile
        self.theme = config.theme
        self.unfinished = load_unfinished()

    @property
    def themes(self) -> Path:
        """The folder of the user's own themes, beside the settings."""
        return self.path.parent / "themes"

    def worth_keeping(self, draft: Draft) -> bool:
        """Whether anything was typed at all."""
        return any(draft.get(field) for field in Field if field not in _GIVEN)

    def keep(self, draft: Draft, step: str, profile_name: str = "") -> None:
        """Keep an unfinished form; one in which nothing was typed is not worth it."""
        from wizard.unfinished import save_unfinished

        if self.worth_keeping(draft):
            save_unfinished(draft, step, profile_name)

    def forget(self) -> None:
        """Forget the unfinished form."""
        from wizard.unfinished import clear_unfinished

        clear_unfinished()

    def remember_theme(self, name: str) -> str:
        """Remember the theme; return what went wrong, empty when nothing did."""
        from wizard.config import save_theme

        try:
            save_theme(name, path=self._named)
        except ConfigError as problem:
            return str(problem)
        self.theme = name
        return ""
