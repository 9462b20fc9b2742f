"""The command line that runs a draft again, ready to paste. Never sees a secret: only the place it comes from is named."""

from collections.abc import Iterator
from typing import NamedTuple

from wizard.draft import Change, Draft, Field

FLAGS: dict[Field, str] = {
    Field.HOST: "--host",
    Field.PORT: "--port",
    Field.SECURITY: "--security",
    Field.USERNAME: "--username",
    Field.MECHANISM: "--mechanism",
    Field.SENDER: "--from",
    Field.RECIPIENT: "--to",
    Field.CA_FILE: "--ca-file",
    Field.EHLO_NAME: "--ehlo-name",
    Field.TIMEOUT: "--timeout",
    Field.TOTAL_TIMEOUT: "--total-timeout",
    Field.MESSAGE: "--message",
}
SWITCHES: dict[Field, str] = {
    Field.ACCEPT_CLEARTEXT_AUTH: "--accept-cleartext-auth",
    Field.ACCEPT_UNVERIFIED_TLS: "--accept-unverified-tls",
}
_YES = ("true", "yes", "1")


class CommandLine(NamedTuple):
    """How a run is started again. ``saved`` is what is kept under the profile ``name``; without them every flag is spelled out.

    ``extra`` are words that belong to this run alone, such as ``--deliver``, ``--password-stdin`` or ``--config FILE``.
    """

    draft: Draft
    name: str = ""
    saved: Draft | None = None
    extra: tuple[tuple[str, ...], ...] = ()

    def text(self, *changes: Change) -> str:
        """Return the command with ``changes`` applied, quoted for a POSIX shell."""
        import shlex

        return " ".join(shlex.join(group) for group in self.groups(*changes))

    def groups(self, *changes: Change) -> list[tuple[str, ...]]:
        """Return the words of the command, each flag together with its value."""
        draft = self.draft.with_changes(*changes)
        words: list[tuple[str, ...]] = [("smtp-wizard", "check")]
        if self.name and self.saved is not None:
            words.append((self.name,))
            words += [("--set", str(change)) for change in self.saved.changes_to(draft)]
        else:
            words += _all_flags(draft)
        return [*words, *self.extra]


def set_flags(changes: tuple[Change, ...]) -> str:
    """Return changes as ``--set`` flags, quoted for a POSIX shell; what a remedy looks like on the command line."""
    import shlex

    return " ".join(f"--set {shlex.quote(str(change))}" for change in changes)


def _all_flags(draft: Draft) -> Iterator[tuple[str, ...]]:
    for field in Field:
        value = draft.get(field).strip() if field is not Field.MESSAGE else draft.message
        if not value:
            continue
        if field in SWITCHES:
            if value.lower() in _YES:
                yield (SWITCHES[field],)
        elif field is Field.PASSWORD:
            yield from _secret_flags(value)
        elif field not in FLAGS:  # IdentityIQ's side, which a run does not need but what it says of the run does
            yield ("--set", f"{field}={value}")
        else:
            # A value that begins with a dash would be taken for a flag: the form with = keeps it a value.
            yield (f"{FLAGS[field]}={value}",) if value.startswith("-") else (FLAGS[field], value)


def _secret_flags(reference: str) -> Iterator[tuple[str, ...]]:
    """Name the place of the secret; ``ask`` needs no words, for that is what ``check`` does on a terminal."""
    kind, _, detail = reference.partition(":")
    match kind:
        case "file":
            yield ("--password-file", detail)
        case "command":
            yield ("--password-command", detail)
        case "keyring" | "env" | "credential":
            yield ("--set", f"{Field.PASSWORD}={reference}")
        case _:
            return
