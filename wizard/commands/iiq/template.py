"""``iiq template``: IdentityIQ's e-mail templates listed, rendered, examined and sent. Must not know Velocity or XML."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from wizard.commands.flags import add_config, config_path

if TYPE_CHECKING:
    from wizard.profile import Profile

EVENTS = ("certification", "sign-off", "approval")  # those of templates/collect.py, which --help does not load


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
            add_config(made)
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
    from wizard.commands.iiq.template_named import chosen_templates, rendered_templates

    chosen = chosen_templates(args, args.files)
    if args.doing == "list":
        template_show.show_list(chosen, json=args.json)
        return 0
    profile = _profile(args)
    rendered = rendered_templates(args, chosen, profile)
    if args.doing == "render":
        return template_show.show_mails(chosen, rendered, json=args.json, html=args.html)
    return template_show.show_flaws(chosen, rendered, profile, json=args.json)


def _profile(args: argparse.Namespace) -> Profile | None:
    """Return the profile that was named, else the default one where it is complete, else None."""
    from wizard.commands.setup import complete, load_config, saved_profile
    from wizard.commands.terminal import UsageError

    config = config_path(args)
    if not args.profile and not load_config(config).profiles:
        return None
    try:
        return complete(*saved_profile(args.profile, config))
    except UsageError:
        if args.profile:
            raise
        return None
