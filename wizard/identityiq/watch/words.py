"""The sentences of a watch, and the card for who types: what to set, what to note down, what to set back. Does nothing itself."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from wizard.identityiq.screen import PATHS, ScreenField, fields
from wizard.identityiq.settings import Encryption, Key, NotificationType, Settings
from wizard.profile import Profile


class Where(NamedTuple):
    """Where IdentityIQ is to send: the relay as IdentityIQ sees it."""

    host: str
    port: int
    encryption: Encryption = Encryption.NONE


NOBODY_GETS_IT = (
    "IdentityIQ writes its mail into a file, so that nobody gets it. Sending it on would bring it to real people: name those who "
    "may get it with --only-to, or leave --send-on out and have it held."
)


def relay_fields(where: Where) -> tuple[ScreenField, ...]:
    """Return the fields to change on IdentityIQ's page, in its order; all others stay as they are."""
    note = "the relay's certificate is not in the trust store of IdentityIQ's Java; the line does not leave this host"
    return (
        ScreenField.of(Key.TYPE, "SMTP", "Redirect to Email may stay, its mail comes here as well"),
        ScreenField.of(Key.ENCRYPTION, where.encryption.label, note if where.encryption is Encryption.NONE else ""),
        ScreenField.of(Key.HOST, where.host),
        ScreenField.of(Key.PORT, str(where.port)),
    )


def type_this(where: Where) -> tuple[str, ...]:
    """Return the card for the beginning: write down what stands, then type these."""
    shown = relay_fields(where)
    width = max(len(one.label) for one in shown)
    return (
        "In IdentityIQ, open one of these:",
        *(f"  {path}" for path in PATHS),
        "Write down what these fields hold now, then type:",
        *(f"  {one.label:<{width}}  {one.value}" for one in shown),
        "Leave user name and password as they are: the relay takes any sign-in and does not keep it. Save the page.",
    )


def type_back(profile: Profile | None, where: Where) -> tuple[str, ...]:
    """Return the card for the end: what the profile says stood before, or that the notes are to be typed back."""
    changed = {one.key for one in relay_fields(where)}
    known = [one for one in fields(profile) if one.key in changed] if profile else []
    head = ("Now type the values back and save the page. Until then IdentityIQ's mail fails.",)
    if not known:
        return (*head, "They are what you wrote down before.")
    width = max(len(one.label) for one in known)
    return (
        *head,
        f"The profile '{profile.name}' has these; what you wrote down counts where it differs:" if profile else "",
        *(f"  {one.label:<{width}}  {one.value}" for one in known),
    )


def restore_failed(rollback: Path, why: str) -> str:
    """Return the sentence for settings that could not be brought back."""
    return (
        f"IdentityIQ's mail settings could not be brought back, so its mail fails now: {why.rstrip('.')}. "
        f"Bring them back with: smtp-wizard iiq undo {rollback}"
    )


def notes_before(before: Settings, *, sends_on: bool) -> tuple[str, ...]:
    """Return what is worth knowing about the settings that stood before, while IdentityIQ sends to the relay."""
    notes = []
    if before.value(Key.NOTIFIER_CLASS):
        notes.append(
            f"IdentityIQ has a notifier class of its own ({before.value(Key.NOTIFIER_CLASS)}). It is expected to override the "
            "type, so its mail may not come here."
        )
    if before.notification is NotificationType.REDIRECT_TO_EMAIL:
        address = before.value(Key.REDIRECT_ADDRESS) or "one address"
        notes.append(f"IdentityIQ redirects all its mail to {address}. That stays, so every mail will name that recipient.")
    elif before.notification is not NotificationType.SMTP:
        kind = before.value(Key.TYPE)
        held = "Mail for real people goes to them now." if sends_on else "Nothing goes further than the relay."
        notes.append(f"IdentityIQ's type was {kind}; while it sends to the relay it is smtp. {held}")
    if before.value(Key.IMMEDIATELY).lower() != "true":
        notes.append(
            "IdentityIQ is expected to queue its mail: it can take a minute or more until it comes, and mail that failed before "
            "comes at its next try, old mail among it."
        )
    notes.append(
        "Only hosts that run IdentityIQ's Request service send mail. If that is another host than this one, nothing will come: "
        "listen there, or use smtp-wizard iiq watch with --bind and --allow."
    )
    return tuple(notes)
