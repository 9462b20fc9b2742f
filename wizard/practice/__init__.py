"""A mail server on loopback, in the product: for a first try, for training, for the documentation and for the tests.

``PracticeServer`` opens it, ``FAULTS`` are the named ways in which it can go wrong. Must not know screens.
"""

from __future__ import annotations

from wizard.practice.fault import Fault
from wizard.practice.faults import FAULTS, UnknownFaultError
from wizard.practice.mailbox import Message
from wizard.practice.server import PracticeServer

__all__ = ["FAULTS", "Fault", "Message", "PracticeServer", "UnknownFaultError"]
