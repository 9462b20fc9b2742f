"""How the wizard feels in a terminal: time to the first useful screen, bytes, memory, against a bare Textual app."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.result import Result, compared, in_turn
from tests.bench.terminal import Terminal, opened

WIZARD = [sys.executable, "-m", "wizard"]
FIELDS = 8  # as many as the first screen has choices
FORM = [sys.executable, "-m", "tests.bench.baselines.form", str(FIELDS)]
FIRST_SCREEN = ("The practice server", "A saved profile", "Before you begin", "Enter Choose")
LAST_FIELD = (f"field-{FIELDS - 1}",)
TO_DETAILS = "\x1b[B" * 6 + "\r"  # down to "Type them in", Enter
TO_USER_NAME = "\t" * 3
_PROFILE = """\
[profiles.here]
host = "localhost"
port = {port}
security = "starttls"
username = "{username}"
password = {{ from = "file", path = "{password_file}" }}
sender = "iiq@example.com"
recipient = "admin@example.com"
ca_file = "{ca_file}"
"""
TYPED = "mail-relay-service"


@contextmanager
def _wizard() -> Iterator[Terminal]:
    with tempfile.TemporaryDirectory() as home, opened(WIZARD, Path(home)) as terminal:
        yield terminal


@contextmanager
def _form() -> Iterator[Terminal]:
    with tempfile.TemporaryDirectory() as home, opened(FORM, Path(home)) as terminal:
        yield terminal


@contextmanager
def _mail_server() -> Iterator[dict[str, Any]]:
    """The practice server in a process of its own, and what it says of itself."""
    command = [*WIZARD, "practice", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as program:
        assert program.stdout is not None
        try:
            yield json.loads(program.stdout.readline())
        finally:
            program.terminate()


def start() -> list[Result]:
    """Time from the start of the process until the first screen can be used, and the bytes that draw it."""
    sizes: dict[str, list[int]] = {"wizard": [], "form": []}

    def wizard() -> float:
        with _wizard() as terminal:
            shown = terminal.until(*FIRST_SCREEN)
            terminal.settle()
            sizes["wizard"].append(terminal.written)
            return shown

    def form() -> float:
        with _form() as terminal:
            shown = terminal.until(*LAST_FIELD)
            terminal.settle()
            sizes["form"].append(terminal.written)
            return shown

    ours, base = in_turn(9, wizard, form)
    beside = f"the bare form: {median(sizes['form']):,.0f} bytes"
    return [
        compared(f"first useful screen, against a bare Textual app with {FIELDS} fields", ours, base, 1.25),
        Result("bytes of the first screen at 80x24", median(sizes["wizard"]), "bytes", 12_000, beside),
    ]


def typing() -> list[Result]:
    """Bytes to the terminal for each typed character in a field of the second step."""
    with _wizard() as terminal:
        terminal.until(*FIRST_SCREEN)
        terminal.settle()
        terminal.press(TO_DETAILS)
        terminal.until("User name")
        terminal.settle()
        terminal.press(TO_USER_NAME)
        terminal.settle()
        ours = list(_keys(terminal))
        if TYPED not in terminal.text:
            raise AssertionError(f"what was typed is not on the screen:\n{terminal.text}")
    with _form() as terminal:
        terminal.until(*LAST_FIELD)
        terminal.settle()
        base = list(_keys(terminal))
    beside = f"the bare form: {median(base):,.0f} bytes; the costliest character here: {max(ours):,.0f}"
    return [Result("bytes per typed character", median(ours), "bytes", 250, beside)]


def _keys(terminal: Terminal) -> Iterator[int]:
    for letter in TYPED:
        terminal.press(letter)
        yield terminal.settle()


def idle() -> list[Result]:
    """Bytes to the terminal while nothing is pressed for ten seconds, on the first step and in a field of the second."""
    with _wizard() as terminal:
        terminal.until(*FIRST_SCREEN)
        terminal.settle(1.0)
        access = _ten_seconds(terminal)
        terminal.press(TO_DETAILS)
        terminal.until("User name")
        terminal.settle(1.0)
        details = _ten_seconds(terminal)
    return [
        Result("bytes in ten idle seconds, Access", access, "bytes", 0),
        Result("bytes in ten idle seconds, Details", details, "bytes", 0),
    ]


def _ten_seconds(terminal: Terminal) -> int:
    """Whatever comes within ten seconds counts; once something came, the rest of it is read too."""
    return terminal.settle(10.0)


def memory() -> list[Result]:
    """The most memory held, against the bare app: on the first screen, and after a walk through a test that passed."""

    def first() -> float:
        with _wizard() as terminal:
            terminal.until(*FIRST_SCREEN)
            terminal.settle()
            return terminal.peak()

    def walk() -> float:
        with tempfile.TemporaryDirectory() as home, _mail_server() as server:
            (Path(home) / "config.toml").write_text(_PROFILE.format(**server, port=server["ports"]["starttls"]))
            with opened([*WIZARD, "--profile", "here", "--config", f"{home}/config.toml"], Path(home)) as terminal:
                terminal.until("User name", "open  STARTTLS")
                terminal.settle()
                terminal.press("\r")
                terminal.until("Nothing has been contacted yet")
                terminal.settle()
                terminal.press("\r")
                terminal.until("It works")
                return terminal.peak()

    def form() -> float:
        with _form() as terminal:
            terminal.until(*LAST_FIELD)
            terminal.settle()
            return terminal.peak()

    ours, walked, base = in_turn(3, first, walk, form)
    return [
        compared("peak memory, first screen", ours, base, 1.5, scale=1 / 2**20, unit="MiB"),
        compared("peak memory, after Details and a test that passed", walked, base, 1.5, scale=1 / 2**20, unit="MiB"),
    ]
