"""``profiles``: list, show, copy, rename and remove what is saved, and name the default. Must not know TOML, nor the secrets."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from wizard.commands.saved import add_common, config_of, print_json, print_lines, quoted
from wizard.commands.terminal import UsageError, talk

if TYPE_CHECKING:
    from wizard.config import Config
    from wizard.draft import Draft
    from wizard.profile import SecretRef


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions; without one the profiles are listed."""
    add_common(parser, default=True)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    one = {"metavar": "PROFILE", "help": "a saved profile"}
    for action, words, names in (
        ("list", "show every profile on one line (the default)", ()),
        ("show", "show one profile's settings", ({"dest": "name", "nargs": "?", "default": "", **one},)),
        ("copy", "save a profile again under a new name", ({"dest": "name", **one}, _NEW)),
        ("rename", "give a profile another name", ({"dest": "name", **one}, _NEW)),
        ("remove", "remove a profile, and its stored password", ({"dest": "name", **one},)),
        ("default", "make a profile the default; without a name, say which it is", ({"dest": "name", "nargs": "?", **one},)),
    ):
        made = actions.add_parser(action, help=words, description=f"{words[0].upper()}{words[1:]}.", allow_abbrev=False)
        add_common(made, default=False)
        for name in names:
            made.add_argument(**name)  # type: ignore[arg-type]  # argparse's own keywords
        if action == "remove":
            made.add_argument("--keep-secret", action="store_true", help="leave the password where it is kept")


_NEW = {"dest": "new", "metavar": "NEW", "help": "the new name: any printable text"}


def run(args: argparse.Namespace) -> int:
    """Do one action and return the exit code. Raises UsageError with the sentence to show."""
    from wizard.config import ConfigError

    config = config_of(args)
    try:
        return _ACTIONS[args.action or "list"](args, config)
    except ConfigError as problem:
        raise UsageError(str(problem)) from problem


