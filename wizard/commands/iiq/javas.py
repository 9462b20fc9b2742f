"""Which Java the flags of an action name, and with which trust store and password. Must not know what it is asked.

The password of a trust store comes from a file or a terminal, never as an argument.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.commands.flags import absolute
from wizard.commands.terminal import UsageError, is_terminal, talk

if TYPE_CHECKING:
    from wizard.identityiq.installation import Installation, JavaRuntime, TrustStore
    from wizard.profile import Password, Profile

USUAL_PASSWORD = "changeit"  # noqa: S105 - the one every trust store has until somebody changes it
_LONGEST_PASSWORD = 4096  # bytes


def named_java(text: str) -> JavaRuntime:
    """Return the Java in a folder, or whose program ``java`` is named. Raises UsageError where there is none."""
    from wizard.identityiq.host import runtime

    home = absolute(text)
    if home.name == "java" and home.is_file():
        home = home.parent.parent
    if not (home / "bin" / "java").is_file():
        raise UsageError(f"--java: there is no Java in {home}: name the folder that holds bin/java")
    return runtime(home, source="named with --java")


def usual_subject(profile: Profile, folder: str = "") -> Installation | JavaRuntime:
    """Return the installation in ``folder``, the one the profile names or the one found here, else the java in PATH.

    Raises UsageError where there is none, or more than one.
    """
    from wizard.commands.iiq import onhost
    from wizard.identityiq.host import look

    usual = profile.identityiq.folder if profile.identityiq else None
    if folder or usual is not None:
        return onhost.installation(folder, usual)
    found = look()
    talk(*found.notes)
    if found.installations:
        return onhost.installation() if len(found.installations) > 1 else found.installations[0]
    if found.path_jvm is None:
        raise UsageError("No IdentityIQ and no Java were found on this host: name the Java with --java HOME")
    talk("No IdentityIQ was found on this host: the java in PATH is asked instead.")
    return found.path_jvm


def with_store(java: JavaRuntime, store: TrustStore) -> JavaRuntime:
    """Return a Java that uses this trust store. What a running process was told of its own store is not about this one."""
    others = tuple((name, value) for name, value in java.properties if not name.startswith("javax.net.ssl.trustStore"))
    return java._replace(trust=store, properties=others)


def named_store(args: argparse.Namespace) -> TrustStore | None:
    """Return the trust store that --trust-store and --storepass-file name, None where they do not.

    Raises UsageError when it is not there, or its password file is no use.
    """
    if not args.trust_store:
        if args.storepass_file:
            raise UsageError("--storepass-file is the password of a trust store: name it with --trust-store FILE")
        return None
    from wizard.identityiq.host.java import store_type
    from wizard.identityiq.installation import TrustStore
    from wizard.profile import Password

    path = absolute(args.trust_store)
    if not path.is_file():
        raise UsageError(f"--trust-store: there is no file {path}")
    kind = store_type(path)
    if args.storepass_file:
        return TrustStore(path, kind, own=True, password=_password(Path(args.storepass_file).expanduser()))
    # A JKS gives its certificates without a password; a PKCS12 needs one, and this is the one they usually have.
    return TrustStore(path, kind, own=True, password=None if kind == "JKS" else Password(USUAL_PASSWORD))


def ask_password(java: JavaRuntime, *, no_input: bool) -> JavaRuntime:
    """Ask for the password of the trust store that was named, where somebody is there. Raises UsageError."""
    from wizard.keychain import SecretUnavailable, ask

    store = java.trust
    assert store is not None, "with_store gave it one"
    if no_input or not is_terminal(sys.stdin):
        raise UsageError(
            f"--trust-store: {store.path} has another password than {USUAL_PASSWORD}:",
            "write it into a file only you can read, and name that one with --storepass-file FILE",
        )
    try:
        return java._replace(trust=store._replace(password=ask(f"Password of {store.path}: ")))
    except SecretUnavailable as problem:
        raise UsageError(str(problem)) from None


def _password(path: Path) -> Password:
    from wizard.profile import Password
    from wizard.safefile import read_bounded, reason

    try:
        first = read_bounded(path, _LONGEST_PASSWORD).decode("utf-8", "replace").splitlines()[:1]
    except OSError as problem:
        raise UsageError(f"--storepass-file: {path} cannot be read: {reason(problem)}.") from None
    if not first or not first[0]:
        raise UsageError(f"--storepass-file: the first line of {path} is empty")
    return Password(first[0])
