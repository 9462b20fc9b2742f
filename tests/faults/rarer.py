"""Raw faults for rules that no named fault of the practice server reaches: a provider's name, a held-back sign-in, rare codes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

from tests.faults.catalogue import IMPATIENT, Case, Scene, answering, speaking
from tests.loopback import HOST, Gone, Loopback, at_usual_port
from tests.scripted import Peer, Talk, scripted
from wizard.draft import Change, Draft, Field
from wizard.practice import PracticeServer
from wizard.profile import Password, Security

SIGNED = (Change(Field.USERNAME, "iiq@example.com"),)
CLEAR = Change(Field.ACCEPT_CLEARTEXT_AUTH, "true")


def refusing(verb: bytes, reply: bytes) -> Talk:
    return answering({verb: reply})


def offering(*capabilities: str, then: Mapping[bytes, bytes], greeting: str = "220 mail.test ESMTP") -> Talk:
    """A server with these abilities that answers the commands named, and hangs up at any other."""

    async def talk(peer: Peer) -> None:
        await peer.say(greeting)
        await peer.hear()
        rows = [greeting.split()[1], *capabilities]
        await peer.say(*(f"250{'-' if row is not rows[-1] else ' '}{row}" for row in rows))
        while line := await peer.hear():
            reply = then.get(line.split()[0].upper())
            if reply is None:
                return
            await peer.say(reply)

    return talk


async def plain_after_starttls(peer: Peer) -> None:
    """Agrees to STARTTLS, and goes on in plain text once the handshake has begun."""
    await peer.greet("STARTTLS")
    await peer.hear()
    await peer.say("220 go ahead")
    await peer.reader.read(64)
    await peer.say("250 mail.test", "250 mail.test")
    await peer.until_closed()


async def gone_after_ehlo(peer: Peer) -> None:
    """Greets as Google does, and hangs up at a name it does not like."""
    await peer.say("220 smtp-relay.gmail.com ESMTP gsmtp")
    await peer.hear()


@asynccontextmanager
async def at(host: str, talk: Talk, *changes: Change) -> AsyncIterator[Scene]:
    """A server that is asked for by a provider's name, on the plain port."""
    async with scripted(talk) as server:
        draft = Draft(host=host, port="25", security=Security.NONE, sender="iiq@example.com", recipient="admin@example.com")
        network = Loopback({25: server.port}, {host: ("127.0.0.1",)})
        yield Scene(draft.with_changes(*IMPATIENT, *changes), network, Password("pencil"), deliver=True)


@asynccontextmanager
async def signing_in(talk: Talk, *changes: Change) -> AsyncIterator[Scene]:
    async with speaking(talk, *SIGNED, *changes) as scene:
        yield replace(scene, password=Password("pencil"))


@asynccontextmanager
async def in_place_of_google() -> AsyncIterator[Scene]:
    """Our own server under Google's name: its certificate cannot be Google's."""
    async with PracticeServer() as server:
        network = Loopback.to(server)
        network.names["smtp.gmail.com"] = ("127.0.0.1",)
        named = (Change(Field.HOST, "smtp.gmail.com"), Change(Field.CA_FILE, ""))
        yield Scene(at_usual_port(server.draft(), Security.STARTTLS).with_changes(*named), network, server.password)


@asynccontextmanager
async def held_back() -> AsyncIterator[Scene]:
    """A sign-in that was refused twice before this run."""
    async with PracticeServer() as server:
        draft = at_usual_port(server.draft(), Security.STARTTLS)
        yield Scene(draft, Loopback.to(server), server.password, held_back=2)


@asynccontextmanager
async def sign_in_hidden_in_clear() -> AsyncIterator[Scene]:
    """A sign-in that is there behind STARTTLS only, asked for by somebody who would have sent the password in clear."""
    async with PracticeServer("starttls-required") as server:
        draft = at_usual_port(server.draft(), Security.NONE)
        yield Scene(
            draft.with_changes(Change(Field.USERNAME, server.username), CLEAR), Loopback.to(server), server.password, deliver=True
        )


@asynccontextmanager
async def prohibited() -> AsyncIterator[Scene]:
    ports = dict.fromkeys((25, 465, 587, 2525), Gone.PROHIBITED)
    yield Scene(Draft(host=HOST, port="587", security=Security.STARTTLS).with_changes(*IMPATIENT), Loopback(ports))


_AUTH = {b"AUTH": b"535 Error"}
RARER = (
    Case("firewall-rule-here", "connect-refused", prohibited),
    Case("refused-twice-before", "auth-bad-credentials", held_back),
    Case("not-googles-certificate", "middlebox", in_place_of_google),
    Case("hung-up-on-the-name", "helo-rejected", partial(at, "smtp-relay.gmail.com", gone_after_ehlo)),
    Case(
        "another-server-greets",
        "middlebox",
        partial(
            at,
            "smtp.gmail.com",
            offering("AUTH PLAIN", then=_AUTH, greeting="220 host7.hoster.example ESMTP Exim"),
            *SIGNED,
            CLEAR,
        ),
    ),
    Case(
        "authorisation-code-wanted",
        "auth-app-password-required",
        partial(at, "smtp.qq.com", offering("AUTH PLAIN", then=_AUTH, greeting="220 newxmesmtp.qq.com MX QQ"), *SIGNED, CLEAR),
    ),
    Case(
        "another-way-of-signing-in",
        "auth-mechanism-unsupported",
        partial(signing_in, offering("AUTH PLAIN", then={b"AUTH": b"534 5.7.9 Too weak"}), CLEAR),
    ),
    Case("sign-in-behind-starttls", "starttls-required", sign_in_hidden_in_clear, cured=True),
    Case("no-encryption-for-the-password", "starttls-unavailable", partial(signing_in, offering("AUTH PLAIN", then={}))),
    Case(
        "plain-text-after-starttls",
        "protocol-violation",
        partial(speaking, plain_after_starttls, Change(Field.SECURITY, "starttls")),
    ),
    Case("refused-without-a-reason", "content-rejected", partial(speaking, refusing(b".", b"554 5.7.1 Refused"))),
    Case("refused-by-the-recipients-side", "recipient-rejected", partial(speaking, refusing(b"RCPT", b"550 5.7.2 Refused"))),
    Case("cannot-be-passed-on", "service-unavailable", partial(speaking, refusing(b"RCPT", b"550 5.4.3 Directory failure"))),
    Case("mail-system-broken", "service-unavailable", partial(speaking, refusing(b"MAIL", b"550 5.3.5 Refused"))),
    Case("onward-without-encryption", "starttls-unavailable", partial(speaking, refusing(b"RCPT", b"550 5.7.30 Refused"))),
    Case("extension-unknown", "line-or-encoding", partial(speaking, refusing(b"MAIL", b"555 Refused"))),
)
