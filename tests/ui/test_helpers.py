"""What the Test step offers besides the run: a text for who can help, one more recipient, the sender's domain, what changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.loopback import HOST, Gone, Loopback, at_usual_port
from tests.ui.home import keyless
from tests.ui.watching import seen, until
from wizard.app.app import WizardApp
from wizard.app.screens.check import CheckScreen
from wizard.app.step import StepName
from wizard.dnstypes import ResolverFailed
from wizard.draft import Change, Draft, Field
from wizard.practice import PracticeServer
from wizard.profile import Security


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own, on a host without a keyring."""
    return keyless(tmp_path, monkeypatch)


def elsewhere(server: PracticeServer, draft: Draft, network: Loopback | None = None) -> WizardApp:
    """Return the wizard on the Test step, on settings that lead to the server as if it were a company's own."""
    app = WizardApp(draft, start=StepName.TEST, network=network or Loopback.to(server), profile_name="prod")
    app.password = server.password
    return app


def on_test(app: WizardApp) -> CheckScreen:
    screen = app.screen
    assert isinstance(screen, CheckScreen)
    return screen


async def test_a_shut_port_has_a_text_for_the_firewall_team_under_p(practice: PracticeServer) -> None:
    draft = at_usual_port(practice.draft(), Security.STARTTLS)
    ports = dict.fromkeys((25, 465, 587, 2525), Gone.REFUSED)
    app = elsewhere(practice, draft, Loopback(ports))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, "Nothing has been contacted yet")
        await pilot.press("enter")
        shown = await until(pilot, "p Pass on")
        assert "refused" in shown
        await pilot.press("p")
        shown = await until(pilot, "For the network or firewall team")
        assert "Subject: Allow TCP port 587 from" in " ".join(shown.split())
        await pilot.press("escape")
        await until(pilot, "What went wrong")


async def test_what_is_in_your_own_hands_offers_no_text(practice: PracticeServer) -> None:
    app = elsewhere(practice, at_usual_port(practice.draft(), Security.STARTTLS))
    app.password = None
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, "Nothing has been contacted yet")
        await pilot.press("enter")
        await until(pilot, "Kept in memory until you leave")
        await pilot.press(*"wrong", "enter")
        shown = await until(pilot, "not accepted")
        assert "Pass on" not in shown
        await pilot.press("p")
        await pilot.pause()
        assert "Subject:" not in seen(app)


async def test_one_more_recipient_is_named_and_nothing_is_sent_to_it(practice: PracticeServer) -> None:
    app = elsewhere(practice, at_usual_port(practice.draft(), Security.STARTTLS))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, "Nothing has been contacted yet")
        on_test(app).action_recipient()
        await until(pilot, "One more recipient")
        await pilot.press(*"no address", "enter")
        await until(pilot, "X ")
        await pilot.press(*["backspace"] * 10, *"them@elsewhere.example", "enter")
        shown = await until(pilot, "also to")
        assert "them@elsewhere.example: accepted" in shown
        assert practice.mailbox.messages == ()


async def test_the_domain_is_asked_about_only_after_who_is_asked_was_shown(
    practice: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    class Silent:
        """A resolver that knows nothing, and keeps what it was asked."""

        def __init__(self, deadline: float) -> None:
            self.deadline = deadline

        def __getattr__(self, kind: str) -> object:
            async def fails(name: str, *_: object) -> list[object]:
                asked.append(f"{kind} {name}")
                raise ResolverFailed("no resolver in this test")

            return fails

    monkeypatch.setattr("wizard.records.HostResolver", Silent)
    app = elsewhere(practice, at_usual_port(practice.draft(), Security.STARTTLS))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, "Nothing has been contacted yet")
        on_test(app).action_domain()
        shown = await until(pilot, "This host's resolver will be asked for")
        assert "example.com" in shown
        assert asked == []
        await pilot.press("enter")
        await until(pilot, "The domain example.com")
        assert asked


async def test_a_failure_says_what_changed_since_the_last_good_run(practice: PracticeServer) -> None:
    draft = at_usual_port(practice.draft(), Security.STARTTLS)
    network = Loopback.to(practice)
    app = elsewhere(practice, draft, network)
    async with app.run_test(size=(80, 40)) as pilot:
        await until(pilot, "Nothing has been contacted yet")
        await pilot.press("enter")
        await until(pilot, "Every stage passed")
        await until(pilot, lambda: on_test(app).since is None and not on_test(app).running)
        network.ports[2587] = Gone.REFUSED
        app.apply(Change(Field.PORT, "2587"))
        await pilot.press("r")
        shown = await until(pilot, "since then")
        assert "you changed the port: 587 -> 2587" in " ".join(shown.split())
        assert HOST in shown
