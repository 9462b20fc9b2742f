"""Runs Dovecot as a child process, so that its end is seen at once. Knows neither what it serves nor how it is set up."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from tests.real.server import program

_START_WITHIN = 20  # seconds
_STOP_WITHIN = 10  # seconds


@contextmanager
def started(config: Path) -> Iterator[None]:
    """Run Dovecot with a configuration whose ``base_dir`` is ``run`` beside it, until the block ends.

    Raises RuntimeError with Dovecot's own words when it does not start.
    """
    words = config.parent / "dovecot.words"
    with words.open("w") as out:
        process = subprocess.Popen(
            [program("dovecot") or "dovecot", "-F", "-c", str(config)], stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    try:
        # Written once it listens everywhere.
        _await(process, config.parent / "run" / "master.pid", words)
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_WITHIN)
        process.kill()
        process.wait()


def _await(process: subprocess.Popen[bytes], sign: Path, words: Path) -> None:
    until = monotonic() + _START_WITHIN
    while not sign.exists():
        if process.poll() is not None or monotonic() > until:
            log = words.parent / "dovecot.log"
            told = [path.read_text(errors="replace") for path in (words, log) if path.exists()]
            raise RuntimeError(f"{process.args!r} did not start: {' '.join(told)}")
        sleep(0.02)
