"""When the real servers run: always in CI, elsewhere where they are installed. What does not run is said, not skipped."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real import postfix

HERE = Path(__file__).parent
IN_CI = os.environ.get("CI", "").lower() == "true"
left_out: list[str] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave these tests out where the servers cannot be started; in CI they stay, and fail with the reason."""
    why = postfix.missing()
    if not why or IN_CI:
        return
    mine = [item for item in items if HERE in item.path.parents]
    items[:] = [item for item in items if item not in mine]
    config.hook.pytest_deselected(items=mine)
    left_out.append(f"{len(mine)} tests against Postfix and Dovecot did not run: {why}.")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end what did not run, where it will be read."""
    for words in left_out:
        terminalreporter.write_line(words, yellow=True)


@pytest.fixture(scope="session")
def server() -> Iterator[postfix.Server]:
    """Postfix with Dovecot behind its sign-in, one for all tests."""
    why = postfix.missing()
    assert not why, f"CI must run the real servers: {why}"
    with postfix.running() as started:
        yield started
