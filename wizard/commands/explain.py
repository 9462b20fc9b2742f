"""``smtp-wizard explain``: what a pasted error, bounce, log or stack trace means. Reads, prints, and contacts nobody."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from wizard.diagnosis.model import Finding
    from wizard.diagnosis.reading import Known

_RECOGNISED, _NOTHING, _USAGE = 0, 1, 2
_MOST_BYTES = 16 * 1024 * 1024  # more than this is no pasted error; the rest of a larger file is not read
_WIDTH = 100
# Names of stages in other people's collections of errors, beside the contract's own.
_STAGE_NAMES = {
    "dns": "resolve",
    "banner": "greeting",
    "mail_from": "mail",
    "rcpt_to": "rcpt",
    "after_data": "data",
    "helo": "ehlo",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the file and the form of the answer."""
    parser.add_argument("file", nargs="?", metavar="FILE", help="the text to explain; without it, or with -, standard input")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="answer with one JSON object")
    form.add_argument(
        "--jsonl",
        action="store_true",
        help="in bulk: one JSON object per line with raw and, where known, port, security, stage, provider; one answer per line",
    )


def run(args: argparse.Namespace) -> int:
    """Explain the text. Returns 0 when something was recognised, 1 when nothing was, 2 when the text cannot be read."""
    try:
        return _in_bulk(args.file) if args.jsonl else _one(args.file, as_json=args.json)
    except OSError as problem:
        name = args.file if args.file not in (None, "-") else "standard input"
        print(f"smtp-wizard explain: {name} cannot be read: {problem.strerror or problem}", file=sys.stderr)
        return _USAGE


def _one(file: str | None, *, as_json: bool) -> int:
    from wizard.diagnosis.reading import explain

    if file in (None, "-") and sys.stdin is not None and sys.stdin.isatty():
        print("Paste the error, then end with Ctrl-D on a line of its own.", file=sys.stderr)
    text = _read(file)
    findings = explain(text)
    if as_json:
        print(json.dumps(_answer(findings)))
    elif findings:
        print("\n\n".join(_as_text(finding) for finding in findings))
    else:
        print(_nothing_said(text), file=sys.stderr)
    return _RECOGNISED if _recognised(findings) else _NOTHING


def _nothing_said(text: str) -> str:
    if not text.strip():
        return "There is no text to explain. Give a file, or pipe the error in: smtp-wizard explain < error.txt"
    return (
        "Nothing in this text is recognised as an error in sending mail. "
        "Give the lines with the server's reply (a number such as 535 or 550) or the exception."
    )


def _read(file: str | None) -> str:
    """Read bytes of any kind as text; what is no UTF-8 is shown as escapes. Raises OSError."""
    if file in (None, "-"):
        return _stdin().read(_MOST_BYTES).decode("utf-8", "backslashreplace")
    with Path(str(file)).open("rb") as source:
        return source.read(_MOST_BYTES).decode("utf-8", "backslashreplace")


def _stdin() -> BinaryIO:
    """Return standard input as bytes. Raises OSError when it is closed."""
    if sys.stdin is None:
        raise OSError("it is closed")
    return sys.stdin.buffer


def _recognised(findings: tuple[Finding, ...]) -> bool:
    return any(finding.id != "unknown" for finding in findings)


def _answer(findings: tuple[Finding, ...]) -> dict[str, object]:
    first = findings[0].id if findings else "unknown"
    return {"schema": 1, "finding": first, "findings": [finding.as_json() for finding in findings]}


def _in_bulk(file: str | None) -> int:
    """Answer line by line, in order, each as soon as it is read. A line that is no such object is answered with ``error``."""
    worst, recognised = _RECOGNISED, False
    for number, line in enumerate(_lines(file), start=1):
        answer, usable = _line_answer(line, number)
        worst = worst if usable else _USAGE
        recognised = recognised or answer["finding"] != "unknown"
        print(json.dumps(answer), flush=True)
    return worst or (_RECOGNISED if recognised else _NOTHING)


def _lines(file: str | None) -> Iterator[bytes]:
    if file in (None, "-"):
        yield from _stdin()
        return
    with Path(str(file)).open("rb") as source:
        yield from source


def _line_answer(line: bytes, number: int) -> tuple[dict[str, object], bool]:
    from wizard.diagnosis.reading import explain

    try:
        given = json.loads(line)
        if not isinstance(given, dict) or not isinstance(given.get("raw"), str):
            raise TypeError("the object needs 'raw', a text")
        return _answer(explain(given["raw"], _known(given))), True
    except (ValueError, TypeError, RecursionError) as problem:
        print(f"smtp-wizard explain: line {number}: {problem}", file=sys.stderr)
        return {**_answer(()), "error": f"line {number}: {problem}"}, False


def _known(given: dict[str, object]) -> Known:
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
    text = str(given)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65536 else None


def _as_text(finding: Finding) -> str:
    """One finding for a person: what happened, what it means, the evidence, what to do, what else it may be."""
    evidence = " ".join(str(part) for part in (finding.evidence.code, finding.evidence.enhanced, finding.evidence.text) if part)
    parts = [f"{finding.title}  [{finding.id}]", *_wrapped("  ", finding.meaning)]
    if evidence:
        parts += _wrapped("  Seen: ", evidence)
    parts += [line for remedy in finding.remedies for line in _wrapped("  - ", remedy.label)]
    for other in finding.also_possible:
        parts += _wrapped("  Or ", f"{other.id}: {other.tell_apart}.")
    if finding.link:
        parts.append(f"  More: {finding.link}")
    return "\n".join(parts)


def _wrapped(lead: str, text: str) -> list[str]:
    import textwrap

    rest = " " * len(lead)
    return textwrap.wrap(text, _WIDTH, initial_indent=lead, subsequent_indent=rest, break_long_words=False) or [lead]
