"""One client's line to the practice server, with the fault's answers in place of its own.

Must not know the commands, nor how ports are opened.
"""

from __future__ import annotations

import ssl

from wizard.practice.act import LineGoneError, perform
from wizard.practice.desk import HOSTNAME, SIZE_LIMIT, Desk, House
from wizard.practice.fault import Foreign, Say, Step
from wizard.practice.quiet import QuietLine
from wizard.profile import Security

_PROXY_PATIENCE = 3.0  # seconds to wait for the PROXY line; the protocol's own text asks for at least that


class FaultyLine(QuietLine):
    """The protocol of one connection, without its commands.

    ``port`` is which port was called, ``speaks`` what it really speaks, ``tls`` the context for STARTTLS, ``peers`` all sessions
    alive.
    """

    def __init__(self, house: House, port: Security, speaks: Security, tls: ssl.SSLContext, peers: set[FaultyLine]) -> None:
        super().__init__(
            Desk(house, port),
            peers,
            hostname=HOSTNAME,
            ident="ESMTP SMTP Wizard practice server",
            enable_SMTPUTF8=True,
            data_size_limit=SIZE_LIMIT if house.fault.size is None else house.fault.size,
            tls_context=tls if speaks is Security.STARTTLS else None,
            auth_require_tls=False,
            proxy_protocol_timeout=_PROXY_PATIENCE if house.fault.wants_proxy and speaks is not Security.TLS else None,
        )
        self._house = house
        self._port = port
        self._ehlo = ""
        self._mail = ""
        self._rcpt = ""
        self.signed_in = ""

    @property
    def spared(self) -> bool:
        """Whether the fault leaves this line alone, because it is encrypted or came by another port."""
        fault = self._house.fault
        return (fault.only_in_clear and bool(self.tls_version)) or fault.only_on not in (None, self._port)

    # -- stumbling -----------------------------------------------------------------------------------------------------

    async def stumble(self, step: Step) -> str | None:
        """Return the fault's reply for this step, or None when nothing is wrong here. Raises LineGoneError, as faults may."""
        answer = None if self.spared else self._house.fault.at.get(step)
        match answer:
            case None:
                return None
            case Say(unless=unless) if unless and self._excepted(step, unless):
                return None
            case Say(text=text, close=close):
                filled = self._filled(text)
                if not close:
                    return filled
                await self.say(filled)
                self._writer.close()
                raise LineGoneError
            case Foreign():
                raise AssertionError("a foreign protocol stands in for the whole connection")
            case _:
                return await perform(answer, self._writer)

    def _excepted(self, step: Step, unless: str) -> bool:
        return self._ehlo.startswith(unless) if step in (Step.EHLO, Step.HELO) else unless == self._mail

    def _filled(self, text: str) -> str:
        assert self.session is not None
        facts = {
            "{host}": HOSTNAME,
            "{peer}": str(self.session.peer[0]) if self.session.peer else "",
            "{ehlo}": self._ehlo,
            "{sender}": self._mail,
            "{recipient}": self._rcpt,
        }
        for mark, fact in facts.items():
            text = text.replace(mark, fact)
        return text.replace("\n", "\r\n")

    async def _stumbled(self, step: Step) -> bool:
        """Answer this step's command with the fault's reply, if it has one."""
        reply = await self.stumble(step)
        if reply is None:
            return False
        await self.say(reply)
        return True

    async def _handle_client(self) -> None:
        """Greet, then serve commands; a fault may have another idea of the greeting."""
        try:
            self._instead = await self.stumble(Step.GREETING) or ""
            await super()._handle_client()
        except LineGoneError:
            self._writer.close()
