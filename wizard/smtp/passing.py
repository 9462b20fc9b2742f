"""Passing mail on: one session to a server, signed in once, that carries many mails of somebody else's making.

Must not know where the mails come from, nor what a refusal means.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from email import message_from_bytes, policy
from typing import NamedTuple

from wizard.profile import Password, Profile
from wizard.smtp.check import STEPS
from wizard.smtp.events import Event
from wizard.smtp.message import queue_id
from wizard.smtp.network import Network
from wizard.smtp.observation import LADDER, Kind, Observation, Reply, Stage
from wizard.smtp.run import Run, StageFailed
from wizard.smtp.sending import mail_path, size_limit

_LATER = (Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.QUIT)  # of each mail, or of the end; the rest is climbed once for all
# RFC 5321 4.5.3.2.6: the reply to the final dot may take long, because the server may deliver meanwhile. In seconds.
FINAL_DOT = 120.0
_LEAVING = 421


class Letter(NamedTuple):
    """A mail to pass on: its envelope, and its content with CRLF line ends."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


class Handed(NamedTuple):
    """How a mail went. ``accepted`` are the recipients for whom the server took it; ``observation`` is the last stage's.

    ``refused`` are the others with what was seen. ``unsure``: the line was lost after the last byte, so that the server may
    have the mail and may not.
    """

    observation: Observation
    accepted: tuple[str, ...] = ()
    refused: tuple[tuple[str, Observation], ...] = ()
    unsure: bool = False


class Passing:
    """A session to the profile's server. ``open`` it, ``hand`` it letters one at a time, ``close`` it.

    Opening signs in once; not to open again after a refused sign-in is the caller's matter.
    """

    def __init__(self, profile: Profile, password: Password | None, network: Network | None = None) -> None:
        self._profile = profile
        self._password = password
        self._network = network or Network()
        self._run: Run | None = None
        self.in_doubt = False  # whether a mail whose last byte is out still waits for its reply

    @property
    def is_open(self) -> bool:
        """Whether the session stands, as far as is known."""
        run = self._run
        return run is not None and run.session.protocol is not None and run.session.wire.is_connected

    async def open(self) -> Observation:
        """Climb to the sign-in and return the last stage: passed, or what it failed on, and then nothing stays open."""
        await self.close()
        run = Run(self._profile, self._password, _nobody, self._network, deliver=False)
        seen = run.seen(Stage.RESOLVE)
        try:
            for stage in LADDER[self._profile.endpoint.security]:
                if stage in _LATER or (stage is Stage.AUTH and self._profile.login is None):
                    continue
                await run.stage(stage, lambda step=STEPS[stage]: step(run))  # type: ignore[misc]  # binds this round's step
                seen = run.seen(stage)
        except StageFailed as failed:
            run.session.leave()
            return failed.observation
        except BaseException:
            run.session.abort()
            raise
        finally:
            if run.resolution:
                run.resolution.cancel()
        self._run = run
        return seen

    async def hand(self, letter: Letter) -> Handed:
        """Hand one mail over. The session must be open; whatever goes wrong on the line closes it."""
        assert self._run is not None
        transaction = _Transaction(self._run, letter, self._doubt)
        patience = self._profile.timeout * (2 + len(letter.recipients)) + max(FINAL_DOT, self._profile.timeout)
        seen = await self._run.aside(Stage.MAIL, patience, transaction.carry)
        self._doubt(False)
        handed = transaction.outcome(seen)
        last = handed.observation
        if last.kind not in (Kind.PASSED, Kind.REPLY, Kind.NEEDS_UTF8, Kind.TOO_LARGE) or _leaves(last.reply):
            self._run.session.abort()
            self._run = None
        return handed

    def _doubt(self, doubt: bool) -> None:
        self.in_doubt = doubt

    async def close(self) -> None:
        """Say goodbye, without waiting for an answer."""
        run, self._run = self._run, None
        if run is not None:
            run.session.leave()


def _nobody(event: Event) -> None:
    """Nobody watches the climb: only its end counts here."""


def _leaves(reply: Reply | None) -> bool:
    return reply is not None and reply.code == _LEAVING


