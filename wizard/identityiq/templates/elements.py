"""Kinds of elements that Velocity 1.7 has and airspeed has not, as airspeed's parser takes them. Must not know evaluation."""

import re
from typing import Any

import airspeed

WHOLE = "text"  # the name of what the user wrote
INNER = "string"  # ... and of a string literal within it


class Place(str):
    """The name of a text, with ``base``: how many characters stand before it in the text the user wrote."""

    base: int = 0

    @classmethod
    def inside(cls, outer: str, start: int) -> "Place":
        """Return the place of a string literal's content, which begins behind its quotation mark."""
        made = cls(INNER)
        made.base = getattr(outer, "base", 0) + start + 1
        return made


IDENTIFIER = r"[a-z][a-z0-9_-]*"  # a hyphen belongs to the name: $user-id is one reference
IGNORE = re.IGNORECASE
EVALUATED = r"\$!?\{?[a-z]|#(?:if|set|foreach|end|else|elseif|macro|stop|break|define)\b"
LINE_END = r"(?:[ \t]*\r?\n)?"


def directive(name: str, rest: str = "") -> re.Pattern[str]:
    """Return the pattern of ``#name`` and ``#{name}``, in small letters only."""
    return re.compile(rf"#(?:{name}\b|\{{{name}\}}){rest}")


class Escape(airspeed._Element):  # type: ignore[misc]  # airspeed has no types
    r"""``\$name`` and ``\#if``: backslashes count only before what would be evaluated."""

    BEFORE = re.compile(rf"(\\+)(?={EVALUATED})", IGNORE)

    def parse(self) -> None:
        """Take the backslashes, and the reference or the sign that an odd number of them keeps."""
        (found,) = self.identity_match(self.BEFORE)
        self.slashes = len(found)
        self.reference: Any = None
        self.sign = ""
        if self.next_text().startswith("$"):
            self.reference = self.next_element(airspeed.FormalReference)
        elif self.slashes % 2:
            (self.sign,) = self.identity_match(re.compile(r"(#\w+)"))


class Literal(airspeed._Element):  # type: ignore[misc]
    """``#[[ text ]]#`` is left as it is (since Velocity 1.7)."""

    ALL = re.compile(r"#\[\[(.*?)\]\]#", re.S)

    def parse(self) -> None:
        """Take the text between the brackets."""
        (self.text,) = self.identity_match(self.ALL)

    def evaluate_raw(self, stream: Any, _namespace: Any, _loader: Any) -> None:
        """Write it."""
        stream.write(self.text)


class Swallowed(airspeed._Element):  # type: ignore[misc]
    """A ``$`` right before a directive: Velocity 1.7 takes it away."""

    ALL = re.compile(r"\$(?=#(?:(?:if|set|foreach|macro|end|else|elseif)\b))")

    def parse(self) -> None:
        """Take the sign."""
        self.identity_match(self.ALL)


class Hashes(airspeed._Element):  # type: ignore[misc]
    """``##`` right behind ``$name.field`` is text in Velocity 1.7, not a comment."""

    ALL = re.compile(r"##")
    BEHIND = re.compile(rf"\$!?{IDENTIFIER}(?:\.{IDENTIFIER})+", IGNORE)

    def parse(self) -> None:
        """Take both signs."""
        self.identity_match(self.ALL)

    def evaluate_raw(self, stream: Any, _namespace: Any, _loader: Any) -> None:
        """Write them."""
        stream.write("##")


class BreakDirective(airspeed._Element):  # type: ignore[misc]
    """``#break`` ends the innermost #foreach."""

    START = directive("break")

    def parse(self) -> None:
        """Take the word."""
        self.identity_match(self.START)


class Places(airspeed._Element):  # type: ignore[misc]
    """What #set changes: a name, a field, a key or an element. ``${name}`` is read and changes nothing, as in Velocity."""

    NAME = re.compile(rf"\s*\$(!?\{{?)({IDENTIFIER})", IGNORE)
    FIELD = re.compile(rf"\.({IDENTIFIER})", IGNORE)
    CLOSE = re.compile(r"\}")

    def parse(self) -> None:
        """Take the path."""
        formal, self.name = self.identity_match(self.NAME)
        self.formal = bool(formal)
        self.steps: list[Any] = []
        while True:
            field = self.next_match(self.FIELD)
            if field:
                self.steps.append(field[0])
                continue
            try:
                self.steps.append(self.next_element(airspeed.ArrayIndex))
            except airspeed.NoMatch:
                break
        self.optional_match(self.CLOSE)
