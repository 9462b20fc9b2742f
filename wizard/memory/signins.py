"""How often a sign-in was refused lately, by account and host, so that a third try is only made when asked. Holds no secret.

Must not know screens or how a run is made.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from wizard import safefile
from wizard.memory.place import change, read, state_file
from wizard.profile import Profile
from wizard.report import Report
from wizard.smtp.observation import Kind, Stage

ASK_AFTER = 2  # refusals: the next would be the third, where many servers lock
FORGOTTEN_AFTER = timedelta(hours=24)
_FILE, _KEY = "signins.json", "accounts"
# What a server says no to for good; a busy server or a broken line is no failed sign-in. Tokens are not counted: they expire by
# the hour, the next one is another, and no server locks an account over one.
_COUNTED = frozenset(
    {
        "auth-bad-credentials",
        "auth-app-password-required",
        "auth-account-limited",
        "auth-basic-disabled",
    }
)


class Refusals(NamedTuple):
    """How often this account was refused at this host since it was last accepted, and when last (ISO 8601, UTC)."""

    times: int = 0
    last: str = ""


NONE = Refusals()


def refusals(profile: Profile, now: datetime | None = None, path: Path | None = None) -> Refusals:
    """Return what is remembered of a profile's sign-in; nothing when it is older than a day or cannot be read."""
    if profile.login is None:
        return NONE
    try:
        kept = read(path or state_file(_FILE), _KEY).get(_account(profile))
    except OSError:
        return NONE
    return _fresh(kept, now or datetime.now(UTC))


def note(report: Report, now: datetime | None = None, path: Path | None = None) -> str:
    """Count a refused sign-in, forget the count after an accepted one. Returns why it could not be kept, or nothing."""
    outcome = _outcome(report)
    return "" if outcome is None else _keep(report.profile, outcome, now or datetime.now(UTC), path)


def note_refusal(profile: Profile, now: datetime | None = None, path: Path | None = None) -> str:
    """Count a sign-in that another program made for this profile and that was refused. Returns as ``note`` does."""
    return _keep(profile, False, now or datetime.now(UTC), path)


def _keep(profile: Profile, outcome: bool, moment: datetime, path: Path | None) -> str:
    account = _account(profile)

    def edit(kept: dict[str, Any]) -> bool:
        old = [name for name, value in kept.items() if not _fresh(value, moment).times]
        for name in old:
            del kept[name]
        if outcome:
            return kept.pop(account, None) is not None or bool(old)
        count = _fresh(kept.get(account), moment).times + 1
        kept[account] = {"count": count, "last": moment.isoformat(timespec="seconds")}
        return True

    try:
        place = path or state_file(_FILE)
        if outcome and account not in read(place, _KEY):
            return ""  # the usual case: nothing to forget, nothing to write
        change(place, _KEY, edit)
    except OSError as problem:
        return f"Refused sign-ins cannot be counted over several runs: {safefile.reason(problem)}."
    return ""


def forget(profile: Profile, path: Path | None = None) -> None:
    """Forget the count: the password is another one now."""
    account = _account(profile)
    try:
        place = path or state_file(_FILE)
        if account in read(place, _KEY):
            change(place, _KEY, lambda kept: kept.pop(account, None) is not None)
    except OSError:
        return  # it is forgotten after a day all the same


def _account(profile: Profile) -> str:
    user = profile.login.username if profile.login else ""
    return f"{user} at {profile.endpoint.host.lower()}"


def _fresh(kept: object, now: datetime) -> Refusals:
    if not isinstance(kept, dict):
        return NONE
    count, last = kept.get("count"), kept.get("last")
    if not (isinstance(count, int) and isinstance(last, str) and count > 0):
        return NONE
    try:
        age = now - datetime.fromisoformat(last)
    except (ValueError, TypeError):
        return NONE
    return Refusals(count, last) if age < FORGOTTEN_AFTER else NONE


def _outcome(report: Report) -> bool | None:
    """Return True when the sign-in was accepted, False when it was refused for good, None when it was not decided."""
    seen = next((result.observation for result in report.stages if result.stage is Stage.AUTH and result.observation), None)
    if seen is None:
        return None
    if seen.passed:
        return True
    refused = seen.kind is Kind.REPLY and seen.reply is not None and not seen.reply.temporary
    return False if refused and report.finding in _COUNTED else None