def _list(args: argparse.Namespace, config: Config) -> int:
    if args.json:
        print_json(
            {
                "schema": 1,
                "path": str(config.path),
                "default": config.default_profile or None,
                "profiles": [_as_json(name, draft, config) for name, draft in config.profiles.items()],
            }
        )
        return 0
    if not config.profiles:
        talk(f"No profile is saved in {config.path} yet. Make one with: smtp-wizard")
        return 0
    rows = [_row(name, draft, config) for name, draft in config.profiles.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    print_lines(lines)
    if config.default_profile:
        talk("* is the default.")
    return 0


def _row(name: str, draft: Draft, config: Config) -> tuple[str, str, str, str]:
    mark = "*" if name == config.default_profile else " "
    port = f":{draft.port}" if draft.port else ""
    place = draft.password.partition(":")[0] or "ask"
    who = f"{draft.username}, password: {place}" if draft.username else "no sign-in"
    origin = config.origins.get(name, config.path)
    return (
        f"{mark} {name}",
        f"{draft.host}{port} {draft.security or 'starttls'}",
        who,
        "" if origin == config.path else str(origin),
    )


def _as_json(name: str, draft: Draft, config: Config) -> dict[str, Any]:
    from wizard.config import values_of

    return {
        "name": name,
        "default": name == config.default_profile,
        "path": str(config.origins.get(name, config.path)),
        "settings": values_of(draft),
    }


def _show(args: argparse.Namespace, config: Config) -> int:
    from wizard.config import as_toml

    name, draft = config.chosen(args.name)
    if args.json:
        print_json({"schema": 1, **_as_json(name, draft, config)})
        return 0
    print_lines(as_toml(name, draft).splitlines())
    return 0


def _copy(args: argparse.Namespace, config: Config) -> int:
    from wizard.config import copy_profile
    from wizard.profile import SecretKind

    name, draft = config.chosen(args.name)
    copy_profile(name, args.new, path=config.path, draft=draft)
    talk(f"Copied '{name}' to '{args.new}' in {config.path}.")
    ref, _ = _reference(name, draft)
    if ref.kind is SecretKind.KEYRING:
        talk(f"The keyring holds a password for '{name}' alone. Store one with: smtp-wizard secret set {quoted(args.new)}")
    elif ref.detail:
        talk(f"Both take their password from the same place: {ref}")
    return 0


def _rename(args: argparse.Namespace, config: Config) -> int:
    from wizard.config import rename_profile
    from wizard.profile import SecretKind

    name, draft = _own(args.name, config)
    rename_profile(name, args.new, path=config.path)
    talk(f"Renamed '{name}' to '{args.new}' in {config.path}.")
    ref, account = _reference(name, draft)
    if ref.kind is SecretKind.KEYRING:
        talk(asyncio.run(_move_secret(ref, account, _reference(args.new, draft)[1])))
    return 0


async def _move_secret(ref: SecretRef, old: str, new: str) -> str:
    """The keyring keeps a secret under the profile's name: it moves along. The old one goes last."""
    from wizard.keychain import SecretUnavailable, clear, fetch, store

    try:
        await store(ref, new, await fetch(ref, account=old))
        await clear(ref, old)
    except SecretUnavailable as problem:
        return f"Its password did not move along. {problem}"
    return "Its password moved along in the keyring."


def _remove(args: argparse.Namespace, config: Config) -> int:
    from wizard.config import remove_profile

    name, draft = _own(args.name, config)
    remove_profile(name, path=config.path)
    talk(f"Removed '{name}' from {config.path}. The file as it was before: {config.path.name}.bak")
    ref, account = _reference(name, draft)
    if _is_ours(ref, name, config) and not args.keep_secret:
        talk(asyncio.run(_clear_secret(ref, account)))
    elif ref.detail or args.keep_secret:
        talk(f"Its password was left where it is: {ref}")
    return 0


async def _clear_secret(ref: SecretRef, account: str) -> str:
    from wizard.keychain import SecretUnavailable, clear

    try:
        found = await clear(ref, account)
    except SecretUnavailable as problem:
        return f"Its password could not be removed: {problem}"
    return f"Its password was removed too ({ref.kind})." if found else "No password was stored for it."


def _is_ours(ref: SecretRef, name: str, config: Config) -> bool:
    """Only what this program stored for this profile alone may go with it."""
    from wizard.keychain import default_file
    from wizard.profile import SecretKind, SecretRef

    if ref.kind is SecretKind.KEYRING:
        return True
    mine = SecretRef(SecretKind.FILE, str(default_file(name, config.path)))
    return ref == mine and all(draft.password != str(ref) for other, draft in config.profiles.items() if other != name)


def _default(args: argparse.Namespace, config: Config) -> int:
    from wizard.config import save_default

    if not args.name:
        name, _ = config.chosen()
        print_lines([name])
        return 0
    name, _ = config.chosen(args.name)
    save_default(name, path=config.path)
    talk(f"'{name}' is the default now, in {config.path}.")
    return 0


def _own(name: str, config: Config) -> tuple[str, Draft]:
    """Return a profile that stands in the file that is written. Raises UsageError for one of the host's."""
    found, draft = config.chosen(name)
    origin = config.origins.get(found, config.path)
    if origin != config.path:
        raise UsageError(f"'{found}' is one of the host's profiles, from {origin}. Change it there, with --config {origin}")
    return found, draft


def _reference(name: str, draft: Draft) -> tuple[SecretRef, str]:
    """Return where a profile's secret is, and the account a keyring keeps it under."""
    from wizard.keychain import account_for
    from wizard.profile import SecretKind, SecretRef

    if not (draft.password and draft.username):
        return SecretRef(SecretKind.ASK), ""
    return SecretRef.from_text(draft.password), account_for(name, draft.username)


_ACTIONS: dict[str, Callable[[argparse.Namespace, Config], int]] = {
    "list": _list,
    "show": _show,
    "copy": _copy,
    "rename": _rename,
    "remove": _remove,
    "default": _default,
}
