"""The commands: one file each. ``COMMANDS`` lists them so that help and completion need not import them.

Every module here has ``add_arguments(parser)`` and ``run(args) -> int`` (an exit code). Must not import Textual.
"""

from __future__ import annotations

COMMANDS: dict[str, str] = {
    "check": "climb the ladder once: resolve, connect, encrypt, sign in, name sender and recipient; deliver when asked",
    "probe": "look at the mail ports of a host, IPv4 and IPv6, all at once",
    "explain": "say what a pasted error, bounce, log or Java stack trace means",
    "discover": "find the mail server for an address",
    "domain": "examine the sender's domain: MX, SPF, DMARC and reverse DNS, with the records to publish",
    "practice": "run a mail server on this machine, with named faults to learn from",
    "profiles": "list, show, copy and remove saved profiles",
    "secret": "show, set or clear where a profile's secret is kept",
    "iiq": "IdentityIQ: read its settings, test as it will, hand them over, see its mail leave",
}
