"""As IdentityIQ will, through the screen, with the real mail library in a real Java against the practice server."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509
from textual.pilot import Pilot
from textual.widgets import Static

from tests.iiq import java
from tests.iiq.standin import standin
from tests.loopback import Loopback
from tests.real.javamail import trust
from tests.ui.home import home
from tests.ui.identityiq import SMALL, fits, found, wizard
from tests.ui.watching import seen, until
from wizard.app.app import WizardApp
from wizard.identityiq.installation import TrustStore
from wizard.practice import PracticeServer
from wizard.profile import Password, Security

__all__ = ["home"]


def on(server: PracticeServer) -> WizardApp:
    """Return a wizard on the practice server's settings, its password typed."""
    app = wizard(server.draft(Security.STARTTLS), network=Loopback.to(server))
    app.password = server.password
    return app


async def tried(pilot: Pilot[None], *keys: str) -> str:
    """Open the page, press keys, run, and return its whole text."""
    await until(pilot, "[3 Test]")
    await pilot.press("i")
    await until(pilot, "This is what Enter will do")
    await pilot.press(*keys, "enter")
    await until(pilot, "r Again")
    return str(pilot.app.screen.query_one("#both-text", Static).render())


async def test_a_java_that_does_not_trust_the_server_is_the_one_difference_and_its_cure_is_saved(
    home: Path, practice: PracticeServer
) -> None:
    async with on(practice).run_test(size=SMALL) as pilot:
        said = await tried(pilot)
        assert "JavaMail 1.6" in said
        row = next(line for line in said.splitlines() if line.startswith("!"))
        assert "PKIX" in " ".join(said.split())
        assert row in seen(pilot.app), "the difference stands above the fold"
        assert "keytool" in said
        fits(pilot)
        await pilot.press("w")
        await until(pilot, "Written:")
        assert practice.password.reveal() not in said
    kept = x509.load_pem_x509_certificates((home / "smtp-wizard-mail-ca.pem").read_bytes())
    assert kept == x509.load_pem_x509_certificates(practice.ca_file.read_bytes())
    assert [one.accepted for one in practice.sign_ins] == [True], "the library never came to its sign-in"


async def test_with_identityiqs_own_java_both_agree_and_the_library_sends_when_asked(
    home: Path, tmp_path: Path, practice: PracticeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "trust.p12"
    trust(store, practice.ca_file)
    runs = java.runtime(TrustStore(store, own=True, password=Password("changeit")))
    found(monkeypatch, standin(tmp_path / "iiq")._replace(jvm=runs))
    async with on(practice).run_test(size=SMALL) as pilot:
        said = await tried(pilot, "m")
        assert "No difference" in said
        fits(pilot)
    assert [one.accepted for one in practice.sign_ins] == [True, True]
    (message,) = practice.mailbox.messages
    assert "JavaMail" in message.subject
