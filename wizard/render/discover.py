"""What discovery found, as sentences and as a JSON object. Must not know sockets, DNS or screens."""

from __future__ import annotations

import datetime
import json
from typing import Any

from wizard.discover import Candidate, Discovery
from wizard.draft import Draft
from wizard.profile import Security
from wizard.providers import Note, Provider, SignIn
from wizard.render.command import CommandLine
from wizard.render.json import SCHEMA
from wizard.render.style import Style

_MODES = {Security.TLS: "TLS", Security.STARTTLS: "STARTTLS", Security.NONE: "without encryption"}
_SIGN_IN = {
    SignIn.PASSWORD: "Sign in with the mail address and its password.",
    SignIn.APP_PASSWORD: "Sign in with the mail address and a password made for programs.",
    SignIn.OAUTH: "Sign in with a token (OAuth): a password is not accepted.",
    SignIn.API_KEY: "Sign in with a fixed user name and a key.",
    SignIn.CREDENTIALS: "Sign in with a user name and a password that the provider makes for you.",
    SignIn.ADDRESS: "No sign-in: the provider knows this host by its address.",
}


def sign_in(provider: Provider) -> str:
    """How this provider wants to know who is sending, and what goes into the password field."""
    return f"{_SIGN_IN[provider.sign_in]} Password field: {provider.secret}."


def note_text(note: Note, today: datetime.date) -> str:
    """A note with the date it takes or took effect, and how many days are left until then."""
    when = note.when(today)
    return f"{note.text.rstrip('.')}: {when}." if when else note.text


def text(found: Discovery, style: Style, today: datetime.date) -> list[str]:
    """The candidates, best first, each with its reason, what the provider expects, and the check that tries it."""
    if not found.candidates:
        return style.wrapped(found.nothing, indent="")
    lines: list[str] = []
    for number, candidate in enumerate(found.candidates, 1):
        lines += [*([""] if lines else []), *_candidate(number, candidate, style, today)]
    return lines


def _candidate(number: int, candidate: Candidate, style: Style, today: datetime.date) -> list[str]:
    place = f"{number}  {candidate.host}  port {candidate.port}  {_MODES[candidate.security]}"
    lines = [style.heading(style.plain(place)), *style.wrapped(candidate.why, indent="   ")]
    if candidate.look:
        mark = "ok" if candidate.look.answers else "X"
        lines += style.wrapped(f"{mark}  {candidate.look.said}", indent="   ")
    if candidate.provider:
        lines += style.wrapped(sign_in(candidate.provider), indent="   ")
        for note in candidate.provider.notes:
            lines += style.wrapped(f"{'! ' if note.ends_password_sign_in else ''}{note_text(note, today)}", indent="   ")
        lines.append(f"   {candidate.provider.link}")
    draft = Draft().with_changes(*candidate.changes)
    return [*lines, f"   {style.plain(CommandLine(draft).text())}"]


def render(found: Discovery) -> str:
    """One JSON object, best candidate first; ``changes`` can be given back as ``--set``."""
    return json.dumps(
        {
            "schema": SCHEMA,
            "domain": found.domain,
            "address": found.address or None,
            "candidates": [_object(candidate) for candidate in found.candidates],
            "no_mail": found.no_mail,
            "resolver_failed": found.problem,
        },
        indent=1,
    )


def _object(candidate: Candidate) -> dict[str, Any]:
    provider = candidate.provider
    return {
        "host": candidate.host,
        "port": candidate.port,
        "security": str(candidate.security),
        "source": str(candidate.source),
        "record": candidate.record,
        "reason": candidate.why,
        "outside_domain": candidate.foreign,
        "verified": candidate.verified,
        "probe": {"answers": candidate.look.answers, "said": candidate.look.said} if candidate.look else None,
        "provider": provider.id if provider else None,
        "sign_in": str(provider.sign_in) if provider else None,
        "notes": [{"text": note.text, "date": str(note.date) if note.date else None} for note in provider.notes]
        if provider
        else [],
        "link": provider.link if provider else None,
        "changes": {str(change.field): change.value for change in candidate.changes},
    }
