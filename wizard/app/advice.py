"""What the form and the things seen mean together, before any test: sentences, some with changes one key applies.

Must not know Textual. The handbook judges test runs; this judges settings beside a first look.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from wizard.app.sight import STATES, Sight, days_left
from wizard.draft import Change, Draft, Field
from wizard.modes import MODES, MODES_SEEN
from wizard.profile import Mechanism, Profile, Security, parse

if TYPE_CHECKING:
    from wizard.diagnosis.model import Finding
    from wizard.smtp.probe import PortResult

LOCK_WARNING_AT = 2


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing worth knowing. ``mark`` is ``!`` or ``i``; with ``changes`` one key applies them, ``offer`` says what they do."""

    mark: str
    text: str
    changes: tuple[Change, ...] = ()
    offer: str = ""


def advise(
    draft: Draft,
    sight: Sight,
    *,
    failures: int = 0,
    finding: Finding | None = None,
    practice: bool = False,
    today: date | None = None,
) -> list[Advice]:
    """Return what to say, most urgent first, and a calm word when nothing is urgent.

    ``failures`` counts refused sign-ins of this user; ``finding`` is what the last one meant; ``practice`` says that the draft
    goes to our own practice server.
    """
    today = today or datetime.now(UTC).date()
    advice = [*_accepted(draft)]
    if finding:
        advice.append(Advice("!", f"{finding.title.rstrip('.')}. {finding.meaning}".strip()))
    advice += _failures(failures)
    if not (finding and sight.problem):  # the name that is not found would be said twice
        advice += _seen(draft, sight)
    advice += _form(draft, sight)
    advice += _provider(draft, today)
    advice += _redirect(draft)
    if practice:
        advice.append(
            Advice("i", "This is the practice server on this machine: nothing leaves it. User and password are filled in.")
        )
    if not any(entry.mark == "!" for entry in advice):
        advice.insert(0, _calm(draft, sight))
    return advice


def _calm(draft: Draft, sight: Sight) -> Advice:
    """What to say when nothing speaks against the settings so far."""
    profile = parse(draft)
    if not draft.host.strip():
        return Advice("i", "Type the host, or paste it as it is written anywhere: smtp.example.com:587 and URLs are understood.")
    here = sight.best(profile.endpoint.port) if isinstance(profile, Profile) else None
    if here is None or not isinstance(profile, Profile):
        return Advice("i", "The rest of the form follows; Enter tests the settings and says under each field what is missing.")
    safe = "open, encrypted and trusted" if here.tls and here.tls.verified else "open"
    return Advice("ok", f"Port {here.port} is {safe}. Enter goes on to the test; nothing is sent before you say so there.")


def _accepted(draft: Draft) -> Iterator[Advice]:
    """The two switches that lower the guard say so for as long as they are on."""
    if draft.accept_cleartext_auth:
        yield Advice("!", "You accept that the password may travel unencrypted: anyone on the way can read it.")
    if draft.accept_unverified_tls:
        yield Advice("!", "You accept a server whose certificate does not verify: it may not be the one you mean.")


def _failures(failures: int) -> Iterator[Advice]:
    if failures >= LOCK_WARNING_AT:
        yield Advice(
            "!", f"{failures} sign-ins were refused for this user. One more may lock the account: check the password first."
        )


def _seen(draft: Draft, sight: Sight) -> Iterator[Advice]:
    if sight.problem:
        yield Advice("!", sight.problem)
        return
    profile = parse(draft)
    if sight.target is None or isinstance(profile, Profile) is False:
        return
    assert isinstance(profile, Profile)
    here = sight.best(profile.endpoint.port)
    if here is None:
        return
    if str(here.state) != "open":
        yield _closed(sight, here)
    elif here.security and profile.endpoint.security not in here.security:
        yield _other_mode(here, profile.endpoint.security)
    else:
        yield from _certificate(here)
        yield from _sign_in(profile, here)


def _closed(sight: Sight, here: PortResult) -> Advice:
    said = {"refused": "refuses the connection", "timeout": "does not answer"}.get(str(here.state), STATES[str(here.state)])
    better = sight.recommended
    if better and str(better.port) != str(here.port):
        mode = Security(better.security)
        if mode is Security.NONE:  # going without encryption is never offered
            return Advice("!", f"Port {here.port} {said}. Only port {better.port} answers, and it offers no encryption.")
        return Advice(
            "!",
            f"Port {here.port} {said}. Port {better.port} is open and offers {MODES_SEEN[mode]}.",
            (Change(Field.SECURITY, mode.value), Change(Field.PORT, str(better.port))),
            f"use {MODES_SEEN[mode]} on {better.port}",
        )
    if sight.looking:
        return Advice("!", f"Port {here.port} {said}. The other ports are being looked at.")
    return Advice("!", f"Port {here.port} {said}, and no other mail port is open from here: a firewall, or another host.")


