"""``iiq export``: the merge file for a profile, what it changes, what takes it back. Must not know how XML is written."""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.commands.iiq import handing, onhost
from wizard.commands.terminal import UsageError, talk, write_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.identityiq.handover.bundle import Bundle
    from wizard.identityiq.settings import Settings
    from wizard.profile import Password, Profile


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``iiq export``."""
    handing.add_profile_arguments(parser)
    parser.add_argument("--all", action="store_true", help="every saved profile, one file each, into the folder --out")
    parser.add_argument("--out", default="", metavar="FILE", help="write the file here; without it, to standard output")
    parser.add_argument(
        "--against", default="", metavar="FILE", help="what stands now (an export or saved console output): say what changes"
    )
    parser.add_argument(
        "--rollback", default="", metavar="FILE", help="with --against: where the file goes that takes the change back"
    )
    parser.add_argument(
        "--tokens", action="store_true", help="placeholders such as %%%%SMTP_HOST%%%% for a build, and a properties file beside"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    handing.add_password_arguments(parser)
    onhost.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Write the files. 1 when nothing of the profile can be written, or the console did not encrypt the password.

    Raises UsageError.
    """
    from wizard.identityiq.console.session import ConsoleProblem
    from wizard.identityiq.handover.merge import UnwritableError

    handing.check_password_flags(args)
    _check(args)
    try:
        return _every(args) if args.all else _one(args)
    except UnwritableError as problem:
        raise UsageError(str(problem)) from None
    except ConsoleProblem as problem:
        talk(*onhost.words_of(problem), "Nothing was written.")
        if args.json:
            from wizard.commands.saved import print_json

            print_json(onhost.problem_object(problem, profile=args.profile or None, file=None))
        return 1


def _check(args: argparse.Namespace) -> None:
    if args.rollback and not args.against:
        raise UsageError("--rollback: what stands now must be known to be brought back: name an export with --against FILE")
    if args.rollback and not args.out:
        raise UsageError("--rollback goes with --out FILE, the file it takes back")
    _check_places(args)
    if args.all and (args.profile or args.against):
        raise UsageError("--all is for every profile: leave the profile and --against out, or leave --all out")
    if args.tokens and args.password_in_clear:
        raise UsageError("--tokens puts a placeholder where the password goes: leave --password-in-clear out")
    if args.all and args.with_password and not args.tokens:
        raise UsageError("--all takes no passwords along: export the profile that needs it by its name")
    if not args.out and (args.all or args.tokens):
        raise UsageError("--all: name a folder with --out FOLDER" if args.all else "--tokens writes two files: add --out FILE")
    if args.with_password and not args.tokens and not args.out:
        raise UsageError("--with-password: a password is written into a file only you can read, never shown: add --out FILE")


def _check_places(args: argparse.Namespace) -> None:
    """Refuse names under which one file would take the place of another that is needed."""
    places = [("--out", args.out), ("--against", args.against), ("--rollback", args.rollback)]
    if args.tokens and args.out and not args.all:
        places.append(("the properties file", str(Path(args.out).with_suffix(".properties"))))
    taken: dict[str, str] = {}
    for flag, name in places:
        path = os.path.realpath(os.path.expanduser(name)) if name else ""
        if path in taken and path:
            raise UsageError(f"{taken[path]} and {flag} are the same file, {path}: name another one, or what is in it is lost")
        taken[path] = flag


# --- one profile --------------------------------------------------------------------------------------------------------------


def _one(args: argparse.Namespace) -> int:
    from wizard.identityiq.handover.bundle import bundle
    from wizard.identityiq.handover.wanted import ByHandError

    profile = handing.profile_of(args)
    before = _against(args.against) if args.against else None
    talk(*handing.redirect_hint(profile, "export"))
    try:
        made = bundle(profile, before, tokens=args.tokens, with_password=args.with_password)
        if args.with_password and not args.tokens:
            made = bundle(profile, before, password=_stored(args, profile), with_password=True)
    except ByHandError as problem:
        return _by_hand(args, profile, str(problem))
    if args.out:
        made = _written(args, made, Path(args.out).expanduser().absolute())
    _show(args, made)
    return 0


