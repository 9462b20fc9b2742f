"""How this host is called and which address it would use towards another: for texts to the people who run the network.

Sends nothing: a UDP socket that is connected only asks the system for the way. Must not know what the answer is for.
"""

import socket
from typing import NamedTuple


class Here(NamedTuple):
    """This host: its name, and its address on the way to the other one, empty where there is no way."""

    name: str
    address: str = ""


def here(towards: str = "") -> Here:
    """Return this host as it stands towards an IP address (empty: its name alone). Raises nothing."""
    name = socket.gethostname()
    if not towards:
        return Here(name)
    family = socket.AF_INET6 if ":" in towards else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as asking:
            asking.connect((towards, 25))
            return Here(name, str(asking.getsockname()[0]))
    except OSError:
        return Here(name)
