"""``iiq check-file``: what is wrong with a merge file, made here or by hand, each flaw with its place and cure.

Must not know how a rule decides. Contacts nobody and changes nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard.commands.terminal import UsageError, style_for, write_out

if TYPE_CHECKING:
    from wizard.identityiq.lint import Flaw
    from wizard.render.style import Style

_LARGEST = 16 * 1024 * 1024  # bytes; a merge file has a few thousand


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``iiq check-file``."""
    parser.add_argument("file", metavar="FILE", help="the merge file; - reads standard input")
    parser.add_argument("--strict", action="store_true", help="warnings count as errors, for builds")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Show the flaws. 1 when there is an error, with --strict a warning too. Raises UsageError for what cannot be read."""
    from wizard.identityiq.handover.examine import examine
    from wizard.identityiq.handover.rollback import ROLLBACK_MARK

    text = _text(args.file)
    flaws = examine(text)
    wrong = ("error", "warning") if args.strict else ("error",)
    ok = all(flaw.finding.severity not in wrong for flaw in flaws)
    if args.json:
        from wizard.commands.saved import print_json

        print_json({"schema": 1, "file": args.file, "ok": ok, "flaws": [_object(flaw) for flaw in flaws]})
    else:
        style = style_for(sys.stdout, os.environ)
        write_out("\n".join(_lines(flaws, ok, style, rollback=ROLLBACK_MARK in text)) + "\n")
    return 0 if ok else 1


def _text(name: str) -> str:
    from wizard import safefile

    try:
        if name == "-":
            data = sys.stdin.buffer.read(_LARGEST + 1) if sys.stdin is not None else b""
        else:
            data = safefile.read_bounded(Path(name).expanduser(), _LARGEST)
    except FileNotFoundError:
        raise UsageError(f"There is no file {name}. Check the path.") from None
    except OSError as problem:
        raise UsageError(f"{name} cannot be read: {safefile.reason(problem)}.") from None
    if len(data) > _LARGEST:
        raise UsageError("more than 16 MB came from standard input: that is no merge file")
    return _decoded(data, name)


def _decoded(data: bytes, name: str) -> str:
    import codecs

    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise UsageError(
            f"{name} is not in UTF-8: line {line} holds the byte {data[problem.start]:02x}. Save it as UTF-8."
        ) from None


def _lines(flaws: tuple[Flaw, ...], ok: bool, style: Style, *, rollback: bool) -> list[str]:
    from wizard.render.text import finding_lines

    lines: list[str] = []
    for flaw in flaws:
        first, *rest = finding_lines(flaw.finding, None, style)
        place = f"line {flaw.line}, column {flaw.column}" + (f": {flaw.key}" if flaw.key else "")
        lines += [first, *style.wrapped(place), *rest, ""]
    if not flaws:
        clean = "Nothing wrong was found. Importing it changes the entries it names and no others."
        return style.signed("ok", clean)
    sign, verdict = _verdict(flaws, ok, rollback)
    return [*lines, *style.signed(sign, verdict)]


def _verdict(flaws: tuple[Flaw, ...], ok: bool, rollback: bool) -> tuple[str, str]:
    """Return the sign and the sentence under the flaws."""
    ids = {flaw.finding.id for flaw in flaws}
    if rollback and not any(one.startswith("iiq-file-") for one in ids):
        return "!", "It is a rollback file: importing it brings back what stood before, with these flaws."
    if not ok:
        return "X", "Do not import it as it is."
    if "iiq-file-placeholder" in ids:
        return "!", "It is fit to be imported once your build has filled in the placeholders."
    if any(flaw.finding.severity == "warning" for flaw in flaws):
        return "!", "It can be imported. Read the warnings first."
    return "ok", "It is fit to be imported."


def _object(flaw: Flaw) -> dict[str, Any]:
    from wizard.render.json import finding_object

    place = {"key": flaw.key or None, "line": flaw.line or None, "column": flaw.column or None}
    return {**finding_object(flaw.finding), **place}
