"""The climb over real TLS: what a good handshake tells, what a bad certificate tells, and a wrong mode named by evidence."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator

import pytest

from wizard.draft import Change, Field
from wizard.practice import FAULTS, PracticeServer
from wizard.profile import Profile, Security, parse
from wizard.smtp.check import check
from wizard.smtp.events import Event, StageEnded
from wizard.smtp.observation import Kind, Observation, Stage


@pytest.fixture
async def server() -> AsyncIterator[PracticeServer]:
    async with PracticeServer() as running:
        yield running


async def climb(server: PracticeServer, security: Security, *changes: Change) -> list[Observation]:
    profile = parse(server.draft(security).with_changes(*changes))
    assert isinstance(profile, Profile), profile
    events: list[Event] = []
    await check(profile, server.password, events.append)
    return [event.observation for event in events if isinstance(event, StageEnded)]


def of(observations: list[Observation], stage: Stage) -> Observation:
    return next(observation for observation in observations if observation.stage is stage)


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_a_good_handshake_tells_version_cipher_and_chain(server: PracticeServer, security: Security) -> None:
    seen = of(await climb(server, security), Stage.TLS)
    assert seen.tls is not None
    assert seen.tls.certificate is not None
    assert (seen.kind, seen.tls.verified, seen.tls.version) == (Kind.PASSED, True, "TLSv1.3")
    assert "localhost" in seen.tls.certificate.names
    assert seen.tls.chain[0] == seen.tls.certificate
    assert seen.tls.chain[-1].self_signed  # the practice CA closes the chain
    assert seen.tls.certificate.issuer == seen.tls.chain[1].subject
    assert seen.tls.certificate.not_before < seen.tls.certificate.not_after


@pytest.mark.parametrize(
    ("fault", "verify_code"),
    # OpenSSL x509_vfy.h: 10 has expired, 9 not yet valid, 18 self-signed leaf, 20 issuer not found, 62 host name mismatch.
    [
        ("expired-certificate", {10}),
        ("not-yet-valid-certificate", {9}),
        ("self-signed", {18}),
        ("unknown-ca", {19, 20}),
        ("wrong-name-certificate", {62}),
    ],
)
async def test_a_bad_certificate_still_tells_whose_it_was(fault: str, verify_code: set[int]) -> None:
    assert fault in FAULTS
    async with PracticeServer(fault) as running:
        for security in (Security.TLS, Security.STARTTLS):
            seen = of(await climb(running, security), Stage.TLS)
            assert seen.kind is Kind.TLS_CERTIFICATE
            assert seen.verify_code in verify_code
            assert seen.tls is not None
            assert seen.tls.certificate is not None
            assert seen.tls.certificate.names
            assert seen.tls.certificate.not_after
            assert not seen.tls.verified


async def test_an_unverified_server_gets_the_password_only_when_the_profile_says_so(server: PracticeServer) -> None:
    no_trust = Change(Field.CA_FILE, "")
    refused = await climb(server, Security.TLS, no_trust)
    assert refused[-1].stage is Stage.TLS
    accepted = await climb(server, Security.TLS, no_trust, Change(Field.ACCEPT_UNVERIFIED_TLS, "true"))
    auth = of(accepted, Stage.AUTH)
    assert auth.passed
    assert auth.context.tls is not None
    assert not auth.context.tls.verified  # and every later stage knows it


async def test_an_accepted_risk_does_not_hide_a_good_certificate(server: PracticeServer) -> None:
    seen = await climb(server, Security.STARTTLS, Change(Field.ACCEPT_UNVERIFIED_TLS, "true"))
    found = of(seen, Stage.TLS).tls
    assert found is not None
    assert found.verified


async def test_starttls_on_a_tls_port_is_known_from_a_handshake_not_from_waiting(server: PracticeServer) -> None:
    port = Change(Field.PORT, str(server.ports[Security.TLS]))
    seen = (await climb(server, Security.STARTTLS, port))[-1]
    assert (seen.stage, seen.kind) == (Stage.GREETING, Kind.SPEAKS_TLS)
    cure = next(other for other in seen.alternatives if other.works)
    assert (cure.port, cure.security) == (server.ports[Security.TLS], Security.TLS)
    assert seen.seconds < 10  # the deadline was 15: it was not waited for


async def test_tls_on_a_plain_port_is_known_from_the_greeting(server: PracticeServer) -> None:
    port = Change(Field.PORT, str(server.ports[Security.STARTTLS]))
    seen = (await climb(server, Security.TLS, port))[-1]
    assert (seen.stage, seen.kind) == (Stage.TLS, Kind.TLS_PLAINTEXT)
    cure = next(other for other in seen.alternatives if other.works)
    assert (cure.port, cure.security) == (server.ports[Security.STARTTLS], Security.STARTTLS)


async def test_a_ca_file_that_is_none_is_named_before_anything_is_sent(server: PracticeServer, tmp_path) -> None:
    for name, content in (("empty.pem", b""), ("text.pem", b"hello"), ("binary.pem", bytes(range(256)))):
        (tmp_path / name).write_bytes(content)
        seen = (await climb(server, Security.TLS, Change(Field.CA_FILE, str(tmp_path / name))))[-1]
        assert seen.kind is Kind.CA_FILE
    for path in (tmp_path / "missing.pem", tmp_path):
        seen = (await climb(server, Security.TLS, Change(Field.CA_FILE, str(path))))[-1]
        assert seen.kind is Kind.CA_FILE


def test_nothing_older_than_tls_1_2_is_spoken() -> None:
    from wizard.smtp.tls import client_context

    for verify in (True, False):
        context = client_context(None, verify=verify)
        assert context.minimum_version == ssl.TLSVersion.TLSv1_2
        assert context.check_hostname is verify
