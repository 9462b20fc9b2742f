"""A server's reply, split once into code, enhanced code and words. Must not know what a code means."""

import re
from typing import NamedTuple

_REPLY_LINE = re.compile(rb"^(?P<code>[2-5]\d\d)(?P<sep>[ -]|$)(?P<text>.*)$", re.DOTALL)
_ENHANCED = re.compile(r"^(?P<code>[245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")


class Reply(NamedTuple):
    """A server's reply, split once: code (RFC 5321 4.2), enhanced status code (RFC 3463, ``5.7.8``) or None, text lines.

    In a reply of several lines the last counts, should they differ: ``code`` is its code, ``enhanced`` the last one that came
    with that code; ``lines`` keep the server's words without codes.
    """

    code: int
    enhanced: str | None
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The words on one line."""
        return " ".join(line for line in self.lines if line)

    @property
    def positive(self) -> bool:
        """2xx or 3xx."""
        return self.code < 400

    @property
    def temporary(self) -> bool:
        """4xx: the server asks to come back later."""
        return 400 <= self.code < 500

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.code), self.enhanced, self.text) if part)

    @classmethod
    def from_lines(cls, raw: list[bytes]) -> "Reply | None":
        """Split the raw lines of one reply (without line ends). None when any of them is no reply line."""
        code = 0
        enhanced = None
        words: list[str] = []
        for line in raw:
            found = _REPLY_LINE.match(line)
            if not found:
                return None
            if int(found["code"]) != code:
                code, enhanced = int(found["code"]), None
            text = found["text"].decode("utf-8", "backslashreplace")
            status = _ENHANCED.match(text)
            if status:
                enhanced = status["code"]
                text = text[status.end() :]
            words.append(text.strip())
        return cls(code, enhanced, tuple(words))
