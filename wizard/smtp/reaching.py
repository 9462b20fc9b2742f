"""The stages from the name to the sign-in: resolve, connect, TLS, greeting, EHLO, STARTTLS, AUTH. One function each."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import suppress

from wizard.profile import Security
from wizard.smtp import sasl, tls
from wizard.smtp.network import Address, Network, Resolution, name_is_unknown
from wizard.smtp.observation import AddressFate, Fate, Kind, Observation, Stage, TlsFacts
from wizard.smtp.run import Run
from wizard.smtp.session import Session
from wizard.smtp.wire import WireError, shown
from wizard.values import to_ascii

# How long a look at a certificate that did not verify may take, in seconds.
_LOOK = 3.0

_BY_FATE = {Fate.REFUSED: Kind.REFUSED, Fate.TIMEOUT: Kind.TIMEOUT, Fate.UNREACHABLE: Kind.UNREACHABLE}


async def resolve(run: Run) -> Observation:
    """Ask for the addresses of the host, IPv4 and IPv6 at once."""
    endpoint = run.profile.endpoint
    try:
        run.resolution = await run.network.resolve(endpoint.host, endpoint.port)
    except socket.gaierror as problem:
        kind = Kind.NAME_NOT_FOUND if name_is_unknown(problem) else Kind.RESOLVER_FAILED
        return run.seen(Stage.RESOLVE, kind, error=f"the resolver says: {problem.strerror or problem}")
    except (UnicodeError, ValueError) as problem:
        return run.seen(Stage.RESOLVE, Kind.NAME_NOT_FOUND, error=str(problem))
    run.learn(addresses=tuple(AddressFate(known.text, known.family, Fate.UNTRIED) for known in run.resolution.known))
    return run.seen(Stage.RESOLVE)


async def connect(run: Run) -> Observation:
    """Race the addresses; the first that answers carries the session."""
    fates: dict[Address, AddressFate] = {}
    try:
        connected = await run.network.race(run.resolution or Resolution([]), run.profile.endpoint.port, fates)
    finally:
        run.learn(addresses=tuple(fates.values()))
    if connected is None:
        return run.seen(Stage.CONNECT, _worst(fates))
    address = next(fate.address for fate in fates.values() if fate.fate is Fate.CONNECTED)
    run.learn(address=address, local_address=str(connected.getsockname()[0]))
    await run.session.attach(connected)
    return run.seen(Stage.CONNECT)


def _worst(fates: dict[Address, AddressFate]) -> Kind:
    """Return the fate that says most when no address answered: a local ban, a refusal, silence, no way there."""
    found = {fate.fate for fate in fates.values()}
    if Fate.PROHIBITED in found:
        return Kind.PROHIBITED
    return next((kind for fate, kind in _BY_FATE.items() if fate in found), Kind.UNREACHABLE)


async def greeting(run: Run) -> Observation:
    """Read the server's first reply; only 220 lets the session go on (RFC 5321 3.1)."""
    reply = await run.session.greeting()
    run.learn(greeting=reply)
    return run.seen(Stage.GREETING, Kind.PASSED if reply.code == 220 else Kind.REPLY, reply=reply)


async def ehlo(run: Run) -> Observation:
    """Say who we are and learn what the server offers."""
    name = run.session.own_name(run.profile.ehlo_name)
    run.learn(ehlo_name=name)
    reply, offered = await run.session.hello(name)
    run.learn(ehlo=reply, capabilities=offered)
    if not run.context.encrypted:
        run.learn(clear_capabilities=offered)
    return run.seen(Stage.EHLO, Kind.PASSED if reply.code == 250 else Kind.REPLY, reply=reply)


async def starttls(run: Run) -> Observation:
    """Ask for encryption. What is not offered is not asked for; bytes behind the 220 end the run (CVE-2011-0411)."""
    if "STARTTLS" not in run.context.capabilities:
        return run.seen(Stage.STARTTLS, Kind.NOT_OFFERED, reply=run.context.ehlo)
    reply = await run.session.say("STARTTLS")
    if reply.code != 220:
        return run.seen(Stage.STARTTLS, Kind.REPLY, reply=reply)
    if run.session.wire.has_surplus:
        return run.seen(Stage.STARTTLS, Kind.INJECTED, reply=reply, raw=shown(run.session.wire.surplus))
    return run.seen(Stage.STARTTLS, reply=reply)


