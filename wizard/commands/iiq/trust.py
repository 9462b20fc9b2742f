"""``iiq trust``: a server's certificates held against the trust store of IdentityIQ's Java. Must not know how Java decides.

Nobody signs in and nothing is sent: the line ends where its encryption stands.
"""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.commands import setup

if TYPE_CHECKING:
    from wizard.identityiq.installation import Installation, JavaRuntime, TrustStore
    from wizard.identityiq.jvm import JvmView
    from wizard.profile import Password, Profile
    from wizard.smtp.network import Network

_USUAL = "changeit"
_LONGEST_PASSWORD = 4096  # bytes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``iiq trust``."""
    setup.add_arguments(parser)
    which = parser.add_argument_group("which Java (without any: the one that runs IdentityIQ here, else the java in PATH)")
    which.add_argument("--java", default="", metavar="HOME", help="the Java in this folder, the one that holds bin/java")
    which.add_argument("--trust-store", default="", metavar="FILE", help="this trust store (JKS or PKCS12) instead of its own")
    which.add_argument("--truststore", dest="trust_store", default=argparse.SUPPRESS, metavar="FILE", help=argparse.SUPPRESS)
    which.add_argument("--storepass-file", default="", metavar="FILE", help=f"its password, where it is not {_USUAL}: first line")
    which.add_argument("--folder", default="", metavar="DIR", help="the IdentityIQ in this folder, the one that holds WEB-INF")
    parser.add_argument("--save-ca", default="", metavar="FILE", help="save the authority that is missing, as PEM, for keytool")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace, network: Network | None = None) -> int:
    """Look once. Returns 0 when the Java would accept the server, 1 when it would not or nothing could be judged.

    ``network`` is replaced in tests only. Raises UsageError for a set-up, a Java or a file that cannot be used.
    """
    import asyncio

    from wizard.identityiq.jvm import PEM_FILE, examine
    from wizard.render.trust import exit_code

    profile = setup.from_arguments(args).profile
    subject = _subject(args, profile)
    _say_who_is_asked(profile, subject)
    make = partial(
        examine,
        profile.endpoint,
        network=network,
        ca_file=profile.ca_file,
        ehlo_name=profile.ehlo_name,
        timeout=profile.timeout,
        save_as=os.path.abspath(os.path.expanduser(args.save_ca)) if args.save_ca else PEM_FILE,
    )
    try:
        view = asyncio.run(make(subject))
        if args.trust_store and not args.storepass_file and _wants_a_password(view):
            view = asyncio.run(make(_with_password(subject, args)))
    except KeyboardInterrupt:
        return 130
    _refuse_other_file(args, view)
    saved = _save(args.save_ca, view) if args.save_ca else ""
    return _show(view, args, saved) or exit_code(view)


def _show(view: JvmView, args: argparse.Namespace, saved: str) -> int:
    import json

    from wizard.commands.terminal import Output, style_for, talk
    from wizard.render import trust as words

    output, style = Output(sys.stdout), style_for(sys.stdout, os.environ)
    told = (
        json.dumps(words.as_object(view, saved=saved), indent=1) if args.json else "\n".join(words.text(view, style, saved=saved))
    )
    output.write(told + "\n")
    if output.problem:
        talk(f"The result could not be written to standard output: {output.problem}.")
        return 2
    return 0


def _say_who_is_asked(profile: Profile, subject: Installation | JavaRuntime) -> None:
    from wizard.commands.terminal import talk
    from wizard.identityiq.installation import Installation

    endpoint = profile.endpoint
    where = f"the IdentityIQ in {subject.folder}" if isinstance(subject, Installation) else f"the Java in {subject.home}"
    talk(f"Asking {endpoint.host} port {endpoint.port} for its certificates, with the trust store of {where}.")


# Which Java ------------------------------------------------------------------------------------------------------------


def _subject(args: argparse.Namespace, profile: Profile) -> Installation | JavaRuntime:
    """Return the Java or the installation that is meant. Raises UsageError where there is none."""
    from wizard.commands.terminal import UsageError

    if args.java and args.folder:
        raise UsageError("--java and --folder name two different things: leave one out")
    if args.storepass_file and not args.trust_store:
        raise UsageError("--storepass-file is the password of a trust store: name it with --trust-store FILE")
    found = _named_java(args.java) if args.java else _here(args, profile)
    if not args.trust_store:
        return found
    from wizard.identityiq.installation import Installation

    java = (found.jvm or found.path_jvm) if isinstance(found, Installation) else found
    if java is None:
        raise UsageError("No Java was found to read the trust store with: name one with --java HOME")
    return with_store(java, named_store(args))


def _named_java(text: str) -> JavaRuntime:
    from wizard.commands.terminal import UsageError
    from wizard.identityiq.host import runtime

    home = Path(os.path.abspath(os.path.expanduser(text)))
    if home.name == "java" and home.is_file():
        home = home.parent.parent
    if not (home / "bin" / "java").is_file():
        raise UsageError(f"--java: there is no Java in {home}: name the folder that holds bin/java")
    return runtime(home, source="named with --java")


