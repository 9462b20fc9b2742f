"""When the real servers and JavaMail run: always in CI, elsewhere where installed. What does not run is said, not skipped."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.iiq import java
from tests.real import imap, javamail, postfix, velocity
from tests.real.fleet import SERVERS, Fleet
from tests.real.server import Server
from wizard.identityiq.javamail.process import Java

HERE = Path(__file__).parent
IN_CI = os.environ.get("CI", "").lower() == "true"
left_out: list[str] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests out where what they need cannot be started; in CI they stay, and fail with the reason."""
    if IN_CI:
        return
    rows = [("test_servers.py", server, f"{server} in the matrix", SERVERS[server].missing()) for server in SERVERS]
    for name, server, against, why in (
        ("test_postfix.py", "", "Postfix and Dovecot", postfix.missing()),
        ("test_javamail.py", "", "JavaMail", javamail.missing()),
        ("test_relay.py", "", "JavaMail through the relay", javamail.missing()),
        ("test_imap.py", "", "Dovecot's IMAP", imap.missing()),
        ("test_javamail_command.py", "", "JavaMail from the command line", javamail.missing()),
        ("test_javamail_screen.py", "", "JavaMail from the wizard's page", javamail.missing()),
        ("test_javamail_prediction.py", "", "JavaMail and Postfix", javamail.missing() or postfix.missing()),
        ("test_java_trust.py", "", "a Java's own handshakes", java.missing()),
        ("test_velocity.py", "", "Velocity", velocity.missing()),
        *rows,
    ):
        mine = [item for item in items if why and item.path == HERE / name and _is_about(item, server)]
        if mine:
            items[:] = [item for item in items if item not in mine]
            config.hook.pytest_deselected(items=mine)
            left_out.append(f"{len(mine)} tests against {against} did not run: {why}.")


def _is_about(item: pytest.Item, server: str) -> bool:
    """Whether a test is about this server; all of a file's are where no server is named."""
    return not server or (isinstance(item, pytest.Function) and item.callspec.params.get("name") == server)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end what did not run, where it will be read."""
    for words in left_out:
        terminalreporter.write_line(words, yellow=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module", name="java")
async def started_java(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Java]:
    """The mail library, compiled into a folder of the tests' own and started once for a module, whose loop it is bound to."""
    why = javamail.missing()
    assert not why, f"CI must run JavaMail: {why}"
    async with javamail.running(tmp_path_factory.mktemp("java")) as started:
        yield started


@pytest.fixture(scope="session")
def fleet() -> Iterator[Fleet]:
    """All real servers; those that were started stop when the last test is over, whatever happened."""
    started = Fleet()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def server(fleet: Fleet) -> Server:
    """Postfix with Dovecot behind its sign-in, one for all tests."""
    return fleet.get("postfix")
