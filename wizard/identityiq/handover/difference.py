"""What a merge changes: each entry before and after, and what it cannot change. Must not know XML, files or consoles."""

from collections.abc import Sequence
from typing import NamedTuple

from wizard.identityiq.handover.words import label, shown_value
from wizard.identityiq.settings import SECRET_KEYS, Entry, Form, Key, NotificationType, PasswordForm, Settings


class Difference(NamedTuple):
    """One entry the merge names. ``before`` is None where it is absent; a secret's values are empty in both.

    ``known`` is False where what was read is a merge file: an absent entry then says nothing. ``secret_written`` tells that
    the merge holds a new password.
    """

    key: str
    before: Entry | None
    after: Entry
    known: bool = True

    @property
    def label(self) -> str:
        """The page's word."""
        return label(self.key)

    @property
    def secret(self) -> bool:
        """Whether the value is shown as dots only."""
        return self.key in SECRET_KEYS

    @property
    def added(self) -> bool:
        """Whether the entry is not there yet, as far as is known."""
        return self.before is None and self.known

    @property
    def old(self) -> str:
        """What stands, for a person."""
        if self.before is None:
            return shown_value(None) if self.known else "(not known)"
        return shown_value(self.before) + self._form(self.before)

    @property
    def new(self) -> str:
        """What will stand, for a person."""
        return shown_value(self.after) + self._form(self.after)

    def _form(self, entry: Entry) -> str:
        """Return how a value is written, where that alone is what changes."""
        alike = self.before is not None and not self.secret and self.before.value == self.after.value
        return ", written as plain text" if alike and entry.form is Form.ATTRIBUTE else ""


def difference(before: Settings, entries: Sequence[Entry]) -> tuple[Difference, ...]:
    """Return what changes, in the order of ``entries``. A written password always counts: stored forms differ."""
    found = []
    for after in entries:
        stands = _standing(before, after.key)
        if not _same(stands, after):
            found.append(Difference(after.key, stands, after, known=not before.merged))
    return tuple(found)


def unchanged(before: Settings, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the entries that already stand as wanted."""
    changed = {one.key for one in difference(before, entries)}
    return tuple(entry for entry in entries if entry.key not in changed)


def _standing(before: Settings, key: str) -> Entry | None:
    entry = before.entry(key)
    if entry is None or entry.form is Form.ABSENT:
        return None
    if key in SECRET_KEYS and before.password_form is PasswordForm.ABSENT:
        return None
    return entry


def _same(before: Entry | None, after: Entry) -> bool:
    if before is None or after.key in SECRET_KEYS or before.value != after.value:
        return False
    # suppressDuplicateEmails is understood in both forms; an encryption as attribute is expected not to be.
    return before.form is after.form or after.key == Key.SUPPRESS_DUPLICATES


def leftovers(before: Settings, entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return, as sentences, what stands in IdentityIQ, works against the new settings, and cannot be removed by a merge."""
    named = {entry.key for entry in entries}
    kind = next((entry.value for entry in entries if entry.key == Key.TYPE), "")
    said = []
    if before.value(Key.NOTIFIER_CLASS):
        said.append(
            f"emailNotifierClass is set ({before.value(Key.NOTIFIER_CLASS)}): it overrides the notification type, so the "
            "new settings are expected to do nothing. A merge cannot remove an entry: take it out on IdentityIQ's Debug page."
        )
    if kind == NotificationType.REDIRECT_TO_FILE:
        return tuple(said)
    if before.value(Key.USERNAME) and Key.USERNAME not in named:
        said.append(
            "IdentityIQ has a user name and the profile has none. A merge cannot remove an entry: empty Username, Password and "
            "Confirm Password on the screen, or IdentityIQ goes on signing in."
        )
    if Key.USERNAME in named and Key.PASSWORD not in named:
        said.append(_about_password(before, entries))
    return tuple(one for one in said if one)


def _about_password(before: Settings, entries: Sequence[Entry]) -> str:
    if before.password_form is PasswordForm.ABSENT:
        if before.merged:
            return ""
        return (
            "IdentityIQ has no password stored, and this file brings none: type it on the screen afterwards, or add "
            "--with-password. IdentityIQ is expected to sign in only when both user name and password are set."
        )
    user = next(entry.value for entry in entries if entry.key == Key.USERNAME)
    if user != before.value(Key.USERNAME):
        return (
            "The user name changes and the password stays the one stored before: type the new one on the screen afterwards, or "
            "add --with-password."
        )
    return ""
