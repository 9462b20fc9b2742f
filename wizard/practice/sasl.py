"""The server's half of the sign-in: PLAIN, LOGIN, CRAM-MD5, SCRAM-SHA-256 and XOAUTH2. Must not know sockets or replies' codes.

Each mechanism is given the initial response (None when there was none) and a way to ask the client one question, and returns
who signed in and whether the secret was right, or None when the exchange was broken off and answered already.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from wizard.profile import Password

Ask = Callable[[bytes], Awaitable[bytes | None]]


@dataclass(frozen=True, slots=True)
class Account:
    """The one account of the practice server."""

    username: str
    password: Password

    def admits(self, username: str, password: bytes) -> bool:
        """Return whether user name and password are the account's."""
        return username == self.username and hmac.compare_digest(password, self.password.reveal().encode())


@dataclass(frozen=True, slots=True)
class SignIn:
    """One attempt, as the server saw it; never what secret was tried."""

    mechanism: str
    username: str
    accepted: bool


Mechanism = Callable[[Account, bytes | None, Ask], Awaitable[tuple[str, bool] | None]]


async def _plain(account: Account, first: bytes | None, ask: Ask) -> tuple[str, bool] | None:
    """RFC 4616: authorisation identity, user name and password between NULs."""
    said = await ask(b"") if first is None else first
    if said is None:
        return None
    _, _, rest = said.partition(b"\0")
    user, _, password = rest.partition(b"\0")
    username = user.decode("utf-8", "replace")
    return username, account.admits(username, password)


async def _login(account: Account, first: bytes | None, ask: Ask) -> tuple[str, bool] | None:
    """The old two-question way, as draft-murchison-sasl-login describes it."""
    user = await ask(b"Username:") if first is None else first
    password = None if user is None else await ask(b"Password:")
    if user is None or password is None:
        return None
    username = user.decode("utf-8", "replace")
    return username, account.admits(username, password)


async def _cram_md5(account: Account, first: bytes | None, ask: Ask) -> tuple[str, bool] | None:
    """RFC 2195: a keyed digest of the server's challenge; the password itself does not travel."""
    challenge = f"<{secrets.randbits(60)}.{secrets.randbits(40)}@practice.test>".encode()
    said = await ask(challenge)
    if said is None:
        return None
    user, _, digest = said.rpartition(b" ")
    username = user.decode("utf-8", "replace")
    right = hmac.new(account.password.reveal().encode(), challenge, "md5").hexdigest().encode()
    return username, username == account.username and hmac.compare_digest(digest, right)


async def _scram_sha_256(account: Account, first: bytes | None, ask: Ask) -> tuple[str, bool] | None:
    """RFC 5802 and 7677: both sides prove that they know the password, and neither sends it."""
    from scramp import ScramException, ScramMechanism

    mechanism = ScramMechanism("SCRAM-SHA-256")
    names: list[str] = []

    def lookup(username: str) -> tuple[bytes, bytes, bytes, int]:
        """Answer for any user name, so that a wrong one fails at the same place as a wrong password."""
        names.append(username)
        secret = account.password.reveal() if username == account.username else secrets.token_hex(16)
        salt, stored, server_key, rounds = mechanism.make_auth_info(secret, iteration_count=4096)
        return salt, stored, server_key, rounds

    server = mechanism.make_server(lookup)
    said = await ask(b"") if first is None else first
    try:
        if said is None:
            return None
        server.set_client_first(said.decode())
        said = await ask(server.get_server_first().encode())
        if said is None:
            return None
        server.set_client_final(said.decode())
    except (ScramException, UnicodeDecodeError):
        return names[0] if names else "", False
    if await ask(server.get_server_final().encode()) is None:
        return None
    return names[0], True


async def _xoauth2(account: Account, first: bytes | None, ask: Ask) -> tuple[str, bool] | None:
    """Google's and Microsoft's bearer token form; the practice account's password stands for the token."""
    said = await ask(b"") if first is None else first
    if said is None:
        return None
    parts = dict(part.partition("=")[::2] for part in said.decode("utf-8", "replace").split("\x01") if part)
    username = parts.get("user", "")
    token = parts.get("auth", "").removeprefix("Bearer ")
    if account.admits(username, token.encode()):
        return username, True
    # The reason comes as a challenge, and the client answers it with an empty line before the verdict.
    await ask(b'{"status":"401","schemes":"bearer","scope":"https://mail.practice.test/"}')
    return username, False


MECHANISMS: dict[str, Mechanism] = {
    "SCRAM-SHA-256": _scram_sha_256,
    "CRAM-MD5": _cram_md5,
    "PLAIN": _plain,
    "LOGIN": _login,
    "XOAUTH2": _xoauth2,
}
OFFERED = ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256")
