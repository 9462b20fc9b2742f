"""The ports and modes next to a failing one: which are tried, what counts as working, and that nothing waits for nothing."""

from __future__ import annotations

import asyncio

import pytest

from tests.loopback import HOST, Gone, Loopback, at_usual_port, profile_for
from tests.scripted import Peer, scripted
from wizard.draft import Change, Draft, Field
from wizard.practice import PracticeServer
from wizard.profile import Security
from wizard.smtp.events import AlternativeTried
from wizard.smtp.neighbours import neighbours, try_neighbours
from wizard.smtp.observation import Alternative, Fate

FAR_AHEAD = 5.0  # seconds: what no test may need


async def around(
    server: PracticeServer, mode: Security, *changes: Change, network: Loopback | None = None
) -> dict[int, Alternative]:
    """Try the neighbours of a practice server's usual port; the answers by port, works first."""
    profile = profile_for(at_usual_port(server.draft(mode), mode), *changes)
    async with asyncio.timeout(FAR_AHEAD):
        tried = await try_neighbours(profile, lambda _: None, network or Loopback.to(server))
    return {found.port: found for found in sorted(tried, key=lambda found: found.works)}


@pytest.mark.parametrize(
    ("port", "mode", "expected"),
    [
        (465, Security.STARTTLS, [(465, "tls"), (587, "starttls"), (2525, "starttls"), (25, "starttls")]),
        (587, Security.STARTTLS, [(587, "tls"), (465, "tls"), (2525, "starttls"), (25, "starttls")]),
        (465, Security.TLS, [(465, "starttls"), (587, "starttls"), (2525, "starttls"), (25, "starttls")]),
        (25, Security.NONE, [(25, "starttls"), (25, "tls"), (465, "tls"), (587, "starttls"), (2525, "starttls")]),
        (1025, Security.TLS, [(1025, "starttls"), (465, "tls"), (587, "starttls"), (2525, "starttls"), (25, "starttls")]),
    ],
)
def test_the_own_port_comes_first_and_never_the_failing_setting_or_clear_text(
    port: int, mode: Security, expected: list[tuple[int, str]]
) -> None:
    assert [(number, str(security)) for number, security in neighbours(port, mode)] == expected


async def test_465_with_starttls_is_answered_by_the_same_port_with_tls(practice: PracticeServer, loopback: Loopback) -> None:
    found = await around(practice, Security.STARTTLS, Change(Field.PORT, "465"), network=loopback)
    assert found[465].works
    assert found[465].security is Security.TLS
    assert found[465].tls
    assert found[465].tls.verified
    assert "PLAIN" in found[465].auth


async def test_a_refused_port_is_answered_by_another(practice: PracticeServer, loopback: Loopback) -> None:
    loopback.ports[465] = Gone.REFUSED
    found = await around(practice, Security.TLS, network=loopback)
    assert found[465].fate is Fate.REFUSED
    assert not found[465].works
    assert found[587].works


async def test_a_nearer_port_that_stays_silent_is_not_waited_for(practice: PracticeServer, loopback: Loopback) -> None:
    """465 speaks TLS only, so STARTTLS on it hears nothing; 587 works and the answer comes without it."""
    found = await around(practice, Security.TLS, Change(Field.TIMEOUT, "60"), network=loopback)
    assert found[587].works
    assert 465 not in found


async def test_a_farther_silent_port_is_not_waited_for_at_all(practice: PracticeServer, loopback: Loopback) -> None:
    loopback.ports[2525] = Gone.SILENT
    found = await around(practice, Security.STARTTLS, Change(Field.PORT, "465"), network=loopback)
    assert found[465].works
    assert 2525 not in found


async def test_a_certificate_that_fails_does_not_count_as_working_but_is_shown() -> None:
    async with PracticeServer("expired-certificate") as server:
        found = await around(server, Security.STARTTLS, Change(Field.PORT, "465"))
        assert not found[465].works
        assert found[465].tls
        assert not found[465].tls.verified
        assert found[465].tls.verify_code == 10  # X509_V_ERR_CERT_HAS_EXPIRED


async def test_a_profile_that_accepts_an_unverified_server_is_taken_at_its_word() -> None:
    async with PracticeServer("expired-certificate") as server:
        found = await around(server, Security.STARTTLS, Change(Field.PORT, "465"), Change(Field.ACCEPT_UNVERIFIED_TLS, "true"))
        assert found[465].works
        assert found[465].tls
        assert not found[465].tls.verified


async def test_every_answer_is_emitted_as_it_is_known(practice: PracticeServer, loopback: Loopback) -> None:
    profile = profile_for(at_usual_port(practice.draft(Security.NONE), Security.NONE))
    told: list[AlternativeTried] = []
    tried = await try_neighbours(profile, told.append, loopback)
    assert {event.alternative for event in told} == set(tried)
    assert tried


async def test_nobody_signs_in() -> None:
    async def talk(peer: Peer) -> None:
        await peer.greet("AUTH PLAIN")
        await peer.until_closed()

    async with scripted(talk) as server:
        draft = Draft(host=HOST, port="465", security="tls", username="someone", sender="a@example.com")
        await try_neighbours(profile_for(draft), lambda _: None, Loopback({587: server.port}))
        assert {line.split(b" ")[0] for line in server.heard if line} <= {b"EHLO", b"QUIT"}


async def test_stopping_closes_every_connection() -> None:
    talking = asyncio.Event()

    async def talk(peer: Peer) -> None:
        talking.set()
        await peer.until_closed()

    profile = profile_for(Draft(host=HOST, port="465", security="tls"))
    async with scripted(talk) as server, asyncio.timeout(FAR_AHEAD):
        task = asyncio.create_task(try_neighbours(profile, lambda _: None, Loopback({587: server.port})))
        await talking.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await server.closed.wait()


async def test_an_unknown_host_or_a_ca_file_that_is_none_gives_nothing(loopback: Loopback) -> None:
    unknown = profile_for(Draft(host="nowhere.test", port="465", security="tls"))
    assert await try_neighbours(unknown, lambda _: None, loopback) == ()
    no_ca = profile_for(Draft(host=HOST, port="465", security="tls", ca_file="/nonexistent/ca.pem"))
    assert await try_neighbours(no_ca, lambda _: None, loopback) == ()
