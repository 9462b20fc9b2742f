"""XML with other text around it: a console's prompts, the Debug page as it was copied. Finds the objects in it.

Works on text in memory. Must not know what the objects mean.
"""

import html
import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from wizard.identityiq.reading.element import Element, XmlProblem
from wizard.identityiq.reading.stream import CHUNK, Only, RootClosed, XmlReader

LONGEST = 32 * 1024 * 1024  # characters of pasted or console text; an export of that size is read as a file
MOST_ATTEMPTS = 50  # beginnings that turned out to be none, in one text
_TASTE = 2000  # characters in which an editor's numbers show
_ROOTS = "sailpoint|ImportAction|Configuration|RequestDefinition|EmailTemplate|Request"
_FRAGMENTS = "Attributes|Map|entry"
_BEGINS = re.compile(rf"<!--|<(?:{_ROOTS})(?=[\s/>])".encode())
_FRAGMENT_BEGINS = re.compile(rf"<!--|<(?:{_FRAGMENTS})(?=[\s/>])".encode())
_ESCAPED = re.compile(rf"&lt;(?:{_ROOTS}|{_FRAGMENTS})\b")
_RAW = re.compile(rf"<(?:{_ROOTS}|{_FRAGMENTS})\b")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-Z\\-_]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_INDENT = re.compile(r"^[ \t]*\u00a0[\u00a0 \t]*", re.MULTILINE)  # as a page shows it
_NUMBERED = re.compile(r"\s*(\d{1,6})\b[.:|]?[ \t]?")


def looks_like_objects(text: str) -> bool:
    """Return whether a text holds the beginning of one of IdentityIQ's objects, escaped or not."""
    return bool(_RAW.search(text) or _ESCAPED.search(text))


def cleaned(text: str) -> str:
    """Return the text without colours, control characters, HTML escapes and an editor's line numbers; lines stay lines."""
    text = _CONTROL.sub(" ", _ANSI.sub("", text))
    text = _INDENT.sub(lambda found: " " * len(found[0]), text)
    if not _RAW.search(text) and _ESCAPED.search(text):
        text = html.unescape(text)
    return _without_line_numbers(text)


def _without_line_numbers(text: str) -> str:
    """Take away the numbers a page or editor puts before its lines: 1, 2, 3 ..., each before text or on a line of its own."""
    if not _NUMBERED.search(text[:_TASTE]):
        return text
    lines = text.splitlines(keepends=True)
    found = [_NUMBERED.match(line) for line in lines]
    numbers = [int(one[1]) for one in found if one]
    in_order = sum(after == before + 1 for before, after in pairwise(numbers))
    if len(numbers) < 3 or in_order < len(numbers) - 2 or len(numbers) * 3 < sum(bool(line.strip()) for line in lines):
        return text
    return "".join(line[one.end() :] if one else line for line, one in zip(lines, found, strict=True))


def objects(
    text: str,
    wanted: tuple[str, ...],
    name: str,
    *,
    only: Only | None = None,
    bare: tuple[str, ...] = (),
    count: Callable[[str, int], None] = lambda _tag, _number: None,
) -> Iterator[Element]:
    """Return the wanted elements of every object in a text, and ``count`` the objects of each class.

    A text that holds but a part of an object (``Map`` or ``entry`` elements) gives it as it stands. Raises XmlProblem when an
    object in it is damaged.
    """
    if "<!ENTITY" in text:
        line = text.count("\n", 0, text.index("<!ENTITY")) + 1
        raise XmlProblem(name, "it declares an entity, which IdentityIQ's own files never do. Export the object again", line, 1)
    data = cleaned(text).encode("utf-8", "replace")
    reads = _Reads(data, _BEGINS, wanted, name, only, bare, count)
    yield from reads.elements()
    if not reads.closed and not reads.problems:
        reads = _Reads(data, _FRAGMENT_BEGINS, (*wanted, "Attributes", "Map", "entry"), name, only, bare, count)
        yield from reads.elements()
    if reads.problems and not reads.closed:
        raise reads.problems[0]


class _Reads:
    """One pass over the text: at each beginning, read until that element ends, and go on behind it."""

    def __init__(
        self,
        data: bytes,
        begins: re.Pattern[bytes],
        wanted: tuple[str, ...],
        name: str,
        only: Only | None,
        bare: tuple[str, ...],
        count: Callable[[str, int], None],
    ) -> None:
        self._data, self._begins, self._wanted, self._name = data, begins, wanted, name
        self._only, self._bare, self._count = only, bare, count
        self._place = _Place(data)
        self._comments = True  # there may be an end of a comment ahead
        self.closed = 0  # objects that were read to their end
        self.problems: list[XmlProblem] = []  # with what looked like a beginning and was none

    def elements(self) -> Iterator[Element]:
        at = 0
        while (found := self._begins.search(self._data, at)) and len(self.problems) < MOST_ATTEMPTS:
            if found[0] == b"<!--":
                at = self._behind_comment(found.end())
                continue
            elements, at = self._read(found.start())
            yield from elements

    def _behind_comment(self, start: int) -> int:
        end = self._data.find(b"-->", start) if self._comments else -1
        self._comments = end >= 0
        return end + 3 if end >= 0 else start

    def _read(self, start: int) -> tuple[list[Element], int]:
        """Return what stands at one place, and where to go on: behind it, or behind its first character where it is none."""
        reader = XmlReader(self._wanted, self._name, encoding="UTF-8", only=self._only, bare=self._bare, stop=True)
        lines, column = self._place.of(start)
        ready: list[Element] = []
        try:
            for piece in _pieces(self._data, start):
                ready += reader.feed(piece)
            reader.feed(b"", final=True)
        except RootClosed as closed:
            self.closed += 1
            for tag, number in reader.counts.items():
                self._count(tag, number)
            return [_moved(element, lines, column) for element in (*ready, *reader.ready())], start + max(closed.end, 1)
        except XmlProblem as problem:
            told = _placed(problem, lines, column)
            if not problem.outside:
                raise told from None
            self.problems.append(told)
        return [], start + 1


def _pieces(data: bytes, start: int) -> Iterator[bytes]:
    """Cut small first: most objects are, and there may be very many of them."""
    size = 4096
    while start < len(data):
        yield data[start : start + size]
        start, size = start + size, min(size * 2, CHUNK)


class _Place:
    """Counts lines and columns up to a place, going forward only: text is looked at once, however much is found in it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = self._lines = self._column = 0

    def of(self, place: int) -> tuple[int, int]:
        """Return the lines before the one of a place, and the characters before it on its line."""
        passed = self._data[self._at : place]
        breaks = passed.count(b"\n")
        tail = len(passed[passed.rfind(b"\n") + 1 :].decode("utf-8", "replace"))
        self._at, self._lines = place, self._lines + breaks
        self._column = tail if breaks else self._column + tail
        return self._lines, self._column


def _moved(element: Element, lines: int, column: int) -> Element:
    for one in element.walk():
        one.column += column if one.line == 1 else 0
        one.line += lines
    return element


def _placed(problem: XmlProblem, lines: int, column: int) -> XmlProblem:
    if not problem.line:
        return problem
    return XmlProblem(problem.name, problem.sentence, problem.line + lines, problem.column + (column if problem.line == 1 else 0))
