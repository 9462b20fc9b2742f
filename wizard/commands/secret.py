"""``secret``: where a profile's password is kept and whether it is there; keep it somewhere; take it away. Must never show it."""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from wizard.commands.saved import add_common, config_of, print_json, print_lines, quoted
from wizard.commands.setup import error_lines
from wizard.commands.terminal import UsageError, talk
from wizard.draft import Change, Draft, Field
from wizard.profile import Invalid, Password, Profile, SecretKind, SecretRef, parse

if TYPE_CHECKING:
    from wizard.config import Config

HOLDS = (SecretKind.KEYRING, SecretKind.FILE)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions; without one the status is shown."""
    parser.set_defaults(profile="")
    add_common(parser, default=True)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    for action, words in (
        ("status", "show where passwords are kept, whether they are there, and which places this session has"),
        ("set", "keep a password, or say where it comes from"),
        ("clear", "take a stored password away"),
    ):
        made = actions.add_parser(action, help=words, description=f"{words[0].upper()}{words[1:]}.", allow_abbrev=False)
        made.add_argument("profile", nargs="?", default="", metavar="PROFILE", help="a saved profile")
        add_common(made, default=False)
        if action != "status":
            made.add_argument(
                "--client-secret", action="store_true", help="the client secret of IdentityIQ's HTTP/OAuth, not the password"
            )
            made.add_argument("--where", default="", metavar="PLACE", help=_WHERE)
        if action == "set":
            made.add_argument("--stdin", action="store_true", help="read the password from standard input")
            made.add_argument("--no-input", action="store_true", help="never ask anything")


_WHERE = "keyring, file, file:PATH, command:COMMAND, env:NAME, credential:NAME or ask; without it, the place the profile names"


def run(args: argparse.Namespace) -> int:
    """Do one action and return the exit code. Raises UsageError with the sentence to show."""
    from wizard.config import ConfigError
    from wizard.keychain import SecretUnavailable

    config = config_of(args)
    try:
        return _ACTIONS[args.action or "status"](args, config)
    except (ConfigError, SecretUnavailable) as problem:
        raise UsageError(str(problem)) from problem


# --- status -------------------------------------------------------------------------------------------------------------------


def _status(args: argparse.Namespace, config: Config) -> int:
    """1 when a password is missing where a profile says it is."""
    profiles = dict([config.chosen(args.profile)]) if args.profile else dict(config.profiles)
    states, rungs = asyncio.run(_look(profiles, config))
    if args.json:
        print_json({"schema": 1, "profiles": states, "places": rungs})
    else:
        lines = [_line(state["profile"], state["kept"] or "-", state["ok"], _why(state)) for state in states]
        lines += ["", "Places for a password in this session:"] if lines else ["Places for a password in this session:"]
        lines += [_line(f"  {place['place']}", "", place["available"], place["why"]) for place in rungs]
        print_lines(lines)
    return 0 if all(state["ok"] for state in states) else 1


def _why(state: dict[str, Any]) -> str:
    """A bare reason is about the password; another secret is named before it."""
    return f"{state['secret']}: {state['why']}" if "secret" in state else str(state["why"])


def _line(name: str, kept: str, ok: bool, why: str) -> str:
    return "  ".join(cell for cell in (f"{name:<12}", f"{kept:<10}" if kept else "", "ok" if ok else "! ", why) if cell)


async def _look(profiles: dict[str, Draft], config: Config) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Look at every place at once: each has a deadline of its own."""
    from wizard.keychain import rungs

    asked = [_state(name, draft) for name, draft in profiles.items()]
    asked += [_client_state(name, draft) for name, draft in profiles.items() if draft.iiq_client_id]
    ladder, *states = await asyncio.gather(rungs(config=config.path), *asked)
    places = [{"place": str(rung.kind), "available": rung.available, "stores": rung.stores, "why": rung.why} for rung in ladder]
    return list(states), places


async def _state(name: str, draft: Draft) -> dict[str, Any]:
    from wizard.keychain import account_for

    if not draft.username:
        return {"profile": name, "kept": None, "ok": True, "why": "no user name, so no password is needed"}
    return {"profile": name, **await _kept(draft.password, account_for(name, draft.username), "a password")}


async def _client_state(name: str, draft: Draft) -> dict[str, Any]:
    from wizard.keychain import account_for

    found = await _kept(draft.iiq_client_secret, account_for(name, draft.iiq_client_id), "a client secret")
    return {"profile": name, "secret": "client secret", **found}


async def _kept(reference: str, account: str, what: str) -> dict[str, Any]:
    from wizard.keychain import SecretUnavailable, fetch

    ref = SecretRef.from_text(reference) if reference else SecretRef(SecretKind.ASK)
    if ref.kind is SecretKind.ASK:
        return {"kept": "ask", "ok": True, "why": "typed each time, kept nowhere"}
    try:
        await fetch(ref, account=account)
    except SecretUnavailable as problem:
        return {"kept": str(ref), "ok": False, "why": str(problem)}
    return {"kept": str(ref), "ok": True, "why": f"{what} is there"}


# --- set and clear ------------------------------------------------------------------------------------------------------------


class _Target(NamedTuple):
    """Which secret of which profile is meant: where it is now, its name in a keyring, what it is called, whose it is."""

    name: str
    draft: Draft
    profile: Profile
    now: SecretRef
    account: str
    field: Field
    what: str
    whose: str

    @property
    def flag(self) -> str:
        """What a further command needs to mean the same secret."""
        return " --client-secret" if self.field is Field.IIQ_CLIENT_SECRET else ""


