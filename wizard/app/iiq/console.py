"""What the pages that use IdentityIQ's console share: which installation is meant, and who signs in. Must not know the "
"console."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from wizard.app.page import Page
from wizard.profile import Password, Profile

if TYPE_CHECKING:
    from wizard.identityiq.console.session import ConsoleLogin
    from wizard.identityiq.installation import Installation

T = TypeVar("T")


class ConsolePage(Page[T], Generic[T]):
    """``login`` is who signed in to the console in this sitting; it stays in memory until the wizard ends."""

    @property
    def login(self) -> ConsoleLogin | None:
        """Return who signs in, where that is known."""
        known = self.wizard.console_login
        if known is None:
            return None
        from wizard.identityiq.console.session import ConsoleLogin

        return ConsoleLogin(*known)

    def ask_login(self, why: str, then: Callable[[], None], otherwise: Callable[[], None]) -> None:
        """Ask who signs in, and go on with it, or without. What was refused is forgotten: tried twice, it may lock a user out."""
        from wizard.app.iiq.login import AskLogin

        user = self.wizard.console_login[0] if self.wizard.console_login else ""
        self.wizard.console_login = None

        def given(login: tuple[str, Password] | None) -> None:
            if login:
                self.wizard.console_login = login
                then()
            else:
                otherwise()

        self.app.push_screen(AskLogin(why, user), given)

    async def find_installation(self, profile: Profile) -> Installation | None:
        """Return the installation that was read, the one the profile names, or the only one there is.

        One that belongs to somebody else is not taken unasked: what is in it would run as this user. Reading it is asking for it.
        """
        from wizard.app import host
        from wizard.smtp.network import in_daemon_thread

        taken = self.wizard.taken
        if taken and taken.installation:
            return taken.installation
        folder = profile.identityiq.folder if profile.identityiq else None
        if folder is not None:
            return await in_daemon_thread(lambda: host.identityiq_at(folder))
        found = await in_daemon_thread(host.find_identityiq)
        from wizard.identityiq.host import owner_of

        return found[0] if len(found) == 1 and not owner_of(found[0]) else None
