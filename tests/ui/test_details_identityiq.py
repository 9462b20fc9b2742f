"""Step 2, IdentityIQ's side of the form: its words beside the standard ones, the rows of each type, its errors."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.loopback import Loopback
from tests.ui.home import home
from tests.ui.watching import seen, until
from wizard.app.app import WizardApp
from wizard.app.step import StepName
from wizard.draft import Draft, Field

__all__ = ["home"]

SIZE = (80, 40)


def details(draft: Draft | None = None) -> WizardApp:
    """Return a wizard that opens on Details and reaches nobody."""
    return WizardApp(draft, network=Loopback({}, {}), start=StepName.DETAILS)


async def opened(pilot: Pilot[None]) -> str:
    """Open IdentityIQ's rows; the cursor stays on their line."""
    await until(pilot, "► IdentityIQ")
    pilot.app.screen.query_one("#iiq").focus()
    await pilot.press("enter")
    return await until(pilot, "Server root")


@pytest.mark.parametrize(("keys", "word"), [((), "TLS"), (("right",), "SSL"), (("right", "right"), "None")])
async def test_the_encryption_is_called_as_identityiq_calls_it(home: Path, keys: tuple[str, ...], word: str) -> None:
    async with details().run_test(size=SIZE) as pilot:
        await until(pilot, "► IdentityIQ")
        pilot.app.screen.query_one(f"#{Field.SECURITY}").focus()
        await pilot.press(*keys)
        await until(pilot, f"► IdentityIQ SMTP, Encryption {word}")


async def test_each_type_has_its_own_rows_and_keeps_what_was_typed_in_the_others(home: Path) -> None:
    app = details()
    async with app.run_test(size=SIZE) as pilot:
        assert "Redirect to" not in await opened(pilot)
        pilot.app.screen.query_one(f"#{Field.IIQ_RETRIES}").focus()
        await pilot.press("7")
        pilot.app.screen.query_one(f"#{Field.IIQ_TYPE}").focus()
        await pilot.press("right")
        screen = await until(pilot, "Redirect to ")
        assert app.draft.iiq_type == "redirectToEmail"
        assert "‹ Redirect to Email ›" in screen
        await pilot.press("right")
        assert "Redirect to  " not in await until(pilot, "Into file")
        await pilot.press("right")
        screen = await until(pilot, "Client ID")
        assert "Token URL" in screen
        assert "Into file" not in screen
        order = [screen.index(label) for label in ("Email URL", "Token URL", "Client ID", "Environment", "Retries")]
        assert order == sorted(order), "the rows of a type stand between the type and what all types have"
        await pilot.press("right")
        await until(pilot, lambda: "Client ID" not in seen(app))
        assert app.draft.iiq_retries == "7"


async def test_an_error_behind_the_line_opens_it(home: Path) -> None:
    wrong = Draft(host="mail.test", security="starttls", iiq_type="redirectToEmail", iiq_redirect_address="nobody")
    async with details(wrong).run_test(size=SIZE) as pilot:
        await until(pilot, "Redirect to Email, TLS")
        await pilot.press("enter")
        await until(pilot, "X 'nobody' has no @")
        assert pilot.app.focused is not None
        assert pilot.app.focused.id == Field.IIQ_REDIRECT_ADDRESS


async def test_the_palette_opens_the_rows(home: Path) -> None:
    async with details().run_test(size=SIZE) as pilot:
        await until(pilot, "► IdentityIQ")
        await pilot.press("ctrl+p", *"own settings")
        await until(pilot, "IdentityIQ's own settings")
        await pilot.press("enter")
        await until(pilot, "Server root")
        await until(pilot, lambda: pilot.app.focused is not None and pilot.app.focused.id == Field.IIQ_TYPE)