def _other_mode(here: PortResult, chosen: Security) -> Advice:
    mode = max(here.security, key=lambda mode: mode is not Security.NONE)
    speaks = {
        Security.TLS: "speaks TLS from the first byte",
        Security.STARTTLS: "starts in plain text and offers STARTTLS",
        Security.NONE: "offers no encryption",
    }[mode]
    text = f"Port {here.port} {speaks}; {MODES_SEEN[chosen]} is chosen."
    # Nothing offered here ever takes encryption away; that stays the user's own decision.
    if mode is Security.NONE:
        return Advice("!", f"{text} Ask the server's administrator for a port with encryption.")
    return Advice("!", text, (Change(Field.SECURITY, mode.value),), f"use {MODES_SEEN[mode]} on {here.port}")


def _certificate(here: PortResult) -> Iterator[Advice]:
    if here.tls is None or here.tls.certificate is None:
        return
    certificate = here.tls.certificate
    from wizard.diagnosis.warnings import EXPIRING_DAYS

    left = days_left(certificate)
    if not here.tls.verified:
        why = here.tls.verify_reason or "its issuer is not known here"
        names = ", ".join(certificate.names[:2]) or certificate.subject
        yield Advice("!", f"The certificate ({names}) does not verify: {why}. A company's own CA goes into CA file, under More.")
    elif left is not None and left < EXPIRING_DAYS:
        yield Advice("!", f"The server's certificate ends in {left} days: ask for a new one before mail stops.")


def _sign_in(profile: Profile, here: PortResult) -> Iterator[Advice]:
    if profile.login is None:
        return
    if not here.auth:
        yield Advice("i", f"Port {here.port} offers no sign-in: leave the user name empty, or try another port.")
    elif profile.login.mechanism is not Mechanism.AUTO and profile.login.mechanism.upper() not in here.auth:
        yield Advice("!", f"{profile.login.mechanism.upper()} is chosen, and the server offers {', '.join(here.auth)}.")


def _form(draft: Draft, sight: Sight) -> Iterator[Advice]:
    """What the form alone shows."""
    if draft.security == Security.NONE and draft.username and not draft.accept_cleartext_auth:
        yield Advice(
            "!",
            "Without encryption the password is not sent. Choose STARTTLS or TLS.",
            (Change(Field.SECURITY, Security.STARTTLS.value), Change(Field.PORT, str(Security.STARTTLS.usual_port))),
            "use STARTTLS on 587",
        )
    if draft.host and not draft.sender and sight.results:
        yield Advice("i", "Without a From address the test ends after the sign-in.")


def _redirect(draft: Draft) -> Iterator[Advice]:
    """Whether IdentityIQ's mail goes to real people, where the form says something of it."""
    profile = parse(draft) if draft.iiq_type or draft.iiq_environment else None
    if not isinstance(profile, Profile):
        return
    from wizard.diagnosis.model import Severity
    from wizard.diagnosis.redirect import about

    for found in about(profile):
        mark = "!" if found.severity is Severity.WARNING else "i"
        cure = next((remedy for remedy in found.remedies if remedy.changes), None)
        offer = (cure.changes, f"{cure.label[:1].lower()}{cure.label[1:]}") if cure else ((), "")
        yield Advice(mark, f"{found.title.rstrip('.')}. {found.meaning}", *offer)


def _provider(draft: Draft, today: date) -> Iterator[Advice]:
    """What is known of a well-known server."""
    if not draft.host:
        return
    from wizard.diagnosis.offers import limits_of, without
    from wizard.providers import for_host

    provider = for_host(draft.host.strip())
    if provider is None:
        return
    if draft.port.strip().isdigit() and (missing := without(provider, int(draft.port.strip()))):
        best = provider.ports[0]
        yield Advice("!", missing, provider.usual_port(), f"use {MODES[best.security]} on {best.port}")
    end = None if draft.mechanism == Mechanism.XOAUTH2 else provider.password_end()  # a token outlives the passwords
    if end:
        yield Advice("!", f"{end.text.rstrip('.')}: {end.when(today)}.")
    yield Advice("i", f"{provider.name}, password field: {provider.secret}.")
    yield from (Advice("i", way) for way in (end.ways_out if end else ()))
    for note in provider.notes:
        if not note.ends_password_sign_in:
            yield Advice("i", note.text)
    if takes := limits_of(provider):
        yield Advice("i", takes)
