"""The methods a template may call on a value: those of Java's texts, lists, maps, numbers and dates, and of ``$spTools``.

Must not know templates. The tables here are all there is: a name that stands in none of them calls nothing.
"""

import re
from collections.abc import Callable
from typing import Any

from wizard.identityiq.templates.sample import Moment, Sample, Tools
from wizard.identityiq.templates.ways import LONGEST, Refused, TooMuch, bounded, elements, equal, got, read_field, written

_DATE_STYLES = ("short", "medium", "long", "full", "default", "")
_SHORT_DATE = "M/d/yy h:mm a"  # what Java's DateFormat.SHORT gives in English


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


def _put(mapping: dict[object, object], key: Any, value: object) -> object:
    before = mapping.get(key)
    mapping[key] = value
    bounded(mapping)
    return before


def _set(items: list[object], index: Any, value: object) -> object:
    before = got(items, index)
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
    "get": got,
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
