"""Names to addresses to a socket: both families at once, a race as RFC 8305 says, every address's fate kept."""

from __future__ import annotations

import asyncio
import errno
import socket

import pytest

from wizard.smtp.network import Address, Network, Resolution, name_is_unknown
from wizard.smtp.observation import AddressFate, Fate
from wizard.smtp.race import ATTEMPT_DELAY

FOUR, SIX = Address("ipv4", "192.0.2.1"), Address("ipv6", "2001:db8::1")


class Staged(Network):
    """A network whose answers a test decides: per family a list, an error, or silence; per address an error or silence."""

    def __init__(self, names: dict[str, object], ports: dict[Address, object] | None = None) -> None:
        self.names = names
        self.ports = ports or {}
        self.tried: list[Address] = []

    async def lookup(self, name: str, port: int, family: socket.AddressFamily) -> list[Address]:
        answer = self.names["ipv6" if family is socket.AF_INET6 else "ipv4"]
        if answer is None:
            await asyncio.Event().wait()
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, list)
        return answer

    async def connect(self, address: Address, port: int) -> socket.socket:
        self.tried.append(address)
        outcome = self.ports[address]
        if outcome is None:
            await asyncio.Event().wait()
        if isinstance(outcome, OSError):
            raise outcome
        assert isinstance(outcome, socket.socket)
        return outcome


NO_SUCH_NAME = socket.gaierror(socket.EAI_NONAME, "no such name")
TRY_AGAIN = socket.gaierror(socket.EAI_AGAIN, "try again")


async def test_both_families_are_asked_and_interleaved_ipv6_first() -> None:
    more = Address("ipv4", "192.0.2.2")
    found = await Staged({"ipv6": [SIX], "ipv4": [FOUR, more]}).resolve("mail.test", 25)
    assert found.known == [SIX, FOUR, more]


async def test_a_resolver_silent_for_ipv6_does_not_hold_back_ipv4() -> None:
    found = await asyncio.wait_for(Staged({"ipv6": None, "ipv4": [FOUR]}).resolve("mail.test", 25), 5)
    assert found.known == [FOUR]
    found.cancel()


async def test_a_failing_resolver_is_not_mistaken_for_an_unknown_name() -> None:
    with pytest.raises(socket.gaierror) as caught:
        await Staged({"ipv6": NO_SUCH_NAME, "ipv4": TRY_AGAIN}).resolve("mail.test", 25)
    assert not name_is_unknown(caught.value)
    with pytest.raises(socket.gaierror) as caught:
        await Staged({"ipv6": NO_SUCH_NAME, "ipv4": NO_SUCH_NAME}).resolve("mail.test", 25)
    assert name_is_unknown(caught.value)


@pytest.mark.parametrize(
    ("number", "fate"),
    [
        (errno.ECONNREFUSED, Fate.REFUSED),
        (errno.ENETUNREACH, Fate.UNREACHABLE),
        (errno.EHOSTUNREACH, Fate.UNREACHABLE),
        (errno.EADDRNOTAVAIL, Fate.UNREACHABLE),
        (errno.EPERM, Fate.PROHIBITED),
        (errno.EACCES, Fate.PROHIBITED),
        (errno.ETIMEDOUT, Fate.TIMEOUT),
    ],
)
async def test_each_error_of_connect_has_its_fate(number: int, fate: Fate) -> None:
    fates: dict[Address, AddressFate] = {}
    won = await Staged({}, {FOUR: OSError(number, "staged")}).race(Resolution([FOUR]), 25, fates)
    assert won is None
    assert fates[FOUR].fate is fate


async def test_a_dead_ipv6_costs_one_attempt_delay_and_is_still_told() -> None:
    ours, theirs = socket.socketpair()
    network = Staged({}, {SIX: None, FOUR: ours})
    fates: dict[Address, AddressFate] = {}
    won = await network.race(Resolution([SIX, FOUR]), 25, fates)
    assert won is ours
    assert (fates[SIX].fate, fates[FOUR].fate) == (Fate.SLOW, Fate.CONNECTED)
    assert fates[SIX].seconds is not None
    assert fates[SIX].seconds >= ATTEMPT_DELAY * 0.9
    ours.close()
    theirs.close()


async def test_a_refused_address_lets_the_next_try_at_once() -> None:
    ours, theirs = socket.socketpair()
    network = Staged({}, {SIX: OSError(errno.ENETUNREACH, "staged"), FOUR: ours})
    fates: dict[Address, AddressFate] = {}
    await network.race(Resolution([SIX, FOUR]), 25, fates)
    assert fates[SIX].fate is Fate.UNREACHABLE
    ours.close()
    theirs.close()


async def test_addresses_that_come_late_join_the_race() -> None:
    ours, theirs = socket.socketpair()
    network = Staged({}, {SIX: ours, FOUR: None})
    arrived = asyncio.Event()

    async def slow_answer() -> list[Address]:
        await arrived.wait()
        return [SIX]

    fates: dict[Address, AddressFate] = {}
    racing = asyncio.create_task(network.race(Resolution([FOUR], asyncio.create_task(slow_answer())), 25, fates))
    while FOUR not in network.tried:
        await asyncio.sleep(0)
    arrived.set()
    assert await asyncio.wait_for(racing, 5) is ours
    assert fates[FOUR].fate is Fate.SLOW
    ours.close()
    theirs.close()


async def test_a_race_that_is_cut_short_still_tells_every_fate() -> None:
    fates: dict[Address, AddressFate] = {}
    network = Staged({}, {SIX: None, FOUR: OSError(errno.ECONNREFUSED, "staged")})
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(ATTEMPT_DELAY * 2):
            await network.race(Resolution([SIX, FOUR]), 25, fates)
    assert (fates[SIX].fate, fates[FOUR].fate) == (Fate.TIMEOUT, Fate.REFUSED)


async def test_a_real_socket_to_a_real_listener() -> None:
    listening = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    network = Network()
    won = await network.race(await network.resolve("127.0.0.1", port), port, {})
    assert won is not None
    assert won.getpeername() == ("127.0.0.1", port)
    won.close()
    listening.close()


async def test_a_winner_is_not_lost_when_the_race_is_cancelled_as_it_is_won() -> None:
    """Whatever moment the stop comes at, the socket is either handed over or closed."""
    for patience in range(12):
        ours, theirs = socket.socketpair()
        network = Staged({}, {SIX: None, FOUR: ours})
        racing = asyncio.create_task(network.race(Resolution([FOUR, SIX]), 25, {}))
        for _ in range(patience):
            await asyncio.sleep(0)
        if racing.done():
            assert racing.result() is ours
        else:
            racing.cancel()
            await asyncio.gather(racing, return_exceptions=True)
        ours.close()
        theirs.close()
