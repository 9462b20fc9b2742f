"""What was read from IdentityIQ becomes a saved profile. Must not know XML, consoles or rules.

The password stays behind unless it is clear text, the user asked for it, and named the place it goes to.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.commands.saved import config_of, quoted
from wizard.commands.setup import error_lines, set_changes
from wizard.commands.terminal import UsageError
from wizard.draft import Change, Draft, Field
from wizard.profile import Invalid, SecretKind, SecretRef, parse

if TYPE_CHECKING:
    from wizard.identityiq.settings import Settings


def keep(args: argparse.Namespace, settings: Settings, folder: Path | None, saved: Draft | None) -> list[str]:
    """Make or change the profile --save names and return what to say about it. Raises UsageError; then nothing was saved."""
    from wizard.config import ConfigError, profile_name, save_profile
    from wizard.identityiq.translate import left_behind

    name, path, wanted = args.save, config_of(args).path, set_changes(args)
    draft = (saved or Draft()).with_changes(*_changes(args, settings, folder), *wanted)
    try:
        profile_name(name)
    except ConfigError as problem:
        raise UsageError(str(problem)) from problem
    outcome = parse(draft, name)
    if isinstance(outcome, Invalid):
        raise UsageError(
            f"'{name}' was not saved: what was read makes no complete profile.",
            *error_lines(outcome, draft),
            "Correct it in the wizard, which takes the same file, or make the profile first and read again.",
        )
    draft, stored = _with_password(args, settings, draft)
    try:
        save_profile(name, draft, path=path, base=saved)
    except ConfigError as problem:
        raise UsageError(f"{problem} {stored}".rstrip()) from problem
    if stored:
        from wizard.memory.signins import forget

        forget(outcome)  # what was refused before was another password
    done = "Changed" if saved else "Saved"
    said = [f"{done} the profile '{name}' in {path}.", *([stored] if stored else [])]
    said += [line for line in left_behind(settings) if not (stored and line.startswith("The password"))]
    if draft.username and not stored and not draft.password:
        said.append(f"To keep its password: smtp-wizard secret set {quoted(name)}")
    return [*said, f"To test it: smtp-wizard check {quoted(name)}"]


def _changes(args: argparse.Namespace, settings: Settings, folder: Path | None) -> list[Change]:
    from wizard.identityiq.translate import changes

    found = list(changes(settings))
    if folder is not None:
        found.append(Change(Field.IIQ_FOLDER, str(folder)))
    if args.production or args.non_production:
        found.append(Change(Field.IIQ_ENVIRONMENT, "production" if args.production else "non-production"))
    return found


def _with_password(args: argparse.Namespace, settings: Settings, draft: Draft) -> tuple[Draft, str]:
    """Store a clear-text password where --keep-password says; return the draft that names the place, and the sentence."""
    if not args.keep_password:
        return draft, ""
    from wizard.identityiq.settings import PasswordForm
    from wizard.keychain import SecretUnavailable, account_for, store

    ref = _place(args)
    if settings.password is None or settings.password_form is not PasswordForm.CLEAR:
        why = "there is none" if settings.password is None else "it is stored encrypted, and only IdentityIQ can read it"
        raise UsageError(
            f"--keep-password: the password cannot be carried over: {why}. Leave the flag out, and set it with:",
            f"  smtp-wizard secret set {quoted(args.save)}",
        )
    if not draft.username:
        raise UsageError("--keep-password: there is no user name, so no password is needed. Leave the flag out")
    try:
        where = asyncio.run(store(ref, account_for(args.save, draft.username), settings.password))
    except SecretUnavailable as problem:
        raise UsageError(f"The password was not kept, and nothing was saved. {problem}") from problem
    return draft.with_changes(Change(Field.PASSWORD, str(ref))), f"The password is kept {where}."


def _place(args: argparse.Namespace) -> SecretRef:
    from wizard.keychain import default_file

    text = args.keep_password.strip()
    if text == SecretKind.FILE:
        return SecretRef(SecretKind.FILE, str(default_file(args.save, config_of(args).path)))
    try:
        ref = SecretRef.from_text(text)
    except ValueError as problem:
        raise UsageError(f"--keep-password: {problem}") from None
    if ref.kind not in (SecretKind.KEYRING, SecretKind.FILE):
        raise UsageError(f"--keep-password: nothing can be stored in {ref.kind}: choose keyring, file or file:PATH")
    if ref.kind is SecretKind.FILE:
        return SecretRef(ref.kind, os.path.abspath(os.path.expanduser(ref.detail)))
    return ref
