"""The certificates a server sends, and whether a list of authorities of somebody else would do: one handshake a question.

Made for Java's trust stores: an intermediate or a leaf in the list is an anchor, the host name is not asked for, and dates, key
sizes and digests are left to whoever asks. Nothing is said over the lines it makes. Must not know Java, rules or words.
"""

import asyncio
import socket
import ssl
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from wizard.profile import Endpoint, Security
from wizard.smtp.network import Address, Network, Resolution, name_is_unknown
from wizard.smtp.observation import AddressFate, Fate, Kind, Reply
from wizard.smtp.session import Session
from wizard.smtp.tls import Failure, client_context, failure_of
from wizard.smtp.wire import WireError
from wizard.values import to_ascii

VERSIONS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
ANY_CIPHER = "ALL"
_NUMBERS = dict(
    zip(VERSIONS, (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3), strict=True)
)
_LEGACY_SERVER_CONNECT = getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)  # the name came with Python 3.12
_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME of OpenSSL: the ssl module has no name for it
_DER = 2  # _ssl.ENCODING_DER; the module that names it is private


class Way(NamedTuple):
    """How to get to the point where a handshake begins. ``addresses`` are those of the host, ``host`` is its ASCII form."""

    network: Network
    addresses: tuple[Address, ...]
    port: int
    security: Security
    host: str
    ehlo_name: str = ""


class Shaken(NamedTuple):
    """How one handshake went. ``kind`` is PASSED when it stood, otherwise how it, or what comes before it, ended.

    ``sent`` are the certificates the server sent, DER, leaf first, in its own order; ``path`` those from the leaf to the anchor
    where they were verified. ``reply`` is the server's refusal where one came instead of a handshake.
    """

    kind: Kind
    version: str = ""
    cipher: str = ""
    sent: tuple[bytes, ...] = ()
    path: tuple[bytes, ...] = ()
    failure: Failure | None = None
    reply: Reply | None = None
    address: str = ""

    @property
    def stood(self) -> bool:
        """Whether the handshake was finished."""
        return self.kind is Kind.PASSED


async def way_to(endpoint: Endpoint, network: Network, ehlo_name: str = "") -> Way | Kind:
    """Ask for the addresses of an endpoint. Returns how that ended where there are none."""
    try:
        found = await network.resolve(endpoint.host, endpoint.port)
    except socket.gaierror as problem:
        return Kind.NAME_NOT_FOUND if name_is_unknown(problem) else Kind.RESOLVER_FAILED
    except (UnicodeError, ValueError):
        return Kind.NAME_NOT_FOUND
    found.cancel()
    return Way(network, tuple(found.known), endpoint.port, endpoint.security, to_ascii(endpoint.host), ehlo_name)


async def shake(way: Way, context: ssl.SSLContext, timeout: float) -> Shaken:
    """Make one handshake within ``timeout`` seconds on a connection of its own. Raises nothing of the network."""
    fates: dict[Address, AddressFate] = {}
    session = Session(_nobody_listens)
    try:
        async with asyncio.timeout(timeout):
            connected = await way.network.race(Resolution(list(way.addresses)), way.port, fates)
            if connected is None:
                return Shaken(_worst(fates))
            address = str(connected.getpeername()[0])
            await session.attach(connected)
            refused = await _up_to_starttls(session, way.ehlo_name) if way.security is Security.STARTTLS else None
            if refused:
                return refused._replace(address=address)
            return _stood(await session.secure(context, way.host, timeout))._replace(address=address)
    except TimeoutError:
        return Shaken(Kind.TIMEOUT)
    except WireError as problem:
        return Shaken(Kind.RESET if isinstance(problem.__cause__, ConnectionError) else problem.kind)
    except OSError as problem:
        failure = failure_of(problem)
        return Shaken(failure.kind, failure=failure)
    finally:
        session.abort()


def anchored(anchors: Iterable[bytes] | None, versions: Sequence[str] = VERSIONS, ciphers: str = ANY_CIPHER) -> ssl.SSLContext:
    """Return a context that takes a chain to any of ``anchors`` (DER; None: any chain), whatever its name, dates and keys.

    ``versions`` are names of VERSIONS, at least one; ``ciphers`` is a list in OpenSSL's form for TLS 1.2 and older. An anchor
    that OpenSSL cannot read is left out.
    """
    context = client_context(None, verify=False)
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    context.options |= _LEGACY_SERVER_CONNECT
    _limit(context, versions)
    if anchors is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        context.verify_flags |= _NO_CHECK_TIME
        for anchor in anchors:
            _add(context, anchor)
    return context


def our_own(ca_file: Path | None) -> ssl.SSLContext:
    """Return the context of a check: chain, dates and host name. Raises OSError when ``ca_file`` is no use."""
    return client_context(ca_file)


def _limit(context: ssl.SSLContext, versions: Sequence[str]) -> None:
    """Speak these versions only. The ssl module warns of old ones, and that a Java may speak them is the point here.

    Of a list with a hole the upper part is taken: OpenSSL's hello cannot leave one out in between.
    """
    known = [name for name in VERSIONS if name in versions]
    lowest = len(known) - 1
    while lowest and VERSIONS.index(known[lowest - 1]) == VERSIONS.index(known[lowest]) - 1:
        lowest -= 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = _NUMBERS[known[lowest]], _NUMBERS[known[-1]]


def _add(context: ssl.SSLContext, anchor: bytes) -> None:
    try:
        context.load_verify_locations(cadata=anchor)
    except ssl.SSLError:
        return  # a certificate this OpenSSL cannot read cannot be what it would have verified by


async def _up_to_starttls(session: Session, name: str) -> Shaken | None:
    """Go as far as the reply to STARTTLS. Returns how it ended where that does not let a handshake begin."""
    greeting = await session.greeting()
    if greeting.code != 220:
        return Shaken(Kind.REPLY, reply=greeting)
    reply, offered = await session.hello(session.own_name(name))
    if reply.code != 250:
        return Shaken(Kind.REPLY, reply=reply)
    if "STARTTLS" not in offered:
        return Shaken(Kind.NOT_OFFERED, reply=reply)
    reply = await session.say("STARTTLS")
    return None if reply.code == 220 else Shaken(Kind.REPLY, reply=reply)


def _stood(connection: ssl.SSLObject) -> Shaken:
    cipher = connection.cipher()
    verified = connection.context.verify_mode is not ssl.CERT_NONE
    return Shaken(
        Kind.PASSED,
        version=connection.version() or "",
        cipher=cipher[0] if cipher else "",
        sent=_certificates(connection, "get_unverified_chain"),
        path=_certificates(connection, "get_verified_chain") if verified else (),
    )


def _certificates(connection: ssl.SSLObject, which: str) -> tuple[bytes, ...]:
    """Return a chain in DER. The public door came with Python 3.13; the object behind it has the same one since 3.10."""
    inner: Any = getattr(connection, "_sslobj", None)
    read = getattr(inner, which, None)
    found = tuple(bytes(entry.public_bytes(_DER)) for entry in (read() or ())) if read else ()
    leaf = connection.getpeercert(binary_form=True)
    return found or ((leaf,) if leaf else ())


def _worst(fates: dict[Address, AddressFate]) -> Kind:
    found = {fate.fate for fate in fates.values()}
    order = {Fate.PROHIBITED: Kind.PROHIBITED, Fate.REFUSED: Kind.REFUSED, Fate.TIMEOUT: Kind.TIMEOUT}
    return next((kind for fate, kind in order.items() if fate in found), Kind.UNREACHABLE)


def _nobody_listens(_sender: str, _text: str) -> None:
    """A handshake keeps no transcript."""
