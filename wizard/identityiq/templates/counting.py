"""What is counted while a template is rendered - steps, letters, macros within each other - and what is noticed on the way.

Put over airspeed's elements, in the process that renders alone. Must not know what an element does.
"""

from typing import Any

import airspeed

from wizard.identityiq.templates import ways

MOST_STEPS = 200_000  # elements evaluated for one text
MOST_OUTPUT = 1_000_000  # characters written for one text


class BreakLoop(Exception):  # noqa: N818 - no error
    """#break was met."""


class Run:
    """What is counted and noticed while one text is rendered."""

    def __init__(self) -> None:
        self.steps = 0
        self.written = 0
        self.macros = 0
        self.unresolved: list[tuple[Any, str]] = []
        self.not_set: list[tuple[Any, str]] = []
        self.not_imitated: list[tuple[Any, str]] = []

    def step(self) -> None:
        """Count one element. Raises TooMuch."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise ways.TooMuch("a loop or macro runs without an end")


class _Now:
    run = Run()


def begin() -> Run:
    """Start counting anew and return the counts."""
    _Now.run = Run()
    return _Now.run


def _evaluate(self: Any, stream: Any, namespace: Any, loader: Any) -> None:
    _Now.run.step()
    try:
        self.evaluate_raw(stream, namespace, loader)
    except (airspeed.TemplateError, BreakLoop, ways.TooMuch, RecursionError, MemoryError):
        raise
    except (ways.Refused, AttributeError, KeyError, TypeError, ValueError, IndexError) as problem:
        raise airspeed.TemplateExecutionError(self) from problem


def _write(self: Any, text: str) -> None:
    _Now.run.written += len(text)
    if _Now.run.written > MOST_OUTPUT:
        raise ways.TooMuch("it writes more than a million characters")
    if not self.stop:
        super(airspeed.StoppableStream, self).write(text)


def now() -> Run:
    """Return the counts of the text that is being rendered."""
    return _Now.run


def install() -> None:
    """Count every element and every letter from now on."""
    airspeed._Element.evaluate = _evaluate
    airspeed.StoppableStream.write = _write
