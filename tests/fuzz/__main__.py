"""``make fuzz [SECONDS=60] [ONLY=explain]``: runs each hunt in a process of its own, from seeds that are real text.

A crash, a run over 20 seconds or memory beyond a gigabyte ends it with 1; the input that did it is kept in the folder named.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

TARGETS = ("explain", "session")
ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "explain" / "cases.jsonl"
_HELLO = (b"220 mail.test ESMTP\r\n", b"250-mail.test\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 1000\r\n")
# What a server says, one piece for each line it hears; before it the mode: 0 none, 1 STARTTLS, 2 TLS.
SESSIONS: tuple[tuple[int, tuple[bytes, ...]], ...] = (
    (0, (*_HELLO, b"235 2.7.0 ok\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", b"250 2.0.0 queued as 1\r\n")),
    (0, (*_HELLO, b"535 5.7.8 no\r\n")),
    (0, (b"220 x\r\n", b"250-x\r\n250 AUTH CRAM-MD5 SCRAM-SHA-256\r\n", b"334 eA==\r\n", b"535 5.7.8 no\r\n")),
    (0, (b"554 no service here\r\n",)),
    (0, (b"421 4.3.2 busy\r\n",)),
    (1, (b"220 mail.test ESMTP\r\n", b"250-mail.test\r\n250 STARTTLS\r\n", b"220 go\r\n")),
    (2, (b"HTTP/1.1 400 Bad Request\r\n\r\n",)),
)


def main() -> int:
    """Hunt, and say where an input that broke something lies."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("only", nargs="*", choices=[*TARGETS, []], metavar="ONLY", help=f"which ones: {', '.join(TARGETS)}")
    parser.add_argument("--seconds", type=int, default=60, help="for each hunt, 60 unless told")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="smtp-wizard-fuzz-"))
    worst = 0
    for target in given.only or TARGETS:
        seeds = folder / target
        seeds.mkdir()
        for number, seed in enumerate(_seeds(target)):
            (seeds / f"seed-{number}").write_bytes(seed)
        print(f"Hunting in {target} for {given.seconds} s", flush=True)
        done = subprocess.run(
            [
                *(sys.executable, "-m", "tests.fuzz.hunt", target, str(seeds)),
                *(f"-max_total_time={given.seconds}", "-timeout=20", "-rss_limit_mb=1024", "-max_len=4096"),
                *(f"-artifact_prefix={folder}/", "-print_final_stats=1", "-verbosity=0"),
            ],
            cwd=ROOT,
        )
        if done.returncode:
            print(f"{target}: something broke. The input that did it is in {folder}")
        worst = max(worst, int(done.returncode != 0))
    return worst


def _seeds(target: str) -> list[bytes]:
    if target == "session":
        return [bytes([mode]) + b"\0".join(pieces) for mode, pieces in SESSIONS]
    return [json.loads(line)["raw"].encode() for line in CASES.read_text().splitlines()]


if __name__ == "__main__":
    sys.exit(main())
