"""``explain``: what a pasted error, bounce, log or stack trace means. Reads, prints, contacts nobody.

Must not know rules or words: the handbook judges, render/ writes.
"""

from __future__ import annotations

import argparse
import codecs
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from wizard.commands.explain_oauth import Listening

if TYPE_CHECKING:
    from wizard.commands.terminal import Output
    from wizard.diagnosis.casebook import Case
    from wizard.diagnosis.reading import Known

_RECOGNISED, _NOTHING, _USAGE = 0, 1, 2
_MOST = 16 * 1024 * 1024  # bytes of one line of --jsonl; no pasted error is longer
_CHUNK = 65_536  # bytes read at once
_PAIRS = 128  # of bytes that are looked at to tell UTF-16
_SHOWN = 8  # line numbers and recipients named to a person; JSON has more
# How collections of errors name the stages, beside the contract's own names.
_STAGE_NAMES = {
    "dns": "resolve",
    "banner": "greeting",
    "helo": "ehlo",
    "mail_from": "mail",
    "rcpt_to": "rcpt",
    "after_data": "data",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the file and the form of the answer."""
    parser.add_argument("file", nargs="?", metavar="FILE", help="the text to explain; standard input without it, or with -")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object")
    form.add_argument(
        "--jsonl",
        action="store_true",
        help="in bulk: each line is a JSON object with raw and, where known, port, security, stage, provider; one answer a line",
    )


def run(args: argparse.Namespace) -> int:
    """Explain the text. Returns 0 when something was recognised, 1 when nothing was, 2 for a line of --jsonl that is no object.

    Raises UsageError when the text cannot be read.
    """
    import sys

    from wizard.commands.terminal import Output, UsageError, talk

    output = Output(sys.stdout)
    try:
        with closing(_opened(args.file)) as source:
            code = _in_bulk(source, output) if args.jsonl else _one(source, output, as_json=args.json)
    except (OSError, ValueError) as problem:
        name = "standard input" if args.file in (None, "-") else args.file
        why = getattr(problem, "strerror", None) or str(problem)
        raise UsageError(f"{name} cannot be read: {why}") from None
    if output.problem:
        talk(f"The result could not be written to standard output: {output.problem}.")
        return _USAGE
    return code


def _opened(file: str | None) -> BinaryIO:
    """Open the text as bytes. Raises OSError, or ValueError for a path no system can have."""
    import sys

    from wizard.commands.terminal import is_terminal, talk

    if file not in (None, "-"):
        return Path(str(file)).open("rb")
    if sys.stdin is None:
        raise OSError("it is closed")
    if is_terminal(sys.stdin):
        talk("Paste the error, then press Ctrl-D on a line of its own.")
    return sys.stdin.buffer


def _one(source: BinaryIO, output: Output, *, as_json: bool) -> int:
    from wizard.commands.terminal import talk
    from wizard.diagnosis.casebook import cases

    listening = Listening()
    found = listening.added(cases(listening.to(text_lines(source))))
    if as_json:
        output.write(json.dumps(_answer(found), indent=1) + "\n")
    elif found:
        output.write(_for_a_person(found) + "\n")
    if not _recognised(found) and not as_json:
        talk(*_nothing_recognised(found))
    return _RECOGNISED if _recognised(found) else _NOTHING


def text_lines(source: BinaryIO) -> Iterator[str]:
    """Yield the lines of a text, whatever bytes it is made of; of an endless line, pieces. Nothing is kept."""
    pending = ""
    decoder: codecs.IncrementalDecoder | None = None
    while chunk := source.read(_CHUNK):
        if decoder is None:
            decoder = codecs.getincrementaldecoder(_encoding(chunk))(_in_windows_letters())
        *whole, pending = (pending + decoder.decode(chunk)).split("\n")
        yield from whole
        if len(pending) > _CHUNK:
            yield pending
            pending = ""
    if pending:
        yield pending


def _encoding(beginning: bytes) -> str:
    """Windows writes UTF-16 where a text is redirected into a file, and its mark is lost where only the end of the file was
    copied: then every other byte is a zero. Everything else is read as UTF-8.
    """
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    pairs = beginning[: 2 * _PAIRS]
    for zeros, letters, encoding in ((1, 0, "utf-16-le"), (0, 1, "utf-16-be")):
        if pairs[zeros::2].count(0) * 2 > len(pairs[letters::2]) and 0 not in pairs[letters::2]:
            return encoding
    return "utf-8-sig"


def _in_windows_letters() -> str:
    """Return the name of an error handler that reads what is no UTF-8 as older programs write it: in Windows-1252."""

    def read(problem: UnicodeError) -> tuple[str, int]:
        if not isinstance(problem, UnicodeDecodeError):
            raise problem
        return problem.object[problem.start : problem.end].decode("cp1252", "backslashreplace"), problem.end

    codecs.register_error("smtp-wizard-explain", read)
    return "smtp-wizard-explain"


def _for_a_person(found: tuple[Case, ...]) -> str:
    import os
    import sys

    from wizard.commands.terminal import style_for
    from wizard.render.text import finding_lines

    style = style_for(sys.stdout, os.environ)
    alone = len(found) == 1 and found[0].count == 1
    blocks = []
    for case in found:
        first, *rest = finding_lines(case.finding, None, style)
        where = () if alone and case.lines == (1,) else style.wrapped(_where(case))
        blocks.append("\n".join((first, *where, *rest)))
    return "\n\n".join(blocks)


def _where(case: Case) -> str:
    """Say where a case stands, how often, and when last."""
    shown = ", ".join(map(str, case.lines[:_SHOWN])) + (", ..." if len(case.lines) > _SHOWN else "")
    parts = [f"{'Lines' if len(case.lines) > 1 else 'Line'} {shown}"]
    if case.count > 1:
        parts.append(f"{case.count} times")
    if case.last:
        parts.append(f"last at {case.last}")
    if case.recipients:
        parts.append("for " + ", ".join(case.recipients[:_SHOWN]) + (", ..." if len(case.recipients) > _SHOWN else ""))
    return "; ".join(parts) + "."


def _nothing_recognised(found: tuple[Case, ...]) -> tuple[str, ...]:
    if found:
        return ("Nothing more is recognised in this text.",)
    return (
        "Nothing in this text is recognised as an error in sending mail.",
        "Give the lines with the server's reply, a number such as 535 or 550, or with the exception.",
    )


def _recognised(found: tuple[Case, ...]) -> bool:
    return any(case.finding.id != "unknown" for case in found)


def _answer(found: tuple[Case, ...]) -> dict[str, Any]:
    from wizard.render.json import SCHEMA

    first = found[0].finding.id if found else "unknown"
    return {"schema": SCHEMA, "finding": first, "findings": [_case_object(case) for case in found]}


def _case_object(case: Case) -> dict[str, Any]:
    from wizard.render.json import finding_object

    where = {"lines": list(case.lines), "count": case.count, "last": case.last, "recipients": list(case.recipients)}
    return {**finding_object(case.finding), **where}


def _in_bulk(source: BinaryIO, output: Output) -> int:
    """Answer line by line, in order, each as soon as it is read. A line that is no such object is answered with ``error``."""
    all_usable, recognised = True, False
    for number, line in enumerate(_lines(source), start=1):
        answer = _answer_line(line, number)
        all_usable = all_usable and "error" not in answer
        recognised = recognised or answer["finding"] != "unknown"
        output.write(json.dumps(answer) + "\n")
        if output.stream is None:
            break  # the reader went away
    if not all_usable:
        return _USAGE
    return _RECOGNISED if recognised else _NOTHING


def _lines(source: BinaryIO) -> Iterator[bytes]:
    """Read line by line; one beyond measure comes in pieces, each of which then is no JSON object."""
    while line := source.readline(_MOST):
        yield line


def _answer_line(line: bytes, number: int) -> dict[str, Any]:
    from wizard.commands.terminal import talk
    from wizard.diagnosis.casebook import cases

    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        given = None
    if isinstance(given, dict) and isinstance(given.get("raw"), str):
        listening = Listening()
        return _answer(listening.added(cases(listening.to(given["raw"].splitlines()), known_beside(given))))
    error = f"line {number} is not a JSON object with the text in 'raw'"
    talk(f"smtp-wizard explain: {error}.")
    return {**_answer(()), "error": error}


def known_beside(given: dict[str, Any]) -> Known:
    """Take what is known beside the text; a value that is not understood counts as not given."""
    from wizard.diagnosis.reading import Known
    from wizard.profile import Security
    from wizard.smtp.observation import Stage

    stage = str(given.get("stage") or "").lower()
    stage = _STAGE_NAMES.get(stage, stage)
    security = str(given.get("security") or "").lower()
    provider = given.get("provider")
    return Known(
        port=_port(given.get("port")),
        security=Security(security) if security in set(Security) else None,
        stage=Stage(stage) if stage in set(Stage) else None,
        provider=provider if isinstance(provider, str) else "",
    )


def _port(given: object) -> int | None:
    from wizard import values

    try:
        return values.port(str(given))
    except ValueError:
        return None
