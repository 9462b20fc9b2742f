"""How Java and Velocity 1.7 see values: what is true, equal, greater, how it is written, which methods it has.

Must not know templates. Measured against Velocity 1.7 itself (tests/iiq/test_velocity.py). Only what the tables here name can
be called: a template never reaches an attribute of a Python object.
"""

from typing import Any

from wizard.identityiq.templates.sample import Moment, Sample

LONGEST = 1_000_000  # characters of one value; a mail has a few thousand
_LARGEST = 10**18  # Java's long; a larger number is shown as nothing at all


class TooMuch(Exception):  # noqa: N818 - reads as what happened
    """The template asks for more than any mail holds; its text says of what."""


class Refused(Exception):  # noqa: N818 - reads as what happened
    """A method does not take these values; Java would throw an exception, and the mail would not be made."""


_CLASSES = {
    "str": "java.lang.String",
    "int": "java.lang.Integer",
    "float": "java.lang.Double",
    "bool": "java.lang.Boolean",
    "list": "java.util.ArrayList",
    "dict": "java.util.LinkedHashMap",
    "Moment": "java.util.Date",
}


def bounded(value: Any) -> Any:
    """Return the value. Raises TooMuch when it is longer than any mail."""
    if isinstance(value, str | list | dict) and len(value) > LONGEST:
        raise TooMuch("a text or list grows beyond a million characters")
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise TooMuch("a number grows beyond what Java can hold")
    return value


def true(value: object) -> bool:
    """Return Velocity 1.7's truth: everything is true but null and false; empty texts and lists and 0 are true too."""
    return value is not None and value is not False


def written(value: object, depth: int = 0) -> str:
    """Return how Java writes a value."""
    if depth > 20:
        raise TooMuch("a list holds itself")
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case list():
            return bounded("[" + ", ".join(written(one, depth + 1) for one in value) + "]")  # type: ignore[no-any-return]
        case dict():
            inner = ", ".join(f"{written(key)}={written(one, depth + 1)}" for key, one in value.items())
            return bounded("{" + inner + "}")  # type: ignore[no-any-return]
        case Sample():
            return value.text
        case _:
            return str(value)


def equal(left: object, right: object) -> bool:
    """Return Velocity's ``==``: numbers by value, others by their text when the classes differ."""
    if left is None or right is None:
        return left is right
    if _number(left) and _number(right):
        return left == right
    if type(left) is type(right) and isinstance(left, list | dict):
        return left == right
    return written(left) == written(right)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def compared(sign: str, left: Any, right: Any) -> bool:
    """Return ``<``, ``>``, ``<=``, ``>=``; false for anything but two numbers."""
    if not (_number(left) and _number(right)):
        return False
    match sign:
        case ">" | "gt":
            return bool(left > right)
        case "<" | "lt":
            return bool(left < right)
        case ">=" | "ge":
            return bool(left >= right)
        case _:
            return bool(left <= right)


def reckoned(sign: str, left: Any, right: Any) -> object:
    """Return ``+ - * / %`` as Velocity does: whole numbers stay whole, null where it cannot be reckoned."""
    if sign == "+" and (isinstance(left, str) or isinstance(right, str)) and None not in (left, right):
        return bounded(written(left) + written(right))
    if not (_number(left) and _number(right)):
        return None
    try:
        return bounded(_reckoned(sign, left, right))
    except (ZeroDivisionError, OverflowError):
        return None


def _reckoned(sign: str, left: Any, right: Any) -> object:
    whole = isinstance(left, int) and isinstance(right, int)
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return _divided(left, right) if whole else left / right
        case _:
            return left - right * _divided(left, right) if whole else left % right


def _divided(left: int, right: int) -> int:
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def elements(value: object) -> list[object]:
    """Return what #foreach goes through: nothing for null and for what is no list."""
    match value:
        case list():
            return list(value)
        case dict():
            return list(value.values())
        case Sample():
            return value.items()
        case _:
            return []


def read_field(value: Any, name: str) -> object:
    """Return ``$value.name``: a key of a map, a getter of an object; None where there is none."""
    match value:
        case dict():
            return value.get(name)
        case Sample():
            return value.field(name)
        case _ if name == "class":
            return _class(value)
        case Moment():
            return {"time": int(value.when.timestamp() * 1000), "year": value.when.year - 1900}.get(name)
        case str() | list() if name == "empty":
            return not value
        case _:
            return None


def _class(value: object) -> Sample:
    name = _CLASSES.get(type(value).__name__, "java.lang.Object")
    return Sample("class", f"class {name}", {"name": name, "simpleName": name.rpartition(".")[2]})


def read_index(value: Any, index: Any) -> object:
    """Return ``$value[index]``."""
    if isinstance(value, Sample):
        return value.field(written(index))
    if isinstance(value, dict):
        return value.get(index)
    return got(value, index) if isinstance(value, list) else None


def got(items: list[object], index: Any) -> object:
    """Return an element of a list. Raises Refused where there is none, as Java's list throws."""
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(items):
        raise Refused(f"there is no element {written(index)} in a list of {len(items)}")
    return items[index]
