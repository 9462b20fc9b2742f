"""What is remembered, in words for a person. Must not know streams or screens."""

from __future__ import annotations

from datetime import datetime

from wizard.memory.lastgood import SETTINGS, Changed, Difference
from wizard.profile import Profile


def before_another_try(profile: Profile, times: int, last: str) -> str:
    """Return what a person should know before a sign-in that was refused before: how often, when, what is known of a limit."""
    from wizard.providers import sign_in_limit

    user = profile.login.username if profile.login else ""
    host = profile.endpoint.host
    how_often = "once" if times == 1 else "twice" if times == 2 else f"{times} times"
    limit = sign_in_limit(host) or "Many servers lock an account after three."
    return f"The sign-in as {user} was refused {how_often} by {host}, last on {moment(last)}. {limit}"


def since_last_good(changed: Changed, *, failed: bool) -> list[str]:
    """Return a heading and one sentence for each difference, what you changed yourself first."""
    heading = f"Since the last good run ({moment(changed.since)})"
    if changed.differences:
        return [f"{heading}:", *(_difference(one) for one in changed.differences)]
    return [f"{heading}:", "nothing that was reached is different."] if failed else []


def _difference(one: Difference) -> str:
    who = "you changed the " if one.what in SETTINGS else ""
    return f"{who}{one.what}: {one.before} -> {one.now}"


def moment(iso: str) -> str:
    """Return ``24 November 2026, 09:30`` in this host's own time; the text itself where it is no moment."""
    try:
        return f"{datetime.fromisoformat(iso).astimezone():%d %B %Y, %H:%M}".lstrip("0")
    except (ValueError, OverflowError):
        return iso
