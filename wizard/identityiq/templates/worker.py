"""The process that renders: one job a line on standard input, one answer a line on standard output. Must not know files.

It runs beside the program so that no template can hold it up: its time and memory are limited by the system, and it is killed
when it does not answer. It gets sample values only, never a profile or a secret.
"""

import json
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import airspeed

from wizard.identityiq.templates import counting, dialect, elements
from wizard.identityiq.templates.vocabulary import values
from wizard.identityiq.templates.ways import TooMuch

MEMORY = 768 * 1024 * 1024  # bytes
_MOST_USES = 2000  # different references in one text
_DEEPEST = 4000  # frames; nested directives need some ten each


def answer(job: dict[str, Any]) -> dict[str, Any]:
    """Return, for each text of a job, what it renders to, what went wrong, and which names it uses and assigns."""
    return {name: _part(text, values(job)) for name, text in job["texts"].items()}


def _part(text: str, names: dict[str, object]) -> dict[str, Any]:
    made: dict[str, Any] = {"text": "", "problems": [], "uses": [], "assigned": []}
    run = counting.begin()
    template = airspeed.Template(text, elements.Place(elements.WHOLE))
    stream = airspeed.StoppableStream()
    try:
        template.ensure_compiled()
        parsed = list(_below_all(template.root_element))
        dialect.define(names, parsed)
        uses = [use for element in parsed for use in _names(element)]
        made["uses"] = _first_of_each([use for use in uses if use["kind"] == "use"])
        made["assigned"] = sorted({use["name"] for use in uses if use["kind"] == "set"})
        template.merge_to(names, stream)
    except airspeed.TemplateSyntaxError as problem:
        made["problems"].append(_syntax(problem))
    except airspeed.TemplateExecutionError as problem:
        made["problems"].append(_problem("evaluation", str(problem.__cause__), *_start(problem.element)))
    except counting.BreakLoop:
        pass  # outside a loop it ends the text, as #stop does
    except (TooMuch, MemoryError) as problem:
        made["problems"].append(_problem("too-much", str(problem) or "it needs more memory than a mail is worth", 0, 0))
    except RecursionError:
        made["problems"].append(_problem("too-much", "its parts lie too deep inside each other", 0, 0))
    except airspeed.NoMatch:  # a place the grammar has no word for
        made["problems"].append(_problem("syntax", "", 0, 0))
    made["text"] = stream.getvalue()
    made["problems"] += [_problem("unresolved", text, *_start(one)) for one, text in run.unresolved[:200]]
    made["problems"] += [_problem("not-set", text, *_start(one)) for one, text in run.not_set[:200]]
    made["problems"] += [_problem("not-imitated", text, *_start(one)) for one, text in run.not_imitated[:200]]
    return made


def _first_of_each(uses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the first place of each reference: a long table repeats a few of them."""
    first: dict[str, dict[str, Any]] = {}
    for use in sorted(uses, key=lambda one: int(one["offset"])):
        first.setdefault(use["text"], use)
    return list(first.values())[:_MOST_USES]


def _problem(kind: str, message: str, offset: int, known: int) -> dict[str, Any]:
    return {"kind": kind, "message": message[:400], "offset": offset if known else -1}


def _syntax(problem: Any) -> dict[str, Any]:
    """Return a problem of the grammar: what was expected in what, what stands there, and where that thing began."""
    element = problem.element
    expected = problem.args[0].partition(": expected ")[2].rpartition(f" in {problem.element_name()}, got: ")[0]
    made = _problem("syntax", expected, *_end(problem))
    begun, known = _start(element)
    return {**made, "within": problem.element_name(), "got": element.next_text()[:40], "opened": begun if known else -1}


def _start(element: Any) -> tuple[int, int]:
    base = getattr(element.filename, "base", None)
    return (base + element.start, 1) if base is not None else (0, 0)


def _end(problem: Any) -> tuple[int, int]:
    base = getattr(problem.element.filename, "base", None)
    return (base + len(problem.text_understood), 1) if base is not None else (0, 0)


def _below_all(root: Any) -> Iterator[Any]:
    """Return every element of a parsed text, whether or not it is reached."""
    waiting, met = [root], set()
    while waiting:
        element = waiting.pop()
        if id(element) in met:
            continue
        met.add(id(element))
        yield element
        for value in vars(element).values():
            waiting += list(_below(value))


def _below(value: Any) -> Iterator[Any]:
    """Return the elements a field of an element holds; some keep only a method of theirs."""
    inner = getattr(value, "__self__", value)
    if isinstance(inner, airspeed._Element):
        yield inner
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _below(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from (*_below(key), *_below(one))


def _names(element: Any) -> Iterator[dict[str, Any]]:
    match element:
        case airspeed.FormalReference() if element.expression is not None:
            offset, _ = _start(element)
            name = element.expression.part.name
            yield {"kind": "use", "name": name, "text": element.my_text(), "offset": offset, "quiet": bool(element.silent)}
        case airspeed.SetDirective():
            yield {"kind": "set", "name": element.place.name}
        case airspeed.ForeachDirective():
            yield {"kind": "set", "name": element.loop_var_name}
        case airspeed.MacroDefinition() | airspeed.DefineDefinition():
            yield from ({"kind": "set", "name": name} for name in (element.function_name, *element.arg_names))


def main() -> None:
    """Answer jobs until the input ends."""
    limit = resource.RLIM_INFINITY
    with suppress(ValueError, OSError):  # a lower limit of the host's own stays
        limit = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY if limit == resource.RLIM_INFINITY else min(MEMORY, limit), limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.setrecursionlimit(_DEEPEST)
    dialect.install()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        made = json.dumps(answer(json.loads(line)))
        sys.stdout.write(made + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
