"""Scores ``explain`` on labelled errors: `make explain-score`, or with FILE=... on others.

Each line is a JSON object: ``raw`` what was seen, ``finding`` the true cause, ``also`` what is acceptable too, and perhaps
``port``, ``security``, ``stage``, ``provider``, which are known beside the text.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from wizard.commands.explain import known_beside
from wizard.diagnosis.casebook import explain
from wizard.diagnosis.reader.setting import Known

CASES = Path(__file__).with_name("cases.jsonl")


class Scored(NamedTuple):
    """One case: the true cause, what was found, whether that is acceptable, and the seconds it took."""

    id: str
    truth: str
    found: str
    acceptable: bool
    seconds: float
    raw: str

    @property
    def exact(self) -> bool:
        """Whether the true cause was found."""
        return self.truth == self.found


def read(path: Path) -> list[dict[str, Any]]:
    """Return the cases of a file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def scored(cases: Iterable[dict[str, Any]], *, beside: bool) -> Iterator[Scored]:
    """Explain every case; ``beside`` says whether what is known beside the text is given."""
    for number, case in enumerate(cases, 1):
        started = time.perf_counter()
        findings = explain(case["raw"], known_beside(case) if beside else Known())
        seconds = time.perf_counter() - started
        found = findings[0].id if findings else "unknown"
        truth = case["finding"]
        yield Scored(str(case.get("id", number)), truth, found, found in (truth, *case.get("also", ())), seconds, case["raw"])


def report(title: str, rows: list[Scored]) -> str:
    """Return the score as text: both shares, each class, every miss, the slowest case."""
    exact, acceptable = sum(row.exact for row in rows), sum(row.acceptable for row in rows)
    slowest = max(rows, key=lambda row: row.seconds)
    classes: dict[str, list[Scored]] = defaultdict(list)
    for row in rows:
        classes[row.truth].append(row)
    lines = [
        f"{title}: {len(rows)} cases, exact {exact / len(rows):.1%}, exact or also {acceptable / len(rows):.1%}, "
        f"slowest {slowest.seconds * 1000:.0f} ms ({slowest.id})",
        "",
        *(
            f"  {name:<30} {sum(row.exact for row in group):>3} / {sum(row.acceptable for row in group):>3} of {len(group):>3}"
            for name, group in sorted(classes.items())
        ),
    ]
    for row in rows:
        if not row.acceptable:
            first = " ".join(row.raw.split())[:160]
            lines += ["", f"  missed {row.id}: {row.truth}, found {row.found}", f"    {first}"]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the score with what is known beside the text, and from the text alone."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1] else CASES
    cases = read(path)
    print(report(f"{path.name}, with what is known beside the text", list(scored(cases, beside=True))))
    print(report(f"{path.name}, the text alone", list(scored(cases, beside=False))))


if __name__ == "__main__":
    main()
