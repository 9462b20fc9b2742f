"""What many tests share: a practice server in the test's own loop, and the loopback network that leads to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.loopback import Loopback
from wizard.practice import PracticeServer


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--redraw`` draws the pictures in screenshots/ again instead of only comparing them."""
    parser.addoption("--redraw", action="store_true", help="draw screenshots/ again")


@pytest.fixture
async def practice() -> AsyncIterator[PracticeServer]:
    """A practice server where everything works, on ports of the system's choice."""
    async with PracticeServer() as server:
        yield server


@pytest.fixture
def loopback(practice: PracticeServer) -> Loopback:
    """mail.test:25, 465 and 587, which lead to the practice server."""
    return Loopback.to(practice)
