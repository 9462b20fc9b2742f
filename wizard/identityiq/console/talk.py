"""The talk with IdentityIQ's console: it is waited for, signed in to, asked, and told to quit. Must not know what commands mean.

What is known of the console (measured by others on 8.5, see docs/identityiq.md): it takes 10 to 20 seconds to start, may ask for
a user name and password first, does not end when its input ends, and exits with 0 after errors too. The vendor's help shows its
prompt as ``> ``.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import NamedTuple

from wizard.identityiq.console.judge import judge
from wizard.identityiq.console.process import LARGEST, Process
from wizard.identityiq.console.words import (
    Answer,
    ConsoleLogin,
    ConsoleProblem,
    Trouble,
    ended,
    hidden,
    quotable,
    refuse_control,
)
from wizard.profile import Password

_READS = ("get", "list", "count", "export", "about")  # commands that change nothing in IdentityIQ
_PROMPT = re.compile(rb"> ?\Z")
_PROMPTS = re.compile(r"^> ?", re.MULTILINE)
_ASKS_USER = re.compile(rb"\b(?:user ?-?(?:name|id)?|login)\b[^:]{0,60}:\s*\Z", re.IGNORECASE)
_ASKS_PASSWORD = re.compile(rb"\bpass(?:word|phrase)\b[^:]{0,60}:\s*\Z", re.IGNORECASE)


class Patience(NamedTuple):
    """Seconds. A prompt counts when nothing follows it for ``settle``. Whether the console shows a prompt to a program is not
    known: one that does not counts as ready when it has been silent for ``start`` after its first words, and an answer of it as
    complete after ``answer`` of silence. Every ``report`` the waiting is told. ``quit`` is how long it may take to end.
    """

    settle: float = 0.15
    start: float = 60.0
    answer: float = 20.0
    report: float = 10.0
    quit: float = 15.0


class _Wait(NamedTuple):
    """What ended a wait: ``sign`` is prompt, user, password, quiet, ended, overflow or late."""

    sign: str
    text: str


class Session:
    """A console that is talked to. Made by ``open_session``; ``deadline`` (seconds) may be changed between commands.

    ``ready`` says that it waits for a command, and not in the middle of one.
    """

    def __init__(self, process: Process, deadline: float, say: Callable[[str], None], patience: Patience) -> None:
        self._process = process
        self.deadline = deadline
        self._say = say
        self._patience = patience
        self.ready = False
        self._prompts = True
        self._secrets: tuple[Password, ...] = ()
        self.answers: tuple[Answer, ...] = ()

    async def begin(self, login: ConsoleLogin | None) -> None:
        """Wait until it is ready; sign in once where it asks for that. Raises ConsoleProblem."""
        self._say("Starting IdentityIQ's console. It usually takes 10 to 20 seconds.")
        if login:
            self._secrets = (login.password,)
        asked: list[str] = []
        while True:
            wait = await self._wait(self._patience.start)
            self._process.empty()
            match wait.sign:
                case "prompt" | "quiet":
                    self._prompts = wait.sign == "prompt"
                    self.ready = True
                    return
                case "user" | "password":
                    await self._sign_in(wait.sign, asked, login)
                case _:
                    raise await self._not_begun(wait, asked)

    async def _sign_in(self, sign: str, asked: list[str], login: ConsoleLogin | None) -> None:
        if login is None:
            raise ConsoleProblem(
                Trouble.LOGIN_REQUIRED,
                "IdentityIQ's console asks for a user name and password. Give those of a System Administrator of IdentityIQ.",
            )
        if sign in asked or "password" in asked:  # asked again: a second try could lock the account
            raise _login_refused(login.username, "")
        asked.append(sign)
        if sign == "user":
            self._say(f"Signing in to the console as {login.username}.")
        await self._process.say(login.username if sign == "user" else login.password.reveal())

    async def _not_begun(self, wait: _Wait, asked: list[str]) -> ConsoleProblem:
        text = hidden(wait.text, self._secrets)
        if wait.sign == "late":
            return ConsoleProblem(
                Trouble.NO_ANSWER,
                f"IdentityIQ's console was not ready after {self.deadline:g} seconds and was ended.{_last(text)} "
                "The usual cause is a database that does not answer. Nothing was changed.",
            )
        if wait.sign == "overflow":
            return ConsoleProblem(Trouble.GARBAGE, _too_much("while it started"))
        code = await self._process.code()
        if "password" in asked:
            return _login_refused("", _last(text))
        if code in (126, 127):
            return ConsoleProblem(
                Trouble.NOT_STARTABLE,
                f"IdentityIQ's console could not start its Java.{_last(text)} It uses the java in PATH: see which one that is "
                "with: command -v java",
            )
        problem = judge("console", text)
        return ConsoleProblem(
            Trouble.DIED, f"IdentityIQ's console ended before it was ready. {problem or _last(text).strip()}".strip()
        )

    async def ask(self, command: str, *, secret: Password | None = None) -> Answer:
        """Send one command and return its answer, judged by its output. Raises ConsoleProblem when there is none.

        ``secret`` stands after the command's word on standard input alone: it is in no answer, no progress and no exception.
        """
        refuse_control(command, "The command")
        line = f"{command} {secret.reveal()}" if secret else command
        if secret:
            refuse_control(line, "The command")
            self._secrets = (*self._secrets, secret)
        shown = f"{command} ••••" if secret else command
        self._say(f"Asking the console: {shown}")
        self._process.empty()
        self.ready = False
        await self._process.say(line)
        wait = await self._answered()
        output = _without_echo(wait.text, line, prompt=wait.sign == "prompt")
        if secret:
            output = hidden(output, (secret,), words=True)
        if wait.sign in ("prompt", "quiet"):
            self.ready = True
            answer = Answer(shown, output, hidden(judge(command, output), self._secrets))
            self.answers = (*self.answers, answer)
            return answer
        raise self._unanswered(wait.sign, shown, output)

    async def _answered(self) -> _Wait:
        if self._prompts:
            return await self._wait(None, login=False)
        wait = await self._wait(self._patience.answer)
        if wait.sign != "prompt":
            return wait
        # It prompts after all: it was only slow to start. Its first prompt came before the command, the answer stands after it.
        self._prompts = True
        prompts = list(_PROMPTS.finditer(wait.text))
        if len(prompts) > 1:
            return wait._replace(text=wait.text[prompts[0].end() :])
        self._process.empty()
        return await self._wait(None, login=False)

    def _unanswered(self, sign: str, shown: str, output: str) -> ConsoleProblem:
        reads = shown.partition(" ")[0] in _READS
        unknown = "It was only asked to read." if reads else "Whether the command had an effect is not known."
        match sign:
            case "late":
                trouble = Trouble.NO_ANSWER
                words = f"IdentityIQ's console gave no answer to '{shown}' within {self.deadline:g} seconds and was ended."
            case "overflow":
                trouble, words = Trouble.GARBAGE, _too_much(f"as the answer to '{shown}'")
            case "user" | "password":
                trouble = Trouble.LOGIN_REQUIRED
                words = f"IdentityIQ's console was slow to start, and asked for a sign-in only after '{shown}' was sent."
            case _:
                trouble = Trouble.DIED
                words = f"IdentityIQ's console ended in the middle of '{shown}'.{hidden(_last(output), self._secrets)}"
        answers = (*self.answers, Answer(shown, output[:LARGEST], f"{words} {unknown}"))
        return ConsoleProblem(trouble, f"{words} {unknown}", answers)

    async def quit(self) -> None:
        """Tell it to quit, because it does not end when its input ends. One that does not obey is ended by ``open_session``."""
        self._say("Ending the console.")
        await self._process.say("quit")
        loop = asyncio.get_running_loop()
        end = loop.time() + self._patience.quit
        while not self._process.ended and not self._process.overflowed and loop.time() < end:
            self._process.empty()
            await self._process.news(end - loop.time())

    async def _wait(self, quiet: float | None, *, login: bool = True) -> _Wait:
        """Read until a prompt stands still, or ``quiet`` seconds of silence after words, or the end, or the deadline."""
        loop = asyncio.get_running_loop()
        begun = spoken = told = loop.time()
        while True:
            now = loop.time()
            if self._process.overflowed:
                return _Wait("overflow", self._process.text())
            if sign := self._sign(login):
                if not await self._process.news(self._patience.settle) or self._process.ended:
                    return _Wait("ended" if self._process.ended and sign != "prompt" else sign, self._process.text())
                spoken = loop.time()
                continue
            if self._process.ended:
                return _Wait("ended", self._process.text())
            if now - begun >= self.deadline:
                return _Wait("late", self._process.text())
            if quiet is not None and self._process.size() and now - spoken >= quiet:
                return _Wait("quiet", self._process.text())
            if now - told >= self._patience.report:
                told = now
                self._say(f"Still waiting for the console ({now - begun:.0f} seconds).")
            until = min(
                begun + self.deadline,
                told + self._patience.report,
                now + 60 if quiet is None else max(spoken + quiet, now + 0.01),
            )
            if await self._process.news(until - now):
                spoken = loop.time()

    def _sign(self, login: bool) -> str:
        line = self._process.last_line()
        if _PROMPT.match(line):
            return "prompt"
        if login and _ASKS_PASSWORD.search(line):
            return "password"
        return "user" if login and _ASKS_USER.search(line) else ""


def _login_refused(username: str, said: str) -> ConsoleProblem:
    whom = f" for {username}" if username else ""
    return ConsoleProblem(
        Trouble.LOGIN_REFUSED,
        f"IdentityIQ's console refused the user name or password{whom}.{said} It was tried once. The sign-in must be a System "
        "Administrator of IdentityIQ, not of the mail server.",
    )


def _without_echo(text: str, line: str, *, prompt: bool) -> str:
    """Return an answer without the prompt after it, and without the command where the console repeats what it is told."""
    if prompt:
        text = text[: text.rfind("\n") + 1]
    first, _, rest = text.partition("\n")
    return rest if first.strip() == line.strip() else text


def _last(text: str) -> str:
    """Return the last thing it printed as a sentence of its own, with a blank before it."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and line.strip() != ">"]
    said = quotable(lines[-1]) if lines else ""
    return ended(f" The last thing it wrote: {said}") if said else ""


def _too_much(when: str) -> str:
    return f"IdentityIQ's console wrote more than {LARGEST // 1024 // 1024} MB {when} and was ended."