async def secure(run: Run) -> Observation:
    """Make the handshake and verify the certificate against the profile's trust and host name."""
    profile = run.profile
    try:
        context = tls.client_context(profile.ca_file)
    except OSError as problem:
        return run.seen(Stage.TLS, Kind.CA_FILE, error=f"{type(problem).__name__}: {problem}")
    if profile.endpoint.security is Security.TLS and run.session.wire.has_surplus:
        # It greeted before any handshake: the port starts in plain text, and no ClientHello need be wasted on it.
        return run.seen(Stage.TLS, Kind.TLS_PLAINTEXT, raw=shown(run.session.wire.surplus))
    host = to_ascii(profile.endpoint.host)
    try:
        connection = await run.session.secure(context, host, profile.timeout)
    except ssl.SSLError as problem:
        failure = tls.failure_of(problem)
        if failure.verify_code is None:
            raise
        return await _not_verified(run, failure)
    found = tls.facts(connection, verified=True)
    return _secured(run, found)


def _secured(run: Run, found: TlsFacts) -> Observation:
    run.learn(tls=found)
    trust = "verified" if found.verified else "not verified"
    run.tell("*", f"{found.version} {found.cipher}, certificate {trust}")
    return run.seen(Stage.TLS, tls=found)


async def _not_verified(run: Run, failure: tls.Failure) -> Observation:
    """Look at the certificate over a second connection; go on with that one where the profile accepts it in so many words."""
    accepts = run.profile.accept_unverified_tls
    session = Session(run.tell if accepts else lambda sender, text: None)
    found = None
    run.tell("*", f"certificate not verified: {failure.verify_reason}")
    try:
        with suppress(OSError, ssl.SSLError, WireError):
            async with asyncio.timeout(_LOOK):
                found = await _look(run, session, failure)
    finally:
        if found is None or not accepts:
            session.abort()
    if found is not None and accepts:
        run.session.abort()
        run.session = session
        return _secured(run, found)
    return run.seen(
        Stage.TLS,
        Kind.TLS_CERTIFICATE if failure.kind is Kind.TLS_CERTIFICATE else failure.kind,
        tls=found,
        error=failure.error,
        tls_reason=failure.reason,
        verify_code=failure.verify_code,
        verify_reason=failure.verify_reason,
    )


async def _look(run: Run, session: Session, failure: tls.Failure) -> TlsFacts:
    """Climb to the handshake once more and accept any certificate. Nothing secret is said on this line unless accepted."""
    endpoint = run.profile.endpoint
    await session.attach(await _again(run.network, run.context.address or endpoint.host, endpoint.port))
    if endpoint.security is Security.STARTTLS:
        await session.greeting()
        await session.hello(run.context.ehlo_name)
        reply = await session.say("STARTTLS")
        if reply.code != 220:
            raise WireError(str(reply).encode())
    context = tls.client_context(None, verify=False)
    connection = await session.secure(context, to_ascii(endpoint.host), _LOOK)
    return tls.facts(connection, verified=False, failure=failure)


async def _again(network: Network, address: str, port: int) -> socket.socket:
    return await network.connect(Address("ipv6" if ":" in address else "ipv4", address), port)


async def sign_in(run: Run) -> Observation:
    """Sign in once, with one mechanism, and only over a line the profile allows."""
    login, context, profile = run.profile.login, run.context, run.profile
    if login is None:
        raise ValueError("no user name: the climb leaves this stage out")
    if not context.encrypted and not profile.accept_cleartext_auth:
        return run.seen(Stage.AUTH, Kind.WITHHELD)
    if "AUTH" not in context.capabilities:
        return run.seen(Stage.AUTH, Kind.NOT_OFFERED, reply=context.ehlo)
    if not run.password:
        return run.seen(Stage.AUTH, Kind.NO_SECRET)
    mechanism = sasl.choose(login.mechanism, context.mechanisms, login.username, run.password.reveal())
    if mechanism is None:
        return run.seen(Stage.AUTH, Kind.NO_MECHANISM, reply=context.ehlo)
    run.learn(mechanism=mechanism.value.upper())
    if run.held_back:
        return run.seen(Stage.AUTH, Kind.HELD_BACK, refusals=run.held_back)
    try:
        reply, said = await run.session.sign_in(mechanism, login.username, run.password)
    except sasl.ChallengeError as problem:
        return run.seen(Stage.AUTH, Kind.SERVER_UNPROVEN if problem.proof else Kind.MALFORMED, error=str(problem))
    if reply.code // 100 != 2:
        return run.seen(Stage.AUTH, Kind.REPLY, reply=reply, raw=said)
    run.learn(signed_in=True)
    return run.seen(Stage.AUTH, reply=reply)
