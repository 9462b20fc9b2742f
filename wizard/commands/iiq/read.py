"""``iiq read``: IdentityIQ's mail settings from a file or from this host, in both vocabularies, and what is wrong with them.

Must not know how a rule decides, nor how the console is talked to.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.commands.flags import add_changes, add_config
from wizard.commands.iiq import onhost
from wizard.commands.terminal import UsageError, is_terminal, talk

if TYPE_CHECKING:
    from wizard.commands.iiq.read_shown import Judged
    from wizard.draft import Draft
    from wizard.identityiq.reading import Export

_LARGEST_STDIN = 32 * 1024 * 1024  # bytes; an export of more is named as a file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``iiq read``."""
    parser.add_argument(
        "file",
        nargs="?",
        default="",
        metavar="FILE",
        help="an export, a merge file, saved console output or a copied page; - reads standard input; without it, this host",
    )
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--production", action="store_true", help="real people get this mail: a redirect is then a mistake")
    kind.add_argument("--non-production", action="store_true", help="this is a test system: a redirect is then on purpose")
    parser.add_argument("--save", default=None, metavar="PROFILE", help="make or change a profile with what was read, cured")
    add_changes(parser, "with --save, change one field of what was read; may be repeated")
    parser.add_argument(
        "--keep-password",
        default="",
        metavar="PLACE",
        help="with --save, carry a password in clear text over into: keyring, file or file:PATH",
    )
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    onhost.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Show settings and flaws, and save a profile when asked. 1 when an error was found or the console gave no answer.

    Raises UsageError for a file that cannot be read or holds no settings.
    """
    from wizard.identityiq.console.session import ConsoleProblem
    from wizard.identityiq.reading import XmlProblem

    for flag, given in (("--keep-password", args.keep_password), ("--set", args.changes)):
        if given and args.save is None:
            raise UsageError(f"{flag} goes with --save PROFILE")
    if args.save is not None and not args.save.strip():
        raise UsageError("--save: a profile needs a name, for example prod")
    saved = _saved(args)
    try:
        judged = _judged(args, saved)
    except XmlProblem as problem:
        raise UsageError(str(problem)) from None
    except ConsoleProblem as problem:
        talk(*onhost.words_of(problem))
        if args.json:
            from wizard.commands.saved import print_json

            print_json(onhost.problem_object(problem, source=None, folder=args.folder or None))
        return 1
    _show(args, judged)
    if args.save:
        from wizard.commands.iiq.keeping import keep

        talk(*keep(args, judged.settings, judged.folder, saved))
    elif not args.json:
        talk(*_next(args))
    return 0 if judged.ok else 1


def _next(args: argparse.Namespace) -> tuple[str, ...]:
    """Return how to go on from what was shown."""
    from wizard.commands.saved import quoted

    words = [quoted(args.file)] if args.file else [f"--folder {quoted(args.folder)}"] if args.folder else []
    if args.file == "-":
        return ("To go on with these settings, pipe them in again and add --save PROFILE: they are kept as a profile, cured.",)
    return (f"To keep them as a profile, cured: {' '.join(['smtp-wizard iiq read', *words])} --save PROFILE",)


def _saved(args: argparse.Namespace) -> Draft | None:
    """Return the profile --save names as it is now; None for a new one."""
    if not args.save:
        return None
    from wizard.commands.saved import config_of

    return config_of(args).profiles.get(args.save)


def _judged(args: argparse.Namespace, saved: Draft | None) -> Judged:
    from wizard.commands.iiq.read_shown import Judged
    from wizard.identityiq.lint import lint

    export, folder = _read(args, saved)
    if export.settings is None:
        raise UsageError(f"{export.source} holds nothing about mail: no SystemConfiguration is in it.", *_what_it_holds(export))
    flaws = lint(export.settings, production=_production(args, saved))
    return Judged(export, export.settings, flaws, folder)


def _production(args: argparse.Namespace, saved: Draft | None) -> bool | None:
    if args.production or args.non_production:
        return bool(args.production)
    return {"production": True, "non-production": False}.get(saved.iiq_environment if saved else "")


def _what_it_holds(export: Export) -> list[str]:
    from wizard.values import shown

    most = sorted(export.objects.items(), key=lambda item: -item[1])[:8]
    return [f"It holds: {', '.join(f'{number} {shown(tag)}' for tag, number in most)}."] if most else []


def _read(args: argparse.Namespace, saved: Draft | None) -> tuple[Export, Path | None]:
    from wizard.identityiq.reading import read_bytes, read_file

    if args.file == "-":
        if args.console_password_stdin:
            raise UsageError("--console-password-stdin: standard input cannot hold both the settings and a password")
        return read_bytes(_standard_input(args), "standard input"), None
    if args.file:
        if Path(args.file).expanduser().is_dir():
            raise UsageError(f"{args.file} is a folder: name the export in it, or IdentityIQ's own folder with --folder")
        return read_file(Path(args.file).expanduser()), None
    return _from_host(args, saved)


def _standard_input(args: argparse.Namespace) -> bytes:
    if sys.stdin is None:
        return b""
    if is_terminal(sys.stdin):
        if args.no_input:
            raise UsageError("nothing is piped in: name a file, or pipe one in with -")
        talk("Paste what IdentityIQ shows, then press ctrl+d on a line of its own.")
    data = sys.stdin.buffer.read(_LARGEST_STDIN + 1)
    if len(data) > _LARGEST_STDIN:
        raise UsageError("more than 32 MB came from standard input: give the export as a file, which is read as it comes")
    return data


def _from_host(args: argparse.Namespace, saved: Draft | None) -> tuple[Export, Path]:
    from wizard.identityiq.console.session import read

    usual = Path(saved.iiq_folder).expanduser() if saved and saved.iiq_folder else None
    chosen = onhost.installation(args.folder, usual)
    export = onhost.in_console(args, lambda login: read(chosen, login=login, deadline=args.deadline, say=talk, senders=True))
    return export, chosen.folder


def _show(args: argparse.Namespace, judged: Judged) -> None:
    from wizard.commands.iiq import read_shown

    if args.json:
        from wizard.commands.saved import print_json

        print_json(read_shown.as_json(judged))
    else:
        read_shown.print_text(judged)