def _against(name: str) -> Settings:
    from wizard.identityiq.reading import XmlProblem, read_file

    try:
        settings = read_file(Path(name).expanduser()).settings
    except XmlProblem as problem:
        raise UsageError(f"--against: {problem}") from None
    if settings is None:
        raise UsageError(f"--against: {name} holds nothing about mail: no SystemConfiguration is in it.")
    return settings


def _stored(args: argparse.Namespace, profile: Profile) -> Password:
    """Return the password as it is to be written. Raises UsageError where no console can encrypt it, and ConsoleProblem."""
    from wizard.identityiq.console.session import encrypt
    from wizard.identityiq.handover.wanted import side_of
    from wizard.profile import Password

    secret = handing.secret_of(args, profile)
    assert secret is not None
    if secret.in_clear:
        return secret.password
    try:
        chosen = onhost.installation(args.folder, side_of(profile).folder)
    except UsageError as problem:
        raise UsageError(
            *problem.lines,
            "Only IdentityIQ's console can encrypt the password. Leave --with-password out and type it on the screen, or add "
            "--password-in-clear to write it as it is.",
        ) from None
    text = onhost.in_console(args, lambda login: encrypt(chosen, secret.password, login=login, deadline=args.deadline, say=talk))
    return Password(text)


def _by_hand(args: argparse.Namespace, profile: Profile, why: str) -> int:
    if args.json:
        from wizard.commands.iiq.export_shown import by_hand
        from wizard.commands.saved import print_json

        print_json({"schema": 1, **by_hand(profile, why)})
    talk(f"Nothing was written for '{profile.name}'. {why}")
    return 1


# --- all of them --------------------------------------------------------------------------------------------------------------


def _every(args: argparse.Namespace) -> int:
    """Write one file for each profile; those that cannot be written are said, and keep nobody else's from being written."""
    from wizard.commands.iiq import export_shown
    from wizard.commands.saved import config_of, print_json
    from wizard.identityiq.handover.bundle import bundle
    from wizard.identityiq.handover.wanted import ByHandError

    profiles = [handing.parsed(name, draft, args) for name, draft in config_of(args).profiles.items()]
    if not profiles:
        raise UsageError("No profile is saved yet: run smtp-wizard to make one.")
    folder = Path(args.out).expanduser().absolute()
    made: list[Bundle] = []
    left: list[dict[str, object]] = []
    for profile, name in zip(profiles, file_names([profile.name for profile in profiles]), strict=True):
        talk(*handing.redirect_hint(profile, "export"))
        try:
            one = bundle(profile, None, tokens=args.tokens, with_password=args.with_password and profile.login is not None)
        except ByHandError as problem:
            left.append(export_shown.by_hand(profile, str(problem)))
            talk(f"Nothing was written for '{profile.name}'. {problem}")
            continue
        made.append(_written(args, one, folder / f"{name}.xml"))
        if not args.json:
            export_shown.print_text(made[-1], heading=True)
    if args.json:
        print_json({"schema": 1, "profiles": [export_shown.as_json(one) for one in made] + left})
    return 0


def file_names(names: Sequence[str]) -> list[str]:
    """Return a file name for each profile name, without signs a shell or another system minds, each once."""
    found: list[str] = []
    for name in names:
        plain = re.sub(r"[^\w.@+-]+", "-", name).strip("-.") or "profile"
        taken = {one.casefold() for one in found}
        numbered = (plain if number == 1 else f"{plain}-{number}" for number in range(1, len(names) + 2))
        found.append(next(one for one in numbered if one.casefold() not in taken))
    return found


# --- writing and showing ------------------------------------------------------------------------------------------------------


def _written(args: argparse.Namespace, made: Bundle, out: Path) -> Bundle:
    from wizard import safefile
    from wizard.identityiq.handover.bundle import RollbackExistsError, write

    rollback = Path(args.rollback).expanduser().absolute() if args.rollback else None
    try:
        return write(made, out, rollback)
    except RollbackExistsError as problem:
        raise UsageError(str(problem)) from None
    except OSError as problem:
        raise UsageError(f"{problem.filename or out} could not be written: {safefile.reason(problem)}.") from None


def _show(args: argparse.Namespace, made: Bundle) -> None:
    from wizard.commands.iiq import export_shown
    from wizard.commands.saved import print_json

    if args.json:
        print_json({"schema": 1, **export_shown.as_json(made)})
    elif made.file is None:
        write_out(made.document)
        export_shown.talk_text(made)
    else:
        export_shown.print_text(made)
