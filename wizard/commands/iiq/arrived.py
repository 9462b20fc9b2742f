"""``iiq arrived``: what received headers, a look into a mailbox, or a message's code prove. Must not know IMAP or headers."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wizard.arrival.mailbox import Looked, Mailbox
    from wizard.arrival.proof import Proved, Traced
    from wizard.profile import Password

_LONGEST = 4 * 1024 * 1024  # bytes of a pasted mail


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``iiq arrived``."""
    parser.add_argument(
        "file", nargs="?", default="", metavar="FILE", help="headers or source of the received mail; - reads standard input"
    )
    parser.add_argument("--token", default="", metavar="T", help="the message's token, as the report of the test shows it")
    parser.add_argument("--code", default="", metavar="C", help="the code that stands in the message's text")
    parser.add_argument("--queue-id", default="", metavar="Q", help="the queue id that the server's reply named")
    look = parser.add_argument_group("look into the mailbox (IMAP over TLS; nothing is marked, moved or deleted)")
    look.add_argument("--imap", default="", metavar="HOST", help="the mailbox's IMAP server")
    look.add_argument("--imap-user", default="", metavar="USER", help="who signs in there")
    look.add_argument("--imap-port", default="", metavar="N", help="993, or 143 with --imap-starttls, unless told")
    look.add_argument("--imap-starttls", action="store_true", help="STARTTLS instead of TLS from the first byte")
    look.add_argument("--imap-folder", action="append", default=[], metavar="NAME", help="look here instead of in inbox and junk")
    look.add_argument("--imap-ca-file", default="", metavar="FILE", help="trust the authorities in this PEM file instead")
    look.add_argument(
        "--imap-secret",
        default="",
        metavar="FROM",
        help="where the password is: file:PATH, command:..., env:NAME, credential:NAME",
    )
    look.add_argument("--imap-password-stdin", action="store_true", help="read the password from standard input")
    look.add_argument("--wait", default="", metavar="SECONDS", help="look again until it is there, at most so long")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--no-input", action="store_true", help="never ask anything")


class _Evidence(NamedTuple):
    traced: Traced | None = None
    looked: Looked | None = None
    code_right: bool | None = None


def run(args: argparse.Namespace) -> int:
    """Say what is proved. Returns 0 when something is, 1 when nothing is or the mailbox could not be looked into.

    Raises UsageError.
    """
    from wizard.arrival.mailbox import MailboxError
    from wizard.arrival.proof import is_ours, proved
    from wizard.commands.terminal import talk

    _refuse_nonsense(args)
    traced = _traced(args)
    code_right = _code_right(args)
    looked, problem = None, ""
    try:
        looked = _looked(args)
    except MailboxError as caught:
        problem = str(caught)
    # A queue id that is known was told by a reply: the server accepted the message then.
    verdict = proved(
        accepted=bool(args.queue_id),
        traced=traced,
        token=args.token,
        looked=looked,
        code_right=bool(code_right),
    )
    _print(args, _Evidence(traced, looked, code_right), verdict, problem)
    if problem:
        talk(f"smtp-wizard: {problem}")
    shown = (traced is not None and is_ours(traced, args.token)) or bool(code_right) or bool(looked and looked.found)
    return 0 if shown and not problem and code_right is not False else 1


def _refuse_nonsense(args: argparse.Namespace) -> None:
    from wizard.commands.terminal import UsageError

    if not (args.file or args.code or args.imap):
        raise UsageError(
            "there is nothing to judge: name a FILE with the received headers (- for standard input), --code with the code in "
            "the message, or --imap with the mailbox"
        )
    if (args.code or args.imap) and not args.token:
        raise UsageError("--token is missing: it says which message is meant, and the report of the test shows it")
    if args.imap and not args.imap_user:
        raise UsageError("--imap-user is missing: who signs in to the mailbox")
    if args.imap_password_stdin and args.file == "-":
        raise UsageError("standard input can bring the headers or the password, not both: put one into a file")
    if args.imap_password_stdin and args.imap_secret:
        raise UsageError("--imap-password-stdin and --imap-secret exclude each other")


def _traced(args: argparse.Namespace) -> Traced | None:
    from wizard.arrival.headers import NotHeadersError, read
    from wizard.arrival.proof import trace
    from wizard.commands.terminal import UsageError

    if not args.file:
        return None
    try:
        return trace(read(_text(args.file)), args.queue_id)
    except NotHeadersError as problem:
        raise UsageError(str(problem)) from None


