"""Step 1: what is offered in which order, where each source leads, and what is said about this host."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.loopback import Loopback
from tests.ui.home import home
from tests.ui.watching import seen, until
from wizard.app.app import WizardApp
from wizard.app.widgets.state import StateLine
from wizard.config import config_path, save_profile
from wizard.draft import Draft
from wizard.keychain import Rung
from wizard.unfinished import save_unfinished

__all__ = ["home"]

SIZE = (80, 24)
PROD = Draft(host="smtp.example.com", port="587", security="starttls", username="svc", password="ask", sender="iiq@example.com")
UAT = Draft(host="smtp.uat.example.com", port="465", security="tls", sender="iiq@example.com")


def chosen(screen: str) -> str:
    """Return the row the sign stands on."""
    return next(line for line in screen.splitlines() if line.strip().startswith("›"))


def quiet() -> WizardApp:
    """Return a wizard whose network leads nowhere."""
    return WizardApp(network=Loopback({}, {}))


async def test_a_newcomer_finds_the_practice_server_under_enter_and_everything_filled_in(home: Path) -> None:
    app = WizardApp()
    async with app.run_test(size=SIZE) as pilot:
        screen = await until(pilot, "not on this host")
        assert "The practice server" in chosen(screen)
        assert "none yet" in screen, "a source that is not there is shown with its reason"
        await pilot.press("enter")
        screen = await until(pilot, "practice@example.com")
        assert app.practice is not None
        assert app.draft.port in {str(port) for port in app.practice.ports.values()}
        assert app.password is not None
        assert app.password.reveal() not in screen
        await until(pilot, "encrypted and trusted")


async def test_saved_profiles_come_first_the_default_on_top(home: Path) -> None:
    save_profile("uat", UAT)
    save_profile("prod", PROD, make_default=True)
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        screen = await until(pilot, "prod")
        assert "smtp.example.com:587 STARTTLS" in chosen(screen)
        assert screen.index("uat") < screen.index("The practice server")
        await pilot.press("down", "enter")
        await until(pilot, "[2 Details]")
        assert app.draft == UAT
        assert app.profile_name == "uat"


async def test_with_many_profiles_the_rest_is_one_list_away_and_esc_comes_back_to_the_same_place(home: Path) -> None:
    for name in ("a", "b", "c", "d", "e"):
        save_profile(name, UAT)
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "Another saved profile")
        await pilot.press("down", "down", "down", "enter")
        await until(pilot, "A saved profile")
        await pilot.press("escape")
        screen = await until(pilot, "Where do the settings come from?")
        assert "Another saved profile" in chosen(screen)


async def test_a_form_left_half_filled_is_offered_first(home: Path) -> None:
    save_profile("prod", PROD)
    left = Draft(host="mail.test", port="587", security="starttls", username="half")
    save_unfinished(left, "details")
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        screen = await until(pilot, "Go on where you stopped")
        assert "mail.test:587" in chosen(screen)
        await pilot.press("enter")
        await until(pilot, "half")
        assert app.draft.host == "mail.test"
        assert app.password is None


async def test_an_address_of_a_known_provider_leads_to_its_server(home: Path) -> None:
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "An e-mail address")
        await pilot.press("down", "down", "enter")
        screen = await until(pilot, "Address")
        assert "SRV and MX" in screen, "what will be asked is named before it is asked"
        await pilot.press(*"me@gmail.com", "enter")
        await until(pilot, "belongs to Gmail")
        await pilot.press("enter")
        await until(pilot, "[2 Details]")
        assert app.draft.host == "smtp.gmail.com"
        assert app.draft.username == "me@gmail.com"
        assert app.draft.sender == "me@gmail.com"


async def test_an_address_that_is_none_is_explained_and_stays(home: Path) -> None:
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "An e-mail address")
        await pilot.press("down", "down", "enter")
        await until(pilot, "Address")
        await pilot.press(*"me at work", "enter")
        screen = await until(pilot, "X '")
        assert "me at work" in screen


async def test_a_provider_with_several_places_asks_which_one(home: Path) -> None:
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "A provider")
        await pilot.press("down", "down", "down", "enter")
        await until(pilot, "Microsoft 365")
        await pilot.press("a")
        await until(pilot, lambda: "Amazon SES" in chosen(seen(app)))
        await pilot.press("enter")
        await until(pilot, "us-east-1")
        await pilot.press("enter")
        await until(pilot, "[2 Details]")
        assert app.draft.host.startswith("email-smtp.")


async def test_a_fault_to_practise_on_says_what_it_teaches_and_opens_that_server(home: Path) -> None:
    app = WizardApp()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "A fault to practise on")
        await pilot.press("down", "enter")
        screen = await until(pilot, "A refused connection says")
        name = chosen(screen).split()[1]
        await pilot.press("enter")
        await until(pilot, "[2 Details]")
        assert app.practice is not None
        assert app.practice.fault.name == name


async def test_identityiq_says_where_its_page_is_and_leads_to_the_form(home: Path) -> None:
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "IdentityIQ on this host")
        await pilot.press("i", "enter")
        screen = await until(pilot, "Notification Settings")
        assert "Mail Settings" in screen
        assert "was not found on this host" in screen
        await pilot.press("enter")
        await until(pilot, "Type the host")


async def test_a_broken_settings_file_is_named_and_the_wizard_opens_all_the_same(home: Path) -> None:
    config_path().parent.mkdir(parents=True)
    config_path().write_text("[profiles.prod\n")
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        screen = await until(pilot, "line 1")
        assert "config.toml,line1" in "".join(screen.split()), "file and line are named, wherever the row breaks"
        assert "The practice server" in chosen(screen)


async def test_f1_explains_the_entry_the_sign_stands_on(home: Path) -> None:
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "Type them in")
        await pilot.press("f1")
        await until(pilot, "A mail server inside this program")
        await pilot.press("escape", "t", "question_mark")
        await until(pilot, "Opens the form as it is")


async def test_another_source_does_not_inherit_the_password_typed_for_the_one_before(home: Path) -> None:
    save_profile("prod", PROD)
    app = WizardApp(network=Loopback({}, {"localhost": ("127.0.0.1",)}))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "The practice server")
        await pilot.press("down", "enter")
        await until(pilot, "practice@example.com")
        await pilot.press("escape")
        await until(pilot, "Where do the settings come from?")
        await pilot.press("home", "enter")
        await until(pilot, "smtp.example.com")
        assert app.password is None


async def test_what_is_found_on_this_host_after_the_step_was_left_is_no_matter(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def rungs(app: WizardApp) -> tuple[Rung, ...]:
        asked.set()
        await answer.wait()
        return ()

    monkeypatch.setattr(WizardApp, "rungs", rungs)
    app = WizardApp(network=Loopback({}, {}))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, asked.is_set)
        await app.screen.query(StateLine).remove()  # what leaving does first
        answer.set()
        await until(pilot, lambda: all(worker.is_finished for worker in app.workers))  # an error in one would end the app
        assert app.is_running


async def test_words_about_a_broken_settings_file_stay_in_their_column(home: Path) -> None:
    path = config_path()
    path.parent.mkdir(parents=True)
    path.write_text("x = [1\n")
    async with quiet().run_test(size=SIZE) as pilot:
        lines = (await until(pilot, "the file was not changed")).splitlines()
    first = next(place for place, line in enumerate(lines) if "!   settings" in line)
    more = lines[first + 1 : next(place for place, line in enumerate(lines) if "secrets" in line)]
    column = lines[first].index("settings") + 12
    assert more
    assert all(len(line) - len(line.lstrip()) == column for line in more)
