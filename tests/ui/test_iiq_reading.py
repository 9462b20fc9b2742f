"""Step 1, IdentityIQ's settings: from a file, a paste and the console of a stand-in; what is wrong with them; into the form."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from tests.iiq.standin import Fault, commands_of, settings_of, standin
from tests.loopback import Loopback
from tests.ui.home import home
from tests.ui.watching import seen, until
from wizard.app.app import WizardApp
from wizard.draft import Field
from wizard.identityiq.installation import Installation

__all__ = ["home"]

SIZE = (80, 40)
BROKEN = """<?xml version='1.0' encoding='UTF-8'?>
<!DOCTYPE Configuration PUBLIC "sailpoint.dtd" "sailpoint.dtd">
<Configuration name="SystemConfiguration">
  <Attributes>
    <Map>
      <entry key="emailNotifierType" value="smtp"/>
      <entry key="defaultEmailHost" value="mail.corp.test "/>
      <entry key="defaultEmailPort" value="587"/>
      <entry key="smtp_encryptionType"><value><SmtpEncryptionType>TLS</SmtpEncryptionType></value></entry>
      <entry key="smtp_username" value="svc-iiq"/>
      <entry key="smtp_password" value="1:ACP:canary-in-a-cage"/>
      <entry key="defaultEmailFromAddress" value="iiq@corp.test"/>
    </Map>
  </Attributes>
</Configuration>
"""


def quiet() -> WizardApp:
    """Return a wizard whose network leads nowhere."""
    return WizardApp(network=Loopback({}, {}))


async def choose(pilot: Pilot[None], title: str) -> None:
    """Choose a source by its title."""
    await until(pilot, title)
    while not any(line.strip().startswith(f"› {title}") for line in seen(pilot.app).splitlines()):
        await pilot.press("down")
    await pilot.press("enter")


def found(monkeypatch: pytest.MonkeyPatch, *installations: Installation) -> None:
    """Have the stand-ins found on this host."""
    monkeypatch.setattr("wizard.app.host.find_identityiq", lambda: installations)


async def test_a_file_is_read_its_mistakes_named_with_their_lines_and_cured_in_the_form(home: Path) -> None:
    (home / "export.xml").write_text(BROKEN)
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        await choose(pilot, "An IdentityIQ export")
        await until(pilot, "Paste the XML")
        await pilot.press("tab", *"~/export.xml", "enter")
        screen = await until(pilot, "What IdentityIQ has")
        assert "There is a blank behind the name of the mail server   (line 7)" in screen
        assert "done       take the blank away: mail.corp.test" in screen
        assert "canary" not in screen
        await pilot.press("end")
        screen = await until(pilot, "set, with the key every IdentityIQ shares")
        assert "TLS  (STARTTLS)" in screen
        await pilot.press("enter")
        screen = await until(pilot, "[2 Details]")
        assert app.draft.host == "mail.corp.test"
        assert (app.draft.port, app.draft.security, app.draft.sender) == ("587", "starttls", "iiq@corp.test")
        assert "Host *" in screen, "what was cured stands out"
        assert app.password is None
        assert "canary" not in repr(app.draft)


async def test_a_paste_is_read_as_it_is_pasted(home: Path) -> None:
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        await choose(pilot, "An IdentityIQ export")
        await until(pilot, "Paste the XML")
        app.post_message(events.Paste(f"> get Configuration SystemConfiguration\n{BROKEN}\n> "))
        await until(pilot, "What IdentityIQ has")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<Configuration name='SystemConfiguration'><Attributes><Map><entry", "line 1"),
        ("Dear colleague, the settings are as before.", "there is no object of IdentityIQ's"),
        ("<?xml version='1.0'?><sailpoint><Bundle name='x'/></sailpoint>", "SystemConfiguration"),
    ],
)
async def test_what_holds_no_settings_is_refused_with_the_reason(home: Path, text: str, said: str) -> None:
    (home / "export.xml").write_text(text)
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        await choose(pilot, "An IdentityIQ export")
        await until(pilot, "Paste the XML")
        await pilot.press("tab", *"~/export.xml", "enter")
        await until(pilot, lambda: said in seen(app).partition("What was read")[2])
        await pilot.press("enter")
        assert "[2 Details]" not in seen(app)


async def test_a_file_that_is_not_there_is_told(home: Path) -> None:
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        await choose(pilot, "An IdentityIQ export")
        await until(pilot, "Paste the XML")
        await pilot.press("tab", *"~/nothing.xml", "enter")
        await until(pilot, "there is no such file")


async def test_the_console_of_this_host_is_asked_only_after_enter(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = standin(tmp_path / "identityiq")
    found(monkeypatch, installation)
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "(found)")
        await choose(pilot, "IdentityIQ on this host")
        await until(pilot, "changes nothing")
        assert not commands_of(installation)
        before = settings_of(installation)
        await pilot.press("enter")
        screen = await until(pilot, "What IdentityIQ has")
        assert "mail.old.example" in screen
        await pilot.press("enter")
        await until(pilot, "[2 Details]")
        assert app.draft.get(Field.IIQ_FOLDER) == str(installation.folder)
        assert settings_of(installation) == before
        assert commands_of(installation)[-1] == "quit"


async def test_a_console_that_asks_who_you_are_gets_an_answer_and_a_wrong_one_is_asked_again(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(monkeypatch, standin(tmp_path / "identityiq", login=("spadmin", "s3cret-admin")))
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "(found)")
        await choose(pilot, "IdentityIQ on this host")
        await until(pilot, "changes nothing")
        await pilot.press("enter")
        await until(pilot, "asks who you are")
        await pilot.press(*"wrong", "enter")
        await until(pilot, lambda: "asks who you are" in seen(app) and "wrong" not in seen(app) and "Reading" in seen(app))
        await pilot.press(*"s3cret-admin", "enter")
        screen = await until(pilot, "What IdentityIQ has")
        assert "s3cret-admin" not in screen


@pytest.mark.parametrize("fault", [Fault.START_ERROR, Fault.GARBAGE, Fault.DIES])
async def test_a_console_that_fails_is_told_and_can_be_tried_again(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    found(monkeypatch, standin(tmp_path / "identityiq", fault=fault, at="get"))
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "(found)")
        await choose(pilot, "IdentityIQ on this host")
        await until(pilot, "changes nothing")
        await pilot.press("enter")
        screen = await until(pilot, lambda: "changes nothing" in seen(app) and "console" in seen(app).partition("Found")[2])
        assert "Enter Read" in screen


async def test_of_several_installations_one_is_chosen(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found(monkeypatch, standin(tmp_path / "one"), standin(tmp_path / "two", version="8.3"))
    app = quiet()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, "2 found")
        await choose(pilot, "IdentityIQ on this host")
        await until(pilot, "Which IdentityIQ?")
        await pilot.press("down", "enter")
        assert "8.3" in await until(pilot, "changes nothing")
