"""XML of any size, read piece by piece: the objects that are wanted, one at a time. Must not know what they mean.

Safe for hostile files: no entity is ever expanded or fetched (XML 1.0, 4.4), the DTD named in a DOCTYPE is never opened, and
depth, text and single tags are bounded, so that memory is too.
"""

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from typing import BinaryIO
from xml.parsers import expat

from wizard.identityiq.reading.element import Element, XmlProblem
from wizard.identityiq.reading.encoding import expat_encoding
from wizard.identityiq.reading.trouble import MORE_FOLLOWS, sentence_of

CHUNK = 64 * 1024  # bytes fed at once
HEAD = 1024  # bytes in which a file says its encoding
DEEPEST = 500  # levels; IdentityIQ's own objects have some twenty
LONGEST_TAG = 16 * 1024 * 1024  # bytes of one tag or comment, which the parser has to hold whole
LARGEST_OBJECT = 16 * 1024 * 1024  # characters of one wanted object
MOST_ELEMENTS = 200_000  # in one wanted object
_TAG = re.compile(rb"""<(?:"[^"]*"|'[^']*'|[^>"'])*+>""")
_UNKNOWN_ENTITY = re.compile(rb"&(?!(?:lt|gt|amp|quot|apos);|#)([^;<]{0,40})")
CONTAINERS = ("sailpoint", "ImportAction")

Only = Callable[[str, dict[str, str]], bool]


class RootClosed(Exception):  # noqa: N818 - no error: the way out of a parser in whose text more follows
    """The outermost element ended; ``end`` is the byte at which its end tag begins."""

    def __init__(self, end: int) -> None:
        self.end = end


