"""How Java and Velocity 1.7 see values: what is true, equal, greater, how it is written, which methods it has.

Must not know templates. Measured against Velocity 1.7 itself (tests/iiq/test_velocity.py). Only what the tables here name can
be called: a template never reaches an attribute of a Python object.
"""

import re
from collections.abc import Callable
from typing import Any

from wizard.identityiq.templates.sample import Moment, Sample, Tools

LONGEST = 1_000_000  # characters of one value; a mail has a few thousand
_LARGEST = 10**18  # Java's long; a larger number is shown as nothing at all
_DATE_STYLES = ("short", "medium", "long", "full", "default", "")
_SHORT_DATE = "M/d/yy h:mm a"  # what Java's DateFormat.SHORT gives in English


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
    return _got(value, index) if isinstance(value, list) else None


def call(value: Any, name: str, given: list[Any]) -> object:
    """Return ``$value.name(...)``; None where there is no such method. Raises Refused where Java would throw."""
    if isinstance(value, Tools):
        return _tool(value, name, given)
    if isinstance(value, Sample):
        return _method_of_sample(value, name, given)
    if name == "toString" and not given:
        return written(value)
    if name == "equals" and len(given) == 1:
        return equal(value, given[0])
    method = _methods(value).get(name)
    if method is None:
        return read_field(value, _property(name)) if not given and name.startswith(("get", "is")) else None
    try:
        return bounded(method(value, *given))
    except (IndexError, KeyError, TypeError, ValueError, AttributeError, re.error) as problem:
        raise Refused(f"{name}({', '.join(written(one)[:40] for one in given)}) cannot be done here: {problem}") from None


def knows(value: object, name: str) -> bool:
    """Return whether a method of this name is imitated for a value; samples answer every one."""
    return (
        isinstance(value, Sample) or name in _methods(value) or name in ("toString", "equals") or name.startswith(("get", "is"))
    )


def _methods(value: object) -> dict[str, Callable[..., object]]:
    match value:
        case str():
            return _STRING
        case list():
            return _LIST
        case dict():
            return _MAP
        case Moment():
            return _DATE
        case bool():
            return {"booleanValue": bool}
        case int() | float():
            return _NUMBER
        case _:
            return {}


def _property(name: str) -> str:
    bare = name[3:] if name.startswith("get") else name[2:]
    return bare[:1].lower() + bare[1:]


def _method_of_sample(value: Sample, name: str, given: list[Any]) -> object:
    if name in ("toString", "size", "isEmpty", "equals"):
        return {"toString": value.text, "size": len(value.items()), "isEmpty": False, "equals": false_unless(value, given)}[name]
    if name == "get" and given:
        return value.field(written(given[0]))
    if name.startswith("get") and len(name) > 3:
        return value.field(_property(name))
    return value.field(name if not name.startswith("is") else _property(name)) if name in value.fields else value.field(name)


def false_unless(value: Sample, given: list[Any]) -> bool:
    """Return whether the one thing given is the sample itself or its text."""
    return len(given) == 1 and written(given[0]) == value.text


def _tool(tools: Tools, name: str, given: list[Any]) -> object:
    first = given[0] if given else None
    match name:
        case "formatDate" if isinstance(first, Moment):
            patterns = [one for one in given[1:] if isinstance(one, str) and one.lower() not in _DATE_STYLES]
            return first.shown(patterns[0] if patterns else _SHORT_DATE)
        case "formatDate":
            return None if first is None else written(first)
        case "formatURL" | "formatUrl":
            return f"{tools.root.rstrip('/')}/{written(first).lstrip('/')}" if given else tools.root
        case _:
            return Sample(f"spTools.{name}")


def _got(items: list[object], index: Any) -> object:
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(items):
        raise Refused(f"there is no element {written(index)} in a list of {len(items)}")
    return items[index]


def _put(mapping: dict[object, object], key: Any, value: object) -> object:
    before = mapping.get(key)
    mapping[key] = value
    bounded(mapping)
    return before


def _set(items: list[object], index: Any, value: object) -> object:
    before = _got(items, index)
    items[index] = value
    return before


