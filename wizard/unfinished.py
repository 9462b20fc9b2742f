"""A form half filled when the line dropped: kept in the state folder, offered again at the next start. Never holds a secret.

Nothing here is ever fatal: a file that cannot be read counts as none, and one that cannot be written is told and forgotten.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from wizard import safefile
from wizard.draft import Change, Draft, Field
from wizard.memory.place import state_file
from wizard.profile import SecretRef

_CREDENTIALS_IN_URL = re.compile(r"(://)[^/@\s]*@")


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What was being typed, in which step, and for which profile (empty for a new one)."""

    draft: Draft
    step: str
    profile_name: str = ""


def unfinished_path() -> Path:
    """Return the file in the user's state folder. Raises FileNotFoundError for a user without a home."""
    return state_file("unfinished.json")


def save_unfinished(draft: Draft, step: str, profile_name: str = "") -> str:
    """Keep a draft; an empty one is forgotten instead. Returns nothing, or the sentence that says why it was not kept."""
    if draft == Draft():
        return clear_unfinished()
    content = {"schema": 1, "step": step, "profile": profile_name, "draft": _without_secret(draft)._asdict()}
    try:
        import json

        safefile.write_atomic(unfinished_path(), json.dumps(content, indent=1).encode())
    except OSError as problem:
        return f"What you typed cannot be kept for the next start: {safefile.reason(problem)}."
    return ""


def load_unfinished() -> Unfinished | None:
    """Return what was kept; None when there is nothing, or nothing that can be read."""
    try:
        kept = safefile.read_bounded(unfinished_path())
        import json  # mostly there is nothing to read, and every start asks

        content = json.loads(kept)
        if not isinstance(content, dict) or content.get("schema") != 1:
            return None
        draft = _draft(content["draft"])
        step, profile_name = content["step"], content.get("profile", "")
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    if draft == Draft() or not isinstance(step, str) or not isinstance(profile_name, str):
        return None
    return Unfinished(draft, step, profile_name)


def clear_unfinished() -> str:
    """Forget what was kept. Returns nothing, or the sentence that says why it is still there."""
    try:
        unfinished_path().unlink(missing_ok=True)
    except FileNotFoundError:
        return ""
    except OSError as problem:
        return f"The form kept from last time cannot be removed: {safefile.reason(problem)}."
    return ""


def _draft(values: object) -> Draft:
    """Raises TypeError when a value is no text; names this version does not know are left out."""
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise TypeError("a draft is text by name")
    return _without_secret(Draft().with_changes(*(Change(field, values[field]) for field in Field if field in values)))


def _without_secret(draft: Draft) -> Draft:
    """A password typed into the wrong field must not reach the disk: only a real reference is kept, and no ``user:password@``."""
    changes = [Change(Field.HOST, _CREDENTIALS_IN_URL.sub(r"\1", draft.host))]
    for field in (Field.PASSWORD, Field.IIQ_CLIENT_SECRET):
        try:
            SecretRef.from_text(draft.get(field))
        except ValueError:
            changes.append(Change(field, ""))
    return draft.with_changes(*changes)
