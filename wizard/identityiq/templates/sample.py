"""What stands in for IdentityIQ's objects while a template is rendered: plain values without any way into Python.

Must not know Velocity's syntax. A template sees what ``field`` and the tables of ways.py hand out, and nothing else.
"""

import re
from datetime import datetime, timedelta

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_LETTERS = re.compile(r"'([^']*)'|y+|M+|d+|E+|H+|h+|m+|s+|a+|z+|Z+")


class Sample:
    """An object of which some fields are known; any other field is answered by a sample that says its own name."""

    __slots__ = ("fields", "label", "text")

    def __init__(self, label: str, text: str = "", fields: "dict[str, object] | None" = None) -> None:
        self.label = label
        self.text = text or f"[{label}]"
        self.fields = fields or {}

    def field(self, name: str) -> object:
        """Return a field, known or made up."""
        return self.fields[name] if name in self.fields else made_up(f"{self.label}.{name}", name)

    def items(self) -> list[object]:
        """Return what a #foreach over it goes through, where a list was expected: two of it."""
        return [Sample(f"{self.label} {number}") for number in (1, 2)]


class Tools(Sample):
    """The helper IdentityIQ gives every template as ``$spTools``; ``root`` is the address of its pages."""

    __slots__ = ("root",)

    def __init__(self, root: str) -> None:
        super().__init__("spTools")
        self.root = root


class Moment:
    """A date and time, as Java's Date shows it and as a pattern asks for it."""

    __slots__ = ("when",)

    def __init__(self, when: datetime) -> None:
        self.when = when

    def __str__(self) -> str:
        return self.shown("EEE MMM dd HH:mm:ss 'UTC' yyyy")

    def shown(self, pattern: str) -> str:
        """Return the moment in a pattern of Java's SimpleDateFormat, in English."""
        return _LETTERS.sub(lambda found: self._piece(found[0]), pattern)

    def _piece(self, letters: str) -> str:
        when, width = self.when, len(letters)
        match letters[0]:
            case "'":
                return letters[1:-1] or "'"
            case "y":
                return f"{when.year % 100:02}" if width == 2 else f"{when.year}"
            case "M":
                name = _MONTHS[when.month - 1]
                return f"{when.month:0{width}}" if width < 3 else name[:3] if width == 3 else name
            case "E":
                return _DAYS[when.weekday()][: 3 if width < 4 else 9]
            case "a":
                return "AM" if when.hour < 12 else "PM"
            case "z" | "Z":
                return "UTC" if letters[0] == "z" else "+0000"
        number = {"d": when.day, "H": when.hour, "h": when.hour % 12 or 12, "m": when.minute, "s": when.second}[letters[0]]
        return f"{number:0{min(width, 9)}}"


def made_up(label: str, name: str) -> object:
    """Return a value for a name nobody described, of the type the name suggests."""
    lower = name.lower()
    if lower.startswith(("is", "has")) and name[2:3].isupper() | name[3:4].isupper():
        return True
    if lower.endswith(("count", "size", "number", "total")):
        return 2
    if lower.endswith(("date", "expiration", "deadline")) or name in ("created", "modified", "completed", "signed"):
        return moment(7)
    if lower.endswith("email"):
        return "sample@example.com"
    return Sample(label)


def moment(days: int, today: str = "") -> Moment:
    """Return a moment some days from ``today`` (ISO 8601; empty: a day that never changes), at 15:04 UTC."""
    return Moment(datetime.fromisoformat(today or "2030-06-03").replace(hour=15, minute=4, second=0) + timedelta(days=days))
