"""One SMTP session: its commands, its TLS, its single sign-in. Must not know stages, deadlines or what a refusal means."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from aiosmtplib import SMTP, SMTPServerDisconnected
from aiosmtplib.esmtp import parse_esmtp_extensions

from wizard.profile import Mechanism, Password
from wizard.smtp import sasl
from wizard.smtp.observation import Kind, Reply
from wizard.smtp.wire import Wire, WireError

# RFC 4954 4: an AUTH command, initial response included, keeps to the 512 octets of any command line.
_COMMAND_LINE = 510
# How long a TLS shutdown may linger when we hang up, in seconds; the standard library would wait thirty.
_SHUTDOWN = 1.0
_CANCEL = b"*"  # RFC 4954 4: ends an exchange that cannot go on


class InjectedBytes(WireError):  # noqa: N818 - reads as what happened
    """Bytes stood between the reply to STARTTLS and the handshake (CVE-2011-0411, RFC 3207 4.2): nothing more is said."""

    kind = Kind.INJECTED


class Session(SMTP):
    """aiosmtplib's client on our own wire: replies keep their bytes, commands can travel in groups, secrets stay hidden.

    ``tell(sender, text)`` is called for every redacted line.
    """

    wire: Wire

    def __init__(self, tell: Callable[[str, str], None]) -> None:
        super().__init__(start_tls=False, use_tls=False)
        self._tell = tell

    async def attach(self, connected: socket.socket) -> None:
        """Take over a connected socket; from here on only ``close`` or ``abort`` ends it."""
        loop = asyncio.get_running_loop()
        transport, wire = await loop.create_connection(lambda: Wire(self._tell), sock=connected)
        self.transport = transport
        self.protocol = self.wire = wire

    @property
    def local_address(self) -> str:
        """Our own address on this connection."""
        name = self.transport.get_extra_info("sockname") if self.transport else None
        return str(name[0]) if name else "127.0.0.1"

    def own_name(self, configured: str) -> str:
        """Return the name for EHLO: the configured one, this host's full name, or else an address literal (RFC 5321 4.1.4)."""
        host = socket.gethostname()
        if configured:
            return configured
        if "." in host.strip(".") and host.isascii() and not host.startswith("localhost."):
            return host
        address = self.local_address
        return f"[IPv6:{address}]" if ":" in address else f"[{address}]"

    async def greeting(self) -> Reply:
        """Return the server's first reply."""
        return await self.wire.reply()

    async def say(self, command: str) -> Reply:
        """Send one command and return its reply."""
        self.send(command)
        return await self.wire.reply()

    def send(self, *commands: str) -> None:
        """Send commands in one go, without waiting (RFC 2920). Read their replies in order with ``wire.reply()``."""
        self._put(b"".join(command.encode("utf-8") + b"\r\n" for command in commands))

    def _put(self, data: bytes) -> None:
        # A line that is gone is told by the next read, which still hands out a last word such as 421 that came before the end.
        with suppress(SMTPServerDisconnected):
            self.wire.write(data)

    def send_message(self, message: bytes, *following: str) -> None:  # type: ignore[override]  # ours is the raw DATA content
        """Send a message's content, dot-stuffed (RFC 5321 4.5.2), its final dot, and commands that may follow it."""
        stuffed = b"".join(b"." + line if line.startswith(b".") else line for line in message.splitlines(keepends=True))
        tail = b"".join(command.encode() + b"\r\n" for command in following)
        self._put(stuffed + b".\r\n" + tail)

    async def hello(self, name: str) -> tuple[Reply, dict[str, str]]:
        """Say EHLO, or HELO where EHLO is not known (RFC 5321 3.2). Returns the reply and the keywords offered, upper case."""
        reply = await self.say(f"EHLO {name}")
        if reply.code in (500, 502):
            return await self.say(f"HELO {name}"), {}
        return reply, keywords(reply) if reply.code == 250 else {}

    async def secure(self, context: ssl.SSLContext, host: str, timeout: float) -> ssl.SSLObject:
        """Put the line under TLS and return the finished connection. ``host`` is the name the certificate must carry.

        Raises InjectedBytes, ssl.SSLError, OSError, TimeoutError.
        """
        if self.wire.has_surplus:
            raise InjectedBytes(self.wire.surplus)
        self.wire.still_open()  # a handshake on a line that is gone would wait for its deadline
        loop = asyncio.get_running_loop()
        secured = await loop.start_tls(
            cast(asyncio.WriteTransport, self.transport),
            self.wire,
            context,
            server_hostname=host,
            ssl_handshake_timeout=timeout,
            ssl_shutdown_timeout=_SHUTDOWN,
        )
        if secured is None:  # the peer hung up between the handshake and this line
            raise ConnectionResetError("closed right after the handshake")
        self.transport = self.wire.transport = secured
        return cast(ssl.SSLObject, secured.get_extra_info("ssl_object"))

    async def sign_in(self, mechanism: Mechanism, username: str, password: Password) -> tuple[Reply, str]:
        """Sign in once. Returns the final reply and what the server said in place of a challenge (XOAUTH2's reason), or "".

        Raises sasl.ChallengeError when the server's side of the mechanism is wrong; the exchange is then cancelled, not repeated.
        """
        self.wire.redact.hide([password.reveal().encode()])
        self.wire.hush = True
        try:
            return await self._converse(mechanism, username, sasl.dialogue(mechanism, username, password.reveal()))
        finally:
            self.wire.hush = False

    async def _converse(self, mechanism: Mechanism, username: str, talk: sasl.Dialogue) -> tuple[Reply, str]:
        response = next(talk)
        command = f"AUTH {mechanism.value.upper()}"
        if response is not None and len(command) + 1 + len(response) <= _COMMAND_LINE:
            reply = await self._answer(f"{command} {response.decode()}", response, username)
            sent, response = response, None
        else:
            reply, sent = await self.say(command), b""
        said = ""
        while reply.code == 334 and sent != _CANCEL:
            said = reply.text
            sent = response if response is not None else await self._next(talk, reply)
            response = None
            reply = await self._answer(sent.decode(), sent, username)
        # SCRAM says its last, empty, response only after the server's own proof was right (RFC 5802 5).
        if reply.positive and mechanism.value.startswith("scram") and sent != b"":
            raise sasl.ChallengeError("accepted without a proof of its own", proof=True)
        return reply, said if mechanism is Mechanism.XOAUTH2 else ""

    async def _next(self, talk: sasl.Dialogue, challenge: Reply) -> bytes:
        """Return the response to a challenge; a challenge that makes no sense ends the exchange politely first."""
        try:
            return talk.send(challenge.text.encode()) or b""
        except StopIteration:
            return _CANCEL
        except sasl.ChallengeError:
            with suppress(WireError):
                await self.say(_CANCEL.decode())
            raise

    async def _answer(self, line: str, response: bytes, username: str) -> Reply:
        self.wire.redact.hide(sasl.secrets_of(response, username))
        return await self.say(line)

    def abort(self) -> None:
        """Close the socket at once."""
        if self.transport is not None:
            cast(asyncio.WriteTransport, self.transport).abort()
        self.protocol = None
        self.transport = None

    def leave(self) -> None:
        """Say QUIT without waiting for the answer, and close."""
        with suppress(WireError, OSError, RuntimeError):
            if self.protocol is not None and self.wire.is_connected and not self.wire.said_quit:
                self.send("QUIT")
        self.abort()


def keywords(reply: Reply) -> dict[str, str]:
    """Return what an EHLO reply offers: keyword in upper case to parameters; both spellings of AUTH become one."""
    extensions, mechanisms = parse_esmtp_extensions("\n".join(reply.lines))
    found = {keyword.upper(): parameters for keyword, parameters in extensions.items()}
    if mechanisms:
        found["AUTH"] = " ".join(dict.fromkeys(name.upper() for name in mechanisms))
    return found
