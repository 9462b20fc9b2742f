"""What the tests of the pages about IdentityIQ share: a profile, the stand-in found on this host, the way to a page."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.loopback import Loopback
from tests.ui.watching import lines_of, seen, until
from wizard.app.app import WizardApp
from wizard.app.page import Page
from wizard.app.step import KeyLine, StepName
from wizard.draft import Draft
from wizard.identityiq.installation import Installation
from wizard.profile import Password
from wizard.smtp.network import Network

SMALL = (80, 24)
CANARY = "canary-in-a-cage"
PROFILE = Draft(
    host="mail.test",
    port="587",
    security="starttls",
    username="svc-iiq",
    password="ask",
    sender="iiq@corp.test",
    recipient="admin@corp.test",
)


def wizard(draft: Draft = PROFILE, *, network: Network | None = None, start: StepName = StepName.TEST) -> WizardApp:
    """Return a wizard of the profile 'prod' with its password typed; without a network it leads nowhere."""
    app = WizardApp(draft, profile_name="prod", network=network or Loopback({}, {}), start=start)
    app.password = Password(CANARY) if draft.username else None
    return app


def found(monkeypatch: pytest.MonkeyPatch, *installations: Installation) -> None:
    """Have the stand-ins found on this host."""
    monkeypatch.setattr("wizard.app.host.find_identityiq", lambda: installations)


async def choose(pilot: Pilot[None], title: str) -> None:
    """Put the sign on an entry of the list shown, and choose it."""
    await under(pilot, title)
    await pilot.press("enter")


async def under(pilot: Pilot[None], title: str) -> str:
    """Put the sign on an entry of the list shown."""
    await until(pilot, title)
    while not any(line.strip().startswith(f"› {title}") for line in seen(pilot.app).splitlines()):
        await pilot.press("down")
    return seen(pilot.app)


async def hand_over(pilot: Pilot[None], way: str = "") -> str:
    """Open Hand over from the Test step, and choose a way there."""
    await until(pilot, "[3 Test]")
    await pilot.press("h")
    screen = await until(pilot, "How do the settings get there?")
    if way:
        await choose(pilot, way)
        await pilot.pause()
    return screen


def fits(pilot: Pilot[None]) -> None:
    """Hold that the keys are named in one row, nothing of what they say is cut off, and no secret is shown."""
    app = pilot.app
    for line in app.screen.query(KeyLine):
        told = "   ".join(f"{key} {what}".strip() for key, what in line.keys)
        assert len(told) + 1 <= app.size.width, f"{len(told) + 1} columns of keys: {told}"
        assert told in seen(app) or not isinstance(app.screen, Page), f"{told!r} is not what stands there"
    assert CANARY not in "\n".join(lines_of(app.export_screenshot()))
