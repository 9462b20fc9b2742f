"""``probe``: the mail ports of a host, looked at all at once; rows as they answer, then which one to use and how to check it.

Must not know SMTP: it prints what the engine saw.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from wizard.draft import Draft
    from wizard.smtp.network import Network
    from wizard.smtp.ports import PortResult, ProbeResult

T = TypeVar("T")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``probe``."""
    parser.add_argument("host", metavar="HOST", help="the mail server's name or address")
    parser.add_argument("--ports", default="", metavar="PORTS", help="which ports, for example 25,587 (usually 25,465,587,2525)")
    parser.add_argument("--timeout", default="", metavar="SECONDS", help="for each port, 5 unless told")
    parser.add_argument(
        "--ca-file", default="", metavar="FILE", help="trust the authorities in this PEM file instead of the system's"
    )
    parser.add_argument("--ehlo-name", default="", metavar="NAME", help="the name this host gives itself")
    parser.add_argument("--json", action="store_true", help="one JSON object")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be looked at, read from the arguments."""

    draft: Draft
    ports: tuple[int, ...]
    ca_file: Path | None
    ehlo_name: str
    timeout: float


def run(args: argparse.Namespace, network: Network | None = None) -> int:
    """Probe once. Returns 0 when some port speaks SMTP, 1 when none does, 130 when stopped; ``network`` is replaced in tests.

    Raises UsageError for a host, port, time or CA file that cannot be used.
    """
    import os
    import sys

    from wizard.commands.terminal import Output, style_for, talk
    from wizard.render import probe as words
    from wizard.smtp.ports import ProbeResult, recommend

    plan = _plan(args)
    output, style = Output(sys.stdout), style_for(sys.stdout, os.environ)
    known: list[PortResult] = []

    def emit(result: PortResult) -> None:
        known.append(result)
        if not args.json:
            output.write(words.row(result, style) + "\n")

    talk(words.opening(plan.draft.host, plan.ports))
    stopped = False
    try:
        result = _probe(plan, emit, network)
    except KeyboardInterrupt:
        stopped = True
        result = ProbeResult(plan.draft.host, tuple(known), recommend(known))
    if args.json:
        output.write(words.render(result, complete=not stopped) + "\n")
    elif known or not stopped:
        output.write("\n".join(words.closing(result, plan.draft, style)) + "\n")
    if stopped:
        talk("", "Stopped: ports that are not listed had not answered yet.")
        return 130
    return _written(output.problem) or (0 if result.speaks_smtp else 1)


def _written(problem: str) -> int:
    """Return 2, and say so, when the result could not be written."""
    from wizard.commands.terminal import talk

    if problem:
        talk(f"The result could not be written to standard output: {problem}.")
    return 2 if problem else 0


def _plan(args: argparse.Namespace) -> Plan:
    from wizard import values
    from wizard.draft import Draft
    from wizard.smtp.probe import DEFAULT_TIMEOUT

    host = _read("HOST", values.host, args.host)
    return Plan(
        draft=Draft(host=host, ca_file=args.ca_file, ehlo_name=args.ehlo_name),
        ports=_read("--ports", _ports, args.ports),
        ca_file=_read("--ca-file", values.path, args.ca_file),
        ehlo_name=_read("--ehlo-name", values.ehlo_name, args.ehlo_name),
        timeout=_read("--timeout", values.seconds, args.timeout) or DEFAULT_TIMEOUT,
    )


def _probe(plan: Plan, emit: Callable[[PortResult], None], network: Network | None) -> ProbeResult:
    import asyncio

    from wizard.commands.terminal import UsageError
    from wizard.smtp.probe import probe

    look = probe(
        plan.draft.host,
        emit,
        ports=plan.ports,
        ca_file=plan.ca_file,
        ehlo_name=plan.ehlo_name,
        timeout=plan.timeout,
        network=network,
    )
    try:
        return asyncio.run(look)
    except OSError as problem:
        cure = "name a file with your authority's certificate"
        raise UsageError(f"--ca-file: {plan.ca_file} cannot be used, {_why(problem)}: {cure}") from None


def _why(problem: OSError) -> str:
    match problem:
        case FileNotFoundError():
            return "it is not there"
        case PermissionError():
            return "you may not read it"
        case IsADirectoryError():
            return "it is a folder"
        case _:
            return "it holds no certificate in PEM form"


def _read(name: str, reader: Callable[[str], T], text: str) -> T:
    """Read one argument; what is wrong with it becomes the user's sentence, with the name of the argument."""
    from wizard.commands.terminal import UsageError

    try:
        return reader(text.strip())
    except ValueError as problem:
        raise UsageError(f"{name}: {problem}") from None


def _ports(text: str) -> tuple[int, ...]:
    """Read ``25,587``; the usual ports when empty."""
    from wizard import values
    from wizard.smtp.probe import PORTS

    found = [values.port(part.strip()) for part in text.replace(" ", ",").split(",") if part.strip()]
    return tuple(dict.fromkeys(port for port in found if port)) or PORTS
