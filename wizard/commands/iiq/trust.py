"""``iiq trust``: a server's certificates held against the trust store of IdentityIQ's Java. Must not know how Java decides.

Nobody signs in and nothing is sent: the line ends where its encryption stands.
"""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from typing import TYPE_CHECKING

from wizard.commands import setup
from wizard.commands.flags import absolute
from wizard.commands.iiq import javas

if TYPE_CHECKING:
    from wizard.identityiq.installation import Installation, JavaRuntime
    from wizard.identityiq.jvm import JvmView
    from wizard.profile import Profile
    from wizard.smtp.network import Network


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``iiq trust``."""
    setup.add_arguments(parser)
    which = parser.add_argument_group("which Java (without any: the one that runs IdentityIQ here, else the java in PATH)")
    which.add_argument("--java", default="", metavar="HOME", help="the Java in this folder, the one that holds bin/java")
    which.add_argument("--trust-store", default="", metavar="FILE", help="this trust store (JKS or PKCS12) instead of its own")
    which.add_argument("--truststore", dest="trust_store", default=argparse.SUPPRESS, metavar="FILE", help=argparse.SUPPRESS)
    which.add_argument(
        "--storepass-file", default="", metavar="FILE", help=f"its password, where it is not {javas.USUAL_PASSWORD}: first line"
    )
    which.add_argument("--folder", default="", metavar="DIR", help="the IdentityIQ in this folder, the one that holds WEB-INF")
    parser.add_argument("--save-ca", default="", metavar="FILE", help="save the authority that is missing, as PEM, for keytool")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace, network: Network | None = None) -> int:
    """Look once. Returns 0 when the Java would accept the server, 1 when it would not or nothing could be judged.

    ``network`` is replaced in tests only. Raises UsageError for a set-up, a Java or a file that cannot be used.
    """
    import asyncio

    from wizard.identityiq.installation import JavaRuntime
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
        save_as=str(absolute(args.save_ca)) if args.save_ca else PEM_FILE,
    )
    try:
        view = asyncio.run(make(subject))
        if isinstance(subject, JavaRuntime) and args.trust_store and not args.storepass_file and _wants_a_password(view):
            view = asyncio.run(make(javas.ask_password(subject, no_input=args.no_input)))
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
    store = javas.named_store(args)
    found = javas.named_java(args.java) if args.java else javas.usual_subject(profile, args.folder)
    if store is None:
        return found
    from wizard.identityiq.installation import Installation

    java = (found.jvm or found.path_jvm) if isinstance(found, Installation) else found
    if java is None:
        raise UsageError("No Java was found to read the trust store with: name one with --java HOME")
    return javas.with_store(java, store)


def _refuse_other_file(args: argparse.Namespace, view: JvmView) -> None:
    """What was named by mistake says nothing about a server. Raises UsageError."""
    from wizard.commands.terminal import UsageError
    from wizard.identityiq.jvm.trusted import Trouble

    if args.trust_store and view.eyes and view.eyes[0].trusted.trouble is Trouble.NOT_A_STORE:
        raise UsageError(f"--trust-store: {view.eyes[0].trusted.problem} Name a JKS or PKCS12 file.")


def _wants_a_password(view: JvmView) -> bool:
    from wizard.identityiq.jvm.trusted import Trouble

    return bool(view.eyes) and view.eyes[0].trusted.trouble is Trouble.WRONG_PASSWORD


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
    path = absolute(name)
    try:
        write_atomic(path, pem(der).encode(), 0o644)
    except OSError as problem:
        raise UsageError(f"--save-ca: {path} cannot be written: {reason(problem)}.") from None
    talk(f"Saved in {path}.")
    return str(path)
