"""An XML text as a tree with places, and objects cut out of it byte for byte. Fetches nothing, expands no entity of its own.

Must not know what is right or wrong in a merge file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.parsers import expat  # no handler fetches anything, and a declared entity ends the reading

_DEEPEST = 500  # elements inside each other; IdentityIQ's own files have a dozen


class NotXmlError(ValueError):
    """The text is not well-formed. Its text is the parser's own short word for it; ``line`` and ``column`` count from 1."""

    def __init__(self, why: str, line: int, column: int) -> None:
        super().__init__(why)
        self.line = line
        self.column = column


@dataclass(slots=True)
class Node:
    """One element; ``text`` is what stands directly in it. ``line`` and ``column`` count from 1, ``at`` from byte 0."""

    tag: str
    attributes: dict[str, str]
    line: int
    column: int
    at: int
    children: list[Node] = field(default_factory=list)
    text: str = ""
    end: int = 0

    def all(self, tag: str) -> Iterator[Node]:
        """Return the elements of that tag below this one, itself included, in their order."""
        if self.tag == tag:
            yield self
        for child in self.children:
            yield from child.all(tag)


class Doctype(NamedTuple):
    """The document type as it stands. ``inner`` says that it declares something itself."""

    name: str
    public: str
    system: str
    inner: bool
    line: int
    column: int


class Scanned(NamedTuple):
    """What a text holds. ``encoding`` is what its declaration says, empty where it says nothing."""

    root: Node
    doctype: Doctype | None
    encoding: str


def scan(text: str) -> Scanned:
    """Return the tree of an XML text. Raises NotXmlError."""
    return _Scanner(text.encode("utf-8", "surrogatepass")).run()


def cut(text: str, tag: str, name: str) -> str | None:
    """Return the first element of that tag and name exactly as it stands in the text; None where there is none.

    Raises NotXmlError.
    """
    data = text.encode("utf-8", "surrogatepass")
    root = _Scanner(data).run().root
    found = next((node for node in root.all(tag) if node.attributes.get("name") == name), None)
    return data[found.at : found.end].decode() if found else None


class _Scanner:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.open: list[Node] = []
        self.root: Node | None = None
        self.doctype: Doctype | None = None
        self.encoding = ""
        self.just_opened = False  # nothing came since the last start tag
        parser = expat.ParserCreate("UTF-8")
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._entity
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.CommentHandler = self._other
        parser.ProcessingInstructionHandler = self._other
        self.parser = parser

    def run(self) -> Scanned:
        try:
            self.parser.Parse(self.data, True)
        except expat.ExpatError as problem:
            raise NotXmlError(expat.ErrorString(problem.code), problem.lineno, problem.offset + 1) from None
        assert self.root is not None
        return Scanned(self.root, self.doctype, self.encoding)

    def _place(self) -> tuple[int, int]:
        return self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        self.encoding = encoding or ""

    def _doctype(self, name: str, system: str | None, public: str | None, inner: int) -> None:
        self.doctype = Doctype(name, public or "", system or "", bool(inner), *self._place())

    def _entity(self, *declared: object) -> None:
        raise NotXmlError("it declares an entity", *self._place())

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self.open) >= _DEEPEST:
            raise NotXmlError("too many elements inside each other", *self._place())
        node = Node(tag, attributes, *self._place(), self.parser.CurrentByteIndex)
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)
        self.just_opened = True

    def _end(self, tag: str) -> None:
        at = self.parser.CurrentByteIndex
        # Of <a/> the end is reported behind its tag, of <a></a> before the closing one; only the first has "/>" right before.
        closed_itself = self.just_opened and self.data[at - 2 : at] == b"/>"
        self.open.pop().end = at if closed_itself else self.data.index(b">", at) + 1
        self.just_opened = False

    def _text(self, text: str) -> None:
        self.just_opened = False
        if self.open:
            self.open[-1].text += text

    def _other(self, *_: str) -> None:
        self.just_opened = False