def _set(args: argparse.Namespace, config: Config) -> int:
    target = _target(args, config)
    ref = _place(args.where, config, target) if args.where else _usual_place(target)
    if ref.kind in HOLDS:
        done = _store(args, target, ref, config)
    elif args.stdin:
        raise UsageError(f"--stdin does not go with --where {ref.kind}: nothing is stored there")
    else:
        done = f"The {target.what} of '{target.name}' comes from: {ref}"
    _remember(target, ref, config, done if ref.kind in HOLDS else "")
    talk(done)
    if ref.kind not in HOLDS and ref.kind is not SecretKind.ASK:
        talk(asyncio.run(_tried(ref)))
    if target.now.kind in HOLDS and target.now != ref:
        again = f"smtp-wizard secret clear {quoted(target.name)}{target.flag} --where {target.now}"
        talk(f"The former place may still hold one. Take it away with: {again}")
    return 0


def _store(args: argparse.Namespace, target: _Target, ref: SecretRef, config: Config) -> str:
    """Store a secret and return where it went. An unavailable keyring is said before anybody types."""
    from wizard.keychain import SecretUnavailable, ask, from_stdin, rungs, store

    if ref.kind is SecretKind.KEYRING:
        keyring = next(rung for rung in asyncio.run(rungs(config=config.path)) if rung.kind is SecretKind.KEYRING)
        if not keyring.available:
            raise SecretUnavailable(
                f"The keyring cannot be used: {keyring.why}. Nothing was stored. To keep the {target.what} in a file that only "
                f"you can read: smtp-wizard secret set {quoted(target.name)}{target.flag} --where file"
            )
    if args.no_input and not args.stdin:
        raise UsageError(f"A {target.what} is needed, and --no-input forbids to ask: pipe it in with --stdin")
    secret: Password = from_stdin() if args.stdin else ask(f"{target.what.capitalize()} of {target.whose}: ")
    where = asyncio.run(store(ref, target.account, secret))
    if target.field is Field.PASSWORD:
        from wizard.memory.signins import forget

        forget(target.profile)  # what was refused was another password
    return f"The {target.what} of '{target.name}' is kept {where}."


def _remember(target: _Target, ref: SecretRef, config: Config, stored: str) -> None:
    """Write the reference into the profile. Raises ConfigError, which then says that the secret itself is stored."""
    from wizard.config import ConfigError, save_profile

    changed = target.draft.with_changes(Change(target.field, str(ref)))
    if changed == target.draft:
        return
    try:
        save_profile(target.name, changed, path=config.path, base=target.draft)
    except ConfigError as problem:
        raise ConfigError(f"{problem} {stored}".rstrip()) from problem


async def _tried(ref: SecretRef) -> str:
    from wizard.keychain import SecretUnavailable, fetch

    try:
        await fetch(ref, account="")
    except SecretUnavailable as problem:
        return f"It is not there yet: {problem}"
    return "A password is there."


def _clear(args: argparse.Namespace, config: Config) -> int:
    from wizard.keychain import clear

    target = _target(args, config)
    ref = _place(args.where, config, target) if args.where else target.now
    if asyncio.run(clear(ref, target.account)):
        again = f"smtp-wizard secret set {quoted(target.name)}{target.flag}"
        talk(f"The {target.what} of '{target.name}' was taken away ({ref}). Store another with: {again}")
    else:
        talk(f"No {target.what} of '{target.name}' was stored there ({ref}).")
    return 0


def _target(args: argparse.Namespace, config: Config) -> _Target:
    """Return the secret that is meant. Raises UsageError when the profile uses none."""
    from wizard.keychain import account_for

    name, draft = config.chosen(args.profile)
    profile = parse(draft, name)
    if isinstance(profile, Invalid):
        raise UsageError(f"The profile '{name}' in {config.path} is not complete:", *error_lines(profile, draft))
    if args.client_secret:
        side = profile.identityiq
        if side is None or not side.client_id:
            raise UsageError(
                f"The profile '{name}' has no client ID, so it uses no client secret. Add client_id to its identityiq table "
                f"in {config.path}"
            )
        now = SecretRef.from_text(side.client_secret) if side.client_secret else SecretRef(SecretKind.ASK)
        account = account_for(name, side.client_id)
        return _Target(name, draft, profile, now, account, Field.IIQ_CLIENT_SECRET, "client secret", f"client {side.client_id}")
    if profile.login is None:
        raise UsageError(f"The profile '{name}' has no user name, so it uses no password. Add username to it in {config.path}")
    whose = f"{profile.login.username} at {profile.endpoint.host}"
    account = account_for(name, profile.login.username)
    return _Target(name, draft, profile, profile.login.secret, account, Field.PASSWORD, "password", whose)


def _place(text: str, config: Config, target: _Target) -> SecretRef:
    from wizard.keychain import default_file

    if text.strip() == SecretKind.FILE:
        name = f"{target.name} client" if target.field is Field.IIQ_CLIENT_SECRET else target.name
        return SecretRef(SecretKind.FILE, str(default_file(name, config.path)))
    try:
        ref = SecretRef.from_text(text)
    except ValueError as problem:
        raise UsageError(f"--where: {problem}") from None
    if ref.kind is SecretKind.FILE:  # where cron starts the program is not where it was set up
        return SecretRef(ref.kind, os.path.abspath(os.path.expanduser(ref.detail)))
    return ref


def _usual_place(target: _Target) -> SecretRef:
    """Return where a secret goes when no place is named: where the profile says, or the keyring when it says nowhere."""
    now = target.now
    if now.kind in HOLDS:
        return now
    if now.kind is SecretKind.ASK:
        return SecretRef(SecretKind.KEYRING)
    raise UsageError(
        f"The {target.what} of '{target.name}' comes from {now}. Change it there, or store one with --where keyring or "
        "--where file"
    )


_ACTIONS: dict[str, Callable[[argparse.Namespace, Config], int]] = {"status": _status, "set": _set, "clear": _clear}
