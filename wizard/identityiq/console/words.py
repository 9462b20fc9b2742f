"""What the console gave or did not give, and what may be said to it. Runs nothing."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from wizard.profile import Password

# Printable ASCII that is expected to mean nothing to the console: blanks split words, > sends output to a file, quotes and
# backslashes group.
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%()*+,-./:=?@[]^_{}~")
LONGEST = 300  # characters of a line that are quoted
_TAG = re.compile(r"</?[A-Za-z?!]")
_ENCRYPTED = re.compile(r"\b\d+:[\w+/]*:?[\w+/]{6,}=*")
_UNSURE = frozenset("\"'\\>")


class Trouble(StrEnum):
    """Why a session with the console gave no answer."""

    MISSING = "missing"  # there is no launcher
    NOT_STARTABLE = "not-startable"  # the launcher or its Java does not run
    LOGIN_REQUIRED = "login-required"
    LOGIN_REFUSED = "login-refused"
    NO_ANSWER = "no-answer"  # the deadline passed
    DIED = "died"  # it ended in the middle
    GARBAGE = "garbage"  # what it wrote cannot be understood
    NOT_SAYABLE = "not-sayable"  # a command or secret that must not be sent as it is; nothing was started


class Answer(NamedTuple):
    """What the console printed for a command; ``problem`` is a sentence, empty where the command is expected to have worked.

    ``command`` and ``problem`` hold no secret. ``output`` may: settings hold IdentityIQ's own passwords, encrypted or not, and so
    it is not shown with the answer.
    """

    command: str
    output: str
    problem: str = ""

    def __repr__(self) -> str:
        return f"Answer({self.command!r}, {len(self.output)} characters, {self.problem!r})"


class ConsoleLogin(NamedTuple):
    """An IdentityIQ administrator, for a console that asks for one."""

    username: str
    password: Password


class ConsoleProblem(Exception):  # noqa: N818 - it carries what was answered before
    """The session gave less than was asked for. The text is a sentence for the person.

    ``answers`` are those that came before, the last one unfinished where ``trouble`` is ``no-answer``, ``died`` or ``garbage`` in
    the middle of a command: then its ``problem`` says so, and whether the command had an effect is not known.
    """

    def __init__(self, trouble: Trouble, words: str, answers: tuple[Answer, ...] = ()) -> None:
        super().__init__(words)
        self.trouble = trouble
        self.answers = answers


def command(*words: object) -> str:
    """Return a console command, with quotes around the words that hold blanks. Raises ConsoleProblem (``not-sayable``)."""
    return " ".join(_word(str(word)) for word in words)


def _word(word: str) -> str:
    if not _UNSURE.isdisjoint(word):
        raise ConsoleProblem(
            Trouble.NOT_SAYABLE,
            f"{word} holds a quotation mark, a backslash or a >, and how IdentityIQ's console reads those inside a name is not "
            "known. Use a name without them.",
        )
    return f'"{word}"' if " " in word or not word else word


def refuse_control(text: str, what: str) -> None:
    """Raise ConsoleProblem (``not-sayable``) where a text would end a line or steer the console. ``what`` begins the sentence."""
    if any(ord(sign) < 32 or 127 <= ord(sign) < 160 or sign in "\u2028\u2029" for sign in text):
        raise ConsoleProblem(
            Trouble.NOT_SAYABLE,
            f"{what} holds a line break or another control character, and the console would take it for a command of its own. "
            "Nothing was sent.",
        )


def encryptable(password: Password) -> None:
    """Raise ConsoleProblem (``not-sayable``) for a password that the console might not take for one plain word."""
    secret = password.reveal()
    if not secret:
        raise ConsoleProblem(Trouble.NOT_SAYABLE, "There is no password to encrypt.")
    refuse_control(secret, "The password")
    if secret[0] in "-#?" or not _PLAIN.issuperset(secret):
        raise ConsoleProblem(
            Trouble.NOT_SAYABLE,
            "The password holds a character that IdentityIQ's console may read as something else (a blank, a quotation mark, a "
            "backslash, < > | & ;, a letter outside ASCII, or - # ? in front). It was not sent. Type it on IdentityIQ's own "
            "screen, which encrypts it as well.",
        )


def quotable(line: str) -> str:
    """Return what of a line may be quoted to the person: no XML, which may hold a password, and no encrypted text."""
    text = " ".join(_ENCRYPTED.sub("••••", _TAG.split(line, maxsplit=1)[0]).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def ended(sentence: str) -> str:
    """Return a sentence that ends in a quotation with a full stop, where it has no sign at its end yet."""
    return sentence if sentence.endswith((".", "!", "?", "…", ":", ";", ",")) else f"{sentence}."


def hidden(text: str, secrets: tuple[Password, ...], *, words: bool = False) -> str:
    """Return a text with the secrets as dots, should the console repeat what it was told.

    With ``words`` only where they stand alone: a short password may well be part of an answer's data, which must stay as it is.
    """
    for secret in secrets:
        if secret:
            pattern = re.escape(secret.reveal())
            text = re.sub(rf"(?<!\S){pattern}(?!\S)" if words else pattern, "••••", text)
    return text
