"""A dropped line or a ``kill`` ends a run as ctrl+c does: in order, the console included. Must not know what runs."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def as_interrupt() -> Iterator[None]:
    """Treat SIGTERM and SIGHUP as SIGINT for the time of the block; asyncio cancels its task then, and what it began is ended.

    A job in the background of a script is started with SIGINT ignored: what is raised here would be lost, so it is heard again.
    Under nohup SIGHUP is ignored, and stays so.
    """
    if threading.current_thread() is not threading.main_thread():  # only the main thread is told of signals
        yield
        return
    heard = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, lambda *_: signal.raise_signal(signal.SIGINT)) for number in heard}
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
