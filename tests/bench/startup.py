"""How long a word of help takes: what every script, completion and monitoring start pays before anything happens."""

from __future__ import annotations

import subprocess
import sys
import time

from tests.bench.result import Result, compared, in_turn


def first_word() -> list[Result]:
    """``check --help`` against a Python that only imports argparse and asyncio."""
    ours, base = in_turn(
        20,
        lambda: _seconds("-m", "wizard", "check", "--help"),
        lambda: _seconds("-c", "import argparse, asyncio"),
    )
    return [compared('`check --help`, against `python -c "import argparse, asyncio"`', ours, base, 2.0)]


def _seconds(*arguments: str) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun
