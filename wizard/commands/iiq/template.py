"""``iiq template``: IdentityIQ's e-mail templates listed, rendered, examined and sent. Must not know Velocity or XML."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.identityiq.templates import Collection, Rendered, Template
    from wizard.profile import Profile

EVENTS = ("certification", "sign-off", "approval")  # those of templates/collect.py, which --help does not load
_LONGEST_INPUT = 64 * 1024 * 1024  # bytes from standard input; a larger export is named as a file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the four things to do, each with its flags."""
    doing = parser.add_subparsers(dest="doing", metavar="WHAT", title="what to do", required=True)
    for name, words in _DOING.items():
        made = doing.add_parser(name, help=words, description=f"{words[0].upper()}{words[1:]}.", allow_abbrev=False)
        if name == "send":
            from wizard.commands.iiq import template_send

            made.add_argument("file", nargs="?", default="", metavar="FILE", help=_FILE)
            template_send.add_arguments(made)
        else:
            made.add_argument("files", nargs="*", default=[], metavar="FILE", help=_FILE)
            made.add_argument("--profile", default="", metavar="PROFILE", help=_PROFILE)
            made.add_argument(
                "--config", default=argparse.SUPPRESS, metavar="FILE", help="another configuration file (or SMTP_WIZARD_CONFIG)"
            )
            made.add_argument("--json", action="store_true", help="one JSON object")
        _choice(made)
        if name == "render":
            made.add_argument("--html", action="store_true", help="the body as the mail has it, HTML with its tags")


_DOING = {
    "list": "name the templates and their subjects",
    "render": "show what the mails look like, with sample values",
    "lint": "say what is wrong with them, and in which line",
    "send": "send one of them as the test message",
}
_FILE = "XML with templates, a folder, an export, what the console printed, or - for standard input; without it our own samples"
_PROFILE = "a saved profile: its sender is held against each From, its server root stands in links"


def _choice(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("which templates, with which values")
    group.add_argument("--name", default="", metavar="NAME", help="those of this name, or whose name holds it")
    group.add_argument("--folder", default="", metavar="INSTALLATION", help="an IdentityIQ's folder: its WEB-INF/config is read")
    group.add_argument("--sample", default="", choices=("", *EVENTS), metavar="EVENT", help=f"our own: {', '.join(EVENTS)}")
    flags = ("--argument",) if parser.prog.endswith("send") else ("--set", "--argument")
    group.add_argument(
        *flags,
        dest="arguments",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="the value of one argument of the template; may be repeated",
    )


def run(args: argparse.Namespace) -> int:
    """Do it. Raises UsageError for files that cannot be read and names that are not there."""
    if args.doing == "send":
        from wizard.commands.iiq import template_send

        return template_send.run(args)
    from wizard.commands.iiq import template_show

    chosen = chosen_templates(args, args.files)
    if args.doing == "list":
        template_show.show_list(chosen, json=args.json)
        return 0
    profile = _profile(args)
    rendered = rendered_templates(args, chosen, profile)
    if args.doing == "render":
        return template_show.show_mails(chosen, rendered, json=args.json, html=args.html)
    return template_show.show_flaws(chosen, rendered, profile, json=args.json)


# --- what was named ---------------------------------------------------------------------------------------------------


def chosen_templates(args: argparse.Namespace, files: Sequence[str]) -> tuple[Template, ...]:
    """Return the templates the arguments name. Raises UsageError when there are none."""
    from wizard.commands.terminal import UsageError, talk

    found = _collected(args, files)
    talk(*found.notes)
    if not found.templates:
        raise UsageError(
            f"there is no e-mail template in {', '.join(found.sources)}",
            "Templates are objects EmailTemplate: an export of them, or the folder WEB-INF/config of an installation, has some",
        )
    chosen = found.named(args.name) if args.name else found.templates
    if not chosen:
        from difflib import get_close_matches

        known = [one.name for one in found.templates]
        near = get_close_matches(args.name, known, n=3, cutoff=0.3) or known[:3]
        raise UsageError(f"--name: there is no template '{args.name}'. Near it: {', '.join(near)}")
    return chosen


def _collected(args: argparse.Namespace, files: Sequence[str]) -> Collection:
    from wizard.commands.terminal import UsageError, talk
    from wizard.identityiq.reading import XmlProblem
    from wizard.identityiq.templates import Collection, collect, collect_bytes, sample, samples

    paths = [Path(os.path.expanduser(one)) for one in (*files, *([args.folder] if args.folder else [])) if one != "-"]
    try:
        found = [collect(paths)] if paths else []
        if "-" in files:
            found.append(collect_bytes(_standard_input()))
    except XmlProblem as problem:
        raise UsageError(str(problem)) from None
    if args.sample:
        found.append(Collection((sample(args.sample),), (), (f"sample '{args.sample}'",)))
    if not found:
        talk("No file was named: these are SMTP Wizard's own samples.")
        found = [Collection(samples(), (), ("our own samples",))]
    return Collection(
        tuple(one for part in found for one in part.templates),
        tuple(note for part in found for note in part.notes),
        tuple(source for part in found for source in part.sources),
    )


def _standard_input() -> bytes:
    from wizard.commands.terminal import UsageError, is_terminal

    if sys.stdin is None or is_terminal(sys.stdin):
        raise UsageError("-: nothing comes from standard input: for example  smtp-wizard iiq template lint - < export.xml")
    data = sys.stdin.buffer.read(_LONGEST_INPUT + 1)
    if len(data) > _LONGEST_INPUT:
        raise UsageError("-: more than 64 MB came from standard input: name the file instead")
    return data


def arguments_of(args: argparse.Namespace) -> dict[str, str]:
    """Return the template's arguments that were given by name. Raises UsageError for one without a name."""
    from wizard.commands.terminal import UsageError

    pairs = [one.partition("=") for one in args.arguments]
    wrong = next((name for name, equals, _ in pairs if not equals or not name.lstrip("$").strip()), None)
    if wrong is not None:
        raise UsageError("--argument needs a name and a value, for example --argument workItemName='Access review'")
    return {name.strip().lstrip("$"): value for name, _, value in pairs}


def rendered_templates(
    args: argparse.Namespace, templates: tuple[Template, ...], profile: Profile | None
) -> tuple[Rendered, ...]:
    """Render them with sample values and those given. Raises UsageError when no process can be started for it."""
    import asyncio

    from wizard.commands.terminal import UsageError
    from wizard.identityiq.templates import render_all

    root = profile.identityiq.server_root if profile and profile.identityiq else ""
    try:
        return asyncio.run(render_all(templates, arguments_of(args), root=root))
    except OSError as problem:
        raise UsageError(f"no process could be started to render the templates in: {problem.strerror or problem}") from None


def _profile(args: argparse.Namespace) -> Profile | None:
    """Return the profile that was named, else the default one where it is complete, else None."""
    from wizard.commands.saved import config_of
    from wizard.commands.setup import error_lines, saved_profile
    from wizard.commands.terminal import UsageError
    from wizard.profile import Invalid, parse

    if not args.profile and not config_of(args).profiles:
        return None
    named = getattr(args, "config", "")
    try:
        name, draft = saved_profile(args.profile, Path(os.path.expanduser(named)) if named else None)
    except UsageError:
        if args.profile:
            raise
        return None
    profile = parse(draft, name)
    if isinstance(profile, Invalid):
        if args.profile:
            raise UsageError(f"the profile '{name}' is not complete", *error_lines(profile, draft))
        return None
    return profile
