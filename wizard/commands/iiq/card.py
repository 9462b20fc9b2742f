"""``iiq card``: the two screen paths in IdentityIQ and the values to type there. Must not know what the fields mean."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING

from wizard.commands.flags import add_config, config_path

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.render.style import Style


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``iiq card``."""
    parser.add_argument("profile", nargs="?", default="", metavar="PROFILE", help="a saved profile; without it, the default one")
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the page's paths and fields. Raises UsageError for a profile that is not known or not complete."""
    from wizard.commands.terminal import style_for, write_out

    profile = _profile(args)
    if args.json:
        write_out(_as_json(profile) + "\n")
    else:
        write_out("\n".join(_as_text(profile, style_for(sys.stdout, os.environ))) + "\n")
    return 0


def _profile(args: argparse.Namespace) -> Profile | None:
    """Return the profile named, the default one, or None where none is saved: the fields are worth printing even then."""
    from wizard.commands.setup import complete, load_config, saved_profile
    from wizard.commands.terminal import UsageError

    config = config_path(args)
    if not args.profile and not load_config(config).profiles:
        return None
    try:
        name, draft = saved_profile(args.profile, config)
    except UsageError as problem:
        raise UsageError(*problem.lines, *_meant(args.profile)) from None
    return complete(name, draft)


def _meant(word: str) -> tuple[str, ...]:
    """Return the action that was perhaps meant: ``iiq`` and a word that is none takes the word for a profile."""
    from difflib import get_close_matches

    from wizard.commands.iiq import ACTIONS

    return tuple(f"If you meant an action: smtp-wizard iiq {one}" for one in get_close_matches(word, ACTIONS, n=1))


def _as_json(profile: Profile | None) -> str:
    from wizard.identityiq.screen import PATHS, fields, remarks

    return json.dumps(
        {
            "schema": 1,
            "profile": profile.name if profile else None,
            "paths": list(PATHS),
            "fields": [
                {"label": one.label, "value": one.value or None, "key": one.key, "note": one.note or None}
                for one in fields(profile)
            ],
            "remarks": list(remarks(profile)),
        },
        indent=1,
    )


def _as_text(profile: Profile | None, style: Style) -> list[str]:
    from wizard.identityiq.handover.card import card_lines

    found = card_lines(profile, width=style.width)
    return [style.heading(style.plain(line.text)) if line.heading else style.plain(line.text) for line in found]
