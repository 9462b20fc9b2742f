"""Whether settings look like production: what a server's own address says of it. A guess, and told as one."""

import re
from urllib.parse import urlsplit

from wizard.identityiq.settings import Key, Settings
from wizard.identityiq.translate import BLANKS

_NOT_PRODUCTION = frozenset(
    (
        "dev",
        "devel",
        "development",
        "test",
        "testing",
        "tst",
        "uat",
        "qa",
        "qas",
        "sit",
        "int",
        "integration",
        "stage",
        "staging",
        "stg",
        "sandbox",
        "sbx",
        "demo",
        "lab",
        "labs",
        "poc",
        "preprod",
        "preproduction",
        "nonprod",
        "np",
        "train",
        "training",
        "trn",
        "local",
        "localhost",
    )
)
_ENDINGS = ("dev", "test", "uat", "qa", "stg", "nonprod", "preprod")  # iiqdev, iamtest01


def looks_like_production(settings: Settings) -> bool | None:
    """Return what the Server Root Path suggests: False for ``iiq-uat.example.com``, True for a plain name, None without one."""
    root = settings.value(Key.SERVER_ROOT).strip(BLANKS)
    if not root:
        return None
    try:
        host = urlsplit(root if "://" in root else f"//{root}").hostname or ""
    except ValueError:
        return None
    if not host:
        return None
    names = host.lower().split(".")
    named = ".".join(names[:-1]) or names[0]  # the last label says nothing: .local and .test are used in earnest
    words = {re.sub(r"[0-9]+$", "", word) for word in re.split(r"[^a-z0-9]+", named)}
    told = words & _NOT_PRODUCTION or any(word.endswith(_ENDINGS) for word in words)
    return not (told or host.startswith("127.") or host == "::1")
