"""``make bench``: runs the measurements, all or the ones named, prints them and keeps the last result in docs/performance.md."""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import face, identityiq, session, startup, verdicts
from tests.bench.result import HEAD, Result

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
BENCHES: dict[str, Callable[[], list[Result]]] = {
    "start": face.start,
    "typing": face.typing,
    "idle": face.idle,
    "memory": face.memory,
    "check": session.check,
    "trips": session.trips,
    "probe": session.probe,
    "help": startup.first_word,
    "verdicts": verdicts.verdicts,
    "explain": verdicts.explain,
    "all": verdicts.every,
    "export": identityiq.export,
}
INTRODUCTION = """\
# How fast it is

Written by `make bench`; `make bench ONLY=check` measures one part again. A ratio compares medians taken in turn with a
baseline in the same run, so that it says the same on a fast machine and a slow one; the figures beside it are that
machine's own.
"""


def main() -> int:
    """Measure, print, write. Returns 1 when a target was missed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="ONLY", help=f"which ones: {', '.join(BENCHES)}")
    only = parser.parse_args().only
    unknown = sorted(set(only) - set(BENCHES))
    if unknown:
        parser.error(f"there is no measurement called {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    sections = _sections(PAGE.read_text()) if PAGE.exists() else {}
    met = True
    for name in only or BENCHES:
        results = BENCHES[name]()
        met = met and all(result.met for result in results)
        sections[name] = _section(name, results)
        print(sections[name], flush=True)
        PAGE.write_text("\n".join([INTRODUCTION, *(sections[known] for known in BENCHES if known in sections)]))
    return 0 if met else 1


def _section(name: str, results: list[Result]) -> str:
    about = (BENCHES[name].__doc__ or "").strip()
    where = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    rows = "\n".join(result.row() for result in results)
    return f"## {name}\n\n{about}\n\n{HEAD}\n{rows}\n\n{datetime.now(UTC):%Y-%m-%d}, {where}.\n"


def _sections(page: str) -> dict[str, str]:
    """The sections of an earlier run by name: what is not measured now stays as it was."""
    parts = re.split(r"^(?=## )", page, flags=re.MULTILINE)[1:]
    return {part.splitlines()[0].removeprefix("## "): part.rstrip() + "\n" for part in parts}


if __name__ == "__main__":
    sys.exit(main())
