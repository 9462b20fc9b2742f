"""Which files decide what a Java trusts: its home's trust store, or the one its settings name. Must not know what is in them."""

from __future__ import annotations

from pathlib import Path

from wizard.identityiq.installation import JavaRuntime, TrustStore
from wizard.profile import Password

_TRUST_STORE, _TYPE = "javax.net.ssl.trustStore", "javax.net.ssl.trustStoreType"
_PASSWORD = "javax.net.ssl.trustStorePassword"  # noqa: S105 - the name of a property
_SECURITY = "java.security.properties"


def setting(runtime: JavaRuntime, name: str) -> str:
    """Return a ``-D`` setting of the process; empty where it has none. The last one counts, as it does for Java."""
    return next((value for key, value in reversed(runtime.properties) if key == name), "")


def store_of(runtime: JavaRuntime) -> TrustStore:
    """Return the trust store this Java uses: the one found with it, the one its settings name, or the one of its home.

    JSSE Reference Guide: ``javax.net.ssl.trustStore``, else ``lib/security/jssecacerts``, else ``lib/security/cacerts``.
    """
    if runtime.trust is not None and (runtime.trust.own or not setting(runtime, _TRUST_STORE)):
        return _before_cacerts(runtime.trust)
    named = setting(runtime, _TRUST_STORE)
    if named:
        secret = setting(runtime, _PASSWORD)
        return TrustStore(Path(named), setting(runtime, _TYPE), own=True, password=Password(secret) if secret else None)
    return _before_cacerts(TrustStore(security_folder(runtime.home) / "cacerts", setting(runtime, _TYPE)))


def _before_cacerts(store: TrustStore) -> TrustStore:
    """``jssecacerts`` beside ``cacerts`` wins, and few know that it is there."""
    beside = store.path.with_name("jssecacerts")
    return store._replace(path=beside) if not store.own and store.path.name == "cacerts" and beside.exists() else store


def security_folder(home: Path) -> Path:
    """Return where a Java keeps its own trust store: below ``jre`` in a JDK 8, directly below the home everywhere else."""
    older = home / "jre" / "lib" / "security"
    return older if older.is_dir() else home / "lib" / "security"


def stock_store(runtime: JavaRuntime) -> Path:
    """Return the trust store a Java brings, whether it uses it or not."""
    return security_folder(runtime.home) / "cacerts"


def is_stock(runtime: JavaRuntime, store: TrustStore) -> bool:
    """Return whether ``keytool -cacerts`` of this Java means this store."""
    return not store.own and store.path == stock_store(runtime)


def security_file(runtime: JavaRuntime) -> Path:
    """Return the file that says what this Java has switched off: ``conf/security`` since JDK 9."""
    newer = runtime.home / "conf" / "security" / "java.security"
    return newer if newer.exists() else security_folder(runtime.home) / "java.security"


def security_override(runtime: JavaRuntime) -> tuple[Path | None, bool]:
    """Return the file of ``-Djava.security.properties`` and whether it replaces the other one (``==``) or adds to it."""
    named = setting(runtime, _SECURITY)
    path = named.removeprefix("=").removeprefix("file://").removeprefix("file:")
    return (Path(path) if path else None), named.startswith("=")
