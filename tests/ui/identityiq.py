"""What the tests of the pages about IdentityIQ share: a profile, the stand-in found on this host, the way to a page."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.iiq.standin import standin
from tests.loopback import Loopback
from tests.ui.home import home
from tests.ui.test_terminal_walk import DOWN, ENTER, Terminal, chosen
from tests.ui.watching import lines_of, seen, until
from wizard.app.app import WizardApp
from wizard.app.page import Page
from wizard.app.step import KeyLine, StepName
from wizard.config import save_profile
from wizard.draft import Change, Draft, Field
from wizard.identityiq.installation import Installation
from wizard.profile import Password
from wizard.smtp.network import Network

__all__ = ["home"]

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


@pytest.fixture
def iiq(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """A stand-in that is found on this host, in a home of its own."""
    installation = standin(tmp_path / "iiq")
    found(monkeypatch, installation)
    return installation


def gate(installation: Installation) -> Callable[[], None]:
    """Have the stand-in's console wait before it begins; return what lets it go on, once and for all."""
    bin_folder = installation.folder / "WEB-INF" / "bin"
    held, real = bin_folder / "held", bin_folder / "iiq-behind-the-gate"
    os.mkfifo(held)
    (bin_folder / "iiq").rename(real)
    (bin_folder / "iiq").write_text(f'#!/bin/sh\nread _ < {held}\nexec {real} "$@"\n')
    (bin_folder / "iiq").chmod(0o755)

    def opened() -> None:
        held.write_text("go on\n")
        free = bin_folder / "free"
        free.write_text(f'#!/bin/sh\nexec {real} "$@"\n')
        free.chmod(0o755)
        free.replace(bin_folder / "iiq")

    return opened


def flat(pilot: Pilot[None]) -> str:
    """Return what the screen says, without its line breaks."""
    return " ".join(seen(pilot.app).split())


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


@contextmanager
def saved_walk(home: Path, draft: Draft, installation: Installation, way: str) -> Iterator[Terminal]:
    """Open the wizard in a real terminal with a saved profile that names the stand-in, and choose a way to hand over."""
    side = (Change(Field.IIQ_FOLDER, str(installation.folder)), Change(Field.USERNAME, ""), Change(Field.PASSWORD, ""))
    save_profile("prod", draft.with_changes(*side), path=home / ".config" / "smtp-wizard" / "config.toml")
    terminal = Terminal(home)
    try:
        terminal.until("prod")
        _put_sign(terminal, "prod")
        terminal.press(ENTER)
        terminal.until("[2 Details]")
        terminal.press(ENTER)
        terminal.until("Nothing has been contacted yet")
        terminal.press("h")
        terminal.until("› Type it in")
        _put_sign(terminal, way)
        terminal.press(ENTER)
        yield terminal
    finally:
        terminal.close()


def _put_sign(terminal: Terminal, title: str) -> None:
    while not chosen(terminal.until("›")).strip().startswith(f"› {title}"):
        before = chosen(terminal.text)
        terminal.press(DOWN)
        terminal.until("›", gone=before)
