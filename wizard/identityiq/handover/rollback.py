"""The file that takes a merge back, made before it is imported. Must not know how files are written or imported.

A merge only sets entries: one that was not there before cannot be taken out again by a merge, and the words say so.
"""

from collections.abc import Sequence

from wizard.identityiq.handover.merge import OBJECT, merge_xml, whole_xml
from wizard.identityiq.handover.scan import cut
from wizard.identityiq.handover.words import label
from wizard.identityiq.settings import SECRET_KEYS, Encryption, Entry, Key, PasswordForm, Settings
from wizard.profile import Password

# What an absent entry means: writing it has the same effect as its absence (the first is expected, the others from the help).
_ABSENT_MEANS = {
    Key.TYPE.value: Entry(Key.TYPE.value, "smtp"),
    Key.PORT.value: Entry(Key.PORT.value, "25"),
    Key.ENCRYPTION.value: Entry.of_encryption(Encryption.NONE),
}


ROLLBACK_MARK = "<!-- Rollback: "  # how the comment of a file begins that brings back what stood


class NothingToRestoreError(ValueError):
    """No entry of the merge had a value before. Its text is the user's sentence."""


def restored(before: Settings, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the entries as they stood, for every key the merge names; the meaning of absence where that has a word."""
    found = []
    for entry in entries:
        stood = before.entry(entry.key)
        if stood is not None and _has_value(before, stood):
            found.append(stood)
        elif not before.merged and entry.key in _ABSENT_MEANS and not _depends(before, entry.key):
            found.append(_ABSENT_MEANS[entry.key])
    return tuple(found)


def _depends(before: Settings, key: str) -> bool:
    """Which port an absent one means is known without implicit TLS only."""
    return key == Key.PORT and before.encryption is Encryption.SSL


def not_restored(before: Settings, entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return the keys the merge names whose state before cannot be brought back by a merge."""
    back = {entry.key for entry in restored(before, entries)}
    return tuple(entry.key for entry in entries if entry.key not in back)


def _has_value(before: Settings, entry: Entry) -> bool:
    if entry.key in SECRET_KEYS:
        return before.password_form is not PasswordForm.ABSENT and bool(before.password)
    return bool(entry.value)


def rollback_xml(before: Settings, entries: Sequence[Entry], *, comment: str = "") -> str:
    """Return the merge document that restores the old value of every key in ``entries``.

    It holds the old password, in the form it was stored in, when ``entries`` name one: such a file is for its owner alone.
    Raises NothingToRestoreError, and UnwritableError for a value no XML can hold.
    """
    back = restored(before, entries)
    if not back:
        raise NothingToRestoreError(
            "None of these entries had a value before, and a merge cannot take an entry out again. "
            "The whole object from a backup export can: that is what iiq apply keeps."
        )
    names = {entry.key for entry in entries}
    password: Password | None = before.password if names & SECRET_KEYS else None
    missing = not_restored(before, entries)
    said = [comment or f"{ROLLBACK_MARK.removeprefix('<!-- ')}the values as they were read before the change."]
    if missing:
        verb = "was" if len(missing) == 1 else "were"
        state = "not known" if before.merged else "not set"
        said.append(
            f"Not taken back by this file, because {', '.join(missing)} {verb} {state} before and a merge removes nothing."
        )
    return merge_xml(back, comment="\n".join(said), password=password)


def about_not_restored(before: Settings, entries: Sequence[Entry]) -> str:
    """Return the sentence that says what the rollback file cannot do; empty where it restores everything."""
    missing = not_restored(before, entries)
    if not missing:
        return ""
    named = ", ".join(f"{label(key)} ({key})" for key in missing)
    stood = "not known" if before.merged else "not set"
    these, them = ("this was", "it") if len(missing) == 1 else ("these were", "them")
    return (
        f"Before the change {these} {stood}: {named}. The rollback file cannot take {them} out, because a merge removes nothing "
        "and whether an empty entry clears a value is unknown. Empty the fields on the screen, or put the whole object back."
    )


def whole_rollback(exported: str, *, comment: str = "") -> str:
    """Return the document that puts back the whole object SystemConfiguration as a backup export holds it.

    ``exported`` is the text of the export. Unlike a merge this takes out what was added since, whoever added it.
    Raises ValueError where the export does not hold the object.
    """
    element = cut_object(exported)
    said = comment or "The whole object as it stood before the change. It replaces everything in it, what others changed too."
    return whole_xml(element, comment=said)


def cut_object(exported: str) -> str:
    """Return the element of SystemConfiguration exactly as it stands in an export. Raises ValueError where there is none."""
    found = cut(exported, "Configuration", OBJECT)
    if found is None:
        raise ValueError(f"the export does not hold the object Configuration named {OBJECT}")
    return found
