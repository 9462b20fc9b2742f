"""One element of IdentityIQ's XML as it was read, and the sentence for XML that cannot be read. Must not know parsers."""

from collections.abc import Iterator


class XmlProblem(ValueError):  # noqa: N818 - a word of the interface
    """What was given cannot be read: the text is the user's sentence, with line and column where they are known.

    ``line`` and ``column`` count from 1; 0 where the trouble has no place. ``outside`` says that it lies before or after the
    outermost element: what stands there may be something else than XML.
    """

    def __init__(self, name: str, sentence: str, line: int = 0, column: int = 0, *, outside: bool = False) -> None:
        place = f", line {line}, column {column}" if line else ""
        super().__init__(f"{name}{place}: {sentence}")
        self.name = name
        self.sentence = sentence
        self.line = line
        self.column = column
        self.outside = outside


class Element:
    """An element with everything below it. ``text`` is its own text, without that of its children; lines count from 1.

    ``merged`` says that it stood inside an ImportAction merge. It may hold a password, so it shows its name and place only.
    """

    __slots__ = ("attributes", "children", "column", "line", "merged", "tag", "text")

    def __init__(
        self, tag: str, attributes: dict[str, str] | None = None, line: int = 0, column: int = 0, *, merged: bool = False
    ) -> None:
        self.tag = tag
        self.attributes: dict[str, str] = attributes if attributes is not None else {}
        self.children: list[Element] = []
        self.text = ""
        self.line = line
        self.column = column
        self.merged = merged

    def __repr__(self) -> str:
        return f"<{self.tag}> in line {self.line}"

    def find(self, tag: str) -> "Element | None":
        """Return the first child of this name, None where there is none."""
        return next((child for child in self.children if child.tag == tag), None)

    def walk(self) -> "Iterator[Element]":
        """Return this element and all below it, in the order of the file."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting.extend(reversed(element.children))