def _text(name: str) -> str:
    import sys

    from wizard import safefile
    from wizard.commands.terminal import UsageError, is_terminal, talk

    if name == "-":
        if is_terminal(sys.stdin):
            talk("Paste the headers, then press Ctrl-D on a line of its own.")
        raw = sys.stdin.buffer.read(_LONGEST) if sys.stdin is not None else b""
    else:
        try:
            raw = safefile.read_bounded(Path(name).expanduser(), _LONGEST)
        except OSError as problem:
            raise UsageError(f"{name} cannot be read: {safefile.reason(problem)}") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _code_right(args: argparse.Namespace) -> bool | None:
    from wizard.smtp.message import is_code

    return is_code(args.code, args.token.lower()) if args.code else None


# -- the mailbox ----------------------------------------------------------------------------------------------------------------


def _looked(args: argparse.Namespace) -> Looked | None:
    """Look into the mailbox where one is named. Raises MailboxError, UsageError."""
    if not args.imap:
        return None
    import asyncio

    from wizard.arrival.looking import look
    from wizard.commands.terminal import talk

    mailbox, wait = _mailbox(args), _seconds(args.wait)
    password = _password(args)
    talk(f"Looking into the mailbox of {mailbox.username} at {mailbox.host}, port {mailbox.port} ...")
    return asyncio.run(look(mailbox, password, args.token, wait=wait))


def _mailbox(args: argparse.Namespace) -> Mailbox:
    from wizard import values
    from wizard.arrival.mailbox import STARTTLS_PORT, TLS_PORT, Mailbox
    from wizard.commands.terminal import UsageError

    try:
        host = values.host(args.imap.strip())
        username = values.one_line(args.imap_user)
        port = values.port(args.imap_port.strip())
    except ValueError as problem:
        raise UsageError(f"--imap: {problem}") from None
    return Mailbox(
        host,
        username,
        port or (STARTTLS_PORT if args.imap_starttls else TLS_PORT),
        args.imap_starttls,
        tuple(args.imap_folder),
        Path(args.imap_ca_file).expanduser() if args.imap_ca_file else None,
    )


def _seconds(text: str) -> float:
    from wizard import values
    from wizard.commands.terminal import UsageError

    try:
        return values.seconds(text.strip()) or 0.0 if text.strip() else 0.0
    except ValueError as problem:
        raise UsageError(f"--wait: {problem}") from None


def _password(args: argparse.Namespace) -> Password:
    import asyncio

    from wizard.commands.terminal import UsageError
    from wizard.keychain import SecretUnavailable, fetch
    from wizard.profile import SecretKind, SecretRef

    try:
        ref = SecretRef.from_text(args.imap_secret) if args.imap_secret else SecretRef(SecretKind.ASK)
    except ValueError as problem:
        raise UsageError(f"--imap-secret: {problem}") from None
    if args.imap_password_stdin or ref.kind is SecretKind.ASK:
        return _typed(args)
    try:
        return asyncio.run(fetch(ref, account=f"imap:{args.imap_user}@{args.imap}"))
    except SecretUnavailable as problem:
        raise UsageError(f"--imap-secret: {problem}") from None


def _typed(args: argparse.Namespace) -> Password:
    """Read the password from standard input, or ask for it."""
    import sys

    from wizard.commands.terminal import UsageError, is_terminal
    from wizard.profile import Password

    text = ""
    if args.imap_password_stdin and not is_terminal(sys.stdin) and sys.stdin is not None:
        text = sys.stdin.buffer.read(64 * 1024).decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")
    elif is_terminal(sys.stdin) and is_terminal(sys.stderr) and not args.no_input:
        from getpass import getpass

        text = getpass(f"Password of {args.imap_user} at {args.imap}: ", stream=sys.stderr)
    if not text or "\n" in text:
        raise UsageError(
            "the mailbox's password is missing: --imap-secret file:PATH names its place, --imap-password-stdin reads one line"
        )
    return Password(text)


# -- the answer -----------------------------------------------------------------------------------------------------------------


def _print(args: argparse.Namespace, evidence: _Evidence, verdict: Proved, problem: str) -> None:
    from wizard.arrival import words
    from wizard.commands.saved import print_json, print_lines

    if args.json:
        from wizard.commands.iiq.arrived_json import as_json

        print_json(as_json(args, evidence.traced, evidence.looked, evidence.code_right, verdict, problem))
        return
    rows: list[words.Row] = []
    if evidence.traced is not None:
        rows += words.trace_rows(evidence.traced, args.token, args.queue_id)
    if evidence.looked is not None:
        rows += words.mailbox_rows(evidence.looked, args.imap)
    if evidence.code_right is not None:
        rows.append(words.Row("code", words.code_words(evidence.code_right)))
    width = max((len(row.name) for row in rows), default=0)
    print_lines([words.verdict(verdict), "", *(f"{row.name:<{width}}  {row.text}" if row.name else row.text for row in rows)])
