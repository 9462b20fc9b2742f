"""All named faults, in the order in which a session meets them; the tables are in ``faults_*``. Must not know sockets."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from wizard.practice.fault import Fault
from wizard.practice.faults_auth import AUTH
from wizard.practice.faults_line import LINE
from wizard.practice.faults_mail import MAIL
from wizard.practice.faults_tls import TLS

GROUPS: Mapping[str, tuple[Fault, ...]] = MappingProxyType(
    {"Line and greeting": LINE, "Encryption": TLS, "Signing in": AUTH, "Sender, recipient, message": MAIL}
)
FAULTS: Mapping[str, Fault] = MappingProxyType({fault.name: fault for group in GROUPS.values() for fault in group})
assert len(FAULTS) == sum(len(group) for group in GROUPS.values()), "two faults have one name"


class UnknownFaultError(ValueError):
    """There is no fault of this name; the text is the user's sentence."""


def find(name: str) -> Fault:
    """Return the fault of this name. Raises UnknownFaultError, which names the nearest one."""
    fault = FAULTS.get(name)
    if fault is not None:
        return fault
    near = get_close_matches(name, FAULTS, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else "`smtp-wizard practice --list` shows them all"
    raise UnknownFaultError(f"there is no fault called '{name[:60]}': {hint}")
