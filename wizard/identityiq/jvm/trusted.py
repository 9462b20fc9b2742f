"""What a trust store holds, or why nothing could be read in it. Values only; reads nothing itself."""

from enum import StrEnum
from typing import NamedTuple, assert_never

from wizard.identityiq.installation import TrustStore


class Trouble(StrEnum):
    """What keeps a Java, or us, from reading a trust store."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    NOT_A_STORE = "not-a-store"
    WRONG_PASSWORD = "wrong-password"  # noqa: S105 - a name
    NO_PASSWORD = "no-password"  # noqa: S105 - it is encrypted, and the Java is told no password: it reads nothing in it
    EMPTY = "empty"
    NO_KEYTOOL = "no-keytool"
    TIMEOUT = "timeout"


# These say nothing about the Java: it runs as another user, and it needs no keytool.
_OURS_ALONE = (Trouble.UNREADABLE, Trouble.NO_KEYTOOL, Trouble.TIMEOUT)


class Entry(NamedTuple):
    """One certificate a Java trusts: its alias, its DER, and whether it belongs to a private key."""

    alias: str
    der: bytes
    key_entry: bool = False


class Trusted(NamedTuple):
    """The certificates of one store, as the Java that uses it sees them.

    ``trouble`` is None when they could be read and there are some; ``detail`` quotes keytool. ``hidden`` are those that stand in
    the store and that the Java does not see, because it is not told the password.
    """

    store: TrustStore
    entries: tuple[Entry, ...] = ()
    trouble: Trouble | None = None
    detail: str = ""
    hidden: tuple[Entry, ...] = ()

    @property
    def anchors(self) -> tuple[bytes, ...]:
        """The certificates, DER, each once."""
        return tuple(dict.fromkeys(entry.der for entry in self.entries))

    @property
    def known(self) -> bool:
        """Whether it is known what the Java trusts, be it nothing at all."""
        return self.trouble not in _OURS_ALONE

    def alias_of(self, der: bytes) -> str:
        """Return the name a certificate has in the store, empty where it is not there."""
        return next((entry.alias for entry in self.entries if entry.der == der), "")

    @property
    def problem(self) -> str:
        """What went wrong, in one or two plain sentences; empty when nothing did."""
        if self.trouble is None:
            return ""
        return _sentence(self.trouble, str(self.store.path), f" keytool says: {self.detail}" if self.detail else "")


def _sentence(trouble: Trouble, path: str, said: str) -> str:
    match trouble:
        case Trouble.MISSING:
            return f"There is no trust store at {path}. A Java that is told to use it trusts nobody."
        case Trouble.UNREADABLE:
            return f"The trust store {path} cannot be read by this user. Run this as the user that runs IdentityIQ, or as root."
        case Trouble.NOT_A_STORE:
            return f"{path} is no trust store that keytool can read.{said}"
        case Trouble.WRONG_PASSWORD:
            return f"The password the Java is told for {path} does not open it. Java makes no TLS connection at all then."
        case Trouble.NO_PASSWORD:
            return (
                f"The trust store {path} is encrypted, and this Java is told no password for it (trustStorePassword): it sees no "
                "certificate in it, and trusts nobody."
            )
        case Trouble.EMPTY:
            return (
                f"The trust store {path} holds no certificate that Java trusts. (A PKCS12 file made by other tools than keytool "
                "can hold certificates that Java does not count as trusted.)"
            )
        case Trouble.NO_KEYTOOL:
            return (
                f"No keytool was found to read {path}: a JRE may come without one. Install a JDK, or name one with --java.{said}"
            )
        case Trouble.TIMEOUT:
            return f"keytool did not finish reading {path} in time. Try again when the host is less busy."
        case _:
            assert_never(trouble)