class _Transaction:
    """One mail on its way: RSET, MAIL, RCPT for each, DATA. Remembers how far it came when the line fails."""

    def __init__(self, run: Run, letter: Letter, doubt: Callable[[bool], None]) -> None:
        self._run = run
        self._doubt = doubt
        self._letter = letter
        self._named: list[str] = []
        self._refused: list[tuple[str, Observation]] = []
        self._stage = Stage.MAIL
        self._dotted = False

    def outcome(self, seen: Observation) -> Handed:
        """Return how it went, from what ``carry`` returned or what ended it."""
        seen = seen._replace(stage=self._stage)
        if seen.passed:
            return Handed(seen, tuple(self._named), tuple(self._refused))
        unsure = self._dotted and seen.kind is not Kind.REPLY
        left = [(address, seen) for address in self._letter.recipients if address not in dict(self._refused)]
        return Handed(seen, (), (*self._refused, *left), unsure)

    async def carry(self) -> Observation:
        run, offered, content = self._run, self._run.context.capabilities, self._letter.content
        if not content.isascii() and "8BITMIME" not in offered:
            content = _seven_bit(content)
        utf8 = "SMTPUTF8" in offered
        sender = mail_path(self._letter.sender, utf8)
        if sender is None:
            return run.seen(Stage.MAIL, Kind.NEEDS_UTF8, reply=run.context.ehlo)
        if 0 < size_limit(offered.get("SIZE", "")) < len(content):
            return run.seen(Stage.MAIL, Kind.TOO_LARGE, reply=run.context.ehlo)
        reply = await run.session.say("RSET")
        if reply.code == _LEAVING:  # an idle session may have been ended meanwhile
            return run.seen(Stage.MAIL, Kind.REPLY, reply=reply)
        reply = await run.session.say(f"MAIL FROM:<{sender}>{self._words(content, utf8)}")
        if reply.code // 100 != 2:
            return run.seen(Stage.MAIL, Kind.REPLY, reply=reply)
        self._stage = Stage.RCPT
        for address in self._letter.recipients:
            await self._name(address, utf8)
        if not self._named:
            return self._refused[-1][1]
        return await self._content(content)

    def _words(self, content: bytes, utf8: bool) -> str:
        offered, words = self._run.context.capabilities, ""
        if "SIZE" in offered:
            words += f" SIZE={len(content)}"
        if not content.isascii():
            words += " BODY=8BITMIME"
        speaks_utf8 = any(not address.isascii() for address in (self._letter.sender, *self._letter.recipients))
        return f"{words} SMTPUTF8" if utf8 and speaks_utf8 else words

    async def _name(self, address: str, utf8: bool) -> None:
        path = mail_path(address, utf8)
        if path is None:
            self._refused.append((address, self._run.seen(Stage.RCPT, Kind.NEEDS_UTF8, reply=self._run.context.ehlo)))
            return
        reply = await self._run.session.say(f"RCPT TO:<{path}>")
        if reply.code // 100 == 2:
            self._named.append(address)
        else:
            self._refused.append((address, self._run.seen(Stage.RCPT, Kind.REPLY, reply=reply)))

    async def _content(self, content: bytes) -> Observation:
        run, self._stage = self._run, Stage.DATA
        reply = await run.session.say("DATA")
        if reply.code != 354:
            return run.seen(Stage.DATA, Kind.REPLY, reply=reply)
        self._dotted = True  # from here on the server may have it, whatever becomes of the line
        self._doubt(True)
        run.session.send_message(content)
        reply = await run.session.wire.reply()
        if reply.code // 100 != 2:
            return run.seen(Stage.DATA, Kind.REPLY, reply=reply)
        return run.seen(Stage.DATA, reply=reply, queue_id=queue_id(reply))


def _seven_bit(content: bytes) -> bytes:
    """Return a mail in seven bits (RFC 6152 3: a server without 8BITMIME must not be sent the other form)."""
    made = message_from_bytes(content, policy=policy.SMTP.clone(cte_type="7bit", refold_source="none"))
    with suppress(UnicodeError, LookupError, ValueError, KeyError):  # damaged: then as it is, for the server to judge
        return made.as_bytes()
    return content