def _add(items: list[object], *given: object) -> object:
    items.append(given[-1])
    bounded(items)
    return True


def _substring(text: str, begin: int, end: int | None = None) -> str:
    last = len(text) if end is None else end
    if not 0 <= begin <= last <= len(text):
        raise Refused(f"substring({begin}, {last}) lies outside a text of {len(text)} characters")
    return text[begin:last]


def _replacement(text: str) -> str:
    """Return Java's replacement text as Python's: ``$1`` is a group there."""
    return re.sub(r"\\([$\\])|\$(\d)", lambda found: f"\\g<{found[2]}>" if found[2] else found[1], text)


def _replaced(text: str, pattern: str, by: str, count: int) -> str:
    return re.sub(pattern, _replacement(by.replace("\\\\", "\\")), text, count=count)


_STRING: dict[str, Callable[..., object]] = {
    "length": len,
    "isEmpty": lambda text: not text,
    "toUpperCase": lambda text: text.upper(),
    "toLowerCase": lambda text: text.lower(),
    "trim": lambda text: text.strip(),
    "substring": _substring,
    "indexOf": lambda text, part, start=0: text.find(written(part), start),
    "lastIndexOf": lambda text, part: text.rfind(written(part)),
    "equalsIgnoreCase": lambda text, other: text.lower() == written(other).lower(),
    "startsWith": lambda text, part: text.startswith(written(part)),
    "endsWith": lambda text, part: text.endswith(written(part)),
    "contains": lambda text, part: written(part) in text,
    "replace": lambda text, old, new: _literal(text, written(old), written(new)),
    "replaceAll": lambda text, pattern, new: _replaced(text, pattern, new, 0),
    "replaceFirst": lambda text, pattern, new: _replaced(text, pattern, new, 1),
    "split": lambda text, pattern: re.split(pattern, text),
    "matches": lambda text, pattern: re.fullmatch(pattern, text) is not None,
    "concat": lambda text, other: text + written(other),
    "charAt": lambda text, index: _substring(text, index, index + 1),
    "compareTo": lambda text, other: (text > other) - (text < other),
}


def _literal(text: str, old: str, new: str) -> str:
    if text.count(old) * len(new) > LONGEST:
        raise TooMuch("a text grows beyond a million characters")
    return text.replace(old, new)


_LIST: dict[str, Callable[..., object]] = {
    "size": len,
    "isEmpty": lambda items: not items,
    "get": _got,
    "set": _set,
    "add": _add,
    "addAll": lambda items, more: bool(items.extend(elements(more)) or more),
    "remove": lambda items, index: items.pop(index) if isinstance(index, int) else bool(items.remove(index) or True),
    "contains": lambda items, one: one in items,
    "indexOf": lambda items, one: items.index(one) if one in items else -1,
    "iterator": lambda items: items,
    "subList": lambda items, begin, end: items[begin:end],
}
_MAP: dict[str, Callable[..., object]] = {
    "size": len,
    "isEmpty": lambda mapping: not mapping,
    "get": lambda mapping, key: mapping.get(key),
    "put": _put,
    "putAll": lambda mapping, other: mapping.update(other),
    "remove": lambda mapping, key: mapping.pop(key, None),
    "containsKey": lambda mapping, key: key in mapping,
    "containsValue": lambda mapping, one: one in mapping.values(),
    "keySet": list,
    "values": lambda mapping: list(mapping.values()),
    "entrySet": lambda mapping: [
        Sample("entry", f"{written(key)}={written(one)}", {"key": key, "value": one}) for key, one in mapping.items()
    ],
}
_NUMBER: dict[str, Callable[..., object]] = {
    "intValue": int,
    "longValue": int,
    "doubleValue": float,
    "compareTo": lambda one, other: (one > other) - (one < other),
}
_DATE: dict[str, Callable[..., object]] = {
    "before": lambda one, other: one.when < other.when,
    "after": lambda one, other: one.when > other.when,
    "compareTo": lambda one, other: (one.when > other.when) - (one.when < other.when),
}
