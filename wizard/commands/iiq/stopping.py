"""A dropped line or a ``kill`` ends a run as ctrl+c does: in order, the console included. Must not know what runs."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def as_interrupt() -> Iterator[None]:
    """Treat SIGTERM and SIGHUP as SIGINT for the time of the block; asyncio cancels its task then, and what it began is ended."""
    if threading.current_thread() is not threading.main_thread():  # only the main thread is told of signals
        yield
        return
    before = {number: signal.signal(number, lambda *_: signal.raise_signal(signal.SIGINT)) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
