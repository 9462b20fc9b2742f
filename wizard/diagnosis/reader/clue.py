"""The forms of what a recogniser finds in a text: a clue, and a sign that gives one. Must not know any words."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from wizard.diagnosis.when import Words
from wizard.smtp.observation import Kind, Stage

PRECISE = 1  # names a cause by itself
VAGUE = 3  # how libraries wrap a cause, or an ending that many causes have
WRAPPER = 5  # says only that something went wrong


class Clue(NamedTuple):
    """Something in the text that stands for one way a stage of a session ends.

    ``stage`` is None where only the surroundings tell; ``start`` and ``end`` are places in the text.
    """

    kind: Kind
    stage: Stage | None
    start: int
    end: int
    rank: int = PRECISE
    verify_code: int | None = None
    tls_reason: str = ""


class Sign(NamedTuple):
    """A family of words, names or numbers of a program, and what they stand for."""

    words: Words
    kind: Kind
    stage: Stage | None = None
    rank: int = PRECISE
    verify_code: int | None = None
    tls_reason: str = ""

    def clue(self, start: int, end: int) -> Clue:
        """Return this sign as found at a place."""
        return Clue(self.kind, self.stage, start, end, self.rank, self.verify_code, self.tls_reason)


_WORD = re.compile(r"\S+")
_LONGER_IN_LOWER = str.maketrans({"\u0130": "I"})  # the one letter whose lower case is longer than itself


class Flat:
    """A text in lower case with its white space collapsed, which still knows where everything stood."""

    def __init__(self, text: str) -> None:
        self._starts: list[int] = []
        self._places: list[int] = []
        words: list[str] = []
        length = 0
        for found in _WORD.finditer(text):
            self._starts.append(length)
            self._places.append(found.start())
            words.append(found[0])
            length += len(found[0]) + 1
        self.text = " ".join(words).translate(_LONGER_IN_LOWER).lower()

    def place(self, position: int) -> int:
        """Return where in the original text a position of the flat one stands."""
        index = bisect_right(self._starts, position) - 1
        return self._places[index] + position - self._starts[index] if index >= 0 else 0