def usual_subject(profile: Profile) -> Installation | JavaRuntime:
    """Return the installation a profile names, the one that is found, else the java in PATH. Raises UsageError."""
    return _here(argparse.Namespace(folder=""), profile)


def _here(args: argparse.Namespace, profile: Profile) -> Installation | JavaRuntime:
    """Return the installation that is named or found, else the java in PATH."""
    from wizard.commands.iiq import onhost
    from wizard.commands.terminal import UsageError, talk
    from wizard.identityiq.host import look

    usual = profile.identityiq.folder if profile.identityiq else None
    if args.folder or usual is not None:
        return onhost.installation(args, usual)
    found = look()
    talk(*found.notes)
    if found.installations:
        return onhost.installation(args) if len(found.installations) > 1 else found.installations[0]
    if found.path_jvm is None:
        raise UsageError("No IdentityIQ and no Java were found on this host: name the Java with --java HOME")
    talk("No IdentityIQ was found on this host: the java in PATH is asked instead.")
    return found.path_jvm


def with_store(java: JavaRuntime, store: TrustStore) -> JavaRuntime:
    """Return a Java that uses this trust store. What a running process was told of its own store is not about this one."""
    others = tuple((name, value) for name, value in java.properties if not name.startswith("javax.net.ssl.trustStore"))
    return java._replace(trust=store, properties=others)


def named_store(args: argparse.Namespace) -> TrustStore:
    """Return the trust store named. Raises UsageError when it is not there, or its password file is no use."""
    from wizard.commands.terminal import UsageError
    from wizard.identityiq.host.java import store_type
    from wizard.identityiq.installation import TrustStore
    from wizard.profile import Password

    path = Path(os.path.abspath(os.path.expanduser(args.trust_store)))
    if not path.is_file():
        raise UsageError(f"--trust-store: there is no file {path}")
    kind = store_type(path)
    if args.storepass_file:
        return TrustStore(path, kind, own=True, password=_password(Path(args.storepass_file).expanduser()))
    # A JKS gives its certificates without a password; a PKCS12 needs one, and this is the one they usually have.
    return TrustStore(path, kind, own=True, password=None if kind == "JKS" else Password(_USUAL))


def _refuse_other_file(args: argparse.Namespace, view: JvmView) -> None:
    """What was named by mistake says nothing about a server. Raises UsageError."""
    from wizard.commands.terminal import UsageError
    from wizard.identityiq.jvm.trusted import Trouble

    if args.trust_store and view.eyes and view.eyes[0].trusted.trouble is Trouble.NOT_A_STORE:
        raise UsageError(f"--trust-store: {view.eyes[0].trusted.problem} Name a JKS or PKCS12 file.")


def _wants_a_password(view: JvmView) -> bool:
    from wizard.identityiq.jvm.trusted import Trouble

    return bool(view.eyes) and view.eyes[0].trusted.trouble is Trouble.WRONG_PASSWORD


def _with_password(subject: Installation | JavaRuntime, args: argparse.Namespace) -> Installation | JavaRuntime:
    """Ask for the password of the trust store that was named, where somebody is there. Raises UsageError."""
    from wizard.commands.terminal import UsageError, is_terminal
    from wizard.identityiq.installation import Installation
    from wizard.keychain import SecretUnavailable, ask

    assert not isinstance(subject, Installation)
    assert subject.trust is not None
    if args.no_input or not is_terminal(sys.stdin):
        raise UsageError(
            f"--trust-store: {subject.trust.path} has another password than {_USUAL}:",
            "write it into a file only you can read, and name that one with --storepass-file FILE",
        )
    try:
        return subject._replace(trust=subject.trust._replace(password=ask(f"Password of {subject.trust.path}: ")))
    except SecretUnavailable as problem:
        raise UsageError(str(problem)) from None


def _password(path: Path) -> Password:
    from wizard.commands.terminal import UsageError
    from wizard.profile import Password
    from wizard.safefile import read_bounded, reason

    try:
        first = read_bounded(path, _LONGEST_PASSWORD).decode("utf-8", "replace").splitlines()[:1]
    except OSError as problem:
        raise UsageError(f"--storepass-file: {path} cannot be read: {reason(problem)}.") from None
    if not first or not first[0]:
        raise UsageError(f"--storepass-file: the first line of {path} is empty")
    return Password(first[0])


# The certificate to save ------------------------------------------------------------------------------------------------


def _save(name: str, view: JvmView) -> str:
    """Write the certificate that is missing, or the anchor of a Java that trusts what we do not. Returns where, or nothing."""
    from wizard.commands.terminal import UsageError, talk
    from wizard.identityiq.jvm import pem, to_save
    from wizard.safefile import reason, write_atomic

    der = to_save(view)
    if der is None:
        talk("Nothing was saved: there is no certificate to import, or nobody here has it.")
        return ""
    path = Path(os.path.abspath(os.path.expanduser(name)))
    try:
        write_atomic(path, pem(der).encode(), 0o644)
    except OSError as problem:
        raise UsageError(f"--save-ca: {path} cannot be written: {reason(problem)}.") from None
    talk(f"Saved in {path}.")
    return str(path)