class XmlReader:
    """A parser with what it found so far. ``counts`` holds how many objects of each class stood at the top.

    ``wanted`` are names of elements to build; ``only`` may refuse one by name and attributes; those named in ``bare`` are
    built without their text. ``stop`` raises RootClosed at the end of the outermost element, for text in which more follows.
    """

    def __init__(
        self,
        wanted: Collection[str],
        name: str,
        *,
        encoding: str | None = None,
        only: Only | None = None,
        bare: Collection[str] = (),
        stop: bool = False,
    ) -> None:
        self.counts: dict[str, int] = {}
        self._wanted = frozenset(wanted)
        self._name = name
        self._only = only
        self._bare = frozenset(bare)
        self._stop = stop
        self._ready: list[Element] = []
        self._fed = 0
        self._dtd = False
        self._finished = False  # the outermost element has ended
        self._containers: list[tuple[str, bool]] = []  # open ones, and whether each merges
        self._open: list[Element] = []  # the wanted object being built
        self._texts: list[list[str]] = []  # its text, one list for each open element
        self._room = 0  # characters left for it
        self._elements = 0
        self._with_text = True
        self._skipped = 0  # levels below the containers in an object nobody wants
        self._everywhere = False  # below a root that is no container of IdentityIQ's: look at every depth
        self._object = ("", 0)  # class and line of the object at the top that is being read
        self._parser = self._made(encoding)

    def _made(self, encoding: str | None) -> expat.XMLParserType:
        parser = expat.ParserCreate(encoding)
        parser.buffer_text = True
        parser.specified_attributes = True  # a DTD inside the file cannot add any
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._entity
        parser.SkippedEntityHandler = self._unknown_entity
        parser.StartElementHandler = self._search_start
        parser.EndElementHandler = self._search_end
        return parser

    def feed(self, data: bytes, *, final: bool = False) -> list[Element]:
        """Read on and return the objects that became complete. Raises XmlProblem, and RootClosed when asked to stop."""
        self._fed += len(data)
        try:
            self._parser.Parse(data, final)
        except expat.ExpatError as problem:
            raise self._trouble(problem, data) from None
        except (LookupError, ValueError) as problem:
            if isinstance(problem, XmlProblem):
                raise
            raise self._problem("it is written in an encoding that is not read here. Save it as UTF-8") from None
        if self._fed - max(self._parser.CurrentByteIndex, 0) > LONGEST_TAG:
            raise self._problem("one tag or comment here is longer than 16 MB: that is no export of IdentityIQ's")
        return self.ready()

    def ready(self) -> list[Element]:
        """Return the objects that became complete since they were last asked for."""
        ready, self._ready = self._ready, []
        return ready

    # --- among the objects --------------------------------------------------------------------------------------------

    def _search_start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in CONTAINERS:
            merges = tag == "ImportAction" and attributes.get("name") == "merge"
            self._enter(tag, merges=merges or self._merging)
            return
        if not self._everywhere:
            self.counts[tag] = self.counts.get(tag, 0) + 1
            self._object = (tag, self._parser.CurrentLineNumber)
        if tag in self._wanted and (self._only is None or self._only(tag, attributes)):
            self._begin(tag, attributes)
        elif tag in self._wanted or (self._containers and not self._everywhere):
            self._skip()
        else:  # a root of another name, or below one: a page or a wrapper of somebody's own
            self._enter("", merges=self._merging)

    def _enter(self, tag: str, *, merges: bool) -> None:
        self._containers.append((tag, merges))
        self._everywhere = not tag
        self._bound_depth(len(self._containers))

    @property
    def _merging(self) -> bool:
        return bool(self._containers) and self._containers[-1][1]

    def _search_end(self, _tag: str) -> None:
        self._containers.pop()
        self._everywhere = bool(self._containers) and self._containers[-1][0] == ""
        self._object = ("", 0)
        self._closed()

    def _closed(self) -> None:
        self._finished = not self._containers
        if self._stop and self._finished:
            raise RootClosed(self._parser.CurrentByteIndex)

    # --- an object nobody wants -----------------------------------------------------------------------------------------

    def _skip(self) -> None:
        self._skipped = 1
        self._parser.StartElementHandler = self._skip_start
        self._parser.EndElementHandler = self._skip_end

    def _skip_start(self, _tag: str, _attributes: dict[str, str]) -> None:
        self._skipped += 1
        if self._skipped > DEEPEST:
            self._bound_depth(self._skipped)

    def _skip_end(self, _tag: str) -> None:
        self._skipped -= 1
        if not self._skipped:
            self._search()

    def _search(self) -> None:
        self._parser.StartElementHandler = self._search_start
        self._parser.EndElementHandler = self._search_end
        self._parser.CharacterDataHandler = None
        self._closed()

    # --- an object that is wanted -----------------------------------------------------------------------------------------

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        self._room, self._elements = LARGEST_OBJECT, 0
        self._with_text = tag not in self._bare
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text if self._with_text else None
        self._start(tag, attributes)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        line, column = self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1
        element = Element(tag, attributes, line, column, merged=self._merging)
        if attributes and self._with_text and self._dtd:
            self._refuse_unknown_entities()
        self._elements += 1
        self._take(sum(map(len, attributes.values())))
        self._bound_depth(len(self._open))
        if self._open:
            self._open[-1].children.append(element)
        self._open.append(element)
        self._texts.append([])

    def _text(self, text: str) -> None:
        self._take(len(text))
        self._texts[-1].append(text)

    def _end(self, _tag: str) -> None:
        element = self._open.pop()
        element.text = "".join(self._texts.pop())
        if not self._open:
            self._ready.append(element)
            self._search()

    def _take(self, characters: int) -> None:
        self._room -= characters
        if self._room < 0 or self._elements > MOST_ELEMENTS:
            raise self._problem(f"the {self._open[0].tag} object here is larger than any of IdentityIQ's own. Check the file")

    # --- what is refused ----------------------------------------------------------------------------------------------------

    def _doctype(self, *_: object) -> None:
        self._dtd = True

    def _refuse_unknown_entities(self) -> None:
        """With a DTD it has not read, the parser drops an unknown entity inside an attribute without a word (XML 1.0, 4.1)."""
        tag = _TAG.match(self._parser.GetInputContext() or b"")
        unknown = _UNKNOWN_ENTITY.search(tag[0]) if tag and b"&" in tag[0] else None
        if unknown:
            self._unknown_entity(unknown[1].decode("utf-8", "replace"), False)

    def _entity(self, name: str, *_: object) -> None:
        raise self._problem(
            f"it declares the entity '{name[:40]}', which IdentityIQ's own files never do and which can be used to attack the "
            "reader. Take the declaration out, or export the object again"
        )

    def _unknown_entity(self, name: str, _parameter: bool) -> None:
        raise self._problem(f"&{name[:40]}; stands for something this file does not say. Write the character itself instead")

    def _bound_depth(self, depth: int) -> None:
        if depth > DEEPEST:
            raise self._problem(f"more than {DEEPEST} elements lie inside each other here: that is no object of IdentityIQ's")

    def _problem(self, sentence: str) -> XmlProblem:
        return XmlProblem(self._name, sentence, self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1)

    def _trouble(self, problem: expat.ExpatError, data: bytes) -> XmlProblem:
        at = self._parser.ErrorByteIndex - (self._fed - len(data))
        seen = data[at : at + 4] if 0 <= at < len(data) else b""
        back = 0 < at < len(data) and data[at - 1 : at] == b"&" and seen[:1] != b"#"  # the parser points behind a lone &
        within = self._open[-1].tag if self._open else self._object[0] or (self._containers or [("", False)])[-1][0]
        outside = not (self._containers or self._open or self._skipped)
        return XmlProblem(
            self._name,
            MORE_FOLLOWS if self._finished else sentence_of(problem.code, b"&" if back else seen, within),
            problem.lineno,
            problem.offset + (0 if back else 1),
            outside=outside,
        )


def stream(
    source: BinaryIO, wanted: Collection[str], name: str, *, only: Only | None = None, bare: Collection[str] = ()
) -> Iterator[Element]:
    """Return the topmost elements of the wanted names, built one at a time; nothing is kept of one that was handed out.

    ``source`` is read in pieces of 64 kB; ``name`` is for sentences. Raises XmlProblem, after what came before the damage.
    """
    head = source.read(HEAD)
    reader = XmlReader(wanted, name, encoding=expat_encoding(head, name), only=only, bare=bare)
    yield from read_with(reader, source, head)


def read_with(reader: XmlReader, source: BinaryIO, head: bytes = b"") -> Iterator[Element]:
    """Feed a reader from ``head`` and then the source to its end, and return what becomes complete. Raises XmlProblem."""
    with suppress(RootClosed):
        piece = head or source.read(CHUNK)
        while piece:
            try:
                found = reader.feed(piece)
            except XmlProblem:
                yield from reader.ready()
                raise
            yield from found
            piece = source.read(CHUNK)
        yield from reader.feed(b"", final=True)
