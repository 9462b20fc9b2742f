"""Step 2: typing, choosing and pasting into the form; its errors; the live look at the server; one sign-in per key."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from tests.loopback import HOST, Gone, Loopback
from tests.ui.home import home
from tests.ui.watching import seen, until
from wizard.app.app import WizardApp
from wizard.app.step import StepName
from wizard.draft import Change, Draft, Field
from wizard.keychain import Rung
from wizard.practice import PracticeServer
from wizard.profile import Password, SecretKind

__all__ = ["home"]

SIZE = (80, 24)
SECRET = "correct horse battery"


def details(draft: Draft | None = None, network: Loopback | None = None) -> WizardApp:
    """Return a wizard that opens on Details; without a network of its own it reaches nobody."""
    return WizardApp(draft, network=network or Loopback({}, {}), start=StepName.DETAILS)


def draft_for(server: PracticeServer, *changes: Change) -> Draft:
    """Return settings for the practice server under the name mail.test and the usual ports."""
    return server.draft().with_changes(Change(Field.HOST, HOST), Change(Field.PORT, "587"), *changes)


def focused(app: WizardApp) -> str:
    """Return the id of what has the cursor."""
    return app.focused.id or "" if app.focused else ""


def paste(pilot: Pilot[None], text: str) -> None:
    """Paste as a terminal does."""
    pilot.app.post_message(events.Paste(text))


def row(screen: str, label: str) -> str:
    """Return the row that begins with a label."""
    return next(line for line in screen.splitlines() if line.strip().startswith(label))


async def test_the_port_follows_the_encryption_until_it_is_typed(home: Path) -> None:
    app = details()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "STARTTLS")
        assert app.draft.port == "587"
        await pilot.press("down", "right")
        assert (app.draft.security, app.draft.port) == ("tls", "465")
        await pilot.press("down", "backspace", "backspace", "backspace", *"1025")
        await pilot.press("up", "left")
        assert (app.draft.security, app.draft.port) == ("starttls", "1025")
        await pilot.press("down", "ctrl+u", "up", "right")
        assert (app.draft.security, app.draft.port) == ("tls", "465"), "an emptied port follows again"


@pytest.mark.parametrize(
    ("pasted", "host", "port", "security"),
    [
        ("smtp.example.com:465", "smtp.example.com", "465", "tls"),
        ("  smtps://smtp.example.com/ ", "smtp.example.com", "465", "tls"),
        ("https://smtp.example.com/owa", "smtp.example.com", "587", "starttls"),
        ("\r\n\u200bsmtp.example.com.,\r\n", "smtp.example.com", "587", "starttls"),
    ],
)
async def test_what_is_pasted_as_host_is_understood(home: Path, pasted: str, host: str, port: str, security: str) -> None:
    app = details()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "STARTTLS")
        paste(pilot, pasted)
        await until(pilot, lambda: app.draft.host == host)
        assert (app.draft.port, app.draft.security) == (port, security)


async def test_errors_stand_under_their_fields_and_the_cursor_goes_to_the_first(home: Path) -> None:
    wrong = Draft(host="smtp..example.com", port="70000", security="starttls", sender="iiq at example.com", timeout="soon")
    app = details(wrong)
    async with app.run_test(size=(80, 40)) as pilot:
        await until(pilot, "70000")
        await pilot.press("enter")
        screen = await until(pilot, "X 'smtp..example.com' is not")
        assert "X port 70000 does not exist" in screen
        assert "X 'iiq at example.com' has no @" in screen
        assert "X 'soon' is not a time" in screen, "a folded field with an error is unfolded"
        assert focused(app) == Field.HOST
        assert app.draft.sender == "iiq at example.com", "nothing typed is lost"
        assert app.draft.port == "70000"
        await pilot.press("x")
        assert "is not a host name" not in await until(pilot, lambda: "X 'smtp.." not in seen(app))


async def test_the_live_panel_shows_what_is_seen_of_the_server(home: Path, practice: PracticeServer, loopback: Loopback) -> None:
    app = details(draft_for(practice), loopback)
    async with app.run_test(size=SIZE) as pilot:
        screen = await until(pilot, "encrypted and trusted")
        assert "127.0.0.1" in row_of(screen, "name")
        assert "refused" in row_of(screen, " 2525")
        assert "STARTTLS 1.3" in row_of(screen, "›  587")
        assert "TLS 1.3" in row_of(screen, " 465")
        assert "days" in row_of(screen, "cert")
        assert "PLAIN" in row_of(screen, "accepts")
        assert practice.sign_ins == (), "looking signs in nowhere"


def row_of(screen: str, label: str) -> str:
    """Return the row of the Live panel with a label, from the label on."""
    return next(line[line.rindex(label) :] for line in screen.splitlines() if label in line[44:])


async def test_a_closed_port_beside_an_open_one_is_one_key_away(home: Path, practice: PracticeServer) -> None:
    network = Loopback.to(practice)
    del network.ports[465]
    app = details(draft_for(practice, Change(Field.PORT, "465"), Change(Field.SECURITY, "tls")), network)
    async with app.run_test(size=SIZE) as pilot:
        screen = await until(pilot, "Port 587 is open and offers STARTTLS")
        assert "Port 465 refuses the connection" in screen
        assert "^o use STARTTLS on 587" in screen
        await pilot.press("ctrl+o")
        screen = await until(pilot, "encrypted and trusted")
        assert (app.draft.port, app.draft.security) == ("587", "starttls")
        assert "Port *" in screen, "what was changed for you is marked by a sign"


async def test_another_host_ends_the_look_at_the_one_before(home: Path, practice: PracticeServer) -> None:
    network = Loopback.to(practice)
    network.names["silent.test"] = ("127.0.0.1",)
    real = dict(network.ports)
    network.ports = dict.fromkeys(real, Gone.SILENT)
    app = details(draft_for(practice, Change(Field.HOST, "silent.test")), network)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "silent.test")
        await until(pilot, lambda: len(network.connections) >= 4)
        network.ports = real
        await pilot.press("home", "ctrl+k", *HOST)
        screen = await until(pilot, "encrypted and trusted")
        assert "no answer" not in screen


async def test_half_a_name_is_not_looked_up(home: Path) -> None:
    network = Loopback({}, {})
    app = details(network=network)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(*"smtp")
        await until(pilot, "The rest of the form follows")
        assert "Type a host" in seen(app)
        assert network.connections == []


async def test_an_unknown_name_says_so(home: Path) -> None:
    app = details(Draft(host="nowhere.test"))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "nowhere.test has no address: check the spelling")


async def test_the_sign_in_is_tried_once_by_its_key(home: Path, practice: PracticeServer, loopback: Loopback) -> None:
    app = details(draft_for(practice), loopback)
    app.password = practice.password
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "encrypted and trusted")
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "accepted" in row_of(seen(app), "sign-in"))
        assert len(practice.sign_ins) == 1
        assert practice.mailbox.messages == ()


async def test_refused_sign_ins_are_counted_and_the_third_is_asked_about(
    home: Path, practice: PracticeServer, loopback: Loopback
) -> None:
    app = details(draft_for(practice), loopback)
    app.password = Password(SECRET)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "encrypted and trusted")
        for count in (1, 2):
            await pilot.press("ctrl+t")
            await until(pilot, f"refused, {count} so far")
        assert "One more may lock the account" in seen(app)
        await pilot.press("ctrl+t")
        await until(pilot, "Try once more?")
        await pilot.press("escape")
        await until(pilot, lambda: "Try once more?" not in seen(app))
        assert len(practice.sign_ins) == 2, "no third attempt without a word"
        assert SECRET not in seen(app)


async def test_a_sign_in_without_a_password_asks_for_it_in_its_field(
    home: Path, practice: PracticeServer, loopback: Loopback
) -> None:
    app = details(draft_for(practice, Change(Field.PASSWORD, "ask")), loopback)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "encrypted and trusted")
        await pilot.press("ctrl+t")
        await until(pilot, "X type the password to try it")
        assert focused(app) == Field.PASSWORD
        assert practice.sign_ins == ()


async def test_a_password_goes_neither_to_the_clipboard_nor_into_the_draft_nor_onto_the_screen(home: Path) -> None:
    app = details(
        Draft(host="mail.test", port="587", security="starttls", username="svc", password="ask", sender="iiq@example.com")
    )
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, "Password")
        await pilot.press("down", "down", "down", "down")
        assert focused(app) == Field.PASSWORD
        await pilot.press(*SECRET.replace(" ", "_"))
        for keys in ("ctrl+c", "ctrl+x"):
            await pilot.press("home", "shift+end", keys)
            await until(pilot, "A password is not c")
        assert app.clipboard == ""
        assert app.password is not None
        assert app.password.reveal() == SECRET.replace(" ", "_"), "cut takes nothing away"
        assert SECRET.replace(" ", "_") not in seen(app)
        assert SECRET.replace(" ", "_") not in repr(app.draft)


async def test_a_lowered_guard_is_named_for_as_long_as_it_is_on(home: Path) -> None:
    app = details(Draft(host="mail.test", port="587", security="starttls", accept_unverified_tls="true"))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "You accept a server whose certificate does not verify")
        assert "set: Unverified" in seen(app), "named on the folded line too"
        app.screen.query_one("#more").focus()
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.query("#accept_unverified_tls"))
        app.screen.query_one("#accept_unverified_tls").focus()
        await until(pilot, "not proven to be the")
        await pilot.press("left")
        await until(pilot, lambda: "You accept a server" not in seen(app))
        assert app.draft.accept_unverified_tls == ""


async def test_places_for_the_password_say_why_they_cannot_be_used(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def ladder(**_: object) -> tuple[Rung, ...]:
        return (Rung(SecretKind.KEYRING, False, "no D-Bus session: usual over SSH"), Rung(SecretKind.FILE, True, "a file"))

    monkeypatch.setattr("wizard.keychain.rungs", ladder)
    app = details(Draft(host="mail.test", username="svc", sender="iiq@example.com"))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "nowhere: ask each time")
        assert app.draft.password == "ask", "a place that cannot be used is not chosen for you"
        await pilot.press(*["down"] * 5)
        assert focused(app) == "kept"
        await pilot.press("right")
        await until(pilot, "! no D-Bus session: usual over SSH")
        assert app.draft.password == "keyring"
        await pilot.press("right")
        await until(pilot, "File")
        assert app.draft.password.startswith("file:")


async def test_a_question_mark_is_typed_in_a_text_field_and_asks_for_help_elsewhere(home: Path) -> None:
    app = details()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "Type the host")
        await pilot.press("question_mark")
        assert app.draft.host == "?"
        await pilot.press("backspace", "down", "question_mark")
        await until(pilot, "IdentityIQ calls STARTTLS 'TLS'")
        await pilot.press("escape", "up", "f1")
        await until(pilot, "The name of the server that takes your mail on")


async def test_a_well_known_provider_is_recognised_by_its_host(home: Path) -> None:
    app = details(Draft(host="smtp.office365.com", port="587", security="starttls"))
    async with app.run_test(size=(80, 40)) as pilot:
        await until(pilot, "Microsoft 365, password field")
        assert "Password sign-in over SMTP is switched off by default" in seen(app)


async def test_what_does_not_fit_into_80_by_24_is_reached_with_the_keys_its_title_names(home: Path) -> None:
    app = details(Draft(host="smtp.office365.com", port="587", security="starttls"))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await until(pilot, "What this means (PgUp/PgDn scrolls)")
        for way_out in ("Move to HTTP/OAuth", "Or keep the password for a while"):
            assert way_out not in screen
            while way_out not in seen(app):
                before = app.screen.query_one("#means").scroll_y
                await pilot.press("pagedown")
                assert app.screen.query_one("#means").scroll_y > before, f"the end came before '{way_out}'"
        app.screen.query_one(f"#{Field.HOST}").focus()
        await pilot.press("backspace")
        await until(pilot, "What this means───")


def type_in_one_burst(pilot: Pilot[None], text: str, *keys: str) -> None:
    """Type as a fast hand or a slow line does: every key is there before the first has been dealt with."""
    for sign in text:
        pilot.app.post_message(events.Key("space" if sign == " " else sign, sign))
    for key in keys:
        pilot.app.post_message(events.Key(key, None))


async def test_keys_that_come_in_one_burst_keep_their_order(home: Path) -> None:
    app = details()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "STARTTLS")
        type_in_one_burst(pilot, "smtp.example.com")
        await until(pilot, lambda: app.draft.host == "smtp.example.com")
        assert "smtp.example.com" in row(seen(app), "Host")
        type_in_one_burst(pilot, ".au", "tab", "tab", "tab")
        type_in_one_burst(pilot, "svc-iiq", "tab")
        type_in_one_burst(pilot, "secret words", "escape")
        await until(pilot, lambda: app.screen.step is StepName.ACCESS)
    assert (app.draft.host, app.draft.username) == ("smtp.example.com.au", "svc-iiq")
    assert app.password is not None
    assert app.password.reveal() == "secret words"


async def test_an_enter_right_behind_the_letters_tests_what_was_typed(home: Path) -> None:
    app = details()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "STARTTLS")
        type_in_one_burst(pilot, "smtp.example.com:465", "enter")
        await until(pilot, lambda: app.screen.step is StepName.TEST)
    assert (app.draft.host, app.draft.port, app.draft.security) == ("smtp.example.com", "465", "tls")
