"""The commands of a session, answered like a mail server of today, and wrongly where the fault says so.

Must not know how ports are opened, nor what becomes of a message.
"""
# ruff: noqa: N802 - aiosmtpd finds its commands by these names

from __future__ import annotations

import ssl

from aiosmtpd.smtp import TLSSetupException

from wizard.practice.act import LineGoneError, shake_hands
from wizard.practice.desk import HOSTNAME
from wizard.practice.fault import Step
from wizard.practice.line import FaultyLine
from wizard.practice.quiet import decoded
from wizard.practice.sasl import MECHANISMS, OFFERED, SignIn


class PracticeSMTP(FaultyLine):
    """The protocol of one connection."""

    async def smtp_EHLO(self, hostname: str) -> None:
        """Say what is offered."""
        self._ehlo = hostname or ""
        if not hostname:
            await self.push("501 5.5.4 Syntax: EHLO hostname")
            return
        if await self._stumbled(Step.EHLO):
            return
        assert self.session is not None
        self._set_rset_state()  # type: ignore[no-untyped-call]
        self.session.extended_smtp = True
        self.session.host_name = hostname
        await self.say_offers([HOSTNAME, *self._capabilities()])

    async def smtp_HELO(self, hostname: str) -> None:
        """The greeting of RFC 821: a name and no extensions, so no code in front of the name either."""
        self._ehlo = hostname or ""
        if await self._stumbled(Step.HELO):
            return
        assert self.session is not None
        self._set_rset_state()  # type: ignore[no-untyped-call]
        self.session.extended_smtp = False
        self.session.host_name = self._ehlo
        await self.say(f"250 {HOSTNAME}" if hostname else "501 5.5.4 Syntax: HELO hostname")

    def _capabilities(self) -> list[str]:
        fault = self._house.fault
        offers = ["PIPELINING", f"SIZE {self.data_size_limit}", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8"]
        if self.tls_context and not self.tls_version:
            offers.insert(1, "STARTTLS")
        if self._mechanisms():
            offers.append("AUTH " + " ".join(self._mechanisms()))
        if self.spared:
            return offers
        return [offer for offer in offers if offer.split()[0] not in fault.hides] + list(fault.shows)

    def _mechanisms(self) -> tuple[str, ...]:
        """What may be used to sign in here and now: nothing in clear, unless the fault is just that."""
        fault = self._house.fault
        hidden = "AUTH" in fault.hides and not self.spared
        if hidden or not (self.tls_version or fault.clear_auth):
            return ()
        return OFFERED if fault.mechanisms is None else fault.mechanisms

    async def smtp_STARTTLS(self, arg: str | None) -> None:
        """Go over to TLS; a handshake that fails ends the session quietly, as it is the client's good right."""
        if self.tls_version:
            await self.push("503 5.5.1 TLS is already active")
            return
        reply = await self.stumble(Step.STARTTLS) or "220 2.0.0 Ready to start TLS"
        if not reply.startswith("220"):
            await self.say(reply)
            return
        if Step.TLS in self._house.fault.at:
            await self.say(reply)
            await self._reader.read(1)
            await self.stumble(Step.TLS)
        if self._house.fault.handshake.refuses and self.tls_context:
            await self.say(reply)
            await shake_hands(self.tls_context, self._reader, self._writer)
        self._instead = reply
        try:
            await super().smtp_STARTTLS(arg)
        except (TLSSetupException, ssl.SSLError, ConnectionError):
            raise LineGoneError from None

    async def smtp_AUTH(self, arg: str | None) -> None:
        """RFC 4954. aiosmtpd's own knows no TLS from the first byte, and writes the user name to a log."""
        mechanism, _, initial = (arg or "").partition(" ")
        refusal = self._auth_refusal(mechanism.upper())
        if refusal:
            await self.push(refusal)
            return
        if await self._stumbled(Step.AUTH_COMMAND):
            return
        first: bytes | None = None
        if initial:
            first = decoded(initial)
            if first is None:
                await self.push("501 5.5.2 Cannot decode the initial response")
                return
        outcome = await MECHANISMS[mechanism.upper()](self._house.account, first, self._ask)
        if outcome is not None:
            await self._verdict(mechanism.upper(), *outcome)

    def _auth_refusal(self, mechanism: str) -> str:
        assert self.session is not None
        if not self.session.host_name:
            return "503 5.5.1 Send EHLO first"
        if self.session.authenticated:
            return "503 5.5.1 Already signed in"
        if self._house.fault.wants_tls and not self.tls_version:
            return "538 5.7.11 Encryption required for requested authentication mechanism"
        if mechanism not in self._mechanisms() or mechanism not in MECHANISMS:
            return "504 5.5.4 Unrecognized authentication type"
        return ""

    async def _verdict(self, mechanism: str, username: str, right: bool) -> None:
        accepted = right and Step.AUTH not in self._house.fault.at
        self._house.sign_ins.append(SignIn(mechanism, username, accepted))
        if await self._stumbled(Step.AUTH):
            return
        assert self.session is not None
        if not right:
            await self.push("535 5.7.8 Error: authentication failed: user name or password is wrong")
            return
        self.session.authenticated = True
        self.signed_in = username
        await self.push("235 2.7.0 Authentication successful")

    async def smtp_MAIL(self, arg: str | None) -> None:
        """MAIL FROM; in clear only where the fault does not insist on encryption."""
        if self._house.fault.wants_tls and not self.tls_version:
            await self.push("530 5.7.0 Must issue a STARTTLS command first")
            return
        self._mail = _within_brackets(arg)
        if not await self._stumbled(Step.MAIL):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        """RCPT TO; without a sender it is out of order, whatever the fault."""
        self._rcpt = _within_brackets(arg)
        if not (self.envelope and self.envelope.mail_from and await self._stumbled(Step.RCPT)):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str | None) -> None:
        """DATA; without a recipient it is out of order, whatever the fault."""
        if not (self.envelope and self.envelope.rcpt_tos and await self._stumbled(Step.DATA)):
            await super().smtp_DATA(arg)

    async def smtp_QUIT(self, arg: str | None) -> None:
        """QUIT, with the farewell a mail server has."""
        if not await self._stumbled(Step.QUIT):
            await super().smtp_QUIT(arg)


def _within_brackets(arg: str | None) -> str:
    return (arg or "").partition("<")[2].partition(">")[0]
