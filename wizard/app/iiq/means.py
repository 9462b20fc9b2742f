"""What a watch needs: who points IdentityIQ, where mail is sent on, which templates it may be. Must not know Textual."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from wizard.app import run

if TYPE_CHECKING:
    from wizard.app.app import WizardApp
    from wizard.identityiq.console.session import ConsoleLogin
    from wizard.identityiq.installation import Installation
    from wizard.identityiq.templates import Template
    from wizard.identityiq.watch.pointing import Pointer
    from wizard.practice.relay_sender import Upstream
    from wizard.profile import Profile


async def upstream(wizard: WizardApp, profile: Profile) -> Upstream:
    """Return where mail is sent on to, with its password. Raises SecretUnavailable."""
    from wizard.practice.relay_sender import Upstream

    return Upstream(profile, await run.password_for(profile, wizard.password), network=wizard.network)


def pointer(
    installation: Installation | None, login: ConsoleLogin | None, say: Callable[[str], None], *, sends_on: bool
) -> Pointer:
    """Return who points IdentityIQ at the relay: its console, or, without an installation, a person."""
    from wizard.identityiq.watch.pointing import ByConsole, ByHand
    from wizard.memory import lastapply

    if installation is None:
        return ByHand()
    return ByConsole(installation, lastapply.folder(), login=login, say=say, sends_to_all=sends_on)


async def templates(installation: Installation | None) -> tuple[Template, ...]:
    """Return the installation's templates, so that its mails are recognised by them; none where they cannot be read."""
    if installation is None:
        return ()
    from wizard.identityiq.reading import XmlProblem
    from wizard.identityiq.templates import collect
    from wizard.smtp.network import in_daemon_thread

    try:
        return (await in_daemon_thread(lambda: collect([installation.folder]))).templates
    except (XmlProblem, OSError):
        return ()
