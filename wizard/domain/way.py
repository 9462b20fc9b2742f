"""The way a mail takes, as far as it is known. Must not know DNS or findings."""

from __future__ import annotations

from ipaddress import ip_address
from typing import NamedTuple

from wizard.domain.leaving import Leaving
from wizard.domain.macros import Sending
from wizard.domain.relays import Relay


class Way(NamedTuple):
    """How mail leaves: as which envelope sender, through which server, from which address, under which EHLO name."""

    local: str
    domain: str
    host: str
    relay: Relay | None
    leaving: Leaving | None
    ehlo_name: str

    def sending(self, address: str) -> Sending:
        """The mail, as a receiver that is called from ``address`` sees it."""
        return Sending(ip_address(address), self.local or "postmaster", self.domain, self.ehlo_name)
