"""What a measurement gives: a value, what it may be at most, and what it was measured against. Knows nothing of the wizard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Result:
    """One figure. ``unit`` is ``x`` for a ratio; ``most`` is the target, None where the figure only gives the background."""

    what: str
    value: float
    unit: str
    most: float | None = None
    beside: str = ""

    @property
    def met(self) -> bool:
        """Whether the target holds; a figure without one always does."""
        return self.most is None or self.value <= self.most

    def row(self) -> str:
        """The figure as a row of a Markdown table."""
        target = "" if self.most is None else f"at most {_figure(self.most, self.unit)}"
        verdict = "" if self.most is None else "yes" if self.met else "**no**"
        return f"| {self.what} | {_figure(self.value, self.unit)} | {target} | {verdict} | {self.beside} |"


HEAD = "| what | measured | target | met | beside it |\n|---|---|---|---|---|"


def _figure(value: float, unit: str) -> str:
    if unit == "x":
        return f"{value:.2f} x"
    if not unit:
        return f"{value:g}"
    return f"{value:,.0f} {unit}" if abs(value) >= 10 or value == int(value) else f"{value:.2f} {unit}"


def in_turn(rounds: int, *cases: Callable[[], float]) -> list[list[float]]:
    """Measure the cases in turn, so that whatever slows the machine slows them all; the first round only warms up."""
    taken = [[case() for case in cases] for _ in range(rounds + 1)][1:]
    return [list(column) for column in zip(*taken, strict=True)]


def compared(
    what: str, ours: list[float], base: list[float], most: float | None, *, scale: float = 1000, unit: str = "ms"
) -> Result:
    """The median of the ratios, pair by pair; the medians themselves stand beside it, times ``scale`` in ``unit``."""
    ratio = median(mine / theirs for mine, theirs in zip(ours, base, strict=True))
    beside = f"{median(ours) * scale:,.0f} {unit} against {median(base) * scale:,.0f} {unit}"
    return Result(what, ratio, "x", most, beside)
