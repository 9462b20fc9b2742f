"""SASL (RFC 4422, 4954): which mechanism to take, and what it says. Must not know sockets or replies' codes."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Generator, Iterable

from aiosmtplib.auth import auth_crammd5_verify, auth_login_encode, auth_plain_encode, auth_xoauth2_encode

from wizard.profile import Mechanism

# What ``auto`` may choose, best first. XOAUTH2 is not among them: its secret is a token, and a password sent as one is a failed
# sign-in.
_BEST_FIRST = (
    Mechanism.SCRAM_SHA_512,
    Mechanism.SCRAM_SHA_256,
    Mechanism.SCRAM_SHA_1,
    Mechanism.CRAM_MD5,
    Mechanism.PLAIN,
    Mechanism.LOGIN,
)

# A dialogue yields what the client says next (base64, without line end; None: nothing yet) and is sent the server's challenges.
Dialogue = Generator[bytes | None, bytes, None]


class ChallengeError(Exception):
    """The server's challenge makes no sense in this mechanism; ``proof`` tells that its own proof was the wrong part."""

    def __init__(self, text: str, *, proof: bool = False) -> None:
        super().__init__(text)
        self.proof = proof


def choose(wanted: Mechanism, offered: Iterable[str], *texts: str) -> Mechanism | None:
    """Return the mechanism to use: the wanted one when offered, for ``auto`` the best one offered, else None.

    ``texts`` are the user name and secret: what SCRAM cannot carry (see ``scram_can_carry``) is signed in with another one.
    """
    names = {name.upper() for name in offered}
    candidates = _BEST_FIRST if wanted is Mechanism.AUTO else (wanted,)
    possible = (mechanism for mechanism in candidates if mechanism.value.upper() in names)
    return next((found for found in possible if not found.value.startswith("scram") or all(map(scram_can_carry, texts))), None)


def scram_can_carry(text: str) -> bool:
    """Return whether SASLprep lets a text through: it knows Unicode 3.2 alone, so an emoji is "unassigned" (RFC 4013 2.5)."""
    from stringprep import in_table_a1, in_table_c12, in_table_c21_c22

    return not any(in_table_a1(sign) or in_table_c21_c22(sign) for sign in text if not in_table_c12(sign))


def dialogue(mechanism: Mechanism, username: str, secret: str) -> Dialogue:
    """Return the client's side of one sign-in. Raises ChallengeError from ``send`` when the server's side is not right."""
    match mechanism:
        case Mechanism.PLAIN:
            return _once(auth_plain_encode(username, secret))
        case Mechanism.XOAUTH2:
            return _xoauth2(username, secret)
        case Mechanism.LOGIN:
            return _login(username, secret)
        case Mechanism.CRAM_MD5:
            return _cram_md5(username, secret)
        case Mechanism.SCRAM_SHA_1 | Mechanism.SCRAM_SHA_256 | Mechanism.SCRAM_SHA_512:
            return _scram(mechanism, username, secret)
        case Mechanism.AUTO:
            raise ValueError("auto is a wish, not a mechanism: choose() first")


def _once(response: bytes) -> Dialogue:
    yield response


def _xoauth2(username: str, token: str) -> Dialogue:
    # A refusal comes as a challenge with the reason; the answer is an empty line (Google and Microsoft, XOAUTH2 protocol).
    yield auth_xoauth2_encode(username, token)
    yield b""


def _login(username: str, secret: str) -> Dialogue:
    name, word = auth_login_encode(username, secret)
    yield None
    yield name
    yield word


def _cram_md5(username: str, secret: str) -> Dialogue:
    challenge = yield None
    _decoded(challenge)
    yield auth_crammd5_verify(username, secret, challenge)


def _scram(mechanism: Mechanism, username: str, secret: str) -> Dialogue:
    from scramp import ScramClient, ScramException

    try:
        client = ScramClient([mechanism.value.upper()], username, secret)
        challenge = yield b64encode(client.get_client_first().encode())
        client.set_server_first(_decoded(challenge).decode("utf-8", "replace"))
        challenge = yield b64encode(client.get_client_final().encode())
    except (ScramException, ValueError) as problem:
        raise ChallengeError(f"{type(problem).__name__}: {problem}") from problem
    try:
        client.set_server_final(_decoded(challenge).decode("utf-8", "replace"))
    except (ScramException, ValueError) as problem:
        raise ChallengeError(f"{type(problem).__name__}: {problem}", proof=True) from problem
    yield b""


def _decoded(challenge: bytes) -> bytes:
    try:
        return b64decode(challenge, validate=True)
    except ValueError as problem:
        raise ChallengeError("the challenge is not base64") from problem


def secrets_of(response: bytes, username: str) -> tuple[bytes, ...]:
    """Return the forms of one response that must never be shown: as sent, decoded, and the last part of it (secret or digest).

    A response that is the user name alone is hidden as sent; the name itself may be shown.
    """
    try:
        plain = b64decode(response, validate=True)
    except ValueError:
        plain = b""
    if plain == username.encode():
        return (response,)
    last = plain.strip(b"\x01").replace(b"\0", b" ").rpartition(b" ")[2]
    return tuple(form for form in (response, plain, last) if form)
