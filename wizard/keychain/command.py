"""A program that prints the secret, such as ``pass show mail/prod``. No shell, nothing secret handed to it, a deadline."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
from contextlib import suppress

from wizard.keychain.rung import LARGEST, Rung, SecretUnavailable, password_from
from wizard.profile import Password, SecretKind
from wizard.values import shown

# Where a secret for this program itself may stand: no business of the child's.
_NOT_FOR_CHILDREN = {"SMTP_WIZARD_PASSWORD", "SMTP_WIZARD_CLIENT_SECRET"}


def rung() -> Rung:
    """A command can always be named; whether it works shows when it runs."""
    return Rung(SecretKind.COMMAND, True, "a program that prints it, for example pass show mail/prod")


async def fetch(line: str, deadline: float) -> Password:
    """Run the command for at most ``deadline`` seconds and return the first line it prints. Raises SecretUnavailable."""
    words = _words(line)
    program = shown(words[0])
    process = await _start(words)
    ended = False
    try:
        async with asyncio.timeout(deadline):
            out, said = await asyncio.gather(_read(process.stdout), _read(process.stderr))
            code = await process.wait()
            ended = True
    except TimeoutError:
        raise SecretUnavailable(
            f"The password command {program} did not end within {deadline:g} seconds. It may be waiting for an answer; "
            "run it yourself once, so that whatever it uses is unlocked."
        ) from None
    finally:
        if not ended:
            await _end(process)
    if code != 0:
        raise SecretUnavailable(f"The password command {program} failed with exit code {code}.{_why(said, out)}")
    first, _, _ = out.partition(b"\n")
    if not first.strip():
        raise SecretUnavailable(f"The password command {program} printed no password on its first line.")
    if len(first) > LARGEST:
        raise SecretUnavailable(f"The password command {program} printed far more than a password.")
    return password_from(first + b"\n", f"What the password command {program} printed")


def _words(line: str) -> list[str]:
    try:
        words = shlex.split(line)
    except ValueError:
        raise SecretUnavailable("The password command has a quotation mark that is not closed. Correct it.") from None
    if not words or "\0" in line:
        raise SecretUnavailable("The password command is empty. Name a program that prints the password.")
    return [os.path.expanduser(words[0]), *words[1:]]


async def _start(words: list[str]) -> asyncio.subprocess.Process:
    program = shown(words[0])
    try:
        return await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.DEVNULL,  # it must not take what is typed into the wizard
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={name: value for name, value in os.environ.items() if name not in _NOT_FOR_CHILDREN},
            start_new_session=True,  # a group of its own, so that ending it ends its children too
        )
    except FileNotFoundError:
        raise SecretUnavailable(f"The password command {program} was not found. Install it, or write its whole path.") from None
    except PermissionError:
        raise SecretUnavailable(f"The password command {program} may not be run. Check its mode with ls -l.") from None
    except OSError as problem:
        raise SecretUnavailable(f"The password command {program} could not be run: {problem.strerror}.") from None


async def _read(stream: asyncio.StreamReader | None) -> bytes:
    """Read to the end and keep at most a little more than the largest secret; the rest is thrown away."""
    kept = bytearray()
    while stream is not None and (part := await stream.read(65_536)):
        if len(kept) <= LARGEST:
            kept += part
    return bytes(kept)


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the program and what it started: a child of its own may hold the pipes open after it is gone."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _why(said: bytes, out: bytes) -> str:
    """Return the first line of what the program complained about, unless it repeats something it printed."""
    lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    printed = [line.strip() for line in out.decode("utf-8", "replace").splitlines() if line.strip()]
    if not lines or any(secret in lines[0] for secret in printed):
        return ""
    return f" It said: {shown(lines[0])}"
