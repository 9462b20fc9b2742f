"""Remedies with changes: settings seen to work in this run, or certain from what was seen. None weakens a line.

Must not know titles or findings.
"""

from __future__ import annotations

from wizard.diagnosis.model import Remedy, Seen
from wizard.draft import Change, Field
from wizard.modes import MODES
from wizard.profile import Endpoint, Mechanism, Profile, Security
from wizard.smtp.observation import Alternative, Stage
from wizard.values import mail_address


def proven(seen: Seen) -> tuple[Remedy, ...]:
    """Return the settings that worked beside the failing one: encrypted and verified only, the nearest to what was asked first.

    One that offers the sign-in the profile needs comes before one that does not.
    """
    endpoint = seen.profile.endpoint
    needs_auth = seen.profile.login is not None
    signing_in = needs_auth and seen.observation.stage is Stage.AUTH  # one that offers no sign-in either is no cure then
    safe = [found for found in seen.observation.alternatives if _safe(found, endpoint)]
    usable = [found for found in safe if not signing_in or _can_sign_in(found, seen.profile)]
    usable.sort(
        key=lambda found: (
            needs_auth and not found.auth,
            found.port != endpoint.port,
            found.security is not Security.TLS,
            found.port == 25,
        )
    )
    return tuple(
        Remedy(f"Use {MODES[found.security]} on port {found.port}", _move(endpoint, found.security, found.port), proven=True)
        for found in usable
    )


def _can_sign_in(found: Alternative, profile: Profile) -> bool:
    """Whether a neighbour offers a mechanism this profile could use."""
    login = profile.login
    chosen = login.mechanism if login else Mechanism.AUTO
    # A token is no password: with mechanism auto, XOAUTH2 alone on offer leads no further.
    usable = set(Mechanism) - {Mechanism.AUTO, Mechanism.XOAUTH2} if chosen is Mechanism.AUTO else {chosen}
    return any(mechanism.upper() in found.auth for mechanism in usable)


def accepted_name(seen: Seen) -> tuple[Remedy, ...]:
    """Offer the names for EHLO that the server was seen to accept from here, full names before the address."""
    return tuple(
        Remedy(f"Introduce this host as {name}", (Change(Field.EHLO_NAME, name),), proven=True)
        for name in seen.observation.accepted_names
    )


def _safe(found: Alternative, endpoint: Endpoint) -> bool:
    """Whether a neighbour may be offered: it worked, under verified TLS, and is not what already failed."""
    verified = found.tls is not None and found.tls.verified
    same = found.port == endpoint.port and found.security is endpoint.security
    return found.works and found.security is not Security.NONE and verified and not same


def _move(endpoint: Endpoint, security: Security, port: int) -> tuple[Change, ...]:
    """Return only the changes that are needed to get there."""
    changes = []
    if security is not endpoint.security:
        changes.append(Change(Field.SECURITY, security.value))
    if port != endpoint.port:
        changes.append(Change(Field.PORT, str(port)))
    return tuple(changes)


def tls_here(seen: Seen) -> tuple[Remedy, ...]:
    """Offer TLS from the first byte on the same port, where TLS was heard on it; what was seen to work comes first."""
    found = proven(seen)
    endpoint = seen.profile.endpoint
    if any(Change(Field.SECURITY, Security.TLS.value) in remedy.changes and len(remedy.changes) == 1 for remedy in found):
        return found
    if endpoint.security is Security.TLS or not endpoint.port:
        return found
    return (*found, Remedy(f"Use TLS on port {endpoint.port}", (Change(Field.SECURITY, Security.TLS.value),)))


def starttls_here(seen: Seen) -> tuple[Remedy, ...]:
    """Offer STARTTLS on the same port, where this server offered it in this session; what was seen to work comes first."""
    found = proven(seen)
    context, endpoint = seen.observation.context, seen.profile.endpoint
    offered = "STARTTLS" in context.capabilities or "STARTTLS" in context.clear_capabilities
    change = Change(Field.SECURITY, Security.STARTTLS.value)
    if not offered or endpoint.security is not Security.NONE or any(remedy.changes == (change,) for remedy in found):
        return found
    return (*found, Remedy(f"Use STARTTLS on port {endpoint.port}", (change,)))


def mechanism_auto(seen: Seen) -> tuple[Remedy, ...]:
    """Let the server's own offer decide, where a chosen mechanism is the only obstacle and the line is encrypted."""
    login, context = seen.profile.login, seen.observation.context
    if login is None or login.mechanism in (Mechanism.AUTO, Mechanism.XOAUTH2) or not context.encrypted:
        return ()
    # A token is no password: XOAUTH2 alone on offer would send the password where a token belongs.
    offered = {name.lower() for name in context.mechanisms} & set(Mechanism) - {Mechanism.XOAUTH2.value}
    if not offered:
        return ()
    return (Remedy("Let the wizard choose the sign-in mechanism", (Change(Field.MECHANISM, Mechanism.AUTO.value),)),)


def send_as_user(seen: Seen) -> tuple[Remedy, ...]:
    """Send as the address that signs in, where the server says the sender belongs to somebody else."""
    login, profile = seen.profile.login, seen.profile
    if login is None or not profile.sender or login.username.lower() == profile.sender.lower():
        return ()
    try:
        address = mail_address(login.username)
    except ValueError:
        return ()
    return (Remedy(f"Send as {address}, the address that signs in", (Change(Field.SENDER, address),)),) if address else ()
