"""Which templates the flags of ``iiq template`` name, and their mails with the values given. Must not know what is done then."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.commands.terminal import UsageError, is_terminal, talk

if TYPE_CHECKING:
    from wizard.identityiq.templates import Collection, Rendered, Template
    from wizard.profile import Profile

_LONGEST_INPUT = 64 * 1024 * 1024  # bytes from standard input; a larger export is named as a file


def chosen_templates(args: argparse.Namespace, files: Sequence[str]) -> tuple[Template, ...]:
    """Return the templates the arguments name. Raises UsageError when there are none."""
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
    if sys.stdin is None or is_terminal(sys.stdin):
        raise UsageError("-: nothing comes from standard input: for example  smtp-wizard iiq template lint - < export.xml")
    data = sys.stdin.buffer.read(_LONGEST_INPUT + 1)
    if len(data) > _LONGEST_INPUT:
        raise UsageError("-: more than 64 MB came from standard input: name the file instead")
    return data


def _arguments(args: argparse.Namespace) -> dict[str, str]:
    """Return the template's arguments that were given by name. Raises UsageError for one without a name."""
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

    from wizard.identityiq.templates import render_all

    root = profile.identityiq.server_root if profile and profile.identityiq else ""
    try:
        return asyncio.run(render_all(templates, _arguments(args), root=root))
    except OSError as problem:
        raise UsageError(f"no process could be started to render the templates in: {problem.strerror or problem}") from None
