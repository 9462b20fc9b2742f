"""How text may look where it goes: plain ASCII or not, colour or not, how wide. Must not know what is being said."""

import re
from typing import NamedTuple

# Control characters, and those that reorder a line (Unicode bidi): a server's words must not steer a terminal.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_ASCII = str.maketrans(
    {"•": "*", "…": "...", "–": "-", "—": "-", "·": "-", "→": "->", "‘": "'", "’": "'", "“": '"', "”": '"', "\u00a0": " "}
)
_COLOURS = {"ok": "32", "X": "1;31", "!": "33", "-": "2", "bold": "1"}


class Style(NamedTuple):
    """``ascii``: nothing beyond ASCII. ``colour``: escape codes may be used. ``width`` in columns.

    ``live``: the last line may be written again (a terminal, not a file).
    """

    ascii: bool = False
    colour: bool = False
    width: int = 80
    live: bool = False

    def plain(self, text: str) -> str:
        """Return text fit for one line: control characters as escapes, and other alphabets too where only ASCII can be shown."""
        return self.fit(safe(text))

    def fit(self, text: str) -> str:
        """Return text in the characters that can be shown; line breaks stay."""
        if not self.ascii:
            return text
        return text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")

    def sign(self, sign: str, width: int = 0) -> str:
        """Return a sign, padded to ``width``, in its colour where there is any; the sign alone says what the colour says."""
        padded = f"{sign:<{width}}"
        return f"\x1b[{_COLOURS[sign]}m{padded}\x1b[0m" if self.colour and sign in _COLOURS else padded

    def heading(self, text: str) -> str:
        """Return a heading, bold where there is colour."""
        return f"\x1b[{_COLOURS['bold']}m{text}\x1b[0m" if self.colour else text

    def wrapped(self, text: str, indent: str = "  ") -> list[str]:
        """Return text as lines within the width, each indented; long words are kept whole so that they can be copied."""
        lines = [line for paragraph in text.splitlines() for line in self._paragraph(paragraph, indent)]
        return lines or [indent.rstrip()]

    def signed(self, sign: str, text: str, indent: str = "") -> list[str]:
        """Return text as lines within the width, with a sign in its colour before the first."""
        first, *rest = self.wrapped(f"{sign} {text}", indent)
        return [first.replace(sign, self.sign(sign), 1), *rest]

    def _paragraph(self, text: str, indent: str) -> list[str]:
        from textwrap import wrap

        return wrap(
            self.plain(text),
            self.width,
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )


def safe(text: str) -> str:
    """Return text without control characters, each shown as an escape (``\\x1b``)."""
    return _UNSAFE.sub(lambda found: _escape(found[0]), text)


def safe_json(text: str) -> str:
    """Return JSON in which no character of a string steers a terminal or turns its writing; what it means stays the same."""
    return _UNSAFE.sub(lambda found: found[0] if found[0] == "\n" else f"\\u{ord(found[0]):04x}", text)


def _escape(char: str) -> str:
    number = ord(char)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
