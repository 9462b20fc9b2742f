"""The real JavaMail sends through the relay with the settings IdentityIQ is pointed there with; IdentityIQ itself is not here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.iiq.test_relay import Told
from tests.real import javamail
from wizard.identityiq.javamail.job import Job
from wizard.identityiq.javamail.outcome import End, Outcome
from wizard.identityiq.javamail.process import Java, Patience
from wizard.identityiq.javamail.sending import session
from wizard.identityiq.settings import Encryption
from wizard.practice.relay import Relay
from wizard.profile import Password

STORED = Password("the stored one")

# One JVM for all, and so one loop: a process can only be talked to from the loop that started it.
pytestmark = pytest.mark.asyncio(loop_scope="module")


def job(relay: Relay, encryption: Encryption = Encryption.NONE) -> Job:
    """What IdentityIQ would do: send, and sign in whatever the line is."""
    addresses = {"sender": "iiq@example.com", "recipient": "ann@example.com", "ehlo_name": "iiq.example.com"}
    return Job("127.0.0.1", relay.port, encryption, deliver=True, guarded=False, token="0a1b2c3d", **addresses)


async def sent(java: Java, wanted: Job, password: Password | None = None) -> Outcome:
    return await session(java, wanted, password, patience=Patience(5.0, 10.0))


async def test_javamail_sends_and_its_stored_sign_in_is_seen_and_not_kept(java: Java, tmp_path: Path) -> None:
    told = Told()
    async with Relay(told, folder=tmp_path / "held") as relay:
        assert (await sent(java, job(relay))).end is End.SENT
        assert (await sent(java, job(relay)._replace(username="svc-iiq"), STORED)).end is End.SENT
        store = javamail.trust(tmp_path / "trusted.p12", relay.ca_file)
        secured = job(relay, Encryption.TLS)._replace(
            username="svc-iiq", truststore=store, truststore_password=Password(javamail.STORE_PASSWORD.decode())
        )
        assert (await sent(java, secured, STORED)).end is End.SENT
    plain, signed_in, encrypted = told.mails
    assert (plain.sign_in, plain.encryption, plain.hello) == (None, "", "iiq.example.com")
    assert signed_in.sign_in == ("LOGIN", "svc-iiq")
    assert encrypted.encryption.startswith("TLSv1")
    assert "0a1b2c3d" in encrypted.subject
    assert "with the mail library IdentityIQ\nuses." in encrypted.body
    assert STORED.reveal() not in repr(told.events) + "".join(mail.file.read_text() for mail in told.mails)


async def test_a_java_that_does_not_know_the_relays_certificate_sends_nothing_over_tls(java: Java, tmp_path: Path) -> None:
    told = Told()
    async with Relay(told, folder=tmp_path / "held") as relay:
        outcome = await sent(java, job(relay, Encryption.TLS))
        assert any("Could not convert socket to TLS" in line for line in outcome.logged)
        assert (await sent(java, job(relay))).end is End.SENT
    assert len(told.mails) == 1


async def test_a_stranger_reads_the_reason_in_its_own_log(java: Java, tmp_path: Path) -> None:
    told = Told()
    async with Relay(told, folder=tmp_path / "held", allow=("192.0.2.7",)) as relay:
        outcome = await sent(java, job(relay)._replace(username="svc-iiq"), STORED)
    assert any("550 5.7.1 127.0.0.1 is not on the list of this relay" in line for line in outcome.logged)
    assert told.mails == []
