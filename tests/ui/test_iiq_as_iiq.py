"""As IdentityIQ will, through the screen, on a host without a Java: the plan, our own check, what is foretold, one sign-in."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.loopback import Loopback, at_usual_port
from tests.ui.home import home
from tests.ui.identityiq import SMALL, fits, flat, wizard
from tests.ui.watching import seen, until
from wizard.app.app import WizardApp
from wizard.practice import PracticeServer
from wizard.profile import Security

__all__ = ["home"]

NO_JAVA = "No Java was found on this host"


@pytest.fixture(autouse=True)
def no_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A host without a Java."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr("wizard.identityiq.javamail.program._JVM_FOLDERS", ())


def elsewhere(server: PracticeServer, network: Loopback | None = None) -> WizardApp:
    """Return a wizard on settings that lead to the server as if it were a company's own, its password typed."""
    app = wizard(at_usual_port(server.draft(Security.STARTTLS), Security.STARTTLS), network=network or Loopback.to(server))
    app.password = server.password
    return app


async def opened(pilot: Pilot[None]) -> str:
    """Open the page from the Test step and wait for its plan."""
    await until(pilot, "[3 Test]")
    await pilot.press("i")
    return await until(pilot, "This is what Enter will do")


async def test_the_plan_names_everything_and_contacts_nobody(home: Path, practice: PracticeServer) -> None:
    network = Loopback.to(practice)
    app = elsewhere(practice, network)
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        assert "mail.test:587 STARTTLS" in screen
        assert "SMTP Wizard's own check" in screen
        assert f"not run but foretold: {NO_JAVA}" in flat(pilot)
        assert "the library only after our own sign-in was accepted" in flat(pilot)
        assert "● nothing" in screen
        fits(pilot)
        await pilot.press("m")
        await until(pilot, "● one test message to")
        await pilot.press("escape")
        await until(pilot, "[3 Test]")
    assert network.connections == []


async def test_two_columns_foretold_after_one_check_and_one_sign_in(home: Path, practice: PracticeServer) -> None:
    async with elsewhere(practice).run_test(size=SMALL) as pilot:
        await opened(pilot)
        await pilot.press("enter")
        screen = await until(pilot, "r Again")
        assert "SMTP Wizard saw" in screen
        assert "foretold" in screen or "expected" in screen
        fits(pilot)
    assert len(practice.sign_ins) == 1
    assert practice.mailbox.count == 0


async def test_what_was_checked_just_now_is_not_checked_again(home: Path, practice: PracticeServer) -> None:
    network = Loopback.to(practice)
    async with elsewhere(practice, network).run_test(size=SMALL) as pilot:
        await until(pilot, "[3 Test]")
        await pilot.press("enter")
        await until(pilot, "Every stage passed")
        made = len(network.connections)
        screen = await opened(pilot)
        assert "own check" not in screen
        await pilot.press("enter")
        await until(pilot, "r Again")
    assert len(network.connections) == made
    assert len(practice.sign_ins) == 1


async def test_a_refused_password_is_refused_once_and_counts(home: Path) -> None:
    async with PracticeServer("wrong-password") as server:
        app = elsewhere(server)
        async with app.run_test(size=SMALL) as pilot:
            await opened(pilot)
            await pilot.press("enter")
            await until(pilot, "r Again")
            assert "AuthenticationFailedException" in shown(pilot)
            assert server.password.reveal() not in shown(pilot)
            assert app.failures() == 1
        assert len(server.sign_ins) == 1


async def test_a_sign_in_that_may_lock_the_account_is_asked_about_first(home: Path) -> None:
    async with PracticeServer("wrong-password") as server:
        app = elsewhere(server)
        app.signin_failures["mail.test", server.username] = 2
        async with app.run_test(size=SMALL) as pilot:
            await opened(pilot)
            await pilot.press("enter")
            await until(pilot, "Enter try once more")
            await pilot.press("escape")
            await until(pilot, "This is what Enter will do")
            assert server.sign_ins == ()
            await pilot.press("enter", "enter")
            await until(pilot, "r Again")
        assert len(server.sign_ins) == 1


async def test_without_a_password_it_is_asked_for(home: Path, practice: PracticeServer) -> None:
    app = elsewhere(practice)
    app.password = None
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        await pilot.press("enter")
        await until(pilot, "practice@example.com at mail.test")
        await pilot.press("escape")
        await until(pilot, "This is what Enter will do")
        await pilot.press("enter")
        await until(pilot, "practice@example.com at mail.test")
        await pilot.press(*"typed", "enter")
        await until(pilot, "r Again")
        assert app.password is not None
        assert app.password.reveal() == "typed"
        assert len(practice.sign_ins) == 1


async def test_esc_stops_a_run_and_the_plan_stands_again(home: Path) -> None:
    async with PracticeServer("silence") as server, elsewhere(server).run_test(size=SMALL) as pilot:
        await opened(pilot)
        await pilot.press("enter")
        await until(pilot, "Esc Stop")
        await pilot.press("escape")
        await until(pilot, "This is what Enter will do")
        assert "Esc Back" in seen(pilot.app)


def shown(pilot: Pilot[None]) -> str:
    """Return the whole text of the page, that below the fold too."""
    from textual.widgets import Static

    return str(pilot.app.screen.query_one("#both-text", Static).render())
