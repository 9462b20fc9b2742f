"""A server seen with the eyes of IdentityIQ's Java, and of the one in PATH where that is another: all of it in one call.

Trust stores are read while the network is asked. Must not know files to write or how the view is shown.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from wizard.identityiq.installation import Installation, JavaRuntime, MailLibrary
from wizard.identityiq.jvm import wording
from wizard.identityiq.jvm.authorities import host_list, in_file
from wizard.identityiq.jvm.importing import PEM_FILE, plan
from wizard.identityiq.jvm.judging import judge
from wizard.identityiq.jvm.keytool import trusted
from wizard.identityiq.jvm.missing import Pool, missing
from wizard.identityiq.jvm.policy import policy_of
from wizard.identityiq.jvm.store import setting, stock_store, store_of
from wizard.identityiq.jvm.trouble import no_handshake, no_java
from wizard.identityiq.jvm.trusted import Trusted
from wizard.identityiq.jvm.versions import offer_of
from wizard.identityiq.jvm.view import Eye, JvmView, Missing, Ours, Refusal, Source
from wizard.profile import Endpoint, Security
from wizard.smtp.chain import Shaken, Way, anchored, our_own, shake, way_to
from wizard.smtp.network import Network
from wizard.smtp.observation import Kind
from wizard.smtp.tls import certificate_from_der

_CURED_BY_IMPORT = (Refusal.UNKNOWN_CA, Refusal.SELF_SIGNED)


async def examine(
    endpoint: Endpoint,
    subject: Installation | JavaRuntime,
    network: Network | None = None,
    *,
    ca_file: Path | None = None,
    ehlo_name: str = "",
    timeout: float = 15.0,
    save_as: str = PEM_FILE,
) -> JvmView:
    """Return what the Java of an installation, or one Java, would make of the server at ``endpoint``.

    ``ca_file`` is the profile's, for our own verdict beside it; ``timeout`` is seconds for each handshake; ``save_as`` is what
    keytool is to import. Nobody signs in, nothing is sent. What goes wrong is in the view.
    """
    runtimes, library = _runtimes(subject)
    if not runtimes:
        return JvmView(endpoint, problem=no_java())
    if endpoint.security is Security.NONE:
        return JvmView(endpoint, notes=("Without encryption no certificate is looked at, by us or by IdentityIQ.",))
    stores = [asyncio.create_task(_reading(runtimes, number)) for number in range(len(runtimes))]
    try:
        way, seen = await _looked(endpoint, network or Network(), ehlo_name, timeout)
        if way is None or not seen.stood:
            return JvmView(endpoint, problem=no_handshake(endpoint, seen), address=seen.address)
        lists = [await store for store in stores]
        judged = (_eye(way, seen, runtime, lists[number], library, timeout) for number, runtime in enumerate(runtimes))
        *eyes, ours = await asyncio.gather(*judged, _ours(way, ca_file, timeout))
    finally:
        for store in stores:
            store.cancel()
        await asyncio.gather(*stores, return_exceptions=True)  # no keytool outlives the call
    found = [one for one in eyes if isinstance(one, Eye)]
    assert ours is None or isinstance(ours, Ours)
    view = JvmView(
        endpoint,
        version=seen.version,
        cipher=seen.cipher,
        address=seen.address,
        chain=tuple(map(certificate_from_der, seen.sent)),
        eyes=tuple(found),
        ours=ours,
    )
    pools = await asyncio.to_thread(_pools, view, ca_file)
    view = _completed(view, seen.sent, pools, save_as)
    who = "IdentityIQ's Java" if isinstance(subject, Installation) else "This Java"
    others = (wording.accepts_more(view, who), wording.differs(view))
    of_host = subject.notes if isinstance(subject, Installation) else ()
    view = view._replace(notes=(*view.notes, *of_host))
    return view._replace(finding=wording.distrusts(view, who), others=tuple(one for one in others if one))


def _runtimes(subject: Installation | JavaRuntime) -> tuple[tuple[JavaRuntime, ...], MailLibrary | None]:
    """Return the Javas to ask, the one that decides first, each once."""
    if isinstance(subject, JavaRuntime):
        return (subject,), None
    both = [runtime for runtime in (subject.jvm, subject.path_jvm) if runtime is not None]
    if len(both) == 2 and os.path.realpath(both[0].home) == os.path.realpath(both[1].home):
        same = os.path.realpath(store_of(both[0]).path) == os.path.realpath(store_of(both[1]).path)
        both = both[:1] if same else both
    return tuple(both), subject.mail


async def _reading(runtimes: Sequence[JavaRuntime], number: int) -> Trusted:
    return await trusted(store_of(runtimes[number]), runtimes[number])


async def _looked(endpoint: Endpoint, network: Network, ehlo_name: str, timeout: float) -> tuple[Way | None, Shaken]:
    """Find the server and make one handshake that asks nothing, to see what it sends."""
    try:
        async with asyncio.timeout(timeout):
            way = await way_to(endpoint, network, ehlo_name)
    except TimeoutError:
        return None, Shaken(Kind.RESOLVER_FAILED)
    if isinstance(way, Kind):
        return None, Shaken(way)
    return way, await shake(way, anchored(None), timeout)


async def _eye(way: Way, seen: Shaken, runtime: JavaRuntime, known: Trusted, library: MailLibrary | None, timeout: float) -> Eye:
    policy = policy_of(runtime)
    offer = offer_of(runtime, policy, way.security, library)

    async def from_jdk(der: bytes) -> bool:
        """An authority of the JDK has ``[jdk`` in its alias in the store the JDK brought, whichever store is in use."""
        stock = known.store._replace(path=stock_store(runtime), own=False, type="", password=None)
        brought = known if known.store.path == stock.path else await trusted(stock, runtime)
        return any(entry.der == der and " [jdk" in entry.alias for entry in brought.entries)

    return Eye(runtime, known, policy, offer, await judge(way, seen, known, policy, offer, from_jdk=from_jdk, timeout=timeout))


async def _ours(way: Way, ca_file: Path | None, timeout: float) -> Ours | None:
    """Make the handshake of a check. None where it failed on something that is not the certificate."""
    try:
        context = our_own(ca_file)
    except OSError:
        return None
    shaken = await shake(way, context, timeout)
    if shaken.stood:
        return Ours(True, path=shaken.path)
    failure = shaken.failure
    return Ours(False, failure.verify_reason or str(failure.kind), failure.verify_code) if failure else None


def _completed(view: JvmView, sent: tuple[bytes, ...], pools: tuple[Pool, ...], save_as: str) -> JvmView:
    """Name what is missing, and how to import it."""
    first = view.eyes[0]
    if first.verdict.accepts is not False or first.verdict.refusal not in _CURED_BY_IMPORT:
        return view._replace(notes=_notes(view, None))
    lacks = missing(sent, pools)
    if lacks is not None and lacks.not_sent:
        verdict = first.verdict._replace(refusal=Refusal.MISSING_INTERMEDIATE)
        view = view._replace(eyes=(first._replace(verdict=verdict), *view.eyes[1:]))
    verified = view.ours is not None and view.ours.verified
    made = plan(first.runtime, first.trusted, lacks, save_as, verified=verified) if lacks else None
    return view._replace(missing=lacks, plan=made, notes=_notes(view, lacks))


def _pools(view: JvmView, ca_file: Path | None) -> tuple[Pool, ...]:
    """Return who on this host may have the certificate that is missing; those our own check verified by first."""
    named = f"in the CA file {ca_file}" if ca_file else "in this host's own list of authorities"
    ours = Pool(named, view.ours.path[1:] if view.ours else ())
    files = (Pool(named, in_file(ca_file)),) if ca_file else ()
    others = (Pool(f"in the trust store of {eye.runtime.home}", eye.trusted.anchors) for eye in view.eyes[1:])
    return (ours, *files, Pool("in this host's own list of authorities", host_list()), *others)


def _notes(view: JvmView, lacks: Missing | None) -> tuple[str, ...]:
    first = view.eyes[0]
    told = []
    if first.trusted.problem and first.verdict.accepts is None:
        told.append(first.trusted.problem)
    if not first.policy.read:
        told.append(f"{first.policy.file} cannot be read: what Java usually switches off was taken instead.")
    if first.runtime.pid is None and (lacks is None or lacks.der is None):
        told.append(f"{first.runtime.home} was not seen running IdentityIQ: it is taken for the Java that would.")
    if setting(first.runtime, "com.sun.security.enableAIAcaIssuers") == "true" and lacks and lacks.source is Source.NOWHERE:
        told.append("This Java is set to fetch missing certificates itself (enableAIAcaIssuers): it may still find the way.")
    return tuple(told)
