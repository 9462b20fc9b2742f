"""HTTP/OAuth, through the screen: from Details by Enter, the plan, the test against a stand-in, the secret, the card."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.iiq.graph import CLIENT, RECIPIENT, SECRET, SENDER, Graph, aadsts, refused
from tests.ui.home import home
from tests.ui.identityiq import SMALL, fits, flat, wizard
from tests.ui.watching import seen, until
from wizard.app.app import WizardApp
from wizard.app.iiq.oauth import OAuthPage
from wizard.app.step import StepName
from wizard.draft import Change, Draft, Field
from wizard.smtp.network import Network

__all__ = ["home"]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy of the developer's own."""
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def graph(tmp_path: Path) -> AsyncIterator[Graph]:
    """A stand-in where everything works."""
    folder = tmp_path / "graph"
    folder.mkdir()
    async with Graph(folder) as standing:
        yield standing


def on(graph: Graph, *changes: Change) -> WizardApp:
    """Return a wizard on Details, with the values that work at the stand-in; the secret is asked for."""
    right = graph.settings()
    draft = Draft(
        sender=SENDER,
        recipient=RECIPIENT,
        security="starttls",
        port="587",
        ca_file=str(right.ca_file),
        iiq_type="http",
        iiq_email_endpoint=right.email_endpoint,
        iiq_token_endpoint=right.token_endpoint,
        iiq_refresh_endpoint=right.refresh_endpoint,
        iiq_scope=right.scope,
        iiq_client_id=right.client_id,
        iiq_client_secret="ask",
    )
    return wizard(draft.with_changes(*changes), network=Network(), start=StepName.DETAILS)


async def opened(pilot: Pilot[None]) -> str:
    """Go on from Details with Enter, which leads here because there is no SMTP to test."""
    await until(pilot, "[2 Details]")
    await pilot.press("enter")
    return await until(pilot, "Nothing has been contacted yet")


async def given(pilot: Pilot[None], secret: str = SECRET) -> None:
    """Begin, and type the secret that is asked for."""
    await pilot.press("enter")
    await until(pilot, f"the client ID {CLIENT}")
    pilot.app.screen.query_one("#secret").focus()
    await pilot.press(*secret, "enter")


async def test_enter_on_details_leads_to_a_plan_that_names_both_hosts_and_asks_nobody(home: Path, graph: Graph) -> None:
    async with on(graph).run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        assert "127.0.0.1" in screen
        assert "● nothing" in screen
        assert "○ one test message to admin@example.com" in screen
        assert "Token Endpoint" in screen
        fits(pilot)
        await pilot.press("escape")
        await until(pilot, "[2 Details]")
    assert graph.asked == []


async def test_a_token_is_fetched_once_and_nothing_is_sent_unasked(home: Path, graph: Graph) -> None:
    async with on(graph).run_test(size=SMALL) as pilot:
        await opened(pilot)
        await given(pilot)
        screen = await until(pilot, "The token is good and may send")
        assert SECRET not in screen
        assert "X " not in screen
        fits(pilot)
        await pilot.press("r")
        await until(pilot, lambda: len(graph.asked_for("token")) == 2)
        await until(pilot, "The token is good and may send")
    assert graph.messages == []


async def test_with_m_one_message_is_handed_over(home: Path, graph: Graph) -> None:
    async with on(graph).run_test(size=SMALL) as pilot:
        await opened(pilot)
        await pilot.press("m")
        await until(pilot, "● one test message to admin@example.com")
        await given(pilot)
        await until(pilot, "The mail service accepted the message")
        fits(pilot)
    (message,) = graph.messages
    assert message["message"]["toRecipients"][0]["emailAddress"]["address"] == RECIPIENT


async def test_a_refused_secret_is_told_once_and_typed_again(home: Path, graph: Graph) -> None:
    async with on(graph).run_test(size=SMALL) as pilot:
        await opened(pilot)
        await given(pilot, "abc8Q~wrong-secret-that-is-long-enough-0000")
        screen = await until(pilot, "X ")
        await until(pilot, "Enter Test")
        assert "wrong-secret" not in screen
        assert len(graph.asked_for("token")) == 1
        await given(pilot)
        await until(pilot, "The token is good and may send")


@pytest.mark.parametrize(
    ("claims", "said"),
    [({"roles": []}, "Mail.Send"), ({"roles": None, "scp": "Mail.Send"}, "Application")],
)
async def test_a_token_that_may_not_send_is_said_with_what_to_do(
    home: Path, graph: Graph, claims: dict[str, object], said: str
) -> None:
    graph.claims = claims
    async with on(graph).run_test(size=SMALL) as pilot:
        await opened(pilot)
        await given(pilot)
        await until(pilot, "Enter Test")
        await until(pilot, lambda: said in flat(pilot) and "X " in seen(pilot.app))


async def test_an_expired_secret_is_typed_again_but_not_one_that_was_good(home: Path, graph: Graph) -> None:
    graph.token = aadsts(7000222, "The provided client secret keys are expired.")
    async with on(graph).run_test(size=SMALL) as pilot:
        await opened(pilot)
        await given(pilot)
        await until(pilot, lambda: "expired" in flat(pilot))
        graph.token = None
        graph.sending = refused("ErrorAccessDenied", 403, "Access is denied.")
        await pilot.press("m")
        await until(pilot, "● one test message")
        await given(pilot)
        screen = await until(pilot, "may not send as iiq@example.com")
        assert "ok  Ask for a token" in screen
        assert "X   Send a message" in screen
        fits(pilot)
        graph.sending = None
        await pilot.press("enter")
        await until(pilot, "The mail service accepted the message")


async def test_a_value_that_cannot_work_is_named_and_nobody_is_asked(home: Path, graph: Graph) -> None:
    async with on(graph, Change(Field.IIQ_SCOPE, "")).run_test(size=SMALL) as pilot:
        await until(pilot, "[2 Details]")
        pilot.app.push_screen(OAuthPage())
        await until(pilot, "HTTP/OAuth")
        await pilot.press("enter")
        await until(pilot, "Scope")
        assert "Kept in memory" not in seen(pilot.app)
    assert graph.asked == []


async def test_esc_stops_a_service_that_never_answers(home: Path, graph: Graph) -> None:
    graph.silent = "token"
    async with on(graph).run_test(size=SMALL) as pilot:
        await opened(pilot)
        await given(pilot)
        await until(pilot, "Esc Stop")
        await until(pilot, lambda: graph.asked_for("token"))
        await pilot.press("escape")
        screen = await until(pilot, "Stopped: the connection is closed.")
        assert "Esc Back" in screen


async def test_h_shows_the_card_to_type_from(home: Path, graph: Graph) -> None:
    async with on(graph).run_test(size=SMALL) as pilot:
        await opened(pilot)
        await pilot.press("h")
        screen = await until(pilot, "How do the settings get there?")
        assert CLIENT in screen
        assert SECRET not in screen
