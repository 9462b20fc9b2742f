"""Products that open TLS on its way to look inside, by the names in the certificates they make. Data only.

Must not know what follows from meeting one.
"""

from __future__ import annotations

import re

# Product, and how its certificate authority calls itself (lower case) in the issuer's organisation or common name. Sources: the
# vendors' pages on deploying the inspection CA. Full names only: many of these makers have public certificates as customers.
INSPECTORS: dict[str, tuple[str, ...]] = {
    "Zscaler": ("zscaler",),
    "Fortinet FortiGate": ("fortinet", "fortigate", "fortiguard"),
    "Palo Alto Networks": ("palo alto networks", "paloaltonetworks", "palo alto decryption", "prisma access"),
    "Netskope": ("netskope", "goskope"),
    "Blue Coat / Symantec proxy": (
        "blue coat",
        "bluecoat",
        "proxysg",
        "symantec web security",
        "symantec wss",
        "symantec cloud swg",
    ),
    "Sophos": ("sophos", "astaro"),
    "Cisco Umbrella or Firepower": ("cisco umbrella", "opendns", "cisco firepower", "ironport web security", "cisco wsa"),
    "Forcepoint": ("forcepoint", "websense"),
    "Check Point": ("check point", "checkpoint"),
    "McAfee / Skyhigh web gateway": ("mcafee web gateway", "mcafee", "skyhigh", "trellix"),
    "Kaspersky": ("kaspersky",),
    "ESET": ("eset ssl filter", "eset, spol", "eset"),
    "Avast": (
        "avast web/mail shield",
        "avast",
    ),
    "AVG": ("avg web/mail shield", "avg technologies", "avg mail shield"),
    "Bitdefender": ("bitdefender",),
    "Norton": ("norton web/mail shield",),
    "Trend Micro": ("trend micro", "interscan"),
    "G DATA": ("g data mail scanner", "g data software"),
    "Dr.Web": ("dr.web",),
    "WatchGuard": ("watchguard", "fireware"),
    "SonicWall": ("sonicwall",),
    "Barracuda": ("barracuda web", "barracuda networks", "barracuda cloudgen"),
    "Untangle": ("untangle",),
    "Cato Networks": ("cato networks",),
    "iboss": ("iboss",),
    "Menlo Security": ("menlo security",),
    "Cloudflare Gateway": ("gateway ca - cloudflare", "cloudflare for teams", "cloudflare zero trust"),
    "Juniper": ("juniper ssl", "juniper networks srx"),
    "Stormshield": ("stormshield", "netasq"),
    "F5": ("f5 ssl orchestrator", "f5 sslo"),
    "A10 Networks": ("a10 networks ssl", "a10 ssli"),
    "Smoothwall": ("smoothwall",),
    "Squid": ("squid proxy", "squid ssl", "squidca"),
    "mitmproxy": ("mitmproxy",),
    "pfSense or OPNsense": ("pfsense", "opnsense"),
}


def inspector(issuer: str) -> str:
    """Return the product whose certificate authority this issuer is; empty when it is none of those known."""
    text = issuer.lower()
    return next((product for product, names in INSPECTORS.items() if any(_named(name, text) for name in names)), "")


def _named(name: str, text: str) -> bool:
    """Whether a name stands in the text as words of its own: ``eset`` is not in ``presets``."""
    return name in text and re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z])", text) is not None
